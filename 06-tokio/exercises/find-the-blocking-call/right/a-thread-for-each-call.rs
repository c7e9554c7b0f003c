//! A thread of std's for each page that is unpacked, and one of tokio's for
//! each line. The permit is among the answers that come back.

use check::{Backend, CORES, Request, parse, render, unpack};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::{JoinSet, spawn_blocking};

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let visits = Arc::new(AtomicU32::new(1));
    let cores = Arc::new(Semaphore::new(CORES));
    let mut tasks = JoinSet::new();
    while let Some(request) = requests.recv().await {
        let (backend, cores) = (backend.clone(), cores.clone());
        tasks.spawn(answer(request, backend, cores, visits.clone()));
        // Those that have ended by now.
        while tasks.try_join_next().is_some() {}
    }
    while let Some(ended) = tasks.join_next().await {
        ended.expect("no task panics");
    }
}

async fn answer(
    request: Request,
    Backend { cache, store, journal }: Backend,
    cores: Arc<Semaphore>,
    visits: Arc<AtomicU32>,
) {
    let name = parse(&request);
    let mut page = cache.get(&name).await;
    if page.is_none() {
        let packed = store.load(&name).await;
        let core = cores.acquire_owned().await.expect("it stays open");
        let (sender, unpacked) = oneshot::channel();
        thread::spawn(move || sender.send((unpack(packed), core)));
        let (unpacked, core) = unpacked.await.expect("it does not panic");
        drop(core);
        cache.put(&unpacked).await;
        page = Some(unpacked);
    }
    let page = page.expect("it is there by now");
    let text = render(&page, visits.fetch_add(1, Relaxed));
    let line = text.clone();
    let writing = spawn_blocking(move || journal.write(&line));
    writing.await.expect("it does not panic");
    request.reply(text);
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
