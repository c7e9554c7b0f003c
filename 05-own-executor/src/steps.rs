//! What several steps share, once a step has built it.

mod fetch;

pub use fetch::Fetch;
