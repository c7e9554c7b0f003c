//! The worker's side of the pipe: it takes orders until there are no more.

use crate::child::role;
use crate::frame::{read_frame, write_frame};
use crate::message::{Said, read_order};
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
pub const MEMORY: u64 = 128 << 20;

/// How often a worker that is busy says that it is alive.
const BEAT: Duration = Duration::from_millis(100);

/// If this process was started to be a worker, fetches what it is told to, and
/// does not return.
///
/// One thread reads the orders and one, `worker 3`, carries them out. So the
/// end of the pipe is noticed, and ends this process, whatever the other one is
/// doing: a parent that was killed leaves no worker behind.
pub fn work_if_worker(fetch: fn(&Url, Instant) -> Fetched) {
    let Some(arguments) = role("worker") else { return };
    limit_itself();
    let name = format!("worker {}", arguments.concat());
    let (orders, ordered) = channel();
    let work = move || {
        match catch_unwind(AssertUnwindSafe(|| work(&ordered, fetch))) {
            Ok(Ok(())) => process::exit(0),
            Ok(Err(why)) => cannot_start(&why),
            // A panic ends this thread. Here it ends the process, as in `main`.
            Err(_) => process::exit(101),
        }
    };
    if let Err(why) = Builder::new().name(name).spawn(work) {
        cannot_start(&why);
    }
    while let Ok(Some(order)) = read_frame(stdin().lock()) {
        if orders.send(order).is_err() {
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
    let (turns, turned) = channel();
    thread::scope(|scope| {
        Builder::new().spawn_scoped(scope, move || beat(&turned, answers))?;
        // Hello.
        answers.say(&Said::Alive(cpu_time()));
        while let Some(order) = next(orders) {
            let order = read_order(&order).expect("our parent's orders");
            take_turn(&turns);
            let fetched = fetch(&order.0, order.1);
            take_turn(&turns);
            answers.say(&Said::Fetched(fetched));
        }
        drop(turns);
        Ok(())
    })
}

fn next(orders: &Receiver<Vec<u8>>) -> Option<Vec<u8>> {
    let _waiting = waiting("orders");
    orders.recv().ok()
}

/// A page begins, or ends.
fn take_turn(turns: &Sender<()>) {
    turns.send(()).expect("the heart beats as long as there are turns");
}

/// Says now and then that this worker is alive, while it is busy with a page.
fn beat(turns: &Receiver<()>, answers: &Answers) {
    while turns.recv().is_ok() {
        while turns.recv_timeout(BEAT) == Err(RecvTimeoutError::Timeout) {
            // But for what it costs to say so.
            answers.say(&Said::Alive(cpu_time() - cpu_time_of_thread()));
        }
    }
}

/// What was standard output. A `println!` now goes to standard error, where it
/// is in no frame's way.
struct Answers(Mutex<File>);

impl Answers {
    fn open() -> io::Result<Answers> {
        let pipe = stdout().as_fd().try_clone_to_owned()?;
        dup2_stdout(stderr())?;
        Ok(Answers(Mutex::new(pipe.into())))
    }

    fn say(&self, said: &Said) {
        let pipe = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match write_frame(&*pipe, &said.bytes()) {
            Ok(()) => {}
            // Nothing of it has been sent. Why is short enough to say.
            Err(why) if why.kind() == ErrorKind::InvalidData => {
                drop(pipe);
                let why = Failure::System(why.to_string());
                self.say(&Said::Fetched(Err(why)));
            }
            // The parent listens no more.
            Err(_) => process::exit(0),
        }
    }
}

/// Whatever a page may do, it is to end this process and not this machine.
fn limit_itself() {
    for (resource, most) in [
        (Resource::Data, MEMORY),
        // A worker that aborts leaves no image of its memory on the disk.
        (Resource::Core, 0),
    ] {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        // Where the system does not know it, we go on without.
        let _ = setrlimit(resource, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::MOST;
    use std::os::fd::OwnedFd;

    #[test]
    fn an_answer_too_long_for_a_frame_says_so_instead() {
        let (pipe, end) = io::pipe().unwrap();
        let answers = Answers(Mutex::new(OwnedFd::from(end).into()));
        let long = Failure::System("x".repeat(MOST));
        answers.say(&Said::Fetched(Err(long)));
        let answer = read_frame(pipe).unwrap().expect("a frame");
        match Said::read(&answer).unwrap() {
            Said::Fetched(Err(Failure::System(why))) => {
                assert!(why.ends_with("17825792 are the most"), "{why}");
            }
            said => panic!("{said:?}"),
        }
    }
}
