//! What this rung can do. The live reader includes this file as well, and each
//! of the two has `Rung` from elsewhere.

use super::Rung;

/// A thread's stack and its guard pages are three or four mappings, of which
/// Linux gives a process 65,530: hence no more than 10,000 at once.
pub const RUNG: Rung = Rung::new("threads", 10_000);
