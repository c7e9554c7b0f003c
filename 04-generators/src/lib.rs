//! What rung 4 arrives at: a function that pauses, and goes on where it was.
//!
//! A [`Generator`] pauses with the help of the compiler, and needs no stack. A
//! [`Greenlet`] pauses with a stack of its own, and needs no help. A
//! [`Trampoline`] resumes both, and enums that were written by hand
//! ([`Resume`]), as tasks on rung 3's loop: each pauses with a [`Request`], and
//! goes on with a [`Reply`].

mod resumed;
mod kept;
mod generator;
mod greenlet;
mod resume;
mod trampoline;
pub mod steps;
mod patient;
pub mod fetch;
mod rung;

pub use generator::{AsyncYielder, Generator};
pub use greenlet::{Greenlet, Yielder};
pub use kept::Paused;
pub use patient::{Patient, pause};
pub use resume::Resume;
pub use resumed::Resumed;
pub use rung::RUNG;
pub use trampoline::{Reply, Request, Task, Tasks, Trampoline};

use lab::Rung;
