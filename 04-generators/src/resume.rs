//! What can be resumed, and where its paused state lives.

use crate::{Generator, Greenlet, Reply, Request, Resumed};
use std::fmt::{self, Display, Formatter};

/// What a trampoline can run as a task. The three kinds differ only in where
/// they keep what they need in order to go on.
pub trait Resume {
    /// Lets it run until it pauses again, or ends. The first `reply` is
    /// `Ok(())`, and means nothing.
    fn resume(&mut self, reply: Reply) -> Resumed<Request, ()>;

    /// Where its state lives while it is paused.
    fn paused(&self) -> Paused;
}

/// Where the state of something paused lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paused {
    /// In a variant of an enum that was written by hand.
    Variant {
        /// The variant's name.
        name: &'static str,
        /// The size of the enum.
        bytes: usize,
    },
    /// In the enum that the compiler has made.
    Future {
        /// Its size.
        bytes: usize,
    },
    /// On a stack of its own.
    Stack {
        /// How deep the stack is.
        bytes: usize,
    },
}

impl Display for Paused {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Paused::Variant { name, bytes } => {
                write!(f, "variant {name}, {bytes} bytes")
            }
            Paused::Future { bytes } => write!(f, "future, {bytes} bytes"),
            Paused::Stack { bytes } => write!(f, "stack, {bytes} bytes"),
        }
    }
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
