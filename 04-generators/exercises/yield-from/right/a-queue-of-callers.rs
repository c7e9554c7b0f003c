//! The innermost is the first of a `VecDeque`, which drops its first one first.
//! So nothing has to be said about that.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;
use std::collections::VecDeque;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    running: VecDeque<Generator>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { running: VecDeque::from([outermost]) }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(
        &mut self,
        mut reply: Option<Reply>,
    ) -> Resumed<Request, Reply> {
        loop {
            match self.running[0].resume(reply.take()) {
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Yielded(Yield::From(inner)) => {
                    self.running.push_front(inner);
                }
                // The outermost is dropped with its task.
                Resumed::Returned(end) if self.running.len() == 1 => {
                    return Resumed::Returned(end);
                }
                Resumed::Returned(end) => {
                    self.running.pop_front();
                    reply = Some(end);
                }
            }
        }
    }
}

#[path = "yield-from/check.rs"]
mod check;
