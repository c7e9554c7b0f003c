//! A map of all, by how deep they are, the deepest first.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    /// The key is how deep it is. The deepest comes first, also when the map is
    /// dropped.
    by_depth: BTreeMap<Reverse<usize>, Generator>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { by_depth: [(Reverse(0), outermost)].into() }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(
        &mut self,
        mut reply: Option<Reply>,
    ) -> Resumed<Request, Reply> {
        loop {
            let innermost =
                self.by_depth.values_mut().next().expect("it is not over");
            match innermost.resume(reply) {
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Yielded(Yield::From(inner)) => {
                    let depth = self.by_depth.len();
                    self.by_depth.insert(Reverse(depth), inner);
                    reply = None;
                }
                Resumed::Returned(end) => {
                    self.by_depth.pop_first();
                    if self.by_depth.is_empty() {
                        return Resumed::Returned(end);
                    }
                    reply = Some(end);
                }
            }
        }
    }
}

#[path = "yield-from/check.rs"]
mod check;
