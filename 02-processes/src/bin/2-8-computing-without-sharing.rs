//! 2-8 · Computing without sharing: processes use the cores as threads do.
//!
//!     cargo run -p processes --bin 2-8-computing-without-sharing
//!
//! Look at the times, beside those of step 1-11: they fall in the same way.

use lab::{Failure, Site, Usage, compute, fetch};
use processes::{child_command, read_frame, started_as, write_frame};
use std::io::{self, stdin};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Instant;

const ROUNDS: u32 = 160_000;

fn main() -> Result<(), Failure> {
    if let Some(arguments) = started_as("computes") {
        let rounds = arguments[0].parse().expect("a number");
        let body = read_frame(stdin().lock())?.expect("a page");
        compute(&body, rounds);
        return Ok(());
    }
    let site = Site::start();
    let page = fetch(&site.page(0))?;
    println!("cores: {}", thread::available_parallelism()?);

    for processes in [1, 2, 4, 8] {
        let (start, before) = (Instant::now(), Usage::so_far());
        let mut children = Vec::new();
        for _ in 0..processes {
            children.push(compute_elsewhere(&page.body, ROUNDS / processes)?);
        }
        for mut child in children {
            child.wait()?;
        }
        let elapsed = start.elapsed();
        let cpu = Usage::so_far().since(before).cpu;
        println!(
            "processes: {processes}, elapsed {elapsed:.0?}, CPU {cpu:.0?}"
        );
    }

    site.finish();
    Ok(())
}

/// Starts a process, and sends it the page: it has nothing of ours.
fn compute_elsewhere(body: &[u8], rounds: u32) -> io::Result<Child> {
    let mut child = child_command(&["computes", &rounds.to_string()])?
        .stdin(Stdio::piped())
        .spawn()?;
    write_frame(child.stdin.take().expect("it is piped"), body)?;
    Ok(child)
}
