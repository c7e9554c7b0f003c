//! What happened, in which lane and when: the recording, and its picture for a
//! terminal.
//!
//! A recording is one text file. Every event is a line, written by one
//! `write(2)` in append mode, so several threads and processes share the file,
//! it can be followed while it grows, and it survives `kill -9`: a program that
//! hung can still be asked why. A line reads
//!
//! ```text
//! NS PID THREAD LANE CPU WHAT TEXT
//! ```
//!
//! the monotonic clock in nanoseconds, the process, the thread that wrote, the
//! lane it wrote about, the CPU time of that thread so far, and the event (see
//! [`What`]). A *lane* is one line of the picture: a thread, or another thing
//! that takes turns, such as a callback, a generator, a task.
//!
//! ```
//! use timeline::{What, waiting};
//!
//! timeline::start()?;
//! {
//!     let _until_here = waiting("the kettle");
//! }
//! timeline::event(What::Ask("/tea"));
//! timeline::event(What::Got("/tea"));
//!
//! let recording = timeline::finish()?;
//! println!("{}", recording.lanes(80));
//! assert_eq!(recording.peak_in_flight(), 1);
//! # Ok::<(), std::io::Error>(())
//! ```

mod event;
mod write;
mod lane;
mod session;
mod spans;
mod read;
mod replay;
mod causes;
mod tidy;
mod lost;
mod waits;
mod marks;
mod axis;
mod cells;
mod text;
mod trace;
mod watch;
pub mod private;

pub use axis::{format_duration, round_times};
pub use cells::Cell;
pub use event::{Direction, Event, Id, Place, UNORDERED, What};
pub use lane::{
    Lane, Source, Waiting, current, event, event_of, kept, record_length,
    waiting,
};
pub use marks::{Late, Mark};
pub use replay::{LaneKey, LaneNow, Replay, Status, TimerNow};
pub use session::{finish, so_far, start};
pub use spans::{
    Asked, Flow, Held, Kept, Link, Queue, Recording, Span, State, Track,
};
pub use text::{shorten, width};
pub use watch::{Watch, describe_hang};
pub use write::{
    Paused, VARIABLE, cpu_time, cpu_time_of_thread, env, error, is_on,
    is_temporary, on_our_clock, path, pause, write,
};
