//! How a worker has ended, and whose fault that is.

use super::SILENCE;
use crate::child::said;
use rustix::process::Signal;
use std::fmt::{self, Display, Formatter};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

/// How a worker has ended.
#[derive(Clone, Debug)]
pub struct Ended {
    status: ExitStatus,
    /// What it had done, if that is why we have killed it.
    killed: Option<String>,
}

impl Ended {
    pub(super) fn new(
        status: ExitStatus,
        nonsense: Option<io::Error>,
        hung: bool,
    ) -> Ended {
        let killed = match nonsense {
            Some(why) => Some(format!("it talked nonsense: {why}")),
            None if !hung => None,
            None => Some(format!("it gave no sign of life for {SILENCE:?}")),
        };
        Ended { status, killed }
    }

    /// Set if its own doing may have ended it, and so the page. A signal of
    /// these comes from elsewhere, and says nothing about the page. (So does
    /// the kernel's, when a machine is out of memory. That is why a worker has
    /// a limit of its own.)
    pub fn may_be_its_own_fault(&self) -> bool {
        let signal = self.status.signal();
        let elsewhere = [Signal::KILL, Signal::TERM, Signal::INT, Signal::HUP];
        self.killed.is_some()
            || !elsewhere.iter().any(|it| signal == Some(it.as_raw()))
    }
}

/// `signal: 6 (SIGABRT)`
impl Display for Ended {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&said(self.status))?;
        match &self.killed {
            Some(why) => write!(f, ", {why}"),
            None => Ok(()),
        }
    }
}
