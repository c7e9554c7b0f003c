//! 4-12 · One helper, three ways: what each keeps while it pauses, and what a
//! pause takes.
//!
//!     cargo run -p generators --bin 4-12-one-helper-three-ways
//!
//! Look at both numbers of each: the greenlets keep by far the most.

use generators::Resumed;
use generators::steps::greeting::{generator, greenlet, machine};
use lab::{Failure, Site, Usage, fetch};
use std::fs;
use std::io;
use std::time::Instant;

const AT_ONCE: u32 = 10_000;
const ROUNDS: u32 = 20;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    fetch(&site.page(0))?;

    let machine = || Ok(machine::new());
    let generator = || Ok(generator::new());
    let enums = measure("enums", machine, |it, c| it.resume(c))?;
    // Each kind stays: its memory must not become that of the next.
    let generators = measure("generators", generator, |it, c| it.resume(c))?;
    let greenlets = measure("greenlets", greenlet::new, |it, c| it.resume(c))?;
    drop((enums, generators, greenlets));

    site.finish();
    Ok(())
}

/// Has ten thousand of a kind pause at once, in their first line.
fn measure<T>(
    kind: &str,
    new: impl Fn() -> io::Result<T>,
    resume: impl Fn(&mut T, char) -> Resumed<(), String>,
) -> io::Result<Vec<T>> {
    let before = memory();
    let mut paused = Vec::with_capacity(AT_ONCE as usize);
    for _ in 0..AT_ONCE {
        let mut greeting = new()?;
        resume(&mut greeting, '\r');
        paused.push(greeting);
    }
    let bytes = (memory() - before) / u64::from(AT_ONCE);

    let start = Instant::now();
    for _ in 0..ROUNDS {
        for greeting in &mut paused {
            resume(greeting, '\r');
        }
    }
    let pause = start.elapsed() / (ROUNDS * AT_ONCE);
    println!("{kind}: {bytes} bytes each, {pause:?} a pause");

    for next in "Ada\nLondon\n".chars() {
        if let Resumed::Returned(greeting) = resume(&mut paused[0], next) {
            println!("    {greeting}");
        }
    }
    Ok(paused)
}

/// What this process takes, in bytes, with the tables in which the system looks
/// up its addresses.
fn memory() -> u64 {
    // macOS has no such file, and says nothing of the tables.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmPTE:"));
    let tables = line.and_then(|it| it.split_whitespace().next());
    let tables = tables.and_then(|kib| kib.parse().ok()).unwrap_or(0);
    (Usage::so_far().max_rss_kb + tables) * 1024
}
