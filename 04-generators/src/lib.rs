//! What rung 4 arrives at: a function that pauses, and goes on where it was.

mod resumed;
mod greenlet;
mod rung;

pub use greenlet::{Greenlet, Yielder};
pub use resumed::Resumed;
pub use rung::RUNG;
