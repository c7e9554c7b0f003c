//! What several steps share, once a step has built it.

mod pause;
mod scheduler;

pub use pause::pause;
pub use scheduler::{Scheduler, sleep};
