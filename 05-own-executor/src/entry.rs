//! What an executor knows of a task, whether it has one thread or many.

use crate::budget;
use crate::stage::Task;
use crate::sync::renew;
use std::pin::Pin;
use std::task::{Context, Waker};

/// A task, and what is to become of it.
pub struct Entry<T: ?Sized> {
    /// Not there while it is polled.
    task: Option<Pin<Box<T>>>,
    /// The task that waits for its end.
    joiner: Option<Waker>,
    is_ready: bool,
    is_aborted: bool,
    has_ended: bool,
    /// Set if nothing will ask for its output.
    is_detached: bool,
}

/// A task that is polled, and therefore not in its entry.
pub struct Turn<T: ?Sized> {
    task: Pin<Box<T>>,
    is_aborted: bool,
}

/// What is left to do once a task has ended: not under a lock, nor while
/// anything is borrowed, because wakers and destructors are not ours.
pub struct End<T: ?Sized> {
    pub joiner: Option<Waker>,
    /// The output, if nothing will ask for it.
    pub gone: Option<Pin<Box<T>>>,
}

impl<T: Task + ?Sized> Entry<T> {
    /// A task that is ready.
    pub fn new(task: Pin<Box<T>>) -> Entry<T> {
        Entry {
            task: Some(task),
            joiner: None,
            is_ready: true,
            is_aborted: false,
            has_ended: false,
            is_detached: false,
        }
    }

    /// Sees to it that it will be polled. Gives back `false` if it would be
    /// anyway, or has ended.
    pub fn make_ready(&mut self) -> bool {
        let is_new = !self.is_ready && !self.has_ended;
        self.is_ready |= is_new;
        is_new
    }

    /// From now on its next turn is its last.
    pub fn abort(&mut self) {
        self.is_aborted = true;
    }

    pub fn is_polled(&self) -> bool {
        self.task.is_none()
    }

    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Takes it out, to be polled, if it is ready.
    pub fn begin(&mut self) -> Option<Turn<T>> {
        if !self.is_ready || self.has_ended {
            return None;
        }
        let task = self.task.take()?;
        self.is_ready = false;
        Some(Turn { task, is_aborted: self.is_aborted })
    }

    /// Takes it out, to be dropped, if it has not ended.
    pub fn begin_end(&mut self) -> Option<Turn<T>> {
        if self.has_ended {
            return None;
        }
        Some(Turn { task: self.task.take()?, is_aborted: true })
    }

    /// Puts it back. Gives back whether it was woken meanwhile.
    pub fn pause(&mut self, turn: Turn<T>) -> bool {
        self.task = Some(turn.task);
        self.is_ready
    }

    /// Puts its output into its place, or hands that out.
    pub fn end(&mut self, turn: Turn<T>) -> End<T> {
        self.has_ended = true;
        let joiner = self.joiner.take();
        match self.is_detached {
            true => End { joiner, gone: Some(turn.task) },
            false => {
                self.task = Some(turn.task);
                End { joiner, gone: None }
            }
        }
    }

    /// Nothing will ask for its output.
    pub fn detach(&mut self) -> End<T> {
        self.is_detached = true;
        let gone = if self.has_ended { self.task.take() } else { None };
        End { joiner: self.joiner.take(), gone }
    }

    /// Its output, if it has ended. Otherwise the task that asks is woken when
    /// it ends, instead of the one that asked before: that one's waker is given
    /// back.
    pub fn join(
        &mut self,
        context: &Context<'_>,
    ) -> Result<Pin<Box<T>>, Option<Waker>> {
        if !self.has_ended {
            return Err(renew(&mut self.joiner, context));
        }
        Ok(self.task.take().expect("it is asked for its output once"))
    }
}

impl<T: Task + ?Sized> Turn<T> {
    /// Polls the task, or drops its future, if it was aborted. Gives back
    /// whether it has ended.
    pub fn run(&mut self, waker: impl FnOnce() -> Waker) -> bool {
        if self.is_aborted {
            self.abort();
            return true;
        }
        budget::renew();
        let polled =
            self.task.as_mut().poll(&mut Context::from_waker(&waker()));
        polled.is_ready()
    }

    /// Drops the future.
    pub fn abort(&mut self) {
        self.task.as_mut().abort();
    }
}
