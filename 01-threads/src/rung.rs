//! What this rung can do. The live reader reads it too.

/// The most requests in flight: a thread's stack and its guard pages are three
/// or four mappings, of which Linux gives a process 65,530.
pub const MOST_AT_ONCE: u64 = 10_000;
