//! The line has weak pointers to places. The place of one that is dropped stays
//! in the line as long as others wait before it, and is passed over.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};

/// Some permits, and the tasks that wait for one.
pub struct Semaphore {
    state: Rc<RefCell<State>>,
}

type Place = RefCell<Waker>;

struct State {
    free: usize,
    line: Vec<Weak<Place>>,
}

/// Waits for a permit, from its first poll on.
pub struct Acquire {
    state: Rc<RefCell<State>>,
    place: Option<Rc<Place>>,
}

/// A permit. It comes back when this is dropped.
pub struct Permit {
    state: Rc<RefCell<State>>,
}

impl Semaphore {
    /// A semaphore with this number of permits.
    pub fn new(permits: usize) -> Semaphore {
        let state = State { free: permits, line: Vec::new() };
        Semaphore { state: Rc::new(RefCell::new(state)) }
    }

    /// Waits for a permit.
    pub fn acquire(&self) -> Acquire {
        Acquire { state: Rc::clone(&self.state), place: None }
    }
}

impl State {
    /// Those that may have a permit.
    fn chosen(&self) -> impl Iterator<Item = Rc<Place>> {
        self.line.iter().filter_map(Weak::upgrade).take(self.free)
    }
}

fn wake_all_that_may(state: &RefCell<State>) {
    let chosen: Vec<_> = state.borrow().chosen().collect();
    let wakers: Vec<_> =
        chosen.iter().map(|place| place.borrow().clone()).collect();
    drop(chosen);
    wakers.into_iter().for_each(Waker::wake);
}

impl Future for Acquire {
    type Output = Permit;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Permit> {
        let shared = Rc::clone(&self.state);
        let waker = context.waker().clone();
        let place = match self.place.take() {
            Some(place) => {
                place.replace(waker);
                place
            }
            None => {
                let place = Rc::new(RefCell::new(waker));
                shared.borrow_mut().line.push(Rc::downgrade(&place));
                place
            }
        };
        let mut state = shared.borrow_mut();
        if !state.chosen().any(|it| Rc::ptr_eq(&it, &place)) {
            self.place = Some(place);
            return Poll::Pending;
        }
        state.free -= 1;
        drop(place);
        let gone = state.line.iter().take_while(|it| it.strong_count() == 0);
        let gone = gone.count();
        state.line.drain(..gone);
        drop(state);
        Poll::Ready(Permit { state: shared })
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if self.place.take().is_some() {
            wake_all_that_may(&self.state);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.state.borrow_mut().free += 1;
        wake_all_that_may(&self.state);
    }
}

#[path = "fair-semaphore/check.rs"]
mod check;
