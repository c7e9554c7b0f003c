//! Solution: a fair semaphore.
//!
//! The free permits belong to the first in the line, as many as there are. So
//! a waiter looks at its place, and nothing is handed over: if it leaves the
//! line, all behind it move up. One more of them has a permit then, and is
//! woken.

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
    /// How many permits nobody has. They are for the first in the line.
    free: usize,
    line: VecDeque<(u64, Waker)>,
    /// The number of the next one that comes.
    next: u64,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
    /// Its number in the line.
    number: Option<u64>,
}

/// A permit. It comes back when this is dropped.
pub struct Permit {
    state: Rc<RefCell<State>>,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, line: VecDeque::new(), next: 0 };
        Semaphore { state: Rc::new(RefCell::new(state)) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        Acquire { state: Rc::clone(&self.state), number: None }
    }
}

impl State {
    fn place(&self, number: u64) -> Option<usize> {
        self.line.iter().position(|(it, _)| *it == number)
    }

    /// The waker of the last one in the line that may have a permit.
    fn last_that_may(&self) -> Option<Waker> {
        let place = self.free.checked_sub(1)?;
        self.line.get(place).map(|(_, waker)| waker.clone())
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
        let waker = context.waker().clone();
        let place = match self.number.and_then(|it| state.place(it)) {
            Some(place) => place,
            None => {
                let number = state.next;
                state.next += 1;
                self.number = Some(number);
                state.line.push_back((number, waker.clone()));
                state.line.len() - 1
            }
        };
        if place >= state.free {
            state.line[place].1 = waker;
            return Poll::Pending;
        }
        state.line.remove(place);
        state.free -= 1;
        drop(state);
        Poll::Ready(Permit { state: shared })
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        let place = self.number.and_then(|it| state.place(it));
        let Some(place) = place else { return };
        state.line.remove(place);
        // If it had a permit, that is for another one now.
        let had_one = place < state.free;
        let next = state.last_that_may().filter(|_| had_one);
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.state.borrow_mut();
        state.free += 1;
        let next = state.last_that_may();
        drop(state);
        next.into_iter().for_each(Waker::wake);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
