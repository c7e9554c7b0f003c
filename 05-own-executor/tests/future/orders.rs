//! Futures inside of one, under `loom`, which tries all orders in which other
//! threads can wake them. If a wake-up is lost, all threads wait in the end,
//! and `loom` says so.

use loom::model;
use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use loom::sync::{Condvar, Mutex, MutexGuard};
use loom::thread;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use trials::alone;
use wakes::{InnerWaker, Wakes};

/// The same text as in the library, with the lock and the atomic of `loom`.
#[expect(dead_code, reason = "nothing ends here: it is woken, and polled")]
#[path = "../../src/future/wakes.rs"]
mod wakes;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap()
}

/// Nothing is recorded here.
fn is_ready(_lane: u32) {}

fn renew(place: &mut Option<Waker>, context: &Context<'_>) -> Option<Waker> {
    place.replace(context.waker().clone())
}

/// Wakes the thread that polls the outer future.
#[derive(Default)]
struct Parker {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Parker {
    fn park(&self) {
        let mut has_rung = lock(&self.has_rung);
        while !std::mem::take(&mut *has_rung) {
            has_rung = self.rings.wait(has_rung).unwrap();
        }
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        *lock(&self.has_rung) = true;
        self.rings.notify_one();
    }
}

/// For each that is inside there is a number of threads, which count up, and
/// wake it. All of that is seen by its polls.
fn explore(threads: &'static [usize]) {
    model(move || {
        let wakes: Arc<Wakes> = Arc::default();
        let parker = Arc::new(Parker::default());
        let outer = Waker::from(parker.clone());
        let context = Context::from_waker(&outer);
        let mut inside = Vec::new();
        for (place, threads) in (0..).zip(threads) {
            let waker = InnerWaker::new(&wakes, (place, 0), 0);
            let count = Arc::new(AtomicUsize::new(0));
            inside.push((waker.clone(), count.clone(), *threads));
            for _ in 0..*threads {
                let (waker, count) = (waker.clone(), count.clone());
                thread::spawn(move || {
                    count.fetch_add(1, Ordering::Relaxed);
                    Waker::from(waker).wake();
                });
            }
        }
        let mut running = inside.len();
        while running > 0 {
            for (place, _) in wakes.take(&context) {
                let (waker, count, all) = &inside[place as usize];
                waker.unqueue();
                if count.load(Ordering::Relaxed) == *all {
                    running -= 1;
                }
            }
            if running > 0 {
                parker.park();
            }
        }
    });
}

#[test]
fn one_is_woken_by_two_threads() {
    alone(|| explore(&[2]));
}

#[test]
fn two_are_woken_at_a_time() {
    alone(|| explore(&[1, 1]));
}
