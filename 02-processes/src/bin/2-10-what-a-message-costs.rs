//! 2-10 · What a message costs: most of it is to wake the other side.
//!
//!     cargo run -p processes --bin 2-10-what-a-message-costs
//!
//! Look at the last two times: to leave the process makes little difference.

use lab::{Failure, Site, fetch};
use processes::{child_command, measure_time, started_as};
use std::io::{self, Read, Write, stdin, stdout};
use std::process::Stdio;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

fn main() -> Result<(), Failure> {
    if started_as("echo").is_some() {
        return echo();
    }
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());
    println!("by channels, to a thread and back: {:.1?}", by_channels());
    println!("by pipes, to a process and back: {:.1?}", by_pipes()?);
    site.finish();
    Ok(())
}

fn by_channels() -> Duration {
    let (to, orders) = channel();
    let (answers, from) = channel();
    thread::spawn(move || {
        for () in orders {
            answers.send(()).expect("it listens until it has the answer");
        }
    });
    measure_time(|| {
        to.send(()).expect("it listens as long as we talk");
        from.recv().expect("it gives each back");
    })
}

fn by_pipes() -> io::Result<Duration> {
    let mut child = child_command(&["echo"])?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut to = child.stdin.take().expect("it is piped");
    let mut from = child.stdout.take().expect("it is piped");
    let each = measure_time(|| {
        to.write_all(b"1").expect("it listens as long as we talk");
        from.read_exact(&mut [0]).expect("it gives each back");
    });
    drop(to);
    child.wait()?;
    Ok(each)
}

/// All of the child: each byte goes back.
fn echo() -> Result<(), Failure> {
    let mut byte = [0];
    while stdin().lock().read(&mut byte)? == 1 {
        stdout().write_all(&byte)?;
        stdout().flush()?;
    }
    Ok(())
}
