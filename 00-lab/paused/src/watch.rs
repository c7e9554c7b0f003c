//! Knows when the runtime rests, and when it does not come to rest.

use hand::Wrong;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;
use timeline::{cpu_time, cpu_time_of_thread};

/// How often the watchdog looks, and how much CPU time a runtime may use, or
/// how many looks may go by, before it comes to rest again: what a story does
/// between two rests takes microseconds. It looks often enough to be sure that
/// not the machine is busy.
const PAUSE: Duration = Duration::from_millis(50);
const MOST_CPU: Duration = Duration::from_millis(300);
const LOOKS: usize = 50;

/// How much CPU time a process uses at most beside its watchdog, in the second
/// half of these looks, whose poll blocks. One that spins gets more, however
/// busy the machine is.
const IDLE: Duration = Duration::from_millis(5);

/// How often a runtime may park while the story passes time: no answer has so
/// much to do.
const MOST_PARKS: usize = 200_000;

/// What the watchdog and the runtime know.
pub struct Watched {
    /// How often the thread was about to park.
    parks: AtomicUsize,
    /// How often the story went on.
    steps: AtomicUsize,
    /// Set while it is parked.
    is_parked: AtomicBool,
    /// Set while a story is told.
    is_told: AtomicBool,
    /// What is wrong if there is no end to what tasks do.
    endless: Mutex<Option<&'static str>>,
    /// The story, if it waits for a rest; and if it may only hear of a spin.
    rests: Mutex<Option<Waker>>,
    passes: Mutex<Option<Waker>>,
    _stop: Sender<()>,
}

/// Watches until what it gives back is dropped.
pub fn watch() -> Arc<Watched> {
    let (stop, stopped) = channel::<()>();
    let watched = Arc::new(Watched {
        parks: AtomicUsize::new(0),
        steps: AtomicUsize::new(0),
        is_parked: AtomicBool::new(false),
        is_told: AtomicBool::new(false),
        endless: Mutex::default(),
        rests: Mutex::default(),
        passes: Mutex::default(),
        _stop: stop,
    });
    let seen = Arc::downgrade(&watched);
    let watch = move || {
        // On a busy machine to look takes time, too, and more than a process
        // uses that waits.
        let others = || cpu_time().saturating_sub(cpu_time_of_thread());
        let (mut parks, mut steps, mut looks, mut cpu) = (0, 0, 0, others());
        let (mut parks_at_step, mut cpu_at_half) = (0, cpu);
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(PAUSE) {
            let Some(seen) = seen.upgrade() else { return };
            let (parks_before, steps_before) = (parks, steps);
            (parks, steps) = (seen.parks(), seen.steps.load(SeqCst));
            let (now, is_told) = (others(), seen.is_told.load(SeqCst));
            if steps != steps_before || !is_told {
                (looks, parks_at_step) = (0, parks);
            }
            if parks != parks_before || !is_told {
                cpu = now;
            }
            looks += 1;
            if looks <= LOOKS / 2 {
                cpu_at_half = now;
            }
            let is_idle = now.saturating_sub(cpu_at_half) < IDLE;
            let is_parked = seen.is_parked.load(SeqCst);
            let used = now.saturating_sub(cpu);
            // While a thread blocks, a timer wakes the runtime once in a
            // millisecond at most.
            let since = parks - parks_at_step;
            let goes_on = since > 2 * LOOKS * PAUSE.as_millis() as usize;
            let is_over = looks > LOOKS && used < MOST_CPU / 4;
            if is_over && (is_parked || is_idle) && !goes_on {
                // As long as such a thread blocks, the clock stands still.
                watchdog::end_this_process(match is_parked {
                    true => "the runtime waits for a thread that does not end",
                    false => "a poll does not come back",
                });
            }
            let endless = match !is_parked && used > MOST_CPU {
                true => BUSY_LOOP,
                false if since > MOST_PARKS => ASKS_AGAIN,
                false => continue,
            };
            (cpu, parks_at_step) = (now, parks);
            if lock(&seen.endless).replace(endless).is_some() {
                watchdog::end_this_process("a poll does not come back");
            }
            wake(&seen.rests);
            wake(&seen.passes);
        }
    };
    // It has a name by which it is left out where threads are judged.
    let thread = thread::Builder::new().name("watchdog".to_owned());
    let _ = thread.spawn(watch);
    watched
}

impl Watched {
    /// A story begins, on a runtime that this watches.
    pub fn begin(&self) {
        self.is_parked.store(false, SeqCst);
        self.is_told.store(true, SeqCst);
        self.steps.fetch_add(1, SeqCst);
    }

    /// The story has ended.
    pub fn end(&self) {
        lock(&self.rests).take();
        lock(&self.passes).take();
        lock(&self.endless).take();
        self.is_told.store(false, SeqCst);
    }

    /// Nothing is left to be polled.
    pub fn note_park(&self) {
        self.parks.fetch_add(1, SeqCst);
        self.is_parked.store(true, SeqCst);
        wake(&self.rests);
    }

    /// Something may be polled again.
    pub fn note_unpark(&self) {
        self.is_parked.store(false, SeqCst);
    }

    /// How often nothing was left to be polled.
    pub fn parks(&self) -> usize {
        self.parks.load(SeqCst)
    }

    /// Waits until nothing is left to be polled.
    pub async fn rest(&self) -> Result<(), Wrong> {
        let before = self.parks();
        self.steps.fetch_add(1, SeqCst);
        poll_fn(|context| {
            if let Some(endless) = *lock(&self.endless) {
                return Poll::Ready(Err(Wrong::way(endless)));
            }
            if self.parks() > before {
                return Poll::Ready(Ok(()));
            }
            lock(&self.rests).replace(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Ready as soon as there is no end to what tasks do.
    pub async fn endless(&self) -> Wrong {
        poll_fn(|context| {
            if let Some(endless) = *lock(&self.endless) {
                return Poll::Ready(Wrong::way(endless));
            }
            lock(&self.passes).replace(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

const BUSY_LOOP: &str = "busy loop: nothing happens, and a task is woken again \
     and again, to wait once more";
const ASKS_AGAIN: &str = "it waits for some time, and a timer wakes it again \
     and again, to look again";

fn wake(place: &Mutex<Option<Waker>>) {
    let waker = lock(place).take();
    if let Some(waker) = waker {
        waker.wake();
    }
}

fn lock<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}
