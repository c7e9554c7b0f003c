//! 5-9 · A reactor: the thread that polls waits for the sockets as well.
//!
//!     cargo run -p own-executor --bin 5-9-a-reactor
//!
//! Look at the threads: there is one. And at the waits: no more than pages.

use lab::{Fetched, Incoming, Site, Url, address, request};
use own_executor::steps::{Executor, Task, waits_for_bytes};
use rustix::event::{PollFd, PollFlags, poll};
use std::cell::RefCell;
use std::future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::task::{Poll, Waker};

fn main() {
    let site = Site::start();

    let executor = Executor::new();
    for url in site.pages(8) {
        executor.spawn(show(url));
    }
    let mut waits = 0;
    let polls = executor.run_with(|ready| next(ready, &mut waits));
    println!("polls: {polls}, waits: {waits}");
    site.finish();
}

async fn show(url: Url) {
    let page = fetch(&url).await.expect("every page is there");
    println!("{page}");
}

/// Asks for a page, and waits until all of it is here.
async fn fetch(url: &Url) -> Fetched {
    let socket = Arc::new(TcpStream::connect(address(url)?)?);
    socket.as_ref().write_all(&request(url))?;
    socket.set_nonblocking(true)?;

    let mut incoming = Incoming::new(url);
    let mut buffer = [0; 4096];
    loop {
        let n = read(&socket, &mut buffer).await?;
        if let Some(page) = incoming.take(&buffer[..n])? {
            return Ok(page);
        }
    }
}

thread_local! {
    /// The sockets that are waited for, each with what is to be woken.
    static REACTOR: RefCell<Vec<(Arc<TcpStream>, Waker)>> = RefCell::default();
}

/// Reads what has come. While that is nothing, it is pending.
async fn read(socket: &Arc<TcpStream>, buffer: &mut [u8]) -> io::Result<usize> {
    future::poll_fn(|context| match socket.as_ref().read(buffer) {
        Err(why) if why.kind() == ErrorKind::WouldBlock => {
            waits_for_bytes(socket);
            let wait = (socket.clone(), context.waker().clone());
            REACTOR.with_borrow_mut(|waits| waits.push(wait));
            Poll::Pending
        }
        read => Poll::Ready(read),
    })
    .await
}

/// Takes the next task out of the queue. While there is none, the thread waits
/// for the sockets.
fn next(ready: &Receiver<Arc<Task>>, waits: &mut usize) -> Option<Arc<Task>> {
    loop {
        match ready.try_recv() {
            Err(TryRecvError::Empty) => wait_for_any(),
            task => return task.ok(),
        }
        *waits += 1;
    }
}

/// Waits until there is something to read, and wakes what waits for it.
fn wait_for_any() {
    let waits = REACTOR.take();
    let mut list = Vec::new();
    for (socket, _) in &waits {
        list.push(PollFd::new(socket, PollFlags::IN));
    }
    poll(&mut list, None).expect("all these sockets are open");

    let ready = list.iter().map(|entry| !entry.revents().is_empty());
    let ready: Vec<bool> = ready.collect();
    for (wait, is_ready) in waits.into_iter().zip(ready) {
        match is_ready {
            true => wait.1.wake(),
            false => REACTOR.with_borrow_mut(|waits| waits.push(wait)),
        }
    }
}
