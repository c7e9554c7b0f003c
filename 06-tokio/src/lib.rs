//! What rung 6 arrives at: the crawl on tokio.

mod fetch;
mod rung;

pub use fetch::{fetch, fetch_by};
pub use rung::RUNG;

use lab::Rung;
