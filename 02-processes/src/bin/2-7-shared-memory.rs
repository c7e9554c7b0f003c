//! 2-7 · Shared memory: two processes count in one place, without a message.
//!
//!     cargo run -p processes --bin 2-7-shared-memory
//!
//! Look at both totals, and at the time that each count takes.

use lab::{Failure, Site, fetch};
use processes::{Shared, child_command, started_as};
use std::fs::File;
use std::io::{self, Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

const CHILDREN: u32 = 2;
const COUNTS: u32 = 100_000;

fn main() -> Result<(), Failure> {
    if started_as("shares").is_some() {
        return count_in_memory();
    }
    if started_as("sends").is_some() {
        return count_by_messages();
    }
    let site = Site::start();
    fetch(&site.page(0))?;

    let start = Instant::now();
    let total = Shared::new(1)?;
    let mut children = Vec::new();
    for _ in 0..CHILDREN {
        let mut command = child_command(&["shares"])?;
        children.push(command.stdin(total.file()?).spawn()?);
    }
    for mut child in children {
        child.wait()?;
    }
    let each = start.elapsed() / (CHILDREN * COUNTS);
    println!("in memory: {each:.0?} each, {} counted", total[0].load(Relaxed));

    let start = Instant::now();
    let (mut pipe, end) = io::pipe()?;
    let mut children = Vec::new();
    for _ in 0..CHILDREN {
        let mut command = child_command(&["sends"])?;
        children.push(command.stdout(end.try_clone()?).spawn()?);
    }
    drop(end);
    let mut total = 0;
    let mut buffer = [0; 4096];
    while let n @ 1.. = pipe.read(&mut buffer)? {
        total += n;
    }
    for mut child in children {
        child.wait()?;
    }
    let each = start.elapsed() / (CHILDREN * COUNTS);
    println!("by messages: {each:.0?} each, {total} counted");

    site.finish();
    Ok(())
}

/// All of a child that shares. Its standard input is no pipe: it is the memory.
fn count_in_memory() -> Result<(), Failure> {
    let total = Shared::open(stdin().as_fd().try_clone_to_owned()?)?;
    for _ in 0..COUNTS {
        // Relaxed: no other memory depends on it, and our parent waits for our
        // end before it reads.
        total[0].fetch_add(1, Relaxed);
    }
    Ok(())
}

/// All of a child that sends: a byte for each count.
fn count_by_messages() -> Result<(), Failure> {
    let mut pipe = File::from(stdout().as_fd().try_clone_to_owned()?);
    for _ in 0..COUNTS {
        pipe.write_all(b"1")?;
    }
    Ok(())
}
