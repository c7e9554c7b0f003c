//! Ends a process of which one poll does not come back.

use std::rc::Rc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the watchdog looks, and for how many looks a poll may last: a
/// poll takes microseconds, and the machine may be busy.
const PAUSE: Duration = Duration::from_millis(250);
const LOOKS: usize = 10;

/// What the watchdog sees.
pub struct Watched {
    /// How many polls there have been, and the task of the one that lasts.
    polls: Arc<Mutex<(usize, Option<String>)>>,
    _stop: Sender<()>,
}

/// Watches until what it gives back is dropped.
pub fn watch() -> Rc<Watched> {
    let polls = Arc::<Mutex<(usize, Option<String>)>>::default();
    let (stop, stopped) = channel::<()>();
    let seen = Arc::clone(&polls);
    let watch = move || {
        let (mut before, mut looks) = (0, 0);
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PAUSE) {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let (now, task) = &*seen;
            looks = if before == *now { looks + 1 } else { 0 };
            before = *now;
            if let Some(task) = task.as_ref().filter(|_| looks >= LOOKS) {
                let what = format!("a poll of {task} does not come back");
                watchdog::end_this_process(&what);
            }
        }
    };
    // It has a name by which it is left out where threads are judged.
    let thread = thread::Builder::new().name("watchdog".to_owned());
    let _ = thread.spawn(watch);
    Rc::new(Watched { polls, _stop: stop })
}

impl Watched {
    /// Polls a task, and has that watched.
    pub fn poll<R>(&self, task: &str, poll: impl FnOnce() -> R) -> R {
        let note = |task: Option<String>| {
            let mut polls =
                self.polls.lock().unwrap_or_else(PoisonError::into_inner);
            polls.0 += 1;
            std::mem::replace(&mut polls.1, task)
        };
        // It may be polled while another one is, by a waker.
        let before = note(Some(task.to_owned()));
        let polled = poll();
        note(before);
        polled
    }
}
