//! Judging an answer: compile it, run its tests, and say what was found.

use super::exercise::Exercise;
use super::keep::Lock;
use super::panics::{Panic, panics};
use super::progress::{Progress, describe_failed_update, hash};
use super::rounds::LIMIT;
use super::verdict::{Kind, Verdict};
use crate::changes::fingerprint;
use crate::tree::Tree;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::env;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use trials::watchdog::{self, Ran};

/// How much is kept of what a test prints, in bytes, and of what the compiler
/// says: it is to be read, in a terminal or on a page.
pub const MOST: usize = 64 * 1024;

/// How long the compiler may take, to build all that is needed.
const COMPILING: Duration = Duration::from_secs(15 * 60);

/// What the judge is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Cargo builds it.
    Compiling,
    /// This one of that many runs.
    Running(usize, usize),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stage::Compiling => f.write_str("compiling"),
            Stage::Running(n, of) => write!(f, "run {n} of {of}"),
        }
    }
}

/// Is called with each stage as it begins, by any thread.
pub type OnStage<'a> = &'a (dyn Fn(Stage) + Sync);

/// How often an answer is judged anew because it was saved meanwhile.
const MOST_TIMES: usize = 10;

/// Judges an answer and remembers the verdict.
pub fn judge_and_note(
    exercise: &Exercise,
    on_stage: OnStage<'_>,
) -> Result<Verdict> {
    // One process at a time: each has cargo build a program of the same name.
    let _turn = Lock::on(&exercise.check())?;
    let files = [exercise.answer(), exercise.check()];
    let look = || (fingerprint(&files), hash(exercise).ok());
    for _ in 0..MOST_TIMES {
        let before = look();
        let is_started = exercise.is_started().unwrap_or(true);
        let verdict = judge(exercise, on_stage)?;
        // What was saved meanwhile may be what was compiled, or may not.
        if before == look() {
            let verdict = Verdict { answer: before.1, ..verdict };
            return Ok(note_verdict(exercise, is_started, verdict));
        }
    }
    bail!(
        "{} is saved again and again; check it once that has ended",
        exercise.seen(&exercise.answer())
    )
}

/// Remembers the verdict on an answer.
fn note_verdict(
    exercise: &Exercise,
    is_started: bool,
    mut verdict: Verdict,
) -> Verdict {
    let kind = if is_started { verdict.kind } else { Kind::NotStarted };
    let answer = verdict.answer.clone();
    let updated = Progress::update(&exercise.root, |progress| {
        let entry = progress.of_mut(exercise);
        entry.verdict = answer.map(|answer| (kind, answer));
        entry.solved |= kind == Kind::Solved;
    });
    if let Err(why) = updated {
        verdict.warnings += &(describe_failed_update(&why) + "\n");
    }
    verdict
}

/// A test target that compiled.
#[derive(Debug)]
pub struct Target {
    pub program: PathBuf,
    pub folder: PathBuf,
    /// Set if cargo found the program there and took it to be the same.
    is_fresh: bool,
    /// Its tests, by their whole names.
    pub tests: Vec<String>,
    /// What the compiler remarked on.
    pub warnings: String,
}

/// Judges the reader's answer, and calls `on_stage` with what it is doing.
///
/// # Errors
///
/// If it cannot be judged: a file is missing, cargo cannot be run.
pub fn judge(exercise: &Exercise, on_stage: OnStage<'_>) -> Result<Verdict> {
    let answer = exercise.seen(&exercise.answer());
    exercise.can_be_judged()?;
    on_stage(Stage::Compiling);
    let compiled = compile_anew(exercise)?;
    let target = match compiled {
        Ok(target) => target,
        Err(errors) => {
            return Ok(Verdict::new(Kind::DoesNotCompile, errors));
        }
    };
    ensure!(
        target.tests.iter().any(|test| test.starts_with("check::")),
        "{answer} has lost its last two lines, which name its check; put back\n\
         \n#[path = \"{}/check.rs\"]\nmod check;",
        exercise.name
    );
    let tests: Vec<_> = target.tests.iter().map(String::as_str).collect();
    let verdict = target.run_all(&tests, on_stage);
    Ok(Verdict { warnings: target.warnings, ..verdict })
}

/// Compiles the answer that is in the file now.
///
/// Cargo compares times: an answer that comes back with its old time (by an
/// undo, by `cp -p`, under a symbolic link) would not be compiled, and the
/// program that is there be judged in its place.
fn compile_anew(exercise: &Exercise) -> Result<Result<Target, String>> {
    let compiled = compile(exercise, &exercise.name)?;
    let Ok(Target { program, is_fresh: true, .. }) = compiled else {
        return Ok(compiled);
    };
    fs::remove_file(&program).with_context(|| {
        let program = program.display();
        format!("{program} may be of an older answer, and cannot be removed")
    })?;
    compile(exercise, &exercise.name)
}

/// Compiles a test target of an exercise's package. The inner error is what
/// the compiler said.
///
/// # Errors
///
/// If it is not the compiler that fails.
pub fn compile(
    exercise: &Exercise,
    target: &str,
) -> Result<Result<Target, String>> {
    let programs = exercise.rung.join("src/bin");
    let strangers = Tree::at(&exercise.root).strangers;
    if let Some(stranger) =
        strangers.iter().find(|it| it.starts_with(&programs))
    {
        let stranger = exercise.seen(stranger);
        bail!("cargo cannot build {stranger}, by its name; move it elsewhere");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["test", "--no-run", "--message-format=json"])
        .args(["-p", &exercise.package, "--test", target])
        .current_dir(&exercise.root);
    let cargo = watchdog::run(&mut cargo, COMPILING)?;

    let (mut warnings, mut errors) = (String::new(), String::new());
    let (mut program, mut is_fresh) = (None, false);
    let messages = cargo.stdout.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(message)
    });
    for message in messages {
        let is_target = message["target"]["name"] == target;
        if let Some(path) = message["executable"].as_str()
            && is_target
        {
            program = Some(PathBuf::from(path));
            is_fresh = message["fresh"] == true;
        }
        let text = message["message"]["rendered"].as_str().unwrap_or_default();
        match message["message"]["level"].as_str() {
            Some("warning") if is_target => warnings += text,
            // Of whatever package: without it there is no answer either.
            Some("error" | "error: internal compiler error") => errors += text,
            // "For more information about this error, try …"
            Some("failure-note") => errors += text,
            _ => {}
        }
    }
    let warnings = watchdog::abridge(&warnings, MOST);
    match program {
        Some(program) if cargo.status.success() => {
            let folder = exercise.rung.clone();
            let tests = list_tests(&program, &folder)?;
            Ok(Ok(Target { program, folder, is_fresh, tests, warnings }))
        }
        _ if !errors.is_empty() => {
            Ok(Err(warnings + &watchdog::abridge(&errors, MOST)))
        }
        _ => bail!("cargo cannot build it:\n{}", cargo.stderr.trim_end()),
    }
}

/// The names of the tests in a program.
fn list_tests(program: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut list = Command::new(program);
    list.args(["--list", "--format", "terse"]).current_dir(folder);
    let list = watchdog::run_keeping(MOST, &mut list, LIMIT)
        .context("lists no tests")?;
    let names = list.stdout.lines();
    let names = names.filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}

/// What a test that has ended says of the answer; `None` if it passed.
pub fn verdict_of(ran: Ran, test: &str) -> Option<Verdict> {
    let Ran { status, stdout, stderr, written, recording } = ran;
    // The answer may have ended the process, and with any status.
    if status.success() && stdout.contains("\ntest result: ok. 1 passed") {
        return None;
    }
    let (panics, others) = panics(&stderr);
    let of_test = panics.iter().rfind(|panic| panic.thread == test);
    let message = of_test.map_or("", |panic| panic.message.as_str());
    let message = match message.strip_prefix(ASSERT_EQ) {
        // The check's own words are enough.
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
        // By the watchdog that is inside.
        (Kind::Hangs, explain_hang(why, written))
    } else if let Some(first) = panics.first() {
        (Kind::Panics, describe_panic(first))
    } else if stdout.contains("\ntest result: FAILED") {
        (Kind::Panics, UNSEEN.to_owned())
    } else {
        (Kind::Panics, format!("it ends the whole process: {status}"))
    };
    let printed = match kind {
        // That is in it already.
        Kind::Hangs => printed(&stdout, test),
        _ => printed(&stdout, test) + &others,
    };
    let recording = Some(recording);
    Some(Verdict { printed, recording, ..Verdict::new(kind, why) })
}

/// What is said of an answer that goes on printing.
pub const PRINTS: &str = "and did not end";

/// Explains a hang of a program that has printed `written` bytes. What is
/// printed is not recorded: a program that prints for ever seems to do nothing.
pub fn explain_hang(why: &str, written: u64) -> String {
    if written <= MOST as u64 {
        return why.to_owned();
    }
    let size = watchdog::format_size(written);
    let rest = why.split_once('\n').map_or("", |(_, rest)| rest);
    format!("it printed {size} {PRINTS}\n{rest}")
}

/// What a test has printed, without what is printed about it.
pub fn printed(stdout: &str, test: &str) -> String {
    let printed = stdout.trim_start().strip_prefix("running 1 test\n");
    let end = format!("test {test} ... ");
    let printed = printed.unwrap_or(stdout).split(&end).next();
    printed.unwrap_or_default().to_owned()
}

/// What a check begins its own panics with.
const NOT_JUDGED: &str = "not judged: ";
const WRONG_ANSWER: &str = "wrong answer: ";
const WRONG_WAY: &str = "right answer, wrong way: ";

/// When the check has failed, and its own panic, which says why, is not to be
/// seen.
const UNSEEN: &str = "the check fails, and cannot say why, because its panic \
    is not printed; let panics be reported as they are (no \
    `panic::set_hook`), and check again";

/// What `assert_eq` puts before it.
const ASSERT_EQ: &str = "assertion `left == right` failed: ";

fn describe_panic(panic: &Panic<'_>) -> String {
    let Panic { thread, place, message } = panic;
    format!("thread {thread} panics at {place}: {message}")
}
