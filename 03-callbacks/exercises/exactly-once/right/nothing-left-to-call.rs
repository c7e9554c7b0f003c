//! There is no flag. What comes first has the callbacks of both dropped, and
//! with them the state: a cancel after that finds none.

use check::{Events, Handle};
use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;

/// An answer, or why there is none.
pub type Reply = Result<String, Why>;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The other side says no.
    Refused,
    /// There was no reply within the limit.
    TimedOut,
    /// The caller has given up.
    Cancelled,
}

/// A question that is under way. What becomes of it does not depend on whether
/// this is kept.
pub struct Asking {
    // Not an `Rc`: `then` may own this, and would own itself.
    state: Weak<State>,
}

type Then = dyn Fn(&mut Events, Reply);

/// What the reply, the timer and `cancel` share.
struct State {
    then: Rc<Then>,
    question: Cell<Option<Handle>>,
    timer: Cell<Option<Handle>>,
}

/// Asks `question`, and has `then` called exactly once, by the loop: with the
/// reply, or with `TimedOut` if there is none after `limit`.
pub fn ask(
    events: &mut Events,
    question: &str,
    limit: Duration,
    then: impl Fn(&mut Events, Reply) + 'static,
) -> Asking {
    let state = Rc::new(State {
        then: Rc::new(then),
        question: Cell::new(None),
        timer: Cell::new(None),
    });
    // The timer first: if the reply comes at once, it has to be there.
    let on_time = state.clone();
    state.timer.set(Some(events.after(limit, move |events| {
        on_time.settle(events, Err(Why::TimedOut));
    })));
    let on_reply = state.clone();
    state.question.set(Some(events.send(question, move |events, reply| {
        on_reply.settle(events, reply);
    })));
    Asking { state: Rc::downgrade(&state) }
}

impl State {
    fn settle(&self, events: &mut Events, reply: Reply) {
        for loser in [&self.question, &self.timer] {
            if let Some(handle) = loser.take() {
                events.cancel(handle);
            }
        }
        let then = self.then.clone();
        events.call_soon(move |events| then(events, reply));
    }
}

impl Asking {
    /// Gives up: `then` is called with `Cancelled`. If there was a reply, or
    /// the time was up, this does nothing.
    pub fn cancel(&self, events: &mut Events) {
        if let Some(state) = self.state.upgrade() {
            state.settle(events, Err(Why::Cancelled));
        }
    }
}

#[path = "exactly-once/check.rs"]
mod check;
