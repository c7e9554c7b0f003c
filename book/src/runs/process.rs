//! The processes behind a run: cargo, which builds the program; the program,
//! its output, its limits, its end.
#![cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "what is called between fork and exec")
)]

use super::cargo::{self, Line, Told};
use super::{Event, Order, Run, strays};
use crate::plain::Plain;
use rustix::process::{Pid, Signal, kill_process_group};
use std::env;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, interval, sleep_until, timeout, timeout_at};

/// How long a program may run, or be built.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// How much it may write, in bytes and in lines.
const MOST_OUTPUT: usize = 1024 * 1024;
const MOST_LINES: usize = 20_000;

/// What is written within this time is one event.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long it goes on when no page listens any more.
const ALONE: Duration = Duration::from_secs(5);

/// How long it has to end by itself once it has been asked to.
const GRACE: Duration = Duration::from_secs(1);

/// How much cargo may say of what it has built.
const MOST_MESSAGES: u64 = 16 * 1024 * 1024;

/// Starts to build a program with cargo, and lets a task see to that, and to
/// the program itself, until it has ended.
pub fn start(root: &Path, order: &Order<'_>, run: &Arc<Run>) -> io::Result<()> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(cargo::arguments(order.program)).envs(cargo::ENVIRONMENT);
    cargo.current_dir(root).stdout(Stdio::piped());
    let (stderr, write_end) = io::pipe()?;
    let cargo = spawn(cargo.stderr(write_end))?;
    let stderr = receiver(stderr)?;

    let (root, flags, run) =
        (root.to_owned(), order.flags.clone(), run.clone());
    tokio::spawn(async move {
        let how = match supervise(&run, cargo, stderr, &root, &flags).await {
            Ok(how) => how,
            Err(why) => format!("lost: {why}"),
        };
        run.end(how).await;
    });
    Ok(())
}

/// Starts a process in a group of its own, and on the system's word that it
/// ends with us.
fn spawn(command: &mut Command) -> io::Result<Child> {
    die_with_us(command);
    command.stdin(Stdio::null()).process_group(0).kill_on_drop(true).spawn()
}

/// If this process is killed, and cannot end the program any more, the system
/// does. Elsewhere than on Linux it ends when it next writes.
fn die_with_us(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::set_parent_process_death_signal;
        let die = || Ok(set_parent_process_death_signal(Some(Signal::KILL))?);
        // SAFETY: between fork and exec, it makes one system call.
        unsafe { command.pre_exec(die) };
    }
    let _ = command;
}

fn receiver(output: io::PipeReader) -> io::Result<Receiver> {
    Receiver::from_owned_fd(OwnedFd::from(output))
}

/// Sees to both processes, one after the other, and says how it ended.
async fn supervise(
    run: &Run,
    mut cargo: Child,
    stderr: Receiver,
    root: &Path,
    flags: &[String],
) -> io::Result<String> {
    run.note(Event::Building(String::new()));
    let stdout = cargo.stdout.take().expect("it is piped");
    let messages = tokio::spawn(all_of(stdout));
    let mut told = Told::default();
    let built = attend(run, cargo, stderr, |bytes| {
        for line in told.push(bytes) {
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
    let status = match built.await {
        Ended::Stopped => return Ok("stopped".into()),
        Ended::ByItself(status) => status?,
    };
    if !status.success() {
        return Ok("does not compile".into());
    }
    // All of it is there; but what cargo has left behind may have the pipe.
    let messages = timeout(GRACE, messages).await;
    let messages = messages.ok().and_then(Result::ok).unwrap_or_default();
    let Some(program) = cargo::executable(&messages, &run.name) else {
        return Ok("lost: cargo does not say where the program is".into());
    };

    // One pipe for both, so that they come in the order they were written.
    let (output, stdout) = io::pipe()?;
    let stderr = stdout.try_clone()?;
    let mut program = Command::new(program);
    program.args(flags).current_dir(root).stdout(stdout).stderr(stderr);
    program.env("COLUMNS", "80").env("NO_COLOR", "1");
    program.env(timeline::VARIABLE, run.recording());
    let child = spawn(&mut program)?;
    // Its ends of the pipe are now the child's alone.
    drop(program);
    run.note(Event::Running(run.start.elapsed()));
    let (mut plain, mut taken) = (Plain::default(), 0);
    let ended = attend(run, child, receiver(output)?, |bytes| {
        taken += bytes.len();
        run.note(Event::Output(plain.push(bytes)));
        let is_full = taken >= MOST_OUTPUT || plain.lines >= MOST_LINES;
        if is_full {
            run.note(Event::Output(plain.end()));
        }
        is_full.then_some("too much output; stopped here")
    });
    let ended = ended.await;
    run.note(Event::Output(plain.end()));
    match ended {
        Ended::Stopped => Ok("stopped".into()),
        Ended::ByItself(status) => Ok(how(status?)),
    }
}

/// What cargo says of what it has built.
async fn all_of(stdout: ChildStdout) -> Vec<u8> {
    let mut all = Vec::new();
    // What was read before it failed may do.
    let _ = stdout.take(MOST_MESSAGES).read_to_end(&mut all).await;
    all
}

/// How a process came to its end.
enum Ended {
    ByItself(io::Result<ExitStatus>),
    Stopped,
}

/// Hands on what a process writes, until it has ended or is stopped. If `take`
/// gives a reason, it has taken enough.
async fn attend(
    run: &Run,
    mut child: Child,
    mut output: Receiver,
    mut take: impl FnMut(&[u8]) -> Option<&'static str>,
) -> Ended {
    let group = child.id().and_then(|id| Pid::from_raw(id as i32));
    let signal = |signal| {
        // Nothing may be left to hear it.
        let _ = group.map(|group| kill_process_group(group, signal));
    };
    let mut buffer = vec![0; 64 * 1024];
    let start = Instant::now();
    let (mut heard, mut next) = (start, start);
    let (mut is_open, mut is_full) = (true, false);
    let mut asked: Option<Instant> = None;
    let mut second = interval(Duration::from_secs(1));

    let status = loop {
        // Cancel safe: bytes are taken by the `await` that returns them.
        let read = async {
            sleep_until(next).await;
            output.read(&mut buffer).await
        };
        let why = tokio::select! {
            status = child.wait() => break status,
            read = read, if is_open && !is_full => match read {
                Ok(n) if n > 0 => {
                    next = Instant::now() + TOGETHER;
                    let why = take(&buffer[..n]);
                    is_full = why.is_some();
                    why
                }
                _ => {
                    is_open = false;
                    None
                }
            },
            () = run.stop.notified() => Some("stopped"),
            _ = second.tick() => {
                if run.listeners.load(Ordering::Relaxed) > 0 {
                    heard = Instant::now();
                }
                if heard.elapsed() > ALONE {
                    Some("nobody looks any more; stopped")
                } else if start.elapsed() > LONGEST {
                    Some("ten minutes are over; stopped")
                } else {
                    None
                }
            }
        };
        match (why, asked) {
            (Some(why), None) => {
                run.note(Event::Output(format!("\n[{why}]\n")));
                asked = Some(Instant::now());
                signal(Signal::TERM);
            }
            (_, Some(since)) if since.elapsed() > GRACE => signal(Signal::KILL),
            _ => {}
        }
    };
    // What it has started goes with it; then the pipe comes to its end, unless
    // something is left that we cannot find.
    signal(Signal::KILL);
    let recording = run.recording().to_owned();
    let ended = spawn_blocking(move || {
        strays::end(timeline::VARIABLE, recording.as_os_str());
    });
    // It has a limit; and if it fails, there is no more that we could do.
    let _ = ended.await;
    let patience = Instant::now() + GRACE;
    while is_open
        && !is_full
        && let Ok(Ok(n)) = timeout_at(patience, output.read(&mut buffer)).await
        && n > 0
    {
        is_full = take(&buffer[..n]).is_some();
    }
    match asked {
        Some(_) => Ended::Stopped,
        None => Ended::ByItself(status),
    }
}

/// How a program has ended, in a few words.
fn how(status: ExitStatus) -> String {
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
        for (status, said) in [
            (0, "done"),
            (7 << 8, "ended with exit status 7"),
            (6, "ended by signal 6 (SIGABRT)"),
        ] {
            assert_eq!(how(ExitStatus::from_raw(status)), said);
        }
    }
}
