//! What this rung can do. The live reader includes this file as well, and each
//! of the two has `Rung` from elsewhere.

use super::Rung;

/// It has one page under way at a time.
pub const RUNG: Rung = Rung::new("lab", 1);
