//! The processes behind a run: cargo, which builds the program; the program,
//! its output, its limits, its end.
#![cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "what is called between fork and exec")
)]

use super::attend::{GRACE, attend};
use super::cargo::{self, BuildOutput, Line};
use super::order::Order;
use super::run::{Event, Run};
use crate::plain::Plain;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use watchdog::Group;

/// How much it may write, in bytes and in lines.
const MOST_OUTPUT: usize = 1024 * 1024;
const MOST_LINES: usize = 20_000;

/// How much cargo may say of what it has built.
const MOST_MESSAGES: u64 = 16 * 1024 * 1024;

/// Starts to build a program with cargo. A thread follows that, and then the
/// program itself, until it has ended.
pub fn start(root: &Path, order: &Order<'_>, run: &Arc<Run>) -> io::Result<()> {
    let mut command = exercises::tree::prepare_cargo();
    command.args(cargo::arguments(order)).envs(cargo::ENVIRONMENT);
    command.current_dir(root).stdout(Stdio::piped()).stderr(Stdio::piped());
    die_with_us(&mut command);
    let cargo = Group::start(&mut command, &run.recording)?;

    let (root, flags) = (root.to_owned(), order.flags.clone());
    let run = run.clone();
    thread::Builder::new().name("run".to_owned()).spawn(move || {
        let how = match supervise(&run, cargo, &root, &flags) {
            Ok(how) => how,
            Err(why) => format!("lost: {why}"),
        };
        run.end(how);
    })?;
    Ok(())
}

/// If this process is killed, and cannot end the program any more, the system
/// does. Elsewhere than on Linux it ends when it next writes.
fn die_with_us(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        let die = || Ok(set_parent_process_death_signal(Some(Signal::KILL))?);
        // SAFETY: between fork and exec, it makes one system call.
        unsafe { command.pre_exec(die) };
    }
    let _ = command;
}

/// Follows both processes, one after the other, and says how that ended.
fn supervise(
    run: &Run,
    mut cargo: Group,
    root: &Path,
    flags: &[String],
) -> io::Result<String> {
    // Cargo, which says on standard output what it has built, and on standard
    // error how far it is.
    run.note(Event::Building(String::new()));
    let stdout = cargo.child().stdout.take().expect("it is piped");
    let stderr = cargo.child().stderr.take().expect("it is piped");
    let (all_read, messages) = channel();
    thread::spawn(move || {
        let mut all = Vec::new();
        // If it fails, what was read before may be enough.
        let _ = stdout.take(MOST_MESSAGES).read_to_end(&mut all);
        all_read.send(all)
    });
    let mut progress = BuildOutput::default();
    let built = attend(run, cargo, stderr, |bytes| {
        for line in progress.push(bytes) {
            run.note(match line {
                Line::Progress(count) => Event::Building(count),
                Line::Waits => {
                    Event::Building("waits for another cargo".into())
                }
                Line::Diagnostic(text) => Event::Output(text),
            });
        }
        None
    });
    match built {
        Err(why) => return Ok(why.into()),
        Ok(status) if status.success() => {}
        Ok(_) => return Ok("does not compile".into()),
    }
    run.note_built(root);
    // All messages are written. But a process that cargo has left behind may
    // keep the pipe open, so do not wait for its end for ever.
    let messages = messages.recv_timeout(GRACE).unwrap_or_default();
    let Some(program) = cargo::executable(&messages, &run.name) else {
        return Ok("lost: cargo does not say where the program is".into());
    };

    // The program. One pipe for both of its streams, so that what it writes
    // comes in the order it was written.
    let (output, stdout) = io::pipe()?;
    let stderr = stdout.try_clone()?;
    let mut command = Command::new(program);
    command.args(flags).current_dir(root).stdout(stdout).stderr(stderr);
    command.env("COLUMNS", "80").env("NO_COLOR", "1");
    // A step that panics on purpose would print a backtrace, and that takes
    // longer than all the rest of it: the picture would show nothing else.
    command.env_remove("RUST_BACKTRACE");
    die_with_us(&mut command);
    let program = Group::start(&mut command, &run.recording)?;
    // This closes our copies of the pipe's writing end. Otherwise the pipe
    // would not end with the child.
    drop(command);
    run.note(Event::Running(run.start.elapsed()));
    let (mut plain, mut taken) = (Plain::default(), 0);
    let ended = attend(run, program, output, |bytes| {
        taken += bytes.len();
        run.note(Event::Output(plain.push(bytes)));
        let is_full = taken >= MOST_OUTPUT || plain.lines >= MOST_LINES;
        if is_full {
            run.note(Event::Output(plain.end()));
        }
        is_full.then_some("stopped: too much output")
    });
    run.note(Event::Output(plain.end()));
    Ok(ended.map_or_else(str::to_owned, describe_exit))
}

/// How a program has ended, in a few words.
fn describe_exit(status: ExitStatus) -> String {
    match status.code() {
        Some(0) => "done".into(),
        Some(code) => format!("ended with exit status {code}"),
        // It says `signal: 6 (SIGABRT)`.
        None => format!("ended by {}", status.to_string().replace(':', "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn an_end_is_said_in_a_few_words() {
        for (status, words) in [
            (0, "done"),
            (7 << 8, "ended with exit status 7"),
            (6, "ended by signal 6 (SIGABRT)"),
        ] {
            assert_eq!(describe_exit(ExitStatus::from_raw(status)), words);
        }
    }
}
