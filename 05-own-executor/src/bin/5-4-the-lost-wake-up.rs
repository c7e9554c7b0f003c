//! 5-4 · The lost wake-up: the future is woken before its thread sleeps.
//!
//!     cargo run -p own-executor --bin 5-4-the-lost-wake-up
//!
//! Look at the last lines: the future is ready, and the thread that should
//! poll it sleeps.

use lab::sync::{Condvar, Mutex};
use lab::{Lane, Site, Url, cpu_time};
use own_executor::steps::{Fetch, within};
use std::pin::pin;
use std::sync::{Arc, Barrier};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// If nothing happens for as long as this, we look why.
const LIMIT: Duration = Duration::from_millis(300);

fn main() {
    let site = Site::start();
    let (start, cpu) = (Instant::now(), cpu_time());

    let urls = site.pages(2);
    within(LIMIT, "executor", || block_on(show(urls)));
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);
    println!("{elapsed:.0?}, CPU {cpu:.0?}");

    site.finish();
}

/// Fetches pages, one after another.
async fn show(urls: Vec<Url>) {
    for url in urls {
        let page = Fetch::new(url).await.expect("every page is there");
        println!("{page}");
    }
}

/// Runs a future to its end. While it waits, the thread sleeps.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let bell = Arc::new(Bell::new());
    let waker = Waker::from(bell.clone());
    let mut context = Context::from_waker(&waker);
    let mut polls = 0;
    loop {
        polls += 1;
        bell.lane.runs();
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            println!("polls: {polls}");
            return output;
        }
        bell.lane.waits("a wake-up");
        bell.gap.wait();
        bell.sleep();
    }
}

/// What wakes the thread that polls.
struct Bell {
    sleeper: Mutex<Sleeper>,
    rings: Condvar,
    /// Makes the unlucky moment certain: between its poll and its sleep, the
    /// thread stands here until the future has been woken.
    gap: Barrier,
    lane: Lane,
}

/// A condition variable wants a lock. There is nothing to be locked.
struct Sleeper;

impl Bell {
    fn new() -> Bell {
        Bell {
            sleeper: Mutex::new(Sleeper),
            rings: Condvar::new(),
            gap: Barrier::new(2),
            lane: Lane::new("future"),
        }
    }

    /// Sleeps until it rings.
    fn sleep(&self) {
        let sleeper = self.sleeper.lock().unwrap();
        drop(self.rings.wait(sleeper));
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.lane.ready();
        self.rings.notify_one();
        self.gap.wait();
    }
}
