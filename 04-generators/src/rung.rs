//! What this rung can do. The live reader reads it too.

use lab::Rung;

/// A page under way is a socket and what is paused: hence ten thousand at once,
/// as many as the site can hold.
pub const RUNG: Rung = Rung {
    styles: &["generator", "enum", "greenlet"],
    ..Rung::new("generators", 10_000)
};
