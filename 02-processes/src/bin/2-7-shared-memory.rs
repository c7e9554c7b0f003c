//! 2-7 · Shared memory: two processes count in one place, without a message.
//!
//!     cargo run -p processes --bin 2-7-shared-memory
//!
//! Look at both totals, and at what one more costs on either way.

use lab::{Failure, Site, fetch};
use processes::{Shared, child, role};
use std::fs::File;
use std::io::{self, Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::process::Child;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

const CHILDREN: u32 = 2;
const COUNTS: u32 = 100_000;

fn main() -> Result<(), Failure> {
    if role("shares").is_some() {
        return count_in_memory();
    }
    if role("sends").is_some() {
        return count_by_messages();
    }
    let site = Site::start();
    fetch(&site.page(0))?;

    let start = Instant::now();
    let total = Shared::new(1)?;
    let start_one = || child(&["shares"])?.stdin(total.file()?).spawn();
    let children: io::Result<Vec<Child>> =
        (0..CHILDREN).map(|_| start_one()).collect();
    for mut child in children? {
        child.wait()?;
    }
    let each = start.elapsed() / (CHILDREN * COUNTS);
    println!("in memory: {} counted, {each:.0?} each", total[0].load(Relaxed));

    let start = Instant::now();
    let (mut pipe, end) = io::pipe()?;
    let start_one = || child(&["sends"])?.stdout(end.try_clone()?).spawn();
    let children: io::Result<Vec<Child>> =
        (0..CHILDREN).map(|_| start_one()).collect();
    drop(end);
    let mut total = 0;
    let mut buffer = [0; 4096];
    while let n @ 1.. = pipe.read(&mut buffer)? {
        total += n;
    }
    for mut child in children? {
        child.wait()?;
    }
    let each = start.elapsed() / (CHILDREN * COUNTS);
    println!("by messages: {total} counted, {each:.0?} each");

    site.finish();
    Ok(())
}

/// All of a child that shares. Its standard input is no pipe: it is the memory.
fn count_in_memory() -> Result<(), Failure> {
    let total = Shared::open(stdin().as_fd().try_clone_to_owned()?)?;
    for _ in 0..COUNTS {
        // Relaxed: nothing else is published by it, and our parent waits for
        // our end before it reads.
        total[0].fetch_add(1, Relaxed);
    }
    Ok(())
}

/// All of a child that sends: a byte each.
fn count_by_messages() -> Result<(), Failure> {
    let mut pipe = File::from(stdout().as_fd().try_clone_to_owned()?);
    for _ in 0..COUNTS {
        pipe.write_all(b"1")?;
    }
    Ok(())
}
