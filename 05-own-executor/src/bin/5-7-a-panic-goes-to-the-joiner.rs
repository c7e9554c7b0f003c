//! 5-7 · A panic goes to the joiner, and to no other task.
//!
//!     cargo run -p own-executor --bin 5-7-a-panic-goes-to-the-joiner
//!
//! Look at the lanes: one task panics, and the seven others go on.

use lab::{Site, Url};
use own_executor::steps::{Executor, Fetch, waits_for};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::{future, thread};

fn main() {
    let site = Site::start();
    let mut pages = site.pages(8);
    pages[3] = site.page(404);
    let executor = Executor::new();
    let mut tasks = Vec::new();
    for url in pages {
        tasks.push(spawn(&executor, read(url)));
    }
    executor.spawn(report(tasks));
    executor.run();
    site.finish();
}

/// Fetches a page, and counts its bytes.
async fn read(url: Url) -> usize {
    Fetch::new(url).await.expect("every page is there").body.len()
}

/// Says how each task ended.
async fn report(tasks: Vec<JoinHandle<usize>>) {
    for task in tasks {
        match task.await {
            Ok(bytes) => println!("{bytes} bytes"),
            Err(_) => println!("a panic, and no number"),
        }
    }
}

/// Is ready once its task has ended, with the output or the panic.
struct JoinHandle<T>(Arc<Mutex<Ended<T>>>);

struct Ended<T> {
    output: Option<thread::Result<T>>,
    joiner: Option<Waker>,
}

/// Spawns a task that has an output.
fn spawn<T: Send + 'static>(
    executor: &Executor,
    future: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let ended = Arc::new(Mutex::new(Ended { output: None, joiner: None }));
    let handle = JoinHandle(ended.clone());
    executor.spawn(async move {
        let output = catch(future).await;
        ended.lock().unwrap().output = Some(output);
        let joiner = ended.lock().unwrap().joiner.take();
        if let Some(joiner) = joiner {
            joiner.wake();
        }
    });
    handle
}

/// Catches a panic of this future, whichever poll it comes in.
async fn catch<T>(future: impl Future<Output = T>) -> thread::Result<T> {
    let mut future = pin!(future);
    future::poll_fn(|context| {
        let poll = || future.as_mut().poll(context);
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(polled) => polled.map(Ok),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

impl<T> Future for JoinHandle<T> {
    type Output = thread::Result<T>;

    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        let mut ended = self.0.lock().unwrap();
        match ended.output.take() {
            Some(output) => Poll::Ready(output),
            None => {
                ended.joiner = Some(context.waker().clone());
                waits_for("a task");
                Poll::Pending
            }
        }
    }
}
