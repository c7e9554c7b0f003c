//! What several steps share, once a step has built it; and what step 3-6
//! compares with.

mod fetch;
mod waits;
mod callers;
mod blocking;

pub use blocking::show_blocking;
use callers::note_callers;
pub use callers::print_callers;
pub use fetch::{Fetch, print, read_page};
pub use waits::Waits;
