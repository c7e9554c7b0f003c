//! Where the state of something paused is kept, and what a recording is told of
//! a pause.

use std::cell::Cell;
use std::fmt::{self, Display, Formatter};
use std::panic::Location;
use timeline::{Source, is_on};

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

thread_local! {
    /// The line on which something has paused, until that is recorded.
    static LINE: Cell<Source> = const { Cell::new(None) };
}

/// Something is about to pause on the line that calls this.
#[track_caller]
#[inline(always)]
pub fn pauses_here() {
    if is_on() {
        note_line(Location::caller());
    }
}

#[cold]
fn note_line(line: &'static Location<'static>) {
    LINE.set(Some(line));
}

/// Something has paused there, and is kept as `paused` says. A lane records it,
/// the one that waits next.
#[inline(always)]
pub fn keeps(paused: impl FnOnce() -> Paused) {
    if is_on() {
        note_kept(paused);
    }
}

#[cold]
#[inline(never)]
fn note_kept(paused: impl FnOnce() -> Paused) {
    timeline::kept(paused(), LINE.take());
}
