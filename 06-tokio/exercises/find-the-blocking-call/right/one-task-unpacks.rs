//! One task has all that is to be unpacked, and counts what is under way.

use check::{Backend, CORES, Packed, Page, Request, parse, render, unpack};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// A page that is to be unpacked, and where it goes then.
type Job = (Packed, oneshot::Sender<Page>);

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let visits = Arc::new(Mutex::new(0));
    let (jobs, queue) = mpsc::channel(1);
    let mut tasks = JoinSet::new();
    tasks.spawn(unpack_all(queue));
    while let Some(request) = requests.recv().await {
        let (backend, jobs) = (backend.clone(), jobs.clone());
        tasks.spawn(answer(request, backend, jobs, visits.clone()));
    }
    drop(jobs);
    tasks.join_all().await;
}

async fn unpack_all(mut queue: mpsc::Receiver<Job>) {
    let (mut running, mut rest) = (JoinSet::new(), VecDeque::<Job>::new());
    loop {
        while running.len() < CORES
            && let Some((packed, sender)) = rest.pop_front()
        {
            running.spawn_blocking(move || sender.send(unpack(packed)).is_ok());
        }
        select! {
            Some(job) = queue.recv() => rest.push_back(job),
            Some(_) = running.join_next() => {}
            else => return,
        }
    }
}

async fn answer(
    request: Request,
    Backend { cache, store, journal }: Backend,
    jobs: mpsc::Sender<Job>,
    visits: Arc<Mutex<u32>>,
) {
    let name = parse(&request);
    let page = match cache.get(&name).await {
        Some(page) => page,
        None => {
            let (sender, unpacked) = oneshot::channel();
            let job = (store.load(&name).await, sender);
            assert!(jobs.send(job).await.is_ok(), "the task is there");
            unpacked.await.expect("it unpacks all")
        }
    };
    let visit = {
        let mut visits = visits.lock().unwrap();
        *visits += 1;
        *visits
    };
    let text = render(&page, visit);
    // Both at once.
    tokio::join!(cache.put(&page), journal.write_async(&text));
    request.reply(text);
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
