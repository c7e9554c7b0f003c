//! What rung 4 arrives at: a function that pauses, and goes on where it was.

mod resumed;
mod rung;

pub use resumed::Resumed;
pub use rung::RUNG;
