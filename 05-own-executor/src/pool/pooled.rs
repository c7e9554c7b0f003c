//! A task of a pool.

use super::queues::Queued;
use super::{find, here};
use crate::entry::{End, Entry};
use crate::stage::{Task, drop_quietly};
use crate::sync::lock;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake};
use timeline::{Lane, What, current};

/// A task of a pool. It is its own waker: what may wake it has a share of
/// it. Its future and its output do not live longer for that.
pub struct Pooled {
    /// Of its pool.
    pub number: u64,
    /// In which list of the pool it is, and where.
    pub key: (usize, u32, u32),
    pub entry: Mutex<Entry<dyn Task + Send>>,
    pub lane: Option<Lane>,
}

impl Pooled {
    /// Sees to it that it is polled. Gives back whether it is to be pushed;
    /// not, if it will be polled anyway, or has ended, or is polled now: then
    /// the worker that does this pushes it afterwards, so no two ever poll it.
    fn make_ready(&self) -> bool {
        let mut entry = lock(&self.entry);
        entry.make_ready() && !entry.is_polled()
    }

    /// Puts it into the queue of the worker that wakes it, or into the one for
    /// other threads.
    fn push(self: Arc<Self>) {
        let number = self.number;
        let mut task = Some(self);
        here(|pool, worker| {
            let task = task.take_if(|_| pool.number == number);
            task.into_iter().for_each(|it| pool.queues.push(worker, it));
        });
        // The `Arc` keeps the pool while its queue is used, and its bells.
        if let Some(task) = task
            && let Some(pool) = find(number)
        {
            pool.queues.push(None, task);
        }
    }

    /// A queue's name in a recording.
    fn name_of(&self, queue: usize) -> String {
        format!("queue {queue} of pool {}", self.number)
    }

    pub fn abort(self: &Arc<Self>) {
        lock(&self.entry).abort();
        self.wake_by_ref();
    }

    pub fn detach(&self) {
        let End { joiner, gone } = lock(&self.entry).detach();
        drop(joiner);
        drop_quietly(gone);
    }

    pub fn has_ended(&self) -> bool {
        lock(&self.entry).has_ended()
    }

    pub fn join(
        &self,
        context: &Context<'_>,
    ) -> Poll<Pin<Box<dyn Task + Send>>> {
        let joined = lock(&self.entry).join(context);
        joined.map_or_else(|_old| Poll::Pending, Poll::Ready)
    }
}

impl Queued for Arc<Pooled> {
    fn is_pushed(&self, queue: usize) {
        if let Some(lane) = &self.lane {
            let queue = &*self.name_of(queue);
            lane.record(What::Ready { by: current(), queue });
        }
    }

    fn is_moved(&self, queue: usize) {
        if let Some(lane) = &self.lane {
            lane.record(What::Queue(&self.name_of(queue)));
        }
    }
}

impl Wake for Pooled {
    fn wake(self: Arc<Self>) {
        if self.make_ready() {
            self.push();
        }
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.make_ready() {
            self.clone().push();
        }
    }
}
