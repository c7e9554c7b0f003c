//! A program in a process group of its own, so that what it has started can be
//! ended with it.

use super::strays;
use rustix::process::{Pid, Signal, kill_process_group};
use std::collections::BTreeSet;
use std::io;
use std::mem;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;

/// The groups that run, by their numbers.
static GROUPS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// A program, and all that it has started.
pub struct Group {
    child: Child,
    recording: PathBuf,
}

impl Group {
    /// Starts a program that has no standard input and records into this file.
    /// Its name is in their environment, so all that the program starts is
    /// found by it.
    ///
    /// # Errors
    ///
    /// If it cannot be started.
    pub fn start(command: &mut Command, recording: &Path) -> io::Result<Group> {
        let mut groups = GROUPS.lock().unwrap();
        let child = command
            .env(timeline::VARIABLE, recording)
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()?;
        groups.insert(child.id());
        Ok(Group { child, recording: recording.to_owned() })
    }

    /// The program itself.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How the program has ended, if it has.
    pub fn status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Asks the whole group to end (`SIGTERM`).
    pub fn ask_to_end(&self) {
        signal_group(self.child.id(), Signal::TERM);
    }

    /// Kills the whole group, and the processes that have left it. As long as
    /// the group has a member, its number is not given to another.
    pub fn kill(&self) {
        signal_group(self.child.id(), Signal::KILL);
        strays::kill(timeline::VARIABLE, self.recording.as_os_str());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        GROUPS.lock().unwrap().remove(&self.child.id());
    }
}

fn signal_group(group: u32, signal: Signal) {
    if let Some(group) = Pid::from_raw(group as i32) {
        // It is an error if the whole group has ended: then all is well.
        let _ = kill_process_group(group, signal);
    }
}

/// Kills all groups that still run, for a process that is about to end: from
/// now on, no group is started, and [`run`](super::run) does not return.
pub fn kill_all_groups() {
    let groups = GROUPS.lock().unwrap();
    groups.iter().for_each(|group| signal_group(*group, Signal::KILL));
    // Never unlocked: a thread that would start another group waits here, until
    // the process ends.
    mem::forget(groups);
}
