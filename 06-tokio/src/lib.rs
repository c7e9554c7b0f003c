//! What rung 6 arrives at: the crawl on tokio.

mod compat;
mod fetch;
mod lanes;
pub mod chat;
pub mod list;
pub mod visitors;
pub mod spans;
mod rung;
mod secure;
mod web;

pub use compat::Compat;
pub use fetch::{fetch, fetch_by};
pub use lanes::{InLane, WaitsFor, lane, waits_for, waits_until};
pub use rung::RUNG;
pub use secure::{Authority, SecureSite};
pub use web::{HttpClient, Web};

use lab::Rung;
