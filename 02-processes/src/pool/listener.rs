//! A worker as its parent knows it, and the thread that listens to it.

use crate::child::child;
use crate::frame::read_frame;
use crate::message::Said;
use lab::Url;
use std::io::{self, ErrorKind::UnexpectedEof};
use std::process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// A worker, as its parent knows it.
pub struct Worker {
    pub pid: u32,
    pub child: Arc<Mutex<Child>>,
    pub orders: ChildStdin,
    pub task: Option<Task>,
    /// Set if it has said a word.
    pub has_spoken: bool,
    /// Set if we have killed it.
    pub killed: bool,
}

/// A page that a worker is busy with.
pub struct Task {
    pub url: Url,
    /// When the worker has hung, if it is still busy then.
    pub until: Instant,
    pub cpu: Duration,
}

/// What is heard of one.
pub enum Heard {
    Said(Said),
    /// And that it talked nonsense, if it did.
    Ended(ExitStatus, Option<io::Error>),
}

impl Worker {
    pub fn start(
        number: usize,
        tell: Sender<(usize, Heard)>,
    ) -> io::Result<Worker> {
        let mut child = child(&["worker", &number.to_string()])?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().expect("it was asked for");
        let answers = child.stdout.take().expect("it was asked for");
        let pid = child.id();
        let child = Arc::new(Mutex::new(child));
        let reaped = child.clone();
        thread::Builder::new()
            .spawn(move || listen(number, answers, &reaped, &tell))
            .inspect_err(|_| {
                let mut child = child.lock().unwrap();
                let _ = child.kill().and_then(|()| child.wait());
            })?;
        Ok(Worker {
            pid,
            child,
            orders,
            task: None,
            has_spoken: false,
            killed: false,
        })
    }

    /// Set if it has nothing to do, and can do something.
    pub fn is_idle(&self) -> bool {
        self.task.is_none() && !self.killed
    }

    pub fn kill(&mut self) {
        self.killed = true;
        // If it has ended meanwhile, so much the better.
        let _ = self.child.lock().unwrap().kill();
    }
}

// ANCHOR: listen
/// Hands on what a worker says, and that it has ended.
fn listen(
    number: usize,
    answers: ChildStdout,
    child: &Mutex<Child>,
    tell: &Sender<(usize, Heard)>,
) {
    let heard = hear(number, answers, tell);
    // Its pipe has ended, or it talks nonsense. Either way it is of no more
    // use, and it has to be waited for, or it would stay as a zombie.
    let mut child = child.lock().unwrap();
    let _ = child.kill();
    let status = child.wait().expect("nobody else waits for it");
    // A worker that dies in the middle of a frame has not talked nonsense.
    let nonsense = heard.err().filter(|it| it.kind() != UnexpectedEof);
    // The pool may be gone, and then there is nothing to tell it.
    let _ = tell.send((number, Heard::Ended(status, nonsense)));
}

fn hear(
    number: usize,
    mut answers: ChildStdout,
    tell: &Sender<(usize, Heard)>,
) -> io::Result<()> {
    while let Some(frame) = read_frame(&mut answers)? {
        let said = Said::read(&frame)?;
        if tell.send((number, Heard::Said(said))).is_err() {
            break;
        }
    }
    Ok(())
}
// ANCHOR_END: listen

#[cfg(test)]
mod tests {
    use super::super::Ended;
    use super::*;
    use std::process::Command;
    use std::sync::mpsc::channel;

    /// What is heard of a shell that does this.
    fn heard_of(code: &str) -> Ended {
        let mut shell = Command::new("sh");
        shell.args(["-c", code]).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let answers = child.stdout.take().unwrap();
        let (tell, heard) = channel();
        listen(1, answers, &Mutex::new(child), &tell);
        match heard.recv().unwrap() {
            (1, Heard::Ended(status, nonsense)) => {
                Ended::new(status, nonsense, false)
            }
            _ => panic!("a shell speaks no frames"),
        }
    }

    #[test]
    fn who_talks_nonsense_is_killed_for_it() {
        let ended = heard_of("echo 'It was a dark night'; sleep 60");
        assert!(ended.may_be_its_own_fault());
        let why = "signal: 9 (SIGKILL), it talked nonsense: \
                   a frame of 1232347255 bytes; 17825792 are the most";
        assert_eq!(ended.to_string(), why);
    }

    #[test]
    fn who_dies_in_the_middle_of_a_frame_is_not() {
        let ended = heard_of("printf '\\0\\0\\0\\11half'; kill -9 $$");
        assert!(!ended.may_be_its_own_fault());
        assert_eq!(ended.to_string(), "signal: 9 (SIGKILL)");
    }
}
