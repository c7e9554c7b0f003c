//! What other threads do for a loop, and have it call.

use super::{Loop, next_number};
use crate::lanes::{Lanes, Slot};
use crate::mailbox::{Closed, Mailbox, Sender};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::thread::{self, Builder};

/// What another thread wants to be called on the loop's thread.
pub(super) type Post = (Slot, Box<dyn FnOnce(&mut Loop) + Send>);

/// Lets other threads have a loop call something. As long as there is one, the
/// loop does not end, but waits for what may be posted.
#[derive(Clone)]
pub struct Remote {
    sender: Sender<Post>,
    lanes: Lanes,
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
        let slot = self.lanes.take("post");
        slot.lane.ready();
        self.sender.post((slot, Box::new(then)))
    }
}

impl Loop {
    /// What other threads need in order to have this loop call something.
    pub fn remote(&self) -> Remote {
        let sender = Mailbox::sender(&self.mailbox);
        Remote { sender, lanes: self.lanes.clone() }
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
        let slot = self.lanes.take("work");
        slot.lane.waits("a thread");
        let sender = Mailbox::sender(&self.mailbox);
        let (result, results) = mpsc::channel();
        Builder::new().spawn(move || {
            // If the loop is gone, the result is not wanted any more.
            let _ = result.send(catch_unwind(AssertUnwindSafe(work)));
            slot.lane.ready();
            let then = move |events: &mut Loop| {
                let then = events.at_work.remove(&number);
                then.expect("it is called once")(events);
            };
            let _ = sender.post((slot, Box::new(then)));
        })?;
        // `then` stays here, since it may be unfit for another thread. If that
        // thread has done its work already, it has only posted: the loop looks
        // for `then` later, on this thread.
        let then = Box::new(move |events: &mut Loop| {
            let result = results.recv();
            then(events, result.expect("it is sent before the post"));
        });
        self.at_work.insert(number, then);
        Ok(())
    }
}
