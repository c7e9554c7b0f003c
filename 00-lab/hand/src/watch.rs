//! Ends a process in which one call of the answer does not come back.

use std::mem;
use std::rc::Rc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the watchdog looks, and for how many looks a call may last: one
/// takes microseconds, and the machine may be busy.
const PAUSE: Duration = Duration::from_millis(250);
const LOOKS: usize = 10;

/// What the watchdog sees.
pub struct Watched {
    /// How many calls have begun or ended, and what the one is that lasts.
    calls: Arc<Mutex<(usize, Option<String>)>>,
    _stop: Sender<()>,
}

/// Watches until what it gives back is dropped.
pub fn watch() -> Rc<Watched> {
    let calls = Arc::<Mutex<(usize, Option<String>)>>::default();
    let (stop, stopped) = channel::<()>();
    let seen = Arc::clone(&calls);
    let watch = move || {
        let (mut before, mut looks) = (0, 0);
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PAUSE) {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            let (now, call) = &*seen;
            looks = if before == *now { looks + 1 } else { 0 };
            before = *now;
            if let Some(call) = call.as_ref().filter(|_| looks >= LOOKS) {
                let what = format!("{call} does not come back");
                watchdog::end_this_process(&what);
            }
        }
    };
    // It has a name by which it is left out where threads are judged.
    let thread = thread::Builder::new().name("watchdog".to_owned());
    let _ = thread.spawn(watch);
    Rc::new(Watched { calls, _stop: stop })
}

impl Watched {
    /// Calls this, and has it watched. `what` names it.
    pub fn call<R>(&self, what: String, call: impl FnOnce() -> R) -> R {
        let note = |what: Option<String>| {
            let mut calls =
                self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.0 += 1;
            mem::replace(&mut calls.1, what)
        };
        // One may come about within another, by a waker.
        let before = note(Some(what));
        let gave = call();
        note(before);
        gave
    }
}
