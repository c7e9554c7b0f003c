//! What several steps share, once a step has built it.

mod pause;
mod scheduler;
mod switch;
mod bare;
mod callers;
pub mod greeting;
mod visitors;

pub use bare::BareGreenlet;
pub use callers::{note_callers, print_callers};
pub use pause::{Coroutine, pause};
pub use scheduler::{Scheduler, sleep};
pub use switch::{Slot, first_frame, switch};
pub use visitors::let_visitors_come;
