//! What this rung can do. The live reader reads it too.

use lab::Rung;

/// A thread's stack and its guard pages are three or four mappings, of which
/// Linux gives a process 65,530: hence no more than 10,000 at once.
pub const RUNG: Rung = Rung::new("threads", 10_000);
