//! The state is an enum in a RefCell: a callback and a result cannot both wait.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// What is to be called, in its order. A clone is the same queue.
#[derive(Clone, Default)]
pub struct Queue(Rc<RefCell<VecDeque<Call>>>);

type Call = Box<dyn FnOnce()>;

impl Queue {
    /// Queues a call.
    pub fn push(&self, call: impl FnOnce() + 'static) {
        self.0.borrow_mut().push_back(Box::new(call));
    }

    /// Calls the first one, if there is one.
    pub fn call_next(&self) -> bool {
        let first = self.0.borrow_mut().pop_front();
        first.map(|call| call()).is_some()
    }
}

/// A value that will come, or an error.
pub struct Deferred<T> {
    shared: Rc<Shared<T>>,
}

/// Settles a Deferred: it gives it its result.
pub struct Resolver<T> {
    shared: Rc<Shared<T>>,
}

struct Shared<T> {
    queue: Queue,
    state: RefCell<State<T>>,
}

#[derive(Default)]
enum State<T> {
    #[default]
    Empty,
    Result(Result<T, String>),
    Callback(Callback<T>),
}

type Callback<T> = Box<dyn FnOnce(Result<T, String>)>;

impl<T: 'static> Deferred<T> {
    /// A Deferred, and what settles it.
    pub fn new(queue: &Queue) -> (Resolver<T>, Deferred<T>) {
        let shared =
            Rc::new(Shared { queue: queue.clone(), state: RefCell::default() });
        (Resolver { shared: shared.clone() }, Deferred { shared })
    }

    /// Has `callback` called with the value, from the queue, and gives back the
    /// Deferred of what it returns. An error goes past it.
    pub fn then<U: 'static>(
        self,
        callback: impl FnOnce(T) -> Result<U, String> + 'static,
    ) -> Deferred<U> {
        let (resolver, next) = Deferred::new(&self.shared.queue);
        self.attach(move |result| match result {
            Ok(value) => resolver.settle(callback(value)),
            Err(error) => resolver.settle(Err(error)),
        });
        next
    }

    /// Has `callback` called with the error, from the queue, and gives back the
    /// Deferred of what it returns. A value goes past it.
    pub fn catch(
        self,
        callback: impl FnOnce(String) -> Result<T, String> + 'static,
    ) -> Deferred<T> {
        let (resolver, next) = Deferred::new(&self.shared.queue);
        self.attach(move |result| match result {
            Ok(value) => resolver.settle(Ok(value)),
            Err(error) => resolver.settle(callback(error)),
        });
        next
    }

    fn attach(self, callback: impl FnOnce(Result<T, String>) + 'static) {
        let state = self.shared.state.take();
        let State::Result(result) = state else {
            let waits = State::Callback(Box::new(callback));
            *self.shared.state.borrow_mut() = waits;
            return;
        };
        self.shared.queue.push(|| callback(result));
    }
}

impl<T: 'static> Resolver<T> {
    /// Gives the result. What waits for it is called from the queue.
    pub fn settle(self, result: Result<T, String>) {
        let state = self.shared.state.take();
        let State::Callback(callback) = state else {
            *self.shared.state.borrow_mut() = State::Result(result);
            return;
        };
        self.shared.queue.push(|| callback(result));
    }
}

#[path = "deferred-then-catch/check.rs"]
mod check;
