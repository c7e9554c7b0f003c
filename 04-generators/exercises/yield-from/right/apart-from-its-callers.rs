//! The innermost is apart from those that wait for it, which are in a list.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;
use std::mem;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    innermost: Generator,
    callers: Option<Box<Caller>>,
}

struct Caller {
    generator: Generator,
    next: Option<Box<Caller>>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { innermost: outermost, callers: None }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(&mut self, reply: Option<Reply>) -> Resumed<Request, Reply> {
        let mut resumed = self.innermost.resume(reply);
        loop {
            resumed = match resumed {
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Yielded(Yield::From(inner)) => {
                    let generator = mem::replace(&mut self.innermost, inner);
                    let next = self.callers.take();
                    self.callers = Some(Box::new(Caller { generator, next }));
                    self.innermost.resume(None)
                }
                Resumed::Returned(end) if !self.leave() => {
                    return Resumed::Returned(end);
                }
                Resumed::Returned(end) => self.innermost.resume(Some(end)),
            };
        }
    }

    /// Goes on with the caller of the innermost, if there is one.
    fn leave(&mut self) -> bool {
        let Some(caller) = self.callers.take() else { return false };
        self.innermost = caller.generator;
        self.callers = caller.next;
        true
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        while self.leave() {}
    }
}

#[path = "yield-from/check.rs"]
mod check;
