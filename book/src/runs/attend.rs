//! Following a process until it ends: what it writes, and its limits.

use super::run::{Event, Run};
use std::io::Read;
use std::process::ExitStatus;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};
use watchdog::Group;

/// How long a program may run, or be built.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// What is written within this time is one event.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long it goes on when no page listens any more.
const ALONE: Duration = Duration::from_secs(5);

/// How long it has to end by itself once it has been asked to.
pub const GRACE: Duration = Duration::from_secs(1);

/// Hands on what a program writes until it has ended, and gives back how it
/// ended. If `take` gives a reason, it has taken enough, and the program is
/// stopped for that reason.
///
/// # Errors
///
/// Why it was stopped.
pub fn attend(
    run: &Run,
    mut program: Group,
    output: impl Read + Send + 'static,
    mut take: impl FnMut(&[u8]) -> Option<&'static str>,
) -> Result<ExitStatus, &'static str> {
    let pieces = pieces_of(output);
    let start = Instant::now();
    let (mut heard, mut is_full) = (start, false);
    let mut asked: Option<(Instant, &str)> = None;
    let status = loop {
        // What it has written; and why it is to be stopped, if it is.
        let mut why = run.is_stopped.load(Relaxed).then_some("stopped");
        match pieces.recv_timeout(TOGETHER) {
            Ok(bytes) if !is_full => {
                let full = take(&bytes);
                is_full = full.is_some();
                why = why.or(full);
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => thread::sleep(TOGETHER),
        }
        if let Some(status) = program.status() {
            break status;
        }
        // Find out whether a page listens, and whether its time is up.
        if run.is_watched() {
            heard = Instant::now();
        }
        if heard.elapsed() > ALONE {
            why = Some("stopped: no page shows it any more");
        } else if start.elapsed() > LONGEST {
            why = Some("stopped: ten minutes are over");
        }
        // Ask it to end first, so that it can clear up; then kill it.
        match (why, asked) {
            (Some(why), None) => {
                run.note(Event::Output(format!("\n[{why}]\n")));
                asked = Some((Instant::now(), why));
                program.ask_to_end();
            }
            (_, Some((since, _))) if since.elapsed() > GRACE => program.kill(),
            _ => {}
        }
    };
    // Kill what it has started, too. Then the pipe comes to its end, unless a
    // process is left that cannot be found: so read on only for a while.
    program.kill();
    let patience = Instant::now() + GRACE;
    let left = || patience.saturating_duration_since(Instant::now());
    while !is_full && let Ok(bytes) = pieces.recv_timeout(left()) {
        is_full = take(&bytes).is_some();
    }
    asked.map_or(Ok(status), |(_, why)| Err(why))
}

/// What comes out of `output`, in pieces: what is written at about the same
/// time is one.
fn pieces_of(mut output: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (send, pieces) = sync_channel(1);
    thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(n) = output.read(&mut buffer)
            && n > 0
            && send.send(buffer[..n].to_vec()).is_ok()
        {
            thread::sleep(TOGETHER);
        }
    });
    pieces
}
