//! 1-11 · Computing needs cores: more threads than these do not help.
//!
//!     cargo run -p threads --bin 1-11-computing-needs-cores
//!
//! Look at the times: they fall until there are as many threads as cores. The
//! CPU time does not fall at all.

use lab::{Failure, Site, compute, cpu_time, fetch};
use std::thread;
use std::time::Instant;

const ROUNDS: u32 = 160_000;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let page = fetch(&site.page(0))?;
    println!("cores: {}", thread::available_parallelism()?);

    for threads in [1, 2, 4, 8] {
        let (start, cpu) = (Instant::now(), cpu_time());
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| compute(&page.body, ROUNDS / threads));
            }
        });
        let (elapsed, cpu) = (start.elapsed(), cpu_time() - cpu);
        println!("threads: {threads}, elapsed {elapsed:.0?}, CPU {cpu:.0?}");
    }

    site.finish();
    Ok(())
}
