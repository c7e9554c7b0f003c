//! The slow site.
/// Its shape.
pub struct Shape {}
/// A running site.
pub struct Site {}
/// What it saw.
pub struct Seen {}
