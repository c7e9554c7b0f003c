//! Solution: find the blocking call.
//!
//! `unpack` computes. It goes to a thread on which nothing else waits for its
//! turn, and takes a permit along, so that there are as many as cores. `write`
//! waits for room, at times. For that there is a future, and no thread waits.

use check::{Backend, CORES, Request, parse, render, unpack};
use std::sync::{Arc, Mutex};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let visits = Arc::new(Mutex::new(0));
    let cores = Arc::new(Semaphore::new(CORES));
    let mut tasks = JoinSet::new();
    while let Some(request) = requests.recv().await {
        let (backend, cores) = (backend.clone(), cores.clone());
        tasks.spawn(answer(request, backend, cores, visits.clone()));
    }
    tasks.join_all().await;
}

async fn answer(
    request: Request,
    Backend { cache, store, journal }: Backend,
    cores: Arc<Semaphore>,
    visits: Arc<Mutex<u32>>,
) {
    let name = parse(&request);
    let page = match cache.get(&name).await {
        Some(page) => page,
        None => {
            let packed = store.load(&name).await;
            let core = cores.acquire_owned().await.expect("it stays open");
            let unpacking = spawn_blocking(move || {
                let _core = core;
                unpack(packed)
            });
            let page = unpacking.await.expect("it does not panic");
            cache.put(&page).await;
            page
        }
    };
    let visit = {
        let mut visits = visits.lock().unwrap();
        *visits += 1;
        *visits
    };
    let text = render(&page, visit);
    journal.write_async(&text).await;
    request.reply(text);
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
