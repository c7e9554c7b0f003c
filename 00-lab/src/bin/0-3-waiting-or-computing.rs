//! 0-3 · Waiting or computing? The clock runs in both, the CPU in one.
//!
//!     cargo run -p lab --bin 0-3-waiting-or-computing
//!
//! Look at the CPU time: next to none while fetching, nearly all of the
//! elapsed time while computing.

use lab::{Failure, Page, Site, compute, cpu_time, fetch};
use std::time::Instant;

const ROUNDS: u32 = 20_000;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let urls = site.pages(8);

    let pages = timed("fetching", || {
        urls.iter().map(fetch).collect::<Result<Vec<Page>, Failure>>()
    })?;
    timed("computing", || {
        for page in &pages {
            compute(&page.body, ROUNDS);
        }
    });

    site.finish();
    Ok(())
}

/// Does the job, and says how long it took on the clock and on the CPU.
fn timed<T>(what: &str, job: impl FnOnce() -> T) -> T {
    let (start, cpu) = (Instant::now(), cpu_time());
    let result = job();
    let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);

    let share = 100.0 * cpu.as_secs_f64() / elapsed.as_secs_f64();
    println!("{what}: {elapsed:.0?}, CPU {cpu:.0?}, busy {share:.0} %");
    result
}
