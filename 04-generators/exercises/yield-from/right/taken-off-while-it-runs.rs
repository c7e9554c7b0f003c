//! The innermost is the first of a queue. It is taken off while it runs, and
//! put back if it is not over. So a queue drops all in the right order by
//! itself.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;
use std::collections::VecDeque;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    queue: VecDeque<Generator>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { queue: VecDeque::from([outermost]) }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(
        &mut self,
        mut reply: Option<Reply>,
    ) -> Resumed<Request, Reply> {
        while let Some(mut first) = self.queue.pop_front() {
            let resumed = first.resume(reply.take());
            if let Resumed::Returned(end) = resumed {
                reply = Some(end);
                continue;
            }
            self.queue.push_front(first);
            match resumed {
                Resumed::Yielded(Yield::From(inner)) => {
                    self.queue.push_front(inner);
                }
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Returned(_) => unreachable!("see above"),
            }
        }
        Resumed::Returned(reply.expect("the end of the outermost"))
    }
}

#[path = "yield-from/check.rs"]
mod check;
