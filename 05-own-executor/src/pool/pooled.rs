//! A task of a pool.

use super::{Pool, find, here};
use crate::entry::{End, Entry};
use crate::stage::{Task, drop_quietly};
use crate::sync::lock;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake};
use timeline::Lane;

/// A task of a pool. It is its own waker: whoever may wake it has a share of
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
    /// Has it polled, unless it will be anyway, or has ended. If it is polled
    /// now, the worker that does this puts it into the queue afterwards: it is
    /// never polled by two.
    fn make_ready(self: &Arc<Self>, is_aborted: bool) {
        let mut entry = lock(&self.entry);
        if is_aborted {
            entry.abort();
        }
        let is_to_be_pushed = entry.make_ready() && !entry.is_polled();
        drop(entry);
        if is_to_be_pushed {
            self.push();
        }
    }

    /// Puts it into the queue of the worker that wakes it, or into the one for
    /// other threads.
    pub fn push(self: &Arc<Self>) {
        self.lane.iter().for_each(Lane::ready);
        let push_here = |pool: &Pool, worker| {
            let is_here = pool.number == self.number;
            if is_here {
                pool.queues.push(worker, self.clone());
            }
            is_here
        };
        if here(push_here) == Some(true) {
            return;
        }
        // The `Arc` keeps the pool while its queue is used, and its bells.
        if let Some(pool) = find(self.number) {
            pool.queues.push(None, self.clone());
        }
    }

    pub fn abort(self: &Arc<Self>) {
        self.make_ready(true);
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

impl Wake for Pooled {
    fn wake(self: Arc<Self>) {
        self.make_ready(false);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.make_ready(false);
    }
}
