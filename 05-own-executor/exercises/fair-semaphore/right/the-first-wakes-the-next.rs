//! Only the first in the line is woken. When it has its permit and another one
//! is free, or when it is dropped, it wakes the next.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Some permits, and the tasks that wait for one.
pub struct Semaphore {
    state: Rc<RefCell<State>>,
}

struct State {
    free: usize,
    line: BTreeMap<u64, Waker>,
    next: u64,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
    number: Option<u64>,
}

/// A permit. It comes back when this is dropped.
pub struct Permit {
    state: Rc<RefCell<State>>,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, line: BTreeMap::new(), next: 0 };
        Semaphore { state: Rc::new(RefCell::new(state)) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        Acquire { state: Rc::clone(&self.state), number: None }
    }
}

fn wake_the_first(state: &RefCell<State>) {
    let state = state.borrow();
    let is_one_free = state.free > 0;
    let first = state.line.values().next().filter(|_| is_one_free).cloned();
    drop(state);
    first.into_iter().for_each(Waker::wake);
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        let shared = Rc::clone(&self.state);
        let mut state = shared.borrow_mut();
        let number = self.number.unwrap_or(state.next);
        if self.number.replace(number).is_none() {
            state.next += 1;
        }
        state.line.insert(number, context.waker().clone());
        let is_first = state.line.keys().next() == Some(&number);
        if !is_first || state.free == 0 {
            return Poll::Pending;
        }
        state.line.remove(&number);
        state.free -= 1;
        drop(state);
        self.number = None;
        wake_the_first(&shared);
        Poll::Ready(Permit { state: shared })
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(number) = self.number else { return };
        self.state.borrow_mut().line.remove(&number);
        wake_the_first(&self.state);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.state.borrow_mut().free += 1;
        wake_the_first(&self.state);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
