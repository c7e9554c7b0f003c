//! Exercise: exactly once.
//!
//!     cargo test -p callbacks --test exactly-once
//!
//! `ask` sends a question and calls `then` once: with the reply, or when the
//! time is up, or when it is cancelled, whichever comes first. As it stands,
//! `then` is called twice in most cases, and in one case never. Mend it.

use check::{Events, Handle};
use std::cell::Cell;
use std::rc::Rc;
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
    state: Rc<State>,
}

type Then = dyn Fn(&mut Events, Reply);

/// What the reply, the timer and `cancel` share.
struct State {
    then: Box<Then>,
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
        then: Box::new(then),
        question: Cell::new(None),
        timer: Cell::new(None),
    });
    let on_reply = state.clone();
    state.question.set(Some(events.send(question, move |events, reply| {
        (on_reply.then)(events, reply);
    })));
    let on_time = state.clone();
    state.timer.set(Some(events.after(limit, move |events| {
        (on_time.then)(events, Err(Why::TimedOut));
    })));
    Asking { state }
}

impl Asking {
    /// Gives up: `then` is called with `Cancelled`. If there was a reply, or
    /// the time was up, this does nothing.
    pub fn cancel(&self, events: &mut Events) {
        for under_way in [&self.state.question, &self.state.timer] {
            if let Some(handle) = under_way.take() {
                events.cancel(handle);
            }
        }
    }
}

#[path = "exactly-once/check.rs"]
mod check;
