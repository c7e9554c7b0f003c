//! Each that comes draws a ticket, and all tickets below a number may enter. For
//! a permit that comes back, one more may enter, but for those that have gone.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Some permits, and the tasks that wait for one.
pub struct Semaphore {
    state: Rc<RefCell<State>>,
}

#[derive(Default)]
struct State {
    drawn: u64,
    /// All tickets below this one may enter.
    may_enter: u64,
    /// Those that may not enter yet, and never will.
    gone: BTreeSet<u64>,
    wakers: BTreeMap<u64, Waker>,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
    ticket: Option<u64>,
}

/// A permit. It comes back when this is dropped.
pub struct Permit {
    state: Rc<RefCell<State>>,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { may_enter: permits as u64, ..State::default() };
        Semaphore { state: Rc::new(RefCell::new(state)) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        Acquire { state: Rc::clone(&self.state), ticket: None }
    }
}

fn let_one_more_enter(state: &RefCell<State>) {
    let mut state = state.borrow_mut();
    let ticket = loop {
        let ticket = state.may_enter;
        state.may_enter += 1;
        if !state.gone.remove(&ticket) {
            break ticket;
        }
    };
    let waker = state.wakers.remove(&ticket);
    drop(state);
    waker.into_iter().for_each(Waker::wake);
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        let shared = Rc::clone(&self.state);
        let mut state = shared.borrow_mut();
        let ticket = self.ticket.unwrap_or(state.drawn);
        state.drawn = state.drawn.max(ticket + 1);
        if ticket < state.may_enter {
            self.ticket = None;
            drop(state);
            return Poll::Ready(Permit { state: shared });
        }
        self.ticket = Some(ticket);
        let old = state.wakers.insert(ticket, context.waker().clone());
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket else { return };
        let mut state = self.state.borrow_mut();
        if ticket < state.may_enter {
            drop(state);
            return let_one_more_enter(&self.state);
        }
        state.gone.insert(ticket);
        let waker = state.wakers.remove(&ticket);
        drop(state);
        drop(waker);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let_one_more_enter(&self.state);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
