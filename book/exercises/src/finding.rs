//! What a test that was run says of the answer.

use crate::panics::{Panic, panics};
use crate::target::MOST;
use crate::verdict::{Kind, Verdict};
use watchdog::{self, Hung, Ran};

/// What a test that has ended says of the answer; `None` if it passed.
pub fn verdict_of(ran: Ran, test: &str) -> Option<Verdict> {
    let Ran { status, stdout, stderr, written, mut recording, events: _ } = ran;
    // The status alone is not enough: the answer may have ended the process
    // before the check was over, with any status.
    if status.success() && stdout.contains("\ntest result: ok. 1 passed") {
        return None;
    }

    // What the check itself says is in the panic of the test's thread.
    let (found, others) = panics(&stderr);
    let of_test = found.iter().rfind(|panic| panic.thread == test);
    let message = of_test.map_or("", |panic| panic.message.as_str());
    let message = match message.strip_prefix(ASSERT_EQ) {
        // The check's own words are enough, without the two values.
        Some(words) => words.split("\n  left: ").next().unwrap_or_default(),
        None => message,
    };
    let (kind, why) = if let Some(why) = message.strip_prefix(NOT_JUDGED) {
        (Kind::NotJudged, why.to_owned())
    } else if let Some(why) = message.strip_prefix(WRONG_ANSWER) {
        (Kind::WrongAnswer, why.to_owned())
    } else if let Some(why) = message.strip_prefix(WRONG_WAY) {
        (Kind::WrongWay, why.to_owned())
    } else if let Some((_, why)) = stderr.split_once("\nended: ") {
        // The watchdog inside this process has ended it.
        (Kind::Hangs, explain_hang(why, written))
    } else if let Some(first) = found.first() {
        (Kind::Panics, describe_panic(first))
    } else if stdout.contains("\ntest result: FAILED") {
        (Kind::Panics, UNSEEN.to_owned())
    } else {
        (Kind::Panics, format!("it ends the whole process: {status}"))
    };
    let printed = match kind {
        // What was written to stderr is in the reason already.
        Kind::Hangs => test_output(&stdout, test),
        _ => test_output(&stdout, test) + &others,
    };
    // That the check says so by a panic is no part of what the answer did.
    for track in &mut recording.tracks {
        track.panicked.take_if(|(_, why)| why.starts_with(WRONG_WAY));
    }
    let recording = Some(recording);
    Some(Verdict { printed, recording, ..Verdict::new(kind, why) })
}

/// What a test that has not ended says of the answer.
pub fn verdict_of_hung(hung: Hung, test: &str) -> Verdict {
    Verdict {
        printed: test_output(&hung.stdout, test) + &hung.stderr,
        recording: Some(*hung.recording),
        ..Verdict::new(Kind::Hangs, explain_hang(&hung.why, hung.written))
    }
}

/// What is said of an answer that goes on printing.
pub const PRINTS: &str = "and did not end";

/// Explains a hang of a program that has printed `written` bytes. What is
/// printed is not recorded: a program that prints for ever seems to do nothing.
fn explain_hang(why: &str, written: u64) -> String {
    if written <= MOST as u64 {
        return why.to_owned();
    }
    let size = watchdog::format_size(written);
    let rest = why.split_once('\n').map_or("", |(_, rest)| rest);
    format!("it printed {size} {PRINTS}\n{rest}")
}

/// What a test has printed, without what is printed about it.
fn test_output(stdout: &str, test: &str) -> String {
    let printed = stdout.trim_start().strip_prefix("running 1 test\n");
    let end = format!("test {test} ... ");
    let printed = printed.unwrap_or(stdout).split(&end).next();
    printed.unwrap_or_default().to_owned()
}

/// What a check begins its own panics with.
const NOT_JUDGED: &str = "not judged: ";
const WRONG_ANSWER: &str = "wrong answer: ";
const WRONG_WAY: &str = "right answer, wrong way: ";

/// What is said if the check has failed, but its panic, which would say why,
/// was not printed.
const UNSEEN: &str = "the check fails, and cannot say why, because its panic \
    is not printed; let panics be reported as they are (no \
    `panic::set_hook`), and check again";

/// What `assert_eq!` puts before the words of a check.
const ASSERT_EQ: &str = "assertion `left == right` failed: ";

fn describe_panic(panic: &Panic<'_>) -> String {
    let Panic { thread, place, message } = panic;
    format!("thread {thread} panics at {place}: {message}")
}
