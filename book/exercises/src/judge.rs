//! Judging an answer: compile it, run its tests, and say what was found.

use crate::changes::fingerprint;
use crate::exercise::Exercise;
use crate::keep::Lock;
use crate::progress::{Progress, describe_failed_update, hash};
use crate::rounds::{OnStage, Stage};
use crate::target::{Target, compile};
use crate::verdict::{Kind, Verdict};
use anyhow::{Context, Result, bail, ensure};
use std::fs;

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
        // If the file was saved meanwhile, we do not know which text was
        // compiled: judge again.
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

/// Judges the reader's answer, and calls `on_stage` with what it is doing.
///
/// # Errors
///
/// If it cannot be judged: a file is missing, cargo cannot be run.
pub fn judge(exercise: &Exercise, on_stage: OnStage<'_>) -> Result<Verdict> {
    exercise.can_be_judged()?;
    on_stage(Stage::Compiling);
    match compile_anew(exercise)? {
        Ok(target) => judge_compiled(exercise, target, on_stage),
        Err(errors) => Ok(Verdict::new(Kind::DoesNotCompile, errors)),
    }
}

/// Judges the reader's answer, which is in this program.
///
/// # Errors
///
/// If its check is not in there.
pub fn judge_compiled(
    exercise: &Exercise,
    target: Target,
    on_stage: OnStage<'_>,
) -> Result<Verdict> {
    let answer = exercise.seen(&exercise.answer());
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
/// undo, by `cp -p`, under a symbolic link) would not be compiled, and an older
/// program would be judged in its place.
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
