//! What programs are told on their command lines, and what a rung can do.
//!
//! The live reader makes its knobs from the same tables. It needs nothing else
//! of the problem, and so is not compiled again when `lab` changes.

mod flag;
mod fault;
mod rung;
mod printing;

pub use fault::Fault;
pub use flag::{
    CRAWL, Flag, SHAPE, WEB, WORKERS, each_flag, sentence, take_text,
};
pub use printing::{end_if_output_fails, exit};
pub use rung::Rung;
