//! How much a task may do in one poll.

use std::cell::Cell;
use std::task::{Context, Poll};

/// The most operations of ours that can be ready in one poll.
const MOST: u8 = 128;
/// There is no limit where another executor polls: it has its own way to be
/// fair, and would not renew our budget.
const UNLIMITED: u8 = u8::MAX;

thread_local! {
    static LEFT: Cell<u8> = const { Cell::new(UNLIMITED) };
}

/// A poll begins.
pub fn renew() {
    LEFT.set(MOST);
}

/// The executor of this thread polls no more.
pub fn lift() {
    LEFT.set(UNLIMITED);
}

/// Is called by each future of ours before it looks whether it is ready. Once
/// it has been ready 128 times in a poll, it says that it is not, and has the
/// task polled again, after the others.
///
/// So a task for which something is always ready keeps no other waiting for
/// long. What computes, and futures that are not ours, are not interrupted.
pub fn spend(context: &mut Context<'_>) -> Poll<Spent> {
    match LEFT.get() {
        0 => {
            context.waker().wake_by_ref();
            Poll::Pending
        }
        UNLIMITED => Poll::Ready(Spent { made_progress: true }),
        left => {
            LEFT.set(left - 1);
            Poll::Ready(Spent { made_progress: false })
        }
    }
}

/// Lets one operation more be ready, whatever was spent.
pub fn renew_one() {
    LEFT.set(LEFT.get().max(1));
}

/// Something spent from the budget. It is given back if the future was not
/// ready after all.
#[must_use]
pub struct Spent {
    made_progress: bool,
}

impl Spent {
    pub fn made_progress(mut self) {
        self.made_progress = true;
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        if !self.made_progress {
            LEFT.set(LEFT.get() + 1);
        }
    }
}
