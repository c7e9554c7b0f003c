//! The executor that step 5-6 builds.

use crate::lanes;
use lab::{Lane, waiting};
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// Polls tasks, each when it is ready.
pub struct Executor {
    queue: Sender<Arc<Task>>,
    ready: Receiver<Arc<Task>>,
}

/// A future that takes turns with others.
pub struct Task {
    /// Not there any more once it has ended.
    future: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    /// Where it waits for its turn when it is ready.
    queue: Sender<Arc<Task>>,
    lane: Lane,
}

impl Executor {
    /// One without tasks.
    #[expect(clippy::new_without_default, reason = "as the step has it")]
    pub fn new() -> Executor {
        let (queue, ready) = channel();
        Executor { queue, ready }
    }

    /// Adds a task, which is ready to be polled for the first time.
    #[track_caller]
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        let task = Arc::new(Task {
            future: Mutex::new(Some(Box::pin(future))),
            queue: self.queue.clone(),
            lane: Lane::new("task"),
        });
        task.wake();
    }

    /// Polls what is ready until no task is left; counts the polls. While no
    /// task is ready, the thread sleeps.
    pub fn run(self) -> usize {
        self.run_with(|ready| ready.recv().ok())
    }

    /// The same with another way to take the next task out of the queue, or to
    /// wait for it. That gives back `None` if there are no more tasks.
    pub fn run_with(
        self,
        mut next: impl FnMut(&Receiver<Arc<Task>>) -> Option<Arc<Task>>,
    ) -> usize {
        let _waiting = waiting("tasks");
        // From now on only tasks can queue tasks: the last one closes it.
        drop(self.queue);
        let mut polls = 0;
        while let Some(task) = next(&self.ready) {
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
        lanes::runs(&self.lane);
        match running.as_mut().poll(&mut Context::from_waker(&waker)) {
            // The leaf has said what it waits for.
            Poll::Pending => {
                lanes::keeps(&self.lane, size_of_val(&**running));
                lanes::waits(&self.lane);
            }
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
