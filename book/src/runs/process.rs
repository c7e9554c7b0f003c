//! The process behind a run: its output, its limits, its end.
#![cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "what is called between fork and exec")
)]

use super::{Event, Order, Run};
use rustix::process::{Pid, Signal, kill_process_group};
use std::env;
use std::io::{self, PipeReader};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, Command};
use tokio::time::{Instant, interval, timeout_at};

/// How long a program may run.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// How much it may write, in bytes.
const MOST_OUTPUT: usize = 1024 * 1024;

/// How long it goes on when no page listens any more.
const ALONE: Duration = Duration::from_secs(5);

/// How long it has to end by itself once it has been asked to.
const GRACE: Duration = Duration::from_secs(1);

/// Starts a program with cargo, in a process group of its own, and lets a task
/// see to it until it has ended.
pub fn start(root: &Path, order: &Order<'_>, run: &Arc<Run>) -> io::Result<()> {
    // One pipe for both, so that they come in the order they were written.
    let (output, stdout) = io::pipe()?;
    let stderr = stdout.try_clone()?;
    let mut command = Command::new(env!("CARGO"));
    die_with_us(&mut command);
    let child = command
        .args(order.program.arguments())
        .arg("--")
        .args(&order.flags)
        .current_dir(root)
        .env(lab::record::VARIABLE, run.recording())
        .env("COLUMNS", "80")
        .env("CARGO_TERM_COLOR", "never")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    let output = receiver(output)?;
    tokio::spawn(supervise(run.clone(), child, output));
    Ok(())
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

fn receiver(output: PipeReader) -> io::Result<Receiver> {
    Receiver::from_owned_fd(OwnedFd::from(output))
}

async fn supervise(run: Arc<Run>, mut child: Child, output: Receiver) {
    let group = child.id().and_then(|id| Pid::from_raw(id as i32));
    let signal = |signal| {
        // Nobody may be left to hear it.
        let _ = group.map(|group| kill_process_group(group, signal));
    };
    let mut output = Output { pipe: output, rest: Vec::new(), taken: 0 };
    let start = Instant::now();
    let mut heard = start;
    let mut asked: Option<Instant> = None;
    let mut second = interval(Duration::from_secs(1));

    let status = loop {
        let why = tokio::select! {
            status = child.wait() => break status,
            Some(text) = output.next(), if !output.is_full() => {
                run.note(Event::Output(text));
                output.is_full().then_some("too much output; stopped here")
            }
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
    // Whatever it has started goes with it; then the pipe comes to its end,
    // unless somebody has left the group and kept it.
    signal(Signal::KILL);
    let patience = Instant::now() + GRACE;
    while !output.is_full()
        && let Ok(Some(text)) = timeout_at(patience, output.next()).await
    {
        run.note(Event::Output(text));
    }
    run.note(Event::End(how(status, asked.is_some())));
}

/// How a program has ended, in a few words.
fn how(status: io::Result<ExitStatus>, asked: bool) -> String {
    match status {
        _ if asked => "stopped".into(),
        Ok(status) if status.success() => "done".into(),
        Ok(status) => match status.code() {
            Some(code) => format!("ended with exit status {code}"),
            None => format!("ended by a signal: {status}"),
        },
        Err(why) => format!("lost: {why}"),
    }
}

/// What a program writes, as text.
struct Output {
    pipe: Receiver,
    /// The first bytes of a character of which the others are to come.
    rest: Vec<u8>,
    taken: usize,
}

impl Output {
    fn is_full(&self) -> bool {
        self.taken >= MOST_OUTPUT
    }

    /// The next piece; `None` if there is none any more.
    ///
    /// Cancel safe: bytes are taken by the one `await` that returns them.
    async fn next(&mut self) -> Option<String> {
        let mut buffer = [0; 8192];
        loop {
            match self.pipe.read(&mut buffer).await {
                Ok(0) | Err(_) => return None,
                Ok(n) => {
                    let text = self.text(&buffer[..n]);
                    if !text.is_empty() {
                        return Some(text);
                    }
                }
            }
        }
    }

    fn text(&mut self, bytes: &[u8]) -> String {
        self.taken += bytes.len();
        self.rest.extend(bytes);
        let whole = match str::from_utf8(&self.rest) {
            // The end is missing; the rest comes with the next piece.
            Err(why) if why.error_len().is_none() => why.valid_up_to(),
            _ => self.rest.len(),
        };
        let rest = self.rest.split_off(whole);
        let whole = std::mem::replace(&mut self.rest, rest);
        String::from_utf8_lossy(&whole).into_owned()
    }
}
