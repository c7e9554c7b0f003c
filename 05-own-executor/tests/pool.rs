//! Several threads: `pool::block_on` and `pool::spawn`.

mod ending;
mod joining;
mod misuse;
mod orders;
mod sleeping;
mod stranded;
mod waking;
mod workers;

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Keeps its worker busy, as computing does.
fn compute_for(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Blocks this thread until it is set.
fn block_until(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        thread::sleep(Duration::from_micros(100));
    }
}

/// The waker of the task that awaits this.
async fn own_waker() -> Waker {
    poll_fn(|context| Poll::Ready(context.waker().clone())).await
}
