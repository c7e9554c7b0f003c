//! A worker process, for a thread that blocks until the worker answers. Step
//! 2-4 builds it, and later steps use it.

use crate::child::{child_command, reap};
use crate::frame::{read_frame, write_frame};
use lab::{Failure, Fetched, Url, waiting};
use std::io::{self, ErrorKind, stdin, stdout};
use std::process::{Child, ExitStatus, Stdio};

/// A worker process that is given one page at a time.
pub struct Worker(Child);

impl Worker {
    /// Starts this program again, as `worker NUMBER`.
    ///
    /// # Errors
    ///
    /// If the system gives us no other process.
    pub fn start(number: usize) -> io::Result<Worker> {
        let mut worker = child_command(&["worker", &number.to_string()])?;
        worker.stdin(Stdio::piped()).stdout(Stdio::piped());
        worker.spawn().map(Worker)
    }

    /// Gives the worker a page, and blocks until it answers.
    ///
    /// # Errors
    ///
    /// If the worker has ended without an answer.
    pub fn fetch(&mut self, page: &Url) -> io::Result<Vec<u8>> {
        let _waiting = waiting("worker");
        let orders = self.0.stdin.as_mut().expect("it is piped");
        write_frame(orders, page.as_str().as_bytes())?;
        let answers = self.0.stdout.as_mut().expect("it is piped");
        read_frame(answers)?.ok_or(ErrorKind::UnexpectedEof.into())
    }

    /// Closes the pipe of its orders, which ends it, and waits for it.
    ///
    /// # Errors
    ///
    /// As [`reap`].
    pub fn end(mut self) -> io::Result<ExitStatus> {
        reap(&mut self.0)
    }
}

/// All of a worker: it reads a page's address, fetches the page, writes what
/// has become of it, and begins again, until there are no more orders.
///
/// # Errors
///
/// If a pipe fails, or ends in the middle of an order.
pub fn answer_orders(fetch_page: fn(&Url) -> Fetched) -> Result<(), Failure> {
    while let Some(order) = read_frame(stdin().lock())? {
        let url = String::from_utf8_lossy(&order);
        let url: Url = url.parse().expect("an order is an address");
        let answer = fetch_page(&url)
            .map_or_else(|why| why.to_string(), |page| page.to_string());
        write_frame(stdout().lock(), answer.as_bytes())?;
    }
    Ok(())
}
