//! The task is a generator itself: one of the library, whose body keeps the
//! stack in a variable, and hands on what it gets by `suspend`.

use check::{Generator, Reply, Request, Yield};
use generators::{AsyncYielder, Generator as Body, Resumed};

type Sent = Option<Reply>;

/// A generator, those inside of it that it waits for, and those inside of them.
pub struct Task {
    body: Body<Sent, Request, Reply>,
}

impl Task {
    /// A task whose outermost generator is this one. Nothing runs yet.
    pub fn new(outermost: Generator) -> Task {
        Task { body: Body::new(|sent, y| run(outermost, sent, y)) }
    }

    /// Lets the innermost generator run with this reply, until there is a
    /// request to hand out, or the outermost has come to its end.
    pub fn resume(&mut self, reply: Option<Reply>) -> Resumed<Request, Reply> {
        self.body.resume(reply)
    }
}

async fn run(
    outermost: Generator,
    mut sent: Sent,
    y: AsyncYielder<Sent, Request>,
) -> Reply {
    let mut stack = Stack(vec![outermost]);
    loop {
        let innermost = stack.0.last_mut().expect("it is not over");
        sent = match innermost.resume(sent) {
            Resumed::Yielded(Yield::Request(request)) => {
                y.suspend(request).await
            }
            Resumed::Yielded(Yield::From(inner)) => {
                stack.0.push(inner);
                None
            }
            Resumed::Returned(end) => {
                stack.0.pop();
                if stack.0.is_empty() {
                    return end;
                }
                Some(end)
            }
        };
    }
}

struct Stack(Vec<Generator>);

impl Drop for Stack {
    fn drop(&mut self) {
        self.0.drain(..).rev().for_each(drop);
    }
}

#[path = "yield-from/check.rs"]
mod check;
