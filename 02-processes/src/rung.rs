//! What this rung can do. The live reader includes this file as well, and each
//! of the two has `Rung` from elsewhere.

use super::{Fault, Rung};

/// Each worker has two pipes here, and Linux gives a process 1,024 open files
/// unless it asks for more: hence no more than 500 at once.
///
/// A worker may have been killed from outside, so a page is given to three
/// of them before it is given up.
pub const RUNG: Rung =
    Rung { survives: Fault::DEADLY, tries: 3, ..Rung::new("processes", 500) };
