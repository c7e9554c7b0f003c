//! What this rung can do. The live reader includes this file as well, and each
//! of the two has `Rung` from elsewhere.

use super::Rung;

/// A page under way is a socket and a task: hence ten thousand at once, as many
/// as the site can hold. More threads than cores are of no use, and few
/// machines have more than 64.
pub const RUNG: Rung =
    Rung { most_workers: 64, ..Rung::new("own-executor", 10_000) };
