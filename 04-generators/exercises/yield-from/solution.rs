//! Solution: `yield from` for two kinds of request.
//!
//! A stack of generators, as a `Vec`: the innermost is the last one. It alone
//! is resumed, however many there are. A request goes outward at once. An inner
//! generator goes on the stack, and begins; at its end it is taken off, and the
//! one that has waited for it goes on with its value.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    /// The innermost is the last.
    stack: Vec<Generator>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { stack: vec![outermost] }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(
        &mut self,
        mut reply: Option<Reply>,
    ) -> Resumed<Request, Reply> {
        loop {
            let innermost = self.stack.last_mut().expect("it is not over");
            match innermost.resume(reply) {
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Yielded(Yield::From(inner)) => {
                    self.stack.push(inner);
                    reply = None;
                }
                Resumed::Returned(end) => {
                    self.stack.pop();
                    if self.stack.is_empty() {
                        return Resumed::Returned(end);
                    }
                    reply = Some(end);
                }
            }
        }
    }
}

impl Drop for Task {
    /// The innermost goes first. A `Vec` would drop the outermost first.
    fn drop(&mut self) {
        while self.stack.pop().is_some() {}
    }
}

#[path = "yield-from/check.rs"]
mod check;
