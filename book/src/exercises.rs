//! Exercises, and what becomes of the reader's answers.

mod exercise;
mod page;
mod verdict;
mod panics;
mod judge;
mod rounds;
mod progress;
mod keep;
mod solution;
mod status;
mod terminal;
mod watch;
mod desk;

#[cfg(test)]
mod tests;

pub use desk::Desk;
pub use exercise::{Exercise, all_exercises, find};
pub use page::{CAUSES, Page};
pub use solution::Solution;
pub use terminal::{Usage, check, hint, reset, solution, undo};
pub use watch::watch;
