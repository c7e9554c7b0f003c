//! 5-6 · A ready queue: to wake a task is to put it into the queue.
//!
//!     cargo run -p own-executor --bin 5-6-a-ready-queue
//!
//! Look at the polls: sixteen, two for each task.

use lab::{Lane, Site, Url, waiting};
use own_executor::steps::Fetch;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

fn main() {
    let site = Site::start();

    let executor = Executor::new();
    for url in site.pages(8) {
        executor.spawn(show(url));
    }
    let polls = executor.run();
    println!("polls: {polls}");
    site.finish();
}

async fn show(url: Url) {
    let page = Fetch::new(url).await.expect("every page is there");
    println!("{page}");
}

/// Polls tasks, each when it is ready.
struct Executor {
    queue: Sender<Arc<Task>>,
    ready: Receiver<Arc<Task>>,
}

/// A future that takes turns with others.
struct Task {
    /// Not there any more once it has ended.
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    /// Where it waits for its turn when it is ready.
    queue: Sender<Arc<Task>>,
    lane: Lane,
}

impl Executor {
    fn new() -> Executor {
        let (queue, ready) = channel();
        Executor { queue, ready }
    }

    /// Adds a task, which is ready to be polled for the first time.
    fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task {
            future: Mutex::new(Some(Box::pin(future))),
            queue: self.queue.clone(),
            lane: Lane::new("task"),
        });
        task.wake();
    }

    /// Polls what is ready until no task is left; counts the polls.
    fn run(self) -> usize {
        let _waiting = waiting("tasks");
        // From now on only tasks can queue tasks: the last one closes it.
        drop(self.queue);
        let mut polls = 0;
        // While the queue is empty, the thread sleeps here.
        for task in self.ready {
            polls += 1;
            task.poll();
        }
        polls
    }
}

impl Task {
    fn poll(self: &Arc<Self>) {
        let waker = Waker::from(self.clone());
        let mut future = self.future.lock().unwrap();
        // It may have been woken once more before it has ended.
        let Some(running) = future.as_mut() else { return };
        self.lane.runs();
        match running.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Pending => self.lane.waits("a wake-up"),
            Poll::Ready(()) => {
                *future = None;
                self.lane.done();
            }
        }
    }
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.lane.ready();
        // If the executor is gone, it is too late.
        self.queue.send(self.clone()).ok();
    }
}
