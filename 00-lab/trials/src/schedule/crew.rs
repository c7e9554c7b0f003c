//! Threads that are used again, for another schedule: to start one costs more
//! than all it has to do in a schedule.

use super::look;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};

/// Threads that have nothing to do.
#[derive(Default)]
pub(super) struct Crew {
    idle: Mutex<Vec<Arc<Hand>>>,
    is_over: AtomicBool,
}

type Job = Box<dyn FnOnce() + Send>;

/// A thread of a crew.
#[derive(Default)]
pub(super) struct Hand {
    thread: OnceLock<Thread>,
    /// The number that the system has for it, where it tells.
    pub id: Arc<OnceLock<String>>,
    job: Mutex<Option<Job>>,
}

impl Crew {
    /// Gives a job to a thread, which takes it up when it is unparked. It may
    /// get another from when the job calls its argument.
    pub fn give(
        self: &Arc<Crew>,
        job: impl FnOnce(&dyn Fn()) + Send + 'static,
    ) -> (Thread, Arc<OnceLock<String>>) {
        let hand = self.idle().pop().unwrap_or_else(|| self.one_more());
        let (crew, own) = (Arc::clone(self), Arc::clone(&hand));
        let job = move || job(&|| crew.idle().push(Arc::clone(&own)));
        *hand.job() = Some(Box::new(job));
        let thread = hand.thread.get().expect("it is set as it starts");
        (thread.clone(), Arc::clone(&hand.id))
    }

    fn one_more(self: &Arc<Crew>) -> Arc<Hand> {
        let hand = Arc::new(Hand::default());
        let (crew, own) = (Arc::clone(self), Arc::clone(&hand));
        let work = move || {
            look::note_this_thread(&own.id);
            while !crew.is_over.load(Relaxed) {
                let job = own.job().take();
                job.map_or_else(thread::park, |job| job());
            }
        };
        let thread = thread::spawn(work);
        let _ = hand.thread.set(thread.thread().clone());
        hand
    }

    /// All that are idle go home.
    pub fn ends(&self) {
        self.is_over.store(true, Relaxed);
        for hand in self.idle().drain(..) {
            // It was set when it was given its first job.
            hand.thread.get().into_iter().for_each(Thread::unpark);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Hand>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hand {
    fn job(&self) -> MutexGuard<'_, Option<Job>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
