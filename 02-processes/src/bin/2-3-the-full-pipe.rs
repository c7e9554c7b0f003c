//! 2-3 · The full pipe: the parent waits for the child, which waits for the
//! parent.
//!
//!     cargo run -p processes --bin 2-3-the-full-pipe
//!
//! Look at how much was sent before `main` read, and how long nothing moved.

use lab::{Failure, Site, fetch, waiting};
use processes::{child_command, started_as};
use std::io::{self, Read, Write, sink, stdin, stdout};
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::{scope, sleep};
use std::time::Duration;

/// How often the child gets the same page. It gives each back.
const TIMES: usize = 1000;

fn main() -> Result<(), Failure> {
    if started_as("echo").is_some() {
        return echo();
    }
    let site = Site::start();
    let page = fetch(&site.page(0))?.body;
    let mut child = child_command(&["echo"])?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut to = child.stdin.take().expect("it is piped");
    let mut from = child.stdout.take().expect("it is piped");
    let sent = AtomicUsize::new(0);

    scope(|scope| {
        // As long as nothing is read, it sends what the pipes hold, and waits.
        let writer = scope.spawn(|| {
            for _ in 0..TIMES {
                let _waiting = waiting("room in the child's pipe");
                to.write_all(&page)?;
                sent.fetch_add(page.len(), Relaxed);
            }
            drop(to);
            io::Result::Ok(())
        });

        for ms in [200, 400] {
            sleep(Duration::from_millis(200));
            println!("after {ms} ms: {} KiB sent", sent.load(Relaxed) >> 10);
        }
        // The cure: one writes, another reads.
        let _waiting = waiting("what comes back");
        let back = io::copy(&mut from, &mut sink())?;
        writer.join().unwrap()?;
        println!(
            "{} KiB sent, {} KiB back",
            sent.load(Relaxed) >> 10,
            back >> 10
        );
        io::Result::Ok(())
    })?;

    child.wait()?;
    site.finish();
    Ok(())
}

/// All of the child: what comes in goes out.
fn echo() -> Result<(), Failure> {
    let mut buffer = [0; 4096];
    loop {
        let n = stdin().lock().read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        let _waiting = waiting("room in the parent's pipe");
        stdout().write_all(&buffer[..n])?;
        stdout().flush()?;
    }
}
