//! What this rung can do. The live reader reads it too.

use lab::Rung;
use lab::site::Fault;

/// Each worker has two pipes here, and Linux gives a process 1,024 open files
/// unless it asks for more: hence no more than 500 at once.
///
/// A worker may have been killed from outside, so a page is given to three
/// of them before it is given up.
pub const RUNG: Rung =
    Rung { survives: Fault::DEADLY, tries: 3, ..Rung::new("processes", 500) };
