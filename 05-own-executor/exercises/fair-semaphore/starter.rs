//! Exercise: a fair semaphore.
//!
//!     cargo test -p own-executor --test fair-semaphore
//!
//! A permit that comes back goes to the task that has waited for longest. As
//! it stands, it goes to any task that is polled, and if the one that was
//! woken for it is dropped, it goes to none.

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
    /// How many permits nobody has.
    free: usize,
    line: VecDeque<Waker>,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
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
        Acquire { state: Rc::clone(&self.state) }
    }
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Permit> {
        let mut state = self.state.borrow_mut();
        if state.free == 0 {
            state.line.push_back(context.waker().clone());
            return Poll::Pending;
        }
        state.free -= 1;
        Poll::Ready(Permit { state: Rc::clone(&self.state) })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        state.free += 1;
        let first = state.line.pop_front();
        drop(state);
        first.into_iter().for_each(Waker::wake);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
