//! A worker of the pool as its parent knows it, and the thread that listens to
//! the worker.

use crate::frame::read_frame;
use crate::message::WorkerMessage;
use lab::Url;
use std::io::{self, ErrorKind::UnexpectedEof};
use std::process::{
    Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio,
};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A worker of the pool, as its parent knows it.
pub struct PoolWorker {
    pub pid: u32,
    pub child: Arc<Mutex<Child>>,
    pub orders: ChildStdin,
    pub task: Option<Task>,
    /// Set if it has sent a message.
    pub has_begun: bool,
    /// Set if we have killed it.
    pub killed: bool,
}

/// A page that a worker is busy with.
pub struct Task {
    pub url: Url,
    /// If the worker is still busy then, it hangs.
    pub hung_at: Instant,
    /// The CPU time that the worker had used when it last said so.
    pub cpu: Duration,
}

/// What the listener of a worker hands on.
pub enum WorkerEvent {
    Message(WorkerMessage),
    /// How it ended, and what it sent that was no message, if it did.
    Ended(ExitStatus, Option<io::Error>),
}

impl PoolWorker {
    pub fn start(
        number: usize,
        mut command: Command,
        events: Sender<(usize, WorkerEvent)>,
    ) -> io::Result<PoolWorker> {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let orders = child.stdin.take().expect("it was asked for");
        let answers = child.stdout.take().expect("it was asked for");
        let pid = child.id();
        let child = Arc::new(Mutex::new(child));
        let listened_to = child.clone();
        thread::Builder::new()
            .spawn(move || {
                listen_until_end(number, answers, &listened_to, &events);
            })
            .inspect_err(|_| {
                let mut child = child.lock().unwrap();
                let _ = child.kill().and_then(|()| child.wait());
            })?;
        Ok(PoolWorker {
            pid,
            child,
            orders,
            task: None,
            has_begun: false,
            killed: false,
        })
    }

    /// Set if it has nothing to do, and can do something.
    pub fn is_idle(&self) -> bool {
        self.task.is_none() && !self.killed
    }

    pub fn kill(&mut self) {
        self.killed = true;
        // A worker that has ended meanwhile cannot be killed, and need not be.
        let _ = self.child.lock().unwrap().kill();
    }
}

// ANCHOR: listen
/// Hands on each message of a worker, and then how the worker ended.
fn listen_until_end(
    number: usize,
    answers: ChildStdout,
    child: &Mutex<Child>,
    events: &Sender<(usize, WorkerEvent)>,
) {
    let result = forward_messages(number, answers, events);
    // The worker's pipe has ended, or it sends nonsense. Either way it is of no
    // more use, and it has to be waited for, or it would stay as a zombie.
    let mut child = child.lock().unwrap();
    let _ = child.kill();
    let status = child.wait().expect("no other thread waits for it");
    // A worker that dies in the middle of a frame has sent no nonsense.
    let nonsense = result.err().filter(|it| it.kind() != UnexpectedEof);
    // It fails if the pool is gone, and then nothing needs the event.
    let _ = events.send((number, WorkerEvent::Ended(status, nonsense)));
}

fn forward_messages(
    number: usize,
    mut answers: ChildStdout,
    events: &Sender<(usize, WorkerEvent)>,
) -> io::Result<()> {
    while let Some(frame) = read_frame(&mut answers)? {
        let message = WorkerMessage::decode(&frame)?;
        let event = WorkerEvent::Message(message);
        if events.send((number, event)).is_err() {
            break;
        }
    }
    Ok(())
}
// ANCHOR_END: listen

#[cfg(test)]
mod tests {
    use super::super::WorkerEnd;
    use super::*;
    use std::sync::mpsc::channel;

    /// How a worker ends that is a shell with this code.
    fn end_of_shell(code: &str) -> WorkerEnd {
        let mut shell = Command::new("sh");
        shell.args(["-c", code]).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let answers = child.stdout.take().unwrap();
        let (sender, events) = channel();
        listen_until_end(1, answers, &Mutex::new(child), &sender);
        match events.recv().unwrap() {
            (1, WorkerEvent::Ended(status, nonsense)) => {
                WorkerEnd::new(status, nonsense, false)
            }
            _ => panic!("a shell speaks no frames"),
        }
    }

    #[test]
    fn a_worker_that_sends_nonsense_is_killed() {
        let end = end_of_shell("echo 'It was a dark night'; sleep 60");
        assert!(end.may_be_its_own_fault());
        let why = "signal: 9 (SIGKILL), it talked nonsense: \
                   a frame of 1232347255 bytes; 17825792 are the most";
        assert_eq!(end.to_string(), why);
    }

    #[test]
    fn a_worker_that_dies_in_the_middle_of_a_frame_sends_no_nonsense() {
        let end = end_of_shell("printf '\\0\\0\\0\\11half'; kill -9 $$");
        assert!(!end.may_be_its_own_fault());
        assert_eq!(end.to_string(), "signal: 9 (SIGKILL)");
    }
}
