//! What rung 6 arrives at: the crawl on tokio.

mod fetch;
mod lanes;
pub mod chat;
mod rung;

pub use fetch::{fetch, fetch_by};
pub use lanes::{InLane, WaitsFor, lane, waits_for};
pub use rung::RUNG;

use lab::Rung;
