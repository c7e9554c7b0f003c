//! No tasks: one future has all requests, and polls them itself.

use check::{Backend, CORES, Request, parse, render, unpack};
use futures_util::stream::{FuturesUnordered, StreamExt};
use std::cell::Cell;
use tokio::select;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::spawn_blocking;

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let (visits, cores) = (Cell::new(0), Semaphore::new(CORES));
    let mut answers = FuturesUnordered::new();
    loop {
        select! {
            Some(request) = requests.recv() => {
                answers.push(answer(request, &backend, &cores, &visits));
            }
            Some(()) = answers.next() => {}
            else => break,
        }
    }
}

async fn answer(
    request: Request,
    Backend { cache, store, journal }: &Backend,
    cores: &Semaphore,
    visits: &Cell<u32>,
) {
    let name = parse(&request);
    let page = match cache.get(&name).await {
        Some(page) => page,
        None => {
            let packed = store.load(&name).await;
            // It is kept until the thread has ended: nothing drops this.
            let _core = cores.acquire().await.expect("it stays open");
            let unpacking = spawn_blocking(|| unpack(packed));
            unpacking.await.expect("it does not panic")
        }
    };
    cache.put(&page).await;
    visits.set(visits.get() + 1);
    let text = render(&page, visits.get());
    journal.write_async(&text).await;
    request.reply(text);
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
