//! What this rung can do. The live reader reads it too.

/// The most requests in flight: each worker has two pipes here, and Linux gives
/// a process 1,024 open files unless it asks for more.
pub const MOST_AT_ONCE: u64 = 500;
