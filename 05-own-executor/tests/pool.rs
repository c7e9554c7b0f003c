//! Several threads: `pool::block_on` and `pool::spawn`.

mod ending;
mod joining;
mod misuse;
mod orders;
mod sleeping;
mod stranded;
mod waking;
mod workers;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

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
