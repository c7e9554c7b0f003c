//! 2-9 · What a process costs: to start, and to keep.
//!
//!     cargo run -p processes --bin 2-9-what-a-process-costs
//!
//! Look at the ratios: the numbers are this machine's.

use lab::{Failure, Site, fetch};
use processes::{child_command, measure_time, started_as};
use std::fs;
use std::io::{self, stdin};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const KEPT: u64 = 20;

fn main() -> Result<(), Failure> {
    if started_as("idles").is_some() {
        // Waits for the end of its input, to which nothing is ever written.
        stdin().read_line(&mut String::new())?;
        return Ok(());
    }
    let site = Site::start();
    let now = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", now.elapsed());

    let thread = measure_time(|| thread::spawn(|| ()).join().unwrap());
    println!("to start a thread, and its end: {thread:.1?}");
    let process = measure_time(|| end(start(1).expect("one more process")));
    println!("to start a process, and its end: {process:.1?}");

    let kept = start(KEPT)?;
    // Time to begin, and to wait for their input.
    thread::sleep(Duration::from_millis(200));
    match memory(&kept) {
        None => println!("to keep one: this system does not tell"),
        Some([all, own]) => {
            println!("to keep one: {all} KiB, {own} of them its own");
        }
    }
    end(kept);
    site.finish();
    Ok(())
}

fn start(processes: u64) -> io::Result<Vec<Child>> {
    let mut children = Vec::new();
    for _ in 0..processes {
        let mut command = child_command(&["idles"])?;
        children.push(command.stdin(Stdio::piped()).spawn()?);
    }
    Ok(children)
}

/// Ends all of them: `wait` closes their input first.
fn end(children: Vec<Child>) {
    for mut child in children {
        child.wait().expect("no other thread waits for it");
    }
}

/// How much memory each keeps, in KiB: in all, and what it shares with no other
/// process. Only Linux tells.
fn memory(children: &[Child]) -> Option<[u64; 2]> {
    let mut sums = [0, 0];
    for child in children {
        let path = format!("/proc/{}/smaps_rollup", child.id());
        for line in fs::read_to_string(path).ok()?.lines() {
            let (name, kib) = line.split_once(':')?;
            let kib = kib.trim().trim_end_matches(" kB").parse::<u64>();
            match (name, kib) {
                ("Rss", Ok(kib)) => sums[0] += kib,
                ("Private_Clean" | "Private_Dirty", Ok(kib)) => sums[1] += kib,
                _ => {}
            }
        }
    }
    Some(sums.map(|sum| sum / children.len() as u64))
}
