//! This program once more, in another role.

use std::env;
use std::io;
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus};
use timeline::What;

/// A command that starts this program again with these arguments, to record
/// into the same file.
///
/// # Errors
///
/// If the system does not say which program this is.
pub fn child(arguments: &[&str]) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).envs(timeline::env());
    Ok(command)
}

/// Waits for a child, and records that it has ended: so do its lanes, and if
/// it died, they say so.
///
/// # Errors
///
/// As [`Child::wait`].
pub fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    let status = child.wait()?;
    note_end(child.id(), status);
    Ok(status)
}

/// Records that a child was waited for.
pub(crate) fn note_end(pid: u32, status: ExitStatus) {
    let how = if status.success() { String::new() } else { said(status) };
    timeline::event(What::Reap { pid, how: &how });
}

/// `signal: 6 (SIGABRT)`, whether or not that has left a core.
pub(crate) fn said(status: ExitStatus) -> String {
    status.to_string().replace(" (core dumped)", "")
}

/// The arguments after `name`, if this process was started as a [`child`] whose
/// first one is `name`; from here on it records. The first call in `main`.
///
/// ```
/// // This test was not started as one.
/// assert_eq!(processes::role("worker"), None);
/// ```
pub fn role(name: &str) -> Option<Vec<String>> {
    let mut arguments = env::args().skip(1);
    if arguments.next()? != name {
        return None;
    }
    if let Some(file) = env::var_os(timeline::VARIABLE) {
        // Our parent has made it. If it is gone, so is our parent.
        if !Path::new(&file).exists() {
            process::exit(0);
        }
        if let Err(why) = timeline::start() {
            eprintln!("{name}: cannot record: {why}");
            process::exit(1);
        }
    }
    Some(arguments.collect())
}
