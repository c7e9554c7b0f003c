//! 5-5 · A flag keeps it: to wake is to set a flag, and then to ring.
//!
//!     cargo run -p own-executor --bin 5-5-a-flag-keeps-it
//!
//! Look at the polls: three, one more than the future was woken.

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

struct Sleeper {
    /// Set if the future has been woken since its last poll began.
    is_woken: bool,
}

impl Bell {
    fn new() -> Bell {
        Bell {
            sleeper: Mutex::new(Sleeper { is_woken: false }),
            rings: Condvar::new(),
            gap: Barrier::new(2),
            lane: Lane::new("future"),
        }
    }

    /// Sleeps until it rings, unless it has rung already.
    fn sleep(&self) {
        let mut sleeper = self.sleeper.lock().unwrap();
        while !sleeper.is_woken {
            sleeper = self.rings.wait(sleeper).unwrap();
        }
        sleeper.is_woken = false;
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.lane.ready();
        self.sleeper.lock().unwrap().is_woken = true;
        self.rings.notify_one();
        self.gap.wait();
    }
}
