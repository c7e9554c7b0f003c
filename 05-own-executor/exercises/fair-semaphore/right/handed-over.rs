//! A permit that comes back is handed over to the first in the line, which is
//! then in the line no more, and finds it when it is polled. What was handed to
//! a waiter that is dropped comes back like any other: a `Permit` is dropped.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Some permits, and the tasks that wait for one.
pub struct Semaphore {
    state: Rc<RefCell<State>>,
}

struct State {
    free: usize,
    line: VecDeque<Rc<RefCell<Waiter>>>,
}

#[derive(Default)]
struct Waiter {
    waker: Option<Waker>,
    permit: Option<Permit>,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
    waiter: Option<Rc<RefCell<Waiter>>>,
}

/// A permit. It comes back when this is dropped.
pub struct Permit {
    state: Rc<RefCell<State>>,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, line: VecDeque::new() };
        Semaphore { state: Rc::new(RefCell::new(state)) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        Acquire { state: Rc::clone(&self.state), waiter: None }
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        let shared = Rc::clone(&self.state);
        let mut state = shared.borrow_mut();
        if self.waiter.is_none() && state.free > 0 {
            state.free -= 1;
            return Poll::Ready(Permit { state: Rc::clone(&shared) });
        }
        let waiter = self.waiter.get_or_insert_with(|| {
            let waiter = Rc::<RefCell<Waiter>>::default();
            state.line.push_back(Rc::clone(&waiter));
            waiter
        });
        let mut waiter = waiter.borrow_mut();
        if let Some(permit) = waiter.permit.take() {
            return Poll::Ready(permit);
        }
        waiter.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(waiter) = self.waiter.take() else { return };
        let line = &mut self.state.borrow_mut().line;
        line.retain(|it| !Rc::ptr_eq(it, &waiter));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        let Some(first) = state.line.pop_front() else {
            state.free += 1;
            return;
        };
        drop(state);
        let permit = Permit { state: Rc::clone(&self.state) };
        let mut waiter = first.borrow_mut();
        waiter.permit = Some(permit);
        let waker = waiter.waker.take();
        drop(waiter);
        waker.into_iter().for_each(Waker::wake);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
