//! What rung 1 can do, and a search through all the orders in which the steps
//! of threads can run.

pub mod interleave;
mod rung;

pub use rung::RUNG;

use lab::Rung;
