//! Ending a program that hangs, and saying what its threads wait for.

mod strays;
mod group;
mod run;
mod alone;
pub mod threads;

pub use alone::{alone, together};
pub use group::{Group, kill_all_groups};
pub use run::{Hung, Ran, abridge, format_size, run, run_keeping, run_unless};

use rustix::process::{Pid, Signal, getppid, kill_process};
use std::io::{Write, stderr};
use std::process::{self, Child};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use timeline::Watch;

/// Watches this very process while the guard lives. Ends it with status 101
/// and says why, if nothing is recorded for as long as `silence`, and at once
/// if threads wait for one another in a circle. Ends it too if its parent has
/// ended, since no other process is left that would.
///
/// Several tests may watch at once.
pub fn watch_this_process(silence: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let parent = getppid();
    let watch = move || {
        let mut watch = Watch::new(process::id(), silence);
        let pause = (silence / 10).min(LULL);
        let mut searched = None;
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
            if getppid() != parent {
                process::exit(101);
            }
            if let Some(verdict) = watch.check() {
                end_with(&verdict);
            }
            // One look is enough as long as nothing more is recorded.
            let since = watch.since();
            if since.elapsed() >= LULL && searched != Some(since) {
                searched = Some(since);
                if is_deadlocked() {
                    end_this_process("deadlock");
                }
            }
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// A program that records nothing for this long may be in a deadlock.
const LULL: Duration = Duration::from_millis(100);

/// Set if threads of this process wait for one another in a circle. One in a
/// child does not count: this process can still kill it.
fn is_deadlocked() -> bool {
    let Ok(mut recording) = timeline::so_far() else { return false };
    recording.tracks.retain(|track| track.pid == process::id());
    !recording.circles().is_empty()
}

/// Ends this process with status 101, because of `what`, and says what each
/// thread waits for.
pub fn end_this_process(what: &str) -> ! {
    end_with(&timeline::describe_hang(what, timeline::so_far().ok()))
}

fn end_with(verdict: &str) -> ! {
    // Not `eprintln`, which a test harness would capture, and drop.
    let _ = writeln!(stderr(), "\nended: {verdict}");
    process::exit(101);
}

/// The time at the end of a text, in the form in which [`Duration`] is printed.
///
/// ```
/// use std::time::Duration;
///
/// let ms = watchdog::parse_time("elapsed: 1.5ms");
/// assert_eq!(ms, Duration::from_micros(1500));
/// ```
///
/// # Panics
///
/// If there is none.
pub fn parse_time(text: &str) -> Duration {
    let word = text.rsplit(' ').next().unwrap_or_default();
    let digit = |c: char| c.is_ascii_digit() || c == '.';
    let unit = word.trim_start_matches(digit);
    let number: f64 = word[..word.len() - unit.len()].parse().expect(text);
    let one = match unit {
        "ns" => 1e-9,
        "µs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => panic!("{unit:?} is no unit of time: {text}"),
    };
    Duration::from_secs_f64(number * one)
}

/// Kills a child that still runs after `limit`, and prints the name of the
/// thread that called this. So a test that waits for the output of the child,
/// or for its end, does not wait for ever.
///
/// Drop the guard before the child is waited for, or right after: later, its
/// number may be that of another process.
pub fn kill_after(child: &Child, limit: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let caller = thread::current().name().unwrap_or("a thread").to_owned();
    let pid = Pid::from_child(child);
    let watch = move || {
        if let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(limit) {
            let what = format!("{caller}: its child runs after {limit:.0?}");
            let _ = writeln!(stderr(), "\nended: {what}");
            let _ = kill_process(pid, Signal::KILL);
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// The watch lasts as long as this (see [`watch_this_process`] and
/// [`kill_after`]).
#[must_use = "the watch ends when this is dropped"]
pub struct Watching {
    _stop: Sender<()>,
}

#[cfg(test)]
mod tests;
