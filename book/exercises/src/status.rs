//! Colours and what is being done, on terminals that can show them.

use crate::rounds::{OnStage, Stage};
use crate::verdict::Kind;
use std::env;
use std::io::{IsTerminal, Write as _, stderr, stdout};
use std::sync::Mutex;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How often the line changes that says what is being done.
const TICK: Duration = Duration::from_millis(100);

const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;

/// A line about a verdict of this kind: its sign before it, and its color.
pub fn paint(kind: Kind, line: &str) -> String {
    let line = format!("{} {line}", kind.sign());
    match kind.sign() {
        '✓' => in_color(GREEN, &line),
        '◐' => in_color(YELLOW, &line),
        '✗' => in_color(RED, &line),
        _ => line,
    }
}

/// What was added and what is gone.
pub fn paint_diff(text: &str) -> String {
    // The first two lines name the two files.
    let lines = text.lines().enumerate().map(|(n, line)| match line.get(..1) {
        Some("+") if n > 1 => in_color(GREEN, line),
        Some("-") if n > 1 => in_color(RED, line),
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn in_color(color: u8, text: &str) -> String {
    let is_wanted = env::var_os("NO_COLOR").is_none_or(|it| it.is_empty());
    match is_wanted && is_screen(&stdout()) {
        true => format!("\x1b[{color}m{text}\x1b[0m"),
        false => text.to_owned(),
    }
}

/// Set if what is written there is seen at once, and can be written over.
fn is_screen(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && env::var_os("TERM").is_some_and(|it| it != "dumb")
}

/// Does `work`, and says meanwhile what it does and for how long: in one line,
/// which is gone afterwards, and only on a terminal.
pub fn show_stages<T>(name: &str, work: impl FnOnce(OnStage<'_>) -> T) -> T {
    if !is_screen(&stderr()) {
        return work(&|_| {});
    }
    let began = Instant::now();
    let stage = &Mutex::new(Stage::Compiling);
    let (working, done) = channel::<()>();
    thread::scope(|scope| {
        scope.spawn(move || {
            // `work` has ended once the other end of the channel is gone.
            while done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                let stage = *stage.lock().unwrap();
                let elapsed = began.elapsed().as_secs_f32();
                let line = format!("{name}: {stage} … {elapsed:.1} s");
                let _ = write!(stderr(), "\r{line}\x1b[K");
            }
            let _ = write!(stderr(), "\r\x1b[K");
        });
        let result = work(&|now| *stage.lock().unwrap() = now);
        drop(working);
        result
    })
}
