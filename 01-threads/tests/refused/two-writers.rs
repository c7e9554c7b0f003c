//! Two threads insert into one set, and nothing orders them.

use std::collections::HashSet;
use std::thread;

fn main() {
    let mut known = HashSet::new();

    thread::scope(|scope| {
        scope.spawn(|| known.insert("/1"));
        scope.spawn(|| known.insert("/1"));
    });
}
