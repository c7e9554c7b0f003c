//! What ends a program that hangs, and says why.

mod strays;
mod group;
mod run;

pub use group::{Group, end_all};
pub use run::{Hung, Ran, abridged, run, run_keeping, size_of};

use rustix::process::{Pid, Signal, getppid, kill_process};
use std::io::{Write, stderr};
use std::process::{self, Child};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use timeline::Watch;

/// Watches this very process while the guard lives: ends it with status 101
/// and says why, if nothing is recorded for as long as `silence`, and at once
/// if threads wait for one another in a circle. Ends it too if its parent has
/// ended, who would have ended it.
///
/// For tests: several may watch at once.
pub fn in_thread(silence: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let parent = getppid();
    let watch = move || {
        let mut watch = Watch::of_this_process(silence);
        let pause = (silence / 10).min(timeline::LULL);
        while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(pause) {
            if getppid() != parent {
                process::exit(101);
            }
            if let Some(verdict) = watch.check() {
                end_saying(&verdict);
            }
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// Ends this process with status 101, because of `what`, and says who waits for
/// whom.
pub fn end(what: &str) -> ! {
    end_saying(&timeline::describe_hang(what, timeline::so_far().ok()))
}

fn end_saying(verdict: &str) -> ! {
    // Not `eprintln`, which a test harness would capture, and drop.
    let _ = writeln!(stderr(), "\nended: {verdict}");
    process::exit(101);
}

/// The time at the end of a text, as [`Duration`] is printed. For tests.
///
/// ```
/// use std::time::Duration;
///
/// let ms = trials::watchdog::time("elapsed: 1.5ms");
/// assert_eq!(ms, Duration::from_micros(1500));
/// ```
///
/// # Panics
///
/// If there is none.
pub fn time(text: &str) -> Duration {
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

/// Kills a child that is not done within `limit`, and says for whom it was:
/// whoever waits for its output or its end waits no longer. For tests; give
/// the guard up before the child is waited for, or at once after.
pub fn limit(child: &Child, limit: Duration) -> Watching {
    let (stop, stopped) = channel::<()>();
    let whose = thread::current().name().unwrap_or("a thread").to_owned();
    let pid = Pid::from_child(child);
    let watch = move || {
        if let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(limit) {
            let what = format!("{whose}: its child runs after {limit:.0?}");
            let _ = writeln!(stderr(), "\nended: {what}");
            let _ = kill_process(pid, Signal::KILL);
        }
    };
    let _ = thread::Builder::new().name("watchdog".to_owned()).spawn(watch);
    Watching { _stop: stop }
}

/// The watch lasts as long as this (see [`in_thread`] and [`limit`]).
#[must_use = "the watch ends when this is dropped"]
pub struct Watching {
    _stop: Sender<()>,
}

#[cfg(test)]
mod tests;
