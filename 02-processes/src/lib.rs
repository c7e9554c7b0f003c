//! Worker processes: how they are started, which pages they are given, and how
//! they end.
//!
//! A worker is this same program, started again with `worker` and its number as
//! arguments. Nothing is shared with it: an order goes to its standard input,
//! an answer comes from its standard output, each as a [`frame`].

pub mod child;
pub mod frame;
mod blocking_worker;
pub mod message;
mod worker;
mod pool;
pub mod shared;
mod measure_time;
mod rung;

pub use blocking_worker::{Worker, answer_orders};
pub use child::{child_command, kill, reap, started_as};
pub use frame::{read_frame, write_frame};
pub use measure_time::measure_time;
pub use pool::{Outcome, Pool};
pub use rung::RUNG;
pub use shared::Shared;
pub use worker::work_if_worker;

use lab::Rung;
use lab::site::Fault;
