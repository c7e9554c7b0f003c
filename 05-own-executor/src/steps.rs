//! What several steps share, once a step has built it.

mod fetch;
mod within;

pub use fetch::Fetch;
pub use within::within;
