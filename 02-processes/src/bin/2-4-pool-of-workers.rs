//! 2-4 · A pool of worker processes, with a thread here for each that waits
//! for it.
//!
//!     cargo run -p processes --bin 2-4-pool-of-workers
//!
//! Look at the lanes: the pages are waited for in four other processes.

use lab::{Failure, Fetched, Site, Url, fetch, waiting};
use processes::{child_command, read_frame, reap, started_as, write_frame};
use std::io::{self, ErrorKind, stdin, stdout};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;

const PAGES: usize = 24;
const WORKERS: usize = 4;

fn main() -> Result<(), Failure> {
    if started_as("worker").is_some() {
        return answer_orders(fetch);
    }
    let site = Site::start();
    let pages = Mutex::new(site.pages(PAGES));

    thread::scope(|scope| {
        for number in 1..=WORKERS {
            let pages = &pages;
            scope.spawn(move || {
                keep_busy(number, pages).expect("workers start, and live");
            });
        }
    });

    let seen = site.finish();
    println!("{} pages, {} at once", seen.hits.len(), seen.peak);
    Ok(())
}

/// Gives pages to a worker until there are none left.
fn keep_busy(number: usize, pages: &Mutex<Vec<Url>>) -> io::Result<()> {
    let mut worker = Worker::start(number)?;
    loop {
        let Some(page) = pages.lock().unwrap().pop() else { break };
        worker.fetch(&page)?;
    }
    worker.end()?;
    Ok(())
}

struct Worker(Child);

impl Worker {
    fn start(number: usize) -> io::Result<Worker> {
        let mut worker = child_command(&["worker", &number.to_string()])?;
        worker.stdin(Stdio::piped()).stdout(Stdio::piped());
        worker.spawn().map(Worker)
    }

    /// Gives the worker a page, and blocks until it answers.
    fn fetch(&mut self, page: &Url) -> io::Result<Vec<u8>> {
        let _waiting = waiting("worker");
        let orders = self.0.stdin.as_mut().expect("it is piped");
        write_frame(orders, page.as_str().as_bytes())?;
        let answers = self.0.stdout.as_mut().expect("it is piped");
        read_frame(answers)?.ok_or(ErrorKind::UnexpectedEof.into())
    }

    /// Closes the pipe of its orders, which ends it, and waits for it: to wait
    /// for a child closes the child's input first.
    fn end(mut self) -> io::Result<ExitStatus> {
        reap(&mut self.0)
    }
}

/// All of a worker: orders in, answers out.
fn answer_orders(fetch_page: fn(&Url) -> Fetched) -> Result<(), Failure> {
    while let Some(order) = read_frame(stdin().lock())? {
        let url = String::from_utf8_lossy(&order);
        let url: Url = url.parse().expect("an order is an address");
        let answer = fetch_page(&url)
            .map_or_else(|why| why.to_string(), |page| page.to_string());
        write_frame(stdout().lock(), answer.as_bytes())?;
    }
    Ok(())
}
