//! Threads of its own: a pool that unpacks, and one that writes.
//!
//! They take jobs from channels, and end when nobody can send any more.

use check::{
    Backend, CORES, Journal, Packed, Page, Request, Text, parse, render, unpack,
};
use std::sync::{Arc, Mutex, mpsc as std_mpsc};
use std::thread;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let visits = Arc::new(Mutex::new(0));
    let threads = Threads::start(backend.journal.clone());
    let mut tasks = JoinSet::new();
    while let Some(request) = requests.recv().await {
        let (backend, threads) = (backend.clone(), threads.clone());
        tasks.spawn(answer(request, backend, threads, visits.clone()));
    }
    tasks.join_all().await;
}

async fn answer(
    request: Request,
    Backend { cache, store, .. }: Backend,
    threads: Threads,
    visits: Arc<Mutex<u32>>,
) {
    let name = parse(&request);
    let page = match cache.get(&name).await {
        Some(page) => page,
        None => {
            let (sender, page) = oneshot::channel();
            let packed = store.load(&name).await;
            threads.unpackers.send((packed, sender)).expect("they are there");
            let page = page.await.expect("it unpacks all");
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
    let (sender, is_written) = oneshot::channel();
    threads.writer.send((text.clone(), sender)).expect("it is there");
    is_written.await.expect("it writes all");
    request.reply(text);
}

#[derive(Clone)]
struct Threads {
    unpackers: std_mpsc::Sender<(Packed, oneshot::Sender<Page>)>,
    writer: std_mpsc::Sender<(Text, oneshot::Sender<()>)>,
}

impl Threads {
    fn start(journal: Journal) -> Threads {
        let (unpackers, jobs) =
            std_mpsc::channel::<(Packed, oneshot::Sender<Page>)>();
        let jobs = Arc::new(Mutex::new(jobs));
        for _ in 0..CORES {
            let jobs = jobs.clone();
            let next = move || jobs.lock().unwrap().recv();
            thread::spawn(move || {
                while let Ok((packed, sender)) = next() {
                    let _ = sender.send(unpack(packed));
                }
            });
        }
        let (writer, lines) =
            std_mpsc::channel::<(Text, oneshot::Sender<()>)>();
        thread::spawn(move || {
            for (text, sender) in lines {
                journal.write(&text);
                let _ = sender.send(());
            }
        });
        Threads { unpackers, writer }
    }
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
