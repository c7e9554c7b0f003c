//! What several steps share, once a step has built it; and the other sides of
//! what they talk to.

mod fetch;
mod within;
pub mod slow;
mod visitors;

pub use crate::fetch::{read, write_all};
pub use fetch::Fetch;
pub use within::within;
pub use visitors::{Client, keep_silent, visit};
//! What several steps share, once a step has built it, and what is not their
//! subject.

mod fetch;
mod site;

pub use crate::fetch::{read, write_all};
pub use fetch::Fetch;
pub use site::{Flight, SlowSite, read_request};
