//! `then` is as it was given, and a flag says that it is over. The state is
//! owned by the two callbacks and by nothing else.

use check::{Events, Handle};
use std::cell::RefCell;
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
pub struct Asking(Weak<End>);

/// Ends a question with this result, if it is still under way.
type End = dyn Fn(&mut Events, Reply);

/// Asks `question`, and has `then` called exactly once, by the loop: with the
/// reply, or with `TimedOut` if there is none after `limit`.
pub fn ask(
    events: &mut Events,
    question: &str,
    limit: Duration,
    then: impl Fn(&mut Events, Reply) + 'static,
) -> Asking {
    // What can still call; `None` once it is over.
    let handles = Rc::new(RefCell::new(Some(Vec::<Handle>::new())));
    let (own, then) = (handles.clone(), Rc::new(then));
    let end: Rc<End> = Rc::new(move |events, reply| {
        let Some(handles) = own.take() else { return };
        for handle in handles {
            events.cancel(handle);
        }
        let then = then.clone();
        events.call_soon(move |events| then(events, reply));
    });

    let asking = Asking(Rc::downgrade(&end));
    let on_reply = end.clone();
    let sent = events.send(question, move |events, reply| {
        on_reply(events, reply);
    });
    // If the reply has come at once, there is nothing left to set.
    if let Some(handles) = &mut *handles.borrow_mut() {
        handles.push(sent);
        handles.push(events.after(limit, move |events| {
            end(events, Err(Why::TimedOut));
        }));
    }
    asking
}

impl Asking {
    /// Gives up: `then` is called with `Cancelled`. If there was a reply, or
    /// the time was up, this does nothing.
    pub fn cancel(&self, events: &mut Events) {
        if let Some(end) = self.0.upgrade() {
            end(events, Err(Why::Cancelled));
        }
    }
}

#[path = "exactly-once/check.rs"]
mod check;
