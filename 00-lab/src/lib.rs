//! The problem that every rung solves, and the instruments that watch it
//! being solved.
//!
//! A step starts a [`Site`], fetches some of its pages, and lets it
//! [`finish`](Site::finish). A rung's crawl is a function that is given a
//! [`Job`] and gives back the [`Frontier`]; [`run`] does the rest.
//!
//! What a rung does *not* bring along is here as *sans-I/O* code: HTTP
//! ([`request`], [`Incoming`]), links, and the frontier. Bytes go in, pages
//! come out, and nothing waits.

pub mod site;
pub mod http;
mod links;
pub mod frontier;
mod fetch;
mod job;
mod rung;
pub mod command;
mod target;
mod report;
mod usage;
mod failure;

pub use command::run;
pub use command_line::{Rung, end_if_output_fails};
pub use dice::Dice;
pub use failure::Failure;
pub use fetch::{fetch, fetch_by};
pub use frontier::Frontier;
pub use http::{
    Fetched, Incoming, Page, address, compute, compute_for, is_loopback,
    request,
};
pub use job::{Job, Manners};
pub use locks as sync;
pub use rung::RUNG;
pub use site::{Seen, Shape, Site};
pub use timeline::{
    Lane, cpu_time, cpu_time_of_thread, record_length, waiting,
};
pub use url::Url;
pub use usage::Usage;
