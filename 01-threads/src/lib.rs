//! What rung 1 is and can do, and all the orders in which threads can run.

pub mod interleave;
mod rung;

pub use rung::RUNG;
