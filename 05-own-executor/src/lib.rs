//! What rung 5 arrives at: a small runtime for `async` on one thread.
//!
//! [`block_on`] runs a future, and beside it the tasks that it [`spawn`]s.
//! Where `tokio` has the same name, it means the same here.

mod number;
mod slots;
mod waker;
mod mail;
mod budget;
mod lanes;
mod timers;
mod reactor;
mod stage;
mod executor;
mod scope;
pub mod task;
pub mod time;
pub mod net;
pub mod sync;
mod unblock;
mod rung;
mod fetch;
pub mod steps;

pub use executor::{block_on, spawn};
pub use fetch::fetch_by;
pub use rung::RUNG;
pub use unblock::{Unblock, unblock};

use lab::Rung;
