//! The reader's answers: kept, judged, ticked off.
//!
//! An [`Exercise`] is found in the workspace by its files ([`Tree`]). Its
//! answer is judged by running the exercise's own check ([`judge_and_note`]),
//! the [`Verdict`] is remembered in the [`Progress`]. A [`reset`] moves the
//! answer to `backups/`, and [`undo`] brings it back. The commands of the
//! terminal are here as well; what the pages show of all this is in the package
//! `book`.

pub mod files;
pub mod tree;
pub mod changes;
pub mod answers;
mod exercise;
mod page;
mod verdict;
mod target;
mod panics;
mod finding;
mod rounds;
mod keep;
pub mod progress;
mod judge;
mod solution;
mod status;
mod which;
mod check;
mod watch;
mod terminal;

#[cfg(test)]
mod tests;

pub use check::check;
pub use exercise::{Exercise, all_exercises, find};
pub use judge::judge_and_note;
pub use page::{CAUSES, Cause, Page};
pub use progress::Progress;
pub use rounds::{OnStage, Stage};
pub use solution::{Solution, diff, solution_of};
pub use terminal::{hint, reset, solution, undo};
pub use tree::{Rung, Tree};
pub use verdict::{Kind, Verdict};
pub use watch::watch;
pub use which::Usage;
