//! What other threads do for a loop, and have it call.

use super::{Loop, next_number};
use crate::mailbox::{Bell, Closed, Mailbox, Sender};
use crate::slots::{Slot, Slots};
use polling::Poller;
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, Builder};

/// What another thread wants to be called on the loop's thread.
pub(super) type Post = (Slot, Box<dyn FnOnce(&mut Loop) + Send>);

/// What is called with the result of a thread's work.
pub(super) type Worked = Box<dyn FnOnce(&mut Loop, Box<dyn Any>)>;

/// Lets other threads have a loop call something. As long as there is one, the
/// loop does not end, but waits for what may be posted.
#[derive(Clone, Debug)]
pub struct Remote {
    sender: Sender<Post, Arc<Poller>>,
    slots: Slots,
}

impl Remote {
    /// Has the loop call `then`, in this turn or the next; wakes it if it
    /// waits. Any thread may call this, also the loop's own.
    ///
    /// # Errors
    ///
    /// If the loop is gone. Then `then` is dropped here.
    #[track_caller]
    pub fn post(
        &self,
        then: impl FnOnce(&mut Loop) + Send + 'static,
    ) -> Result<(), Closed> {
        let slot = self.slots.take("post");
        slot.lane().ready();
        self.sender.post((slot, Box::new(then)))
    }
}

impl Bell for Arc<Poller> {
    fn ring(&self) {
        // It writes to an eventfd or a pipe of its own, once for each wait:
        // that is never full.
        let _ = self.notify();
    }
}

impl Loop {
    /// What other threads need in order to have this loop call something.
    pub fn remote(&self) -> Remote {
        let sender = Mailbox::sender(&self.mailbox);
        Remote { sender, slots: self.slots.clone() }
    }

    /// Does `work` on a thread of its own, then calls `then` on this one with
    /// its result, or with what it panicked with.
    ///
    /// # Errors
    ///
    /// If the thread does not start. Then nothing is called.
    #[track_caller]
    pub fn in_thread<T: Send + 'static>(
        &mut self,
        work: impl FnOnce() -> T + Send + 'static,
        then: impl FnOnce(&mut Loop, thread::Result<T>) + 'static,
    ) -> io::Result<()> {
        let number = next_number();
        let slot = self.slots.take("work");
        slot.lane().waits("a thread");
        let sender = Mailbox::sender(&self.mailbox);
        Builder::new().spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(work));
            let then = move |events: &mut Loop| {
                if let Some(then) = events.at_work.remove(&number) {
                    then(events, Box::new(result));
                }
            };
            slot.lane().ready();
            // If the loop is gone, the result is not wanted any more.
            let _ = sender.post((slot, Box::new(then)));
        })?;
        // `then` stays here, since it may be unfit for another thread. If that
        // thread has done its work already, it has only posted: the loop looks
        // for `then` later, on this thread.
        let then: Worked = Box::new(|events, result| {
            let result = result.downcast().expect("the result of this work");
            then(events, *result);
        });
        self.at_work.insert(number, then);
        Ok(())
    }
}
