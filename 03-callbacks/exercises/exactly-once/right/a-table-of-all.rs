//! All questions are in one table, by their numbers, and so an `Asking` is a
//! number. What the callbacks own takes its entry away at the end.

use check::{Events, Handle};
use std::cell::RefCell;
use std::collections::HashMap;
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
pub struct Asking(u64);

type Then = dyn FnOnce(&mut Events, Reply);

/// What is under way: what it calls, and what can be taken away.
#[derive(Default)]
struct Table {
    last: u64,
    entries: HashMap<u64, (Box<Then>, Vec<Handle>)>,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// Asks `question`, and has `then` called exactly once, by the loop: with the
/// reply, or with `TimedOut` if there is none after `limit`.
pub fn ask(
    events: &mut Events,
    question: &str,
    limit: Duration,
    then: impl FnOnce(&mut Events, Reply) + 'static,
) -> Asking {
    let number = TABLE.with_borrow_mut(|table| {
        table.last += 1;
        table.entries.insert(table.last, (Box::new(then), Vec::new()));
        table.last
    });
    let entry = Rc::new(Entry(number));
    let on_time = entry.clone();
    let timer = events.after(limit, move |events| {
        on_time.settle(events, Err(Why::TimedOut));
    });
    entry.note(timer);
    let on_reply = entry.clone();
    let sent = events.send(question, move |events, reply| {
        on_reply.settle(events, reply);
    });
    entry.note(sent);
    Asking(number)
}

/// An entry of the table, which goes when both callbacks are gone.
struct Entry(u64);

impl Entry {
    fn note(&self, handle: Handle) {
        TABLE.with_borrow_mut(|table| {
            if let Some((_, handles)) = table.entries.get_mut(&self.0) {
                handles.push(handle);
            }
        });
    }

    fn settle(&self, events: &mut Events, reply: Reply) {
        settle(self.0, events, reply);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // It is dropped when the table is not borrowed any more: what it owns
        // may be another entry.
        let gone = TABLE.with_borrow_mut(|table| table.entries.remove(&self.0));
        drop(gone);
    }
}

fn settle(number: u64, events: &mut Events, reply: Reply) {
    let entry = TABLE.with_borrow_mut(|table| table.entries.remove(&number));
    let Some((then, handles)) = entry else { return };
    for handle in handles {
        events.cancel(handle);
    }
    events.call_soon(move |events| then(events, reply));
}

impl Asking {
    /// Gives up: `then` is called with `Cancelled`. If there was a reply, or
    /// the time was up, this does nothing.
    pub fn cancel(&self, events: &mut Events) {
        settle(self.0, events, Err(Why::Cancelled));
    }
}

#[path = "exactly-once/check.rs"]
mod check;
