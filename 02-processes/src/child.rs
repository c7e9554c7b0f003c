//! This program, started again as a child of itself.

use std::env;
use std::io;
use std::path::Path;
use std::process::{self, Child, Command, ExitStatus};
use timeline::What;

/// A command that starts this program again with these arguments. The child
/// records into the same file.
///
/// # Errors
///
/// If the system does not say which program this is.
pub fn child_command(arguments: &[&str]) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args(arguments).envs(timeline::env());
    Ok(command)
}

/// Waits for a child, and records how it ended: the picture ends its lanes
/// there.
///
/// # Errors
///
/// As [`Child::wait`].
pub fn reap(child: &mut Child) -> io::Result<ExitStatus> {
    let status = child.wait()?;
    record_end(child.id(), status);
    Ok(status)
}

/// Kills a child, and records that: the picture shows a zombie from here on,
/// until the child is reaped.
///
/// # Errors
///
/// As [`Child::kill`].
pub fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()?;
    timeline::event(What::Kill(child.id()));
    Ok(())
}

/// Records how a child ended.
pub(crate) fn record_end(pid: u32, status: ExitStatus) {
    let how =
        if status.success() { String::new() } else { describe_exit(status) };
    timeline::event(What::Reap { pid, how: &how });
}

/// `signal: 6 (SIGABRT)`. Whether that has left a core is not said: it depends
/// on the machine's settings.
pub(crate) fn describe_exit(status: ExitStatus) -> String {
    status.to_string().replace(" (core dumped)", "")
}

/// If this process was started by [`child_command`] with `name` as the first
/// argument: the arguments after it. From here on the process records. It has
/// to be the first call in `main`.
///
/// ```
/// // This test was not started as a worker.
/// assert_eq!(processes::started_as("worker"), None);
/// ```
pub fn started_as(name: &str) -> Option<Vec<String>> {
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
