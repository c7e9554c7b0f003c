//! What can be resumed.

use crate::{Generator, Greenlet, Paused, Reply, Request, Resumed};

/// What a trampoline can run as a task. The three kinds differ only in where
/// they keep what they need in order to go on.
pub trait Resume {
    /// Lets it run until it pauses again, or ends. The first `reply` is
    /// `Ok(())`, and means nothing.
    fn resume(&mut self, reply: Reply) -> Resumed<Request, ()>;

    /// Where its state lives while it is paused.
    fn paused(&self) -> Paused;
}

impl Resume for Generator<Reply, Request, ()> {
    fn resume(&mut self, reply: Reply) -> Resumed<Request, ()> {
        Generator::resume(self, reply)
    }

    fn paused(&self) -> Paused {
        Paused::Future { bytes: self.size() }
    }
}

impl Resume for Greenlet<Reply, Request, ()> {
    fn resume(&mut self, reply: Reply) -> Resumed<Request, ()> {
        Greenlet::resume(self, reply)
    }

    fn paused(&self) -> Paused {
        Paused::Stack { bytes: self.depth() }
    }
}
