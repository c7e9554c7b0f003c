//! Exercise: then and catch.
//!
//!     cargo test -p callbacks --test deferred-then-catch
//!
//! A Deferred is a value that will come, or an error, and its resolver settles
//! it. Write `then` and `catch`, so that a chain of callbacks can be attached
//! to it. As it stands, they attach nothing.

use std::cell::{Cell, RefCell};
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
    /// The result, if it comes before the callback.
    result: Cell<Option<Result<T, String>>>,
    /// The callback, if it comes before the result.
    callback: Cell<Option<Callback<T>>>,
}

type Callback<T> = Box<dyn FnOnce(Result<T, String>)>;

impl<T: 'static> Deferred<T> {
    /// A Deferred, and what settles it.
    pub fn new(queue: &Queue) -> (Resolver<T>, Deferred<T>) {
        let shared = Rc::new(Shared {
            queue: queue.clone(),
            result: Cell::new(None),
            callback: Cell::new(None),
        });
        (Resolver { shared: shared.clone() }, Deferred { shared })
    }

    /// Has `callback` called with the value, from the queue, and gives back the
    /// Deferred of what it returns. An error goes past it.
    pub fn then<U: 'static>(
        self,
        callback: impl FnOnce(T) -> Result<U, String> + 'static,
    ) -> Deferred<U> {
        let (resolver, next) = Deferred::new(&self.shared.queue);
        let _not_used_yet = (callback, resolver);
        next
    }

    /// Has `callback` called with the error, from the queue, and gives back the
    /// Deferred of what it returns. A value goes past it.
    pub fn catch(
        self,
        callback: impl FnOnce(String) -> Result<T, String> + 'static,
    ) -> Deferred<T> {
        let (resolver, next) = Deferred::new(&self.shared.queue);
        let _not_used_yet = (callback, resolver);
        next
    }
}

impl<T: 'static> Resolver<T> {
    /// Gives the result. What waits for it is called from the queue.
    pub fn settle(self, result: Result<T, String>) {
        match self.shared.callback.take() {
            Some(callback) => self.shared.queue.push(|| callback(result)),
            None => self.shared.result.set(Some(result)),
        }
    }
}

#[path = "deferred-then-catch/check.rs"]
mod check;
