//! Exercise: find the blocking call.
//!
//!     cargo test -p with-tokio --test find-the-blocking-call
//!
//! A server whose requests wait for one another, though each is a task of its
//! own. Its answers are right. Two of its calls block the runtime's thread.

use check::{Backend, Request, parse, render, unpack};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// Answers requests as they come, all at once. Ends when nobody can ask any
/// more, and all are answered.
pub async fn serve(mut requests: mpsc::Receiver<Request>, backend: Backend) {
    let visits = Arc::new(Mutex::new(0));
    let mut tasks = JoinSet::new();
    while let Some(request) = requests.recv().await {
        tasks.spawn(answer(request, backend.clone(), visits.clone()));
    }
    tasks.join_all().await;
}

async fn answer(
    request: Request,
    Backend { cache, store, journal }: Backend,
    visits: Arc<Mutex<u32>>,
) {
    let name = parse(&request);
    let page = match cache.get(&name).await {
        Some(page) => page,
        None => {
            let packed = store.load(&name).await;
            let page = unpack(packed);
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
    journal.write(&text);
    request.reply(text);
}

#[path = "find-the-blocking-call/check.rs"]
mod check;
