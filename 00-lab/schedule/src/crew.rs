//! Threads that are used again, for another schedule: to start one costs more
//! than all that it has to do in a schedule.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Thread};
use watchdog::threads;

/// The threads of a search.
#[derive(Default)]
pub(super) struct Crew {
    /// Those that have nothing to do just now.
    idle: Mutex<Vec<Arc<Member>>>,
    is_dismissed: AtomicBool,
}

type Job = Box<dyn FnOnce() + Send>;

/// What a thread runs. It is given a call that makes it free for something
/// else.
pub(super) type Run = Box<dyn FnOnce(&dyn Fn()) + Send>;

/// The number that the system has for a thread; set once it runs, and if the
/// system tells.
pub(super) type Number = Arc<OnceLock<String>>;

/// A thread of a crew.
#[derive(Default)]
struct Member {
    thread: OnceLock<Thread>,
    number: Number,
    job: Mutex<Option<Job>>,
}

/// Notes the number of this thread.
pub(super) fn note_this_thread(number: &Number) {
    if let Some(own) = threads::this_thread() {
        let _ = number.set(own);
    }
}

impl Crew {
    /// Gives `job` to a thread, which takes it up when it is unparked.
    pub fn give_job(self: &Arc<Crew>, job: Run) -> (Thread, Number) {
        let member = self.idle().pop().unwrap_or_else(|| self.start_member());
        let (crew, own) = (Arc::clone(self), Arc::clone(&member));
        let boxed = move || job(&|| crew.idle().push(Arc::clone(&own)));
        *member.job() = Some(Box::new(boxed));
        let thread = member.thread.get().expect("it is set as it starts");
        (thread.clone(), Arc::clone(&member.number))
    }

    fn start_member(self: &Arc<Crew>) -> Arc<Member> {
        let member = Arc::new(Member::default());
        let (crew, own) = (Arc::clone(self), Arc::clone(&member));
        let work = move || {
            note_this_thread(&own.number);
            while !crew.is_dismissed.load(Relaxed) {
                let job = own.job().take();
                job.map_or_else(thread::park, |job| job());
            }
        };
        let thread = thread::spawn(work);
        let _ = member.thread.set(thread.thread().clone());
        member
    }

    /// Ends all threads that are idle.
    pub fn dismiss(&self) {
        self.is_dismissed.store(true, Relaxed);
        for member in self.idle().drain(..) {
            // It was set when it was given its first job.
            member.thread.get().into_iter().for_each(Thread::unpark);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Member>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    fn job(&self) -> MutexGuard<'_, Option<Job>> {
        self.job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
