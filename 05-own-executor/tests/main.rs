//! What rung 5's library does, seen from outside. Every test has a process of
//! its own, under a limit: a runtime that waits for ever fails.

mod tasks;
mod time;
mod recording;
mod oneshot;
mod mpsc;
mod semaphore;
mod mutex;
mod notify;
mod leaves;
mod future;
mod scope;
mod net;
mod pool;
mod unblock;
mod by_valgrind;
mod programs;
mod foreign;
mod elsewhere;
mod conformance;
mod few_files;
mod steps;
mod refused;
mod slow_site;
mod python;

use std::future::poll_fn;
use std::mem;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Wake, Waker};
use std::time::Duration;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The waker of the task that awaits this.
async fn own_waker() -> Waker {
    poll_fn(|context| Poll::Ready(context.waker().clone())).await
}

/// Waits until it is woken.
async fn until_woken() {
    let mut is_woken = false;
    poll_fn(|_| match mem::replace(&mut is_woken, true) {
        true => Poll::Ready(()),
        false => Poll::Pending,
    })
    .await;
}

/// What has happened, in order.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    /// Notes it when it is dropped.
    fn when_dropped(&self, what: &'static str) -> Dropped {
        Dropped { notes: self.clone(), what }
    }

    /// All notes since the last call.
    fn take(&self) -> Vec<String> {
        mem::take(&mut self.0.lock().unwrap())
    }
}

struct Dropped {
    notes: Notes,
    what: &'static str,
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.notes.add(self.what);
    }
}

/// Panics when it is dropped.
struct PanicsWhenDropped(&'static str);

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// A waker that notes each time that it rings.
fn noting_waker(notes: &Notes, what: &'static str) -> Waker {
    struct Noting(Notes, &'static str);

    impl Wake for Noting {
        fn wake(self: Arc<Self>) {
            self.0.add(self.1);
        }
    }

    Waker::from(Arc::new(Noting(notes.clone(), what)))
}
