//! What several steps share, once a step has built it; and the other sides of
//! what they talk to.

mod fetch;
mod within;
mod executor;
pub mod slow;
mod visitors;
mod site;

pub use crate::fetch::{read, write_all};
pub use crate::lanes::{waits_for, waits_for_bytes, waits_until};
pub use executor::{Executor, Task};
pub use fetch::Fetch;
pub use site::{Flight, SlowSite, read_request};
pub use visitors::{Client, keep_silent, visit};
pub use within::within;
