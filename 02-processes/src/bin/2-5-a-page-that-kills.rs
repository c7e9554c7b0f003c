//! 2-5 · A page that kills its worker: it is put back, another worker starts,
//! and after three tries the page is given up.
//!
//!     cargo run -p processes --bin 2-5-a-page-that-kills
//!
//! Look at the page that is given up, and that all the others are there.

use lab::{Failure, Site, Url, fetch, waiting};
use processes::{child, read_frame, reap, role, write_frame};
use std::io::{self, stdin, stdout};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus, Stdio, abort};
use std::sync::Mutex;
use std::thread;

const PAGES: usize = 24;
const WORKERS: usize = 4;
const TRIES: u32 = 3;
/// A worker that fetches this page dies of it.
const DEADLY: &str = "/20";

fn main() -> Result<(), Failure> {
    if role("worker").is_some() {
        return work();
    }
    let site = Site::start();
    let pages = site.pages(PAGES).into_iter().map(|page| (page, 1));
    let pages = Mutex::new(pages.collect());

    thread::scope(|scope| {
        for number in 1..=WORKERS {
            let pages = &pages;
            scope.spawn(move || {
                keep_busy(number, pages).expect("workers can be started");
            });
        }
    });

    let seen = site.finish();
    println!("{} pages, {} requests", seen.hits.len(), seen.requests);
    Ok(())
}

/// Gives pages to a worker, or to the one after it, until there are none left.
fn keep_busy(number: usize, pages: &Mutex<Vec<(Url, u32)>>) -> io::Result<()> {
    let mut worker = Worker::start(number)?;
    loop {
        let Some((page, tries)) = pages.lock().unwrap().pop() else { break };
        if worker.fetch(&page).is_some() {
            continue;
        }
        let how = worker.end()?.signal();
        println!("{}, try {tries}: died of signal {how:?}", page.path());
        if tries < TRIES {
            pages.lock().unwrap().insert(0, (page, tries + 1));
        }
        worker = Worker::start(number)?;
    }
    worker.end()?;
    Ok(())
}

struct Worker(Child);

impl Worker {
    fn start(number: usize) -> io::Result<Worker> {
        let mut worker = child(&["worker", &number.to_string()])?;
        worker.stdin(Stdio::piped()).stdout(Stdio::piped());
        worker.spawn().map(Worker)
    }

    /// What the worker says of the page; `None` if it has ended.
    fn fetch(&mut self, page: &Url) -> Option<Vec<u8>> {
        let _waiting = waiting("worker");
        let orders = self.0.stdin.as_mut().expect("it is piped");
        write_frame(orders, page.as_str().as_bytes()).ok()?;
        read_frame(self.0.stdout.as_mut().expect("it is piped")).ok()?
    }

    /// Its orders end here, and so does it, if nothing else has ended it.
    fn end(mut self) -> io::Result<ExitStatus> {
        reap(&mut self.0)
    }
}

/// All of a worker: orders in, answers out.
fn work() -> Result<(), Failure> {
    while let Some(order) = read_frame(stdin().lock())? {
        let url = String::from_utf8_lossy(&order);
        let url: Url = url.parse().expect("an order is an address");
        let answer = fetch(&url)
            .map_or_else(|why| why.to_string(), |page| page.to_string());
        if url.path() == DEADLY {
            abort();
        }
        write_frame(stdout().lock(), answer.as_bytes())?;
    }
    Ok(())
}
