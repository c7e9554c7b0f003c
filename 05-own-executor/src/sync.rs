//! What tasks use to wait for one another. All of it works between threads.

pub mod oneshot;
