//! What this rung can do. The live reader includes this file as well, and each
//! of the two has `Rung` from elsewhere.

use super::Rung;

/// A page under way is a socket and a task: hence ten thousand at once, as many
/// as the site can hold.
pub const RUNG: Rung = Rung { web: true, ..Rung::new("with-tokio", 10_000) };
