//! What several steps share, once a step has built it; and what step 3-6
//! compares with.

mod fetch;
mod waits;
mod callers;
mod blocking;

pub use blocking::fetch_blocking;
pub use callers::{note_callers, print_callers};
pub use fetch::Fetch;
pub use waits::Waits;
