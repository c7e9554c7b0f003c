//! What only tests need: the conformance test of the rungs, the judge of
//! exercises, a scheduler that finds rare mistakes, programs that run under a
//! limit, and Python twins.

mod adversary;
mod conformance;
pub mod few_files;
mod locks;
pub mod odd_servers;
mod real_site;
mod refused;
pub mod judge;
pub mod twin;

pub use adversary::Adversary;
pub use conformance::{conformance, conformance_with};
pub use locks::waits_under_locks;
pub use real_site::check_real_site;
pub use refused::is_refused;
pub use schedule::queue;
pub use watchdog::alone;
pub use {hand, schedule, watchdog};

use std::process::Command;

/// A program with its arguments, as in a shell, but nothing can be quoted.
fn program(words: &str) -> Command {
    let mut words = words.split_whitespace();
    let mut command = Command::new(words.next().expect("a program"));
    command.args(words);
    command
}
