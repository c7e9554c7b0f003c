//! Exercise: no zombies.
//!
//!     cargo test -p processes --test no-zombies
//!
//! Some children run, and end in any order. Each is to be reported when it
//! ends, and none is to stay as a zombie. As it stands, they are waited for in
//! the order in which they were started. Mend it.

use lab::waiting;
use std::process::{Child, ExitStatus};

/// Waits for all of these children. Reports each as soon as it has ended, by
/// its place in the list, while others still run.
pub fn collect(
    children: Vec<Child>,
    mut report: impl FnMut(usize, ExitStatus),
) {
    for (n, mut child) in children.into_iter().enumerate() {
        let _waiting = waiting(format!("child {n}"));
        let status = child.wait().expect("we alone wait for it");
        report(n, status);
    }
}

#[path = "no-zombies/check.rs"]
mod check;
