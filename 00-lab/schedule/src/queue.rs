//! A queue on trial: threads that make calls of it in one schedule, and whether
//! a plain queue could have replied alike.
//!
//! Nothing here is generic. A check is compiled again with each answer, and
//! this is not.

mod history;

pub use history::{Call, Reply};

use crate::{Finding, Schedule, Thread, step};
use history::History;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A queue with room for a number of values, for threads that share it.
pub trait Queue: Send + Sync {
    /// Puts a value in at the end; waits while there is no room. Gives it back
    /// once the queue is closed.
    ///
    /// # Errors
    /// The value, if the queue is closed.
    fn push(&self, value: u32) -> Result<(), u32>;

    /// Takes the first value out; waits while there is none. `None` if the
    /// queue is closed and empty.
    fn pop(&self) -> Option<u32>;

    /// From now on nothing goes in, and no thread waits.
    fn close(&self);
}

/// A queue, and the threads of one schedule that make calls of it.
pub struct Trial<'a> {
    schedule: &'a Schedule,
    queue: Arc<dyn Queue>,
    history: Arc<Mutex<History>>,
}

/// A thread that makes calls; it gives back the replies, in their order.
pub type Caller = Thread<Vec<Reply>>;

impl Trial<'_> {
    /// A queue that is new, empty and open, and has room for `room` values.
    pub fn of(
        queue: Arc<dyn Queue>,
        room: usize,
        schedule: &Schedule,
    ) -> Trial<'_> {
        let history = Arc::new(Mutex::new(History::new(room)));
        Trial { schedule, queue, history }
    }

    /// Starts a thread that makes these calls, one after another.
    pub fn start(&self, name: &str, calls: &[Call]) -> Caller {
        let thread = lock(&self.history).add_thread(name);
        let (queue, calls) = (Arc::clone(&self.queue), calls.to_vec());
        let history = Arc::clone(&self.history);
        let make = move |(n, call): (usize, Call)| {
            if n > 0 {
                step();
            }
            lock(&history).begin(thread, call);
            let reply = call.make(&*queue);
            lock(&history).end(thread, reply);
            reply
        };
        self.schedule.spawn(name, move || {
            calls.into_iter().enumerate().map(make).collect()
        })
    }

    /// Waits until this thread has ended; gives back the replies it had.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn join(&self, caller: &Caller) -> Result<Vec<Reply>, Finding> {
        caller.join().map_err(|finding| self.explain(finding))
    }

    /// Starts a thread that makes these calls, and joins it.
    ///
    /// # Errors
    /// What went wrong meanwhile.
    pub fn call(
        &self,
        name: &str,
        calls: &[Call],
    ) -> Result<Vec<Reply>, Finding> {
        self.join(&self.start(name, calls))
    }

    /// Waits until no thread can go on, and judges which calls have come back.
    ///
    /// # Errors
    /// What is wrong.
    pub fn settle(&self) -> Result<(), Finding> {
        // First without waits that end unasked: they would hide a lost notify.
        self.schedule.settle()?;
        self.judge()?;
        self.schedule.rest()?;
        self.judge()
    }

    /// Waits until all threads have ended, and judges all calls.
    ///
    /// # Errors
    /// What is wrong.
    pub fn end(&self) -> Result<(), Finding> {
        self.schedule.end().map_err(|finding| self.explain(finding))?;
        self.judge()
    }

    fn judge(&self) -> Result<(), Finding> {
        let judged = lock(&self.history).judge();
        judged.map_err(|finding| self.explain(finding))
    }

    /// Says of a hang that the queue was closed before, if it was.
    fn explain(&self, finding: Finding) -> Finding {
        match finding {
            Finding::Hangs if lock(&self.history).is_closed() => {
                Finding::HangsAfter("`close` came back")
            }
            other => other,
        }
    }
}

fn lock(history: &Mutex<History>) -> MutexGuard<'_, History> {
    history.lock().unwrap_or_else(PoisonError::into_inner)
}
