//! The problem that every rung solves, and the instruments that watch it
//! being solved.

pub mod site;
pub mod http;
mod links;
pub mod frontier;
pub mod fetch;
pub mod record;
pub mod sync;
pub mod watchdog;
pub mod command;
pub mod report;
pub mod conformance;

pub use fetch::{fetch, fetch_by};
pub use frontier::Frontier;
pub use http::{Failure, Fetched, Incoming, Page, address, request};
pub use record::{Lane, waiting};
pub use site::{Seen, Shape, Site};
pub use url::Url;
