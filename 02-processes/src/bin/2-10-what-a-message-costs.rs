//! 2-10 · What a message costs: there and back, by a channel, by pipes, by
//! shared memory.
//!
//!     cargo run -p processes --bin 2-10-what-a-message-costs
//!
//! Look at the ratios: the numbers are this machine's.

use lab::{Failure, Site, fetch};
use processes::{Shared, child, how_long, role};
use std::io::{self, Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::mpsc::channel;
use std::thread::{self, yield_now};
use std::time::{Duration, Instant};

fn main() -> Result<(), Failure> {
    if role("echo").is_some() {
        return echo();
    }
    if role("answers").is_some() {
        return answer();
    }
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());
    println!("by a channel, to a thread: {:.1?}", by_channel());
    println!("by pipes, to a process: {:.1?}", by_pipes()?);
    println!("by shared memory, to a process: {:.1?}", by_memory()?);
    site.finish();
    Ok(())
}

fn by_channel() -> Duration {
    let ((to, orders), (answer, from)) = (channel(), channel());
    thread::spawn(move || orders.iter().try_for_each(|()| answer.send(())));
    how_long(|| {
        to.send(()).expect("it listens as long as we talk");
        from.recv().expect("it gives each back");
    })
}

fn by_pipes() -> io::Result<Duration> {
    let mut child = child(&["echo"])?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut to = child.stdin.take().expect("it is piped");
    let mut from = child.stdout.take().expect("it is piped");
    let each = how_long(|| {
        to.write_all(b"1").expect("it listens as long as we talk");
        from.read_exact(&mut [0]).expect("it gives each back");
    });
    drop(to);
    child.wait()?;
    Ok(each)
}

/// All of a child: each byte goes back.
fn echo() -> Result<(), Failure> {
    let mut byte = [0];
    while stdin().lock().read(&mut byte)? == 1 {
        stdout().write_all(&byte)?;
        stdout().flush()?;
    }
    Ok(())
}

/// In memory there is a 1 while the parent waits for an answer, else a 0.
fn by_memory() -> io::Result<Duration> {
    let shared = Shared::new(1)?;
    let mut child = child(&["answers"])?.stdin(shared.file()?).spawn()?;
    let each = how_long(|| {
        // Paired with the other's Acquire: what we wrote before, it sees.
        shared[0].store(1, Release);
        while shared[0].load(Acquire) == 1 {
            yield_now();
        }
    });
    child.kill()?;
    child.wait()?;
    Ok(each)
}

/// All of a child: each 1 becomes a 0. Not for ever: our parent may be killed.
fn answer() -> Result<(), Failure> {
    let shared = Shared::open(stdin().as_fd().try_clone_to_owned()?)?;
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(10) {
        match shared[0].load(Acquire) {
            1 => shared[0].store(0, Release),
            _ => yield_now(),
        }
    }
    Ok(())
}
