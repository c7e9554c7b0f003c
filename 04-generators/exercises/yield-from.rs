//! Exercise: `yield from` for two kinds of request.
//!
//!     cargo test -p generators --test yield-from
//!
//! A generator pauses with a request, to read or to sleep, or with another
//! generator: then it waits until that one has come to its end. Only requests
//! go outward, and what comes back is for the innermost. As it stands, an inner
//! generator is dropped at once, and 0 comes from it.

use check::{Generator, Reply, Request, Yield};
use generators::Resumed;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    outermost: Generator,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { outermost }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(
        &mut self,
        mut reply: Option<Reply>,
    ) -> Resumed<Request, Reply> {
        loop {
            match self.outermost.resume(reply) {
                Resumed::Yielded(Yield::Request(request)) => {
                    return Resumed::Yielded(request);
                }
                Resumed::Yielded(Yield::From(inner)) => {
                    drop(inner);
                    reply = Some(Ok(0));
                }
                Resumed::Returned(end) => return Resumed::Returned(end),
            }
        }
    }
}

#[path = "yield-from/check.rs"]
mod check;
