//! What only tests need: the conformance test of the rungs, the judge of
//! exercises, the order in which threads take turns, running programs under a
//! limit, and their Python twins.

mod conformance;
pub mod judge;
pub mod schedule;
pub mod twin;
pub mod watchdog;

pub use conformance::conformance;
