//! 2-10 · What a message costs: there and back, by a channel, by pipes, by
//! shared memory.
//!
//!     cargo run -p processes --bin 2-10-what-a-message-costs
//!
//! Look at the ratios: the numbers are this machine's.

use lab::{Site, fetch};
use processes::{Shared, child, role};
use std::io::{self, Read, Write, stdin, stdout};
use std::os::fd::AsFd;
use std::process::Stdio;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::mpsc::channel;
use std::thread::{self, yield_now};
use std::time::{Duration, Instant};

const TURNS: u64 = 5000;

fn main() -> io::Result<()> {
    if role("echo").is_some() {
        return echo();
    }
    if role("turns").is_some() {
        let shared = Shared::open(stdin().as_fd().try_clone_to_owned()?)?;
        (0..=TURNS).for_each(|turn| take(turn, 1, &shared));
        return Ok(());
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

/// How long a turn takes. The first is not counted: it waits for the other to
/// be there.
fn time(mut turn: impl FnMut(u64)) -> Duration {
    turn(0);
    let start = Instant::now();
    (1..=TURNS).for_each(turn);
    start.elapsed() / TURNS as u32
}

fn by_channel() -> Duration {
    let ((to, orders), (answer, from)) = (channel(), channel());
    thread::spawn(move || orders.iter().try_for_each(|()| answer.send(())));
    time(|_| {
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
    let each = time(|_| {
        to.write_all(b"1").expect("it listens as long as we talk");
        from.read_exact(&mut [0]).expect("it gives each back");
    });
    drop(to);
    child.wait()?;
    Ok(each)
}

/// All of a child: each byte goes back.
fn echo() -> io::Result<()> {
    let mut byte = [0];
    while stdin().lock().read(&mut byte)? == 1 {
        stdout().write_all(&byte)?;
        stdout().flush()?;
    }
    Ok(())
}

fn by_memory() -> io::Result<Duration> {
    let shared = Shared::new(1)?;
    let mut child = child(&["turns"])?.stdin(shared.file()?).spawn()?;
    let each = time(|turn| take(turn, 0, &shared));
    child.wait()?;
    Ok(each)
}

/// Waits for a turn, and lets the other have the next. Acquire, paired with the
/// other's Release: what it wrote in its turn is seen in ours.
fn take(turn: u64, ours: u64, shared: &Shared) {
    let turn = 2 * turn + ours;
    while shared[0].load(Acquire) != turn {
        yield_now();
    }
    shared[0].store(turn + 1, Release);
}
