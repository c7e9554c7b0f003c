//! The worker's side of the crawl's pool: it carries out orders until there are
//! no more.

use crate::child::started_as;
use crate::frame::{read_frame, write_frame};
use crate::message::{WorkerMessage, decode_order};
use lab::{Failure, Fetched, Url, cpu_time, cpu_time_of_thread, waiting};
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::stdio::dup2_stdout;
use std::fs::File;
use std::io::{self, ErrorKind, stderr, stdin, stdout};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::{Duration, Instant};

/// The most memory that a worker may use for data, in bytes. Linux sees to it;
/// macOS does not.
pub const MEMORY_LIMIT: u64 = 128 << 20;

/// How often a worker that is busy says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_millis(100);

/// If this process was started as a worker of the pool, carries out the orders
/// of its parent, and does not return.
///
/// One thread reads the orders and another, called `worker 3` or so, carries
/// them out. So the end of the pipe is noticed, and ends this process, whatever
/// that other thread is doing: a parent that was killed leaves no worker
/// behind.
pub fn work_if_worker(fetch: fn(&Url, Instant) -> Fetched) {
    let Some(arguments) = started_as("worker") else { return };
    limit_resources();
    let name = format!("worker {}", arguments.concat());
    let (order_sender, orders) = channel();
    let body = move || {
        match catch_unwind(AssertUnwindSafe(|| work(&orders, fetch))) {
            Ok(Ok(())) => process::exit(0),
            Ok(Err(why)) => cannot_start(&why),
            // A panic ends this thread. Here it ends the process, as in `main`.
            Err(_) => process::exit(101),
        }
    };
    if let Err(why) = Builder::new().name(name).spawn(body) {
        cannot_start(&why);
    }
    while let Ok(Some(order)) = read_frame(stdin().lock()) {
        if order_sender.send(order).is_err() {
            break;
        }
    }
    process::exit(0)
}

fn cannot_start(why: &io::Error) -> ! {
    eprintln!("a worker cannot start: {why}");
    process::exit(1);
}

fn work(
    orders: &Receiver<Vec<u8>>,
    fetch: fn(&Url, Instant) -> Fetched,
) -> io::Result<()> {
    let answers = &Answers::open()?;
    let (changes, changed) = channel();
    thread::scope(|scope| {
        Builder::new().spawn_scoped(scope, move || {
            send_signs_of_life(&changed, answers);
        })?;
        // The parent takes the first message as a sign that we have begun.
        answers.send(&WorkerMessage::Alive(cpu_time()));
        while let Some(order) = next_order(orders) {
            let (url, deadline) =
                decode_order(&order).expect("our parent's orders");
            note_change(&changes);
            let fetched = fetch(&url, deadline);
            note_change(&changes);
            answers.send(&WorkerMessage::Fetched(fetched));
        }
        drop(changes);
        Ok(())
    })
}

fn next_order(orders: &Receiver<Vec<u8>>) -> Option<Vec<u8>> {
    let _waiting = waiting("orders");
    orders.recv().ok()
}

/// Notes that work on a page begins, or ends.
fn note_change(changes: &Sender<()>) {
    changes.send(()).expect("the other thread listens until we drop this");
}

/// While this worker is busy with a page, says again and again that it is
/// alive. The first change begins such a time, and the second ends it.
fn send_signs_of_life(changed: &Receiver<()>, answers: &Answers) {
    while changed.recv().is_ok() {
        while changed.recv_timeout(SIGN_OF_LIFE)
            == Err(RecvTimeoutError::Timeout)
        {
            // Without what this thread itself has used: that shows no progress.
            let cpu = cpu_time() - cpu_time_of_thread();
            answers.send(&WorkerMessage::Alive(cpu));
        }
    }
}

/// The pipe that was our standard output. A `println!` now goes to standard
/// error, so that it cannot get between the frames.
struct Answers(Mutex<File>);

impl Answers {
    fn open() -> io::Result<Answers> {
        let pipe = stdout().as_fd().try_clone_to_owned()?;
        dup2_stdout(stderr())?;
        Ok(Answers(Mutex::new(pipe.into())))
    }

    fn send(&self, message: &WorkerMessage) {
        let pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match write_frame(&*pipe, &message.encode()) {
            Ok(()) => {}
            // Too long for a frame, so that nothing of it was sent. The reason
            // is short enough.
            Err(why) if why.kind() == ErrorKind::InvalidData => {
                drop(pipe);
                let why = Failure::System(why.to_string());
                self.send(&WorkerMessage::Fetched(Err(why)));
            }
            // The parent does not listen any more.
            Err(_) => process::exit(0),
        }
    }
}

/// Sets limits, so that a page that goes wrong ends this process and does not
/// take all of the machine's memory.
fn limit_resources() {
    for (resource, most) in [
        (Resource::Data, MEMORY_LIMIT),
        // A worker that aborts leaves no image of its memory on the disk.
        (Resource::Core, 0),
    ] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        // A system without such a limit sets none.
        let _ = setrlimit(resource, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::MAX_FRAME;
    use std::os::fd::OwnedFd;

    #[test]
    fn an_answer_too_long_for_a_frame_says_so_instead() {
        let (pipe, end) = io::pipe().unwrap();
        let answers = Answers(Mutex::new(OwnedFd::from(end).into()));
        let long = Failure::System("x".repeat(MAX_FRAME));
        answers.send(&WorkerMessage::Fetched(Err(long)));
        let answer = read_frame(pipe).unwrap().expect("a frame");
        match WorkerMessage::decode(&answer).unwrap() {
            WorkerMessage::Fetched(Err(Failure::System(why))) => {
                assert!(why.ends_with("17825792 are the most"), "{why}");
            }
            other => panic!("{other:?}"),
        }
    }
}
