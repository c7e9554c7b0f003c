//! What rung 3 arrives at: a loop that calls back, on one thread.
//!
//! [`Loop`] waits for sockets and for timers, and calls what was registered
//! for them. A [`Socket`] is one that it can wait for. A [`Remote`] lets other
//! threads hand it callbacks. [`fetch`](fetch()) is the fetch of rung 0, torn
//! into callbacks. A [`Deferred`] is a value that will come, with the callbacks
//! that wait for it.

mod event_loop;
mod socket;
mod mailbox;
mod lanes;
mod fetch;
mod deferred;
pub mod steps;
mod rung;

/// What the mailbox is made of; the test of all interleavings has its own.
mod sync {
    pub use std::sync::{Arc, Mutex};
}

pub use deferred::{
    Canceller, Deferred, Error, Outcome, Resolver, Returned, Why, gather, race,
};
pub use event_loop::{Callback, Direction, Handle, Loop, Remote};
pub use fetch::{Fetching, fetch};
pub use mailbox::Closed;
pub use rung::RUNG;
pub use socket::Socket;

use lab::Rung;
