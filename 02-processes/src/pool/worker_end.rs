//! How a worker has ended, and whether its page may be the cause.

use super::MAX_SILENCE;
use crate::child::describe_exit;
use rustix::process::Signal;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// How a worker has ended.
#[derive(Clone, Debug)]
pub struct WorkerEnd {
    status: ExitStatus,
    /// Why we have killed it, if we have.
    killed: Option<String>,
}

impl WorkerEnd {
    pub(super) fn new(
        status: ExitStatus,
        nonsense: Option<io::Error>,
        hung: bool,
    ) -> WorkerEnd {
        let killed = match nonsense {
            Some(why) => Some(format!("it talked nonsense: {why}")),
            None if !hung => None,
            None => {
                Some(format!("it gave no sign of life for {MAX_SILENCE:?}"))
            }
        };
        WorkerEnd { status, killed }
    }

    /// Set if the worker's own doing may have ended it, and so its page may be
    /// the cause. Four signals usually come from outside, and say nothing about
    /// the page. (The kernel sends one of them when the machine is out of
    /// memory. A page that takes too much meets the worker's own limit before.)
    pub fn may_be_its_own_fault(&self) -> bool {
        let signal = self.status.signal();
        let elsewhere = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];
        self.killed.is_some()
            || !elsewhere.iter().any(|it| signal == Some(it.as_raw()))
    }
}

/// `signal: 6 (SIGABRT)`
impl Display for WorkerEnd {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&describe_exit(self.status))?;
        match &self.killed {
            Some(why) => write!(f, ", {why}"),
            None => Ok(()),
        }
    }
}
