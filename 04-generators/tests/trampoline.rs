//! What the trampoline promises, and what the schedulers of others got wrong
//! before. Every test has a process of its own, under a limit: one that waits
//! for ever fails.

mod turns;
mod waits;
mod sockets;
mod ends;
mod cancelling;
mod recording;

use generators::{
    AsyncYielder, Generator, Greenlet, Paused, Reply, Request, Resume, Resumed,
    Yielder,
};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

type Y = AsyncYielder<Reply, Request>;

/// What has happened, in order.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<String>>>);

impl Notes {
    fn add(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// Notes it when it is dropped.
    fn when_dropped(&self, what: &'static str) -> Dropped {
        Dropped(self.clone(), what)
    }

    /// All notes since the last call.
    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

struct Dropped(Notes, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// A task that is a generator.
fn task<F: Future<Output = ()> + 'static>(
    body: impl FnOnce(Y) -> F + 'static,
) -> Generator<Reply, Request, ()> {
    Generator::new(|_, y| body(y))
}

/// A task that is a greenlet.
fn greenlet(
    body: impl FnOnce(&Yielder<Reply, Request>) + 'static,
) -> Greenlet<Reply, Request, ()> {
    Greenlet::new("greenlet", |_, y: &_| body(y)).unwrap()
}

/// A task that is an enum: it takes one step after the other, and pauses after
/// each that gives a request.
#[derive(Default)]
struct Steps(VecDeque<Step>);

type Step = Box<dyn FnOnce(Reply) -> Option<Request>>;

impl Steps {
    fn then(
        mut self,
        step: impl FnOnce(Reply) -> Option<Request> + 'static,
    ) -> Steps {
        self.0.push_back(Box::new(step));
        self
    }
}

impl Resume for Steps {
    fn resume(&mut self, mut reply: Reply) -> Resumed<Request, ()> {
        while let Some(step) = self.0.pop_front() {
            match step(reply) {
                Some(request) => return Resumed::Yielded(request),
                None => reply = Ok(()),
            }
        }
        Resumed::Returned(())
    }

    fn paused(&self) -> Paused {
        Paused::Variant { name: "Steps", bytes: size_of::<Steps>() }
    }
}
