//! The exercises from the terminal.

use super::exercise::{Exercise, all_exercises};
use super::judge::judge_and_note;
use super::keep;
use super::page::Page;
use super::progress::{Progress, hash};
use super::solution::{Solution, solution_of};
use super::status::{paint, paint_diff, show_stages};
use super::verdict::{Kind, Verdict};
use crate::tree::Tree;
use anyhow::{Context, Result};
use std::io::{Write as _, stderr};
use std::process::ExitCode;
use std::time::Instant;

/// Judges the exercises of these names. With none, says how far the reader is,
/// and what comes next.
///
/// # Errors
///
/// If one cannot be judged, or there is none of that name (a [`Usage`]).
pub fn check(tree: &Tree, names: &[&str]) -> Result<ExitCode> {
    if names.is_empty() {
        return print_table(tree);
    }
    let all = all_exercises(tree);
    let wanted = names.iter().map(|name| named(&all, name));
    let mut solved = true;
    for exercise in wanted.collect::<Result<Vec<_>>>()? {
        solved &= check_one(&all, exercise)? == Kind::Solved;
    }
    Ok(if solved { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Judges one of them all, says the verdict and remembers it.
pub fn check_one(all: &[Exercise], exercise: &Exercise) -> Result<Kind> {
    let Exercise { name, package, .. } = exercise;
    let file = exercise.seen(&exercise.answer());
    // What it does as shipped is no mistake of the reader's.
    if let Ok(false) = exercise.is_started() {
        let kind = Kind::NotStarted;
        println!("{}", paint(kind, &format!("{name}: {kind}")));
        println!("{file} is as shipped; edit it, save it, and then");
        println!("\n  cargo run -- check {name}\n");
        println!(
            "what it does as shipped: cargo test -p {package} --test {name}"
        );
        return Ok(Kind::NotStarted);
    }
    let began = Instant::now();
    let verdict = judge_and_show(exercise)?;
    let kind = verdict.kind;
    let line = paint(kind, &format!("{name}: {kind}"));
    println!("{line} ({:.1?})", began.elapsed());
    println!("{file}\n");
    print_verdict(exercise, &verdict);
    if kind == Kind::Solved {
        println!();
        print_next(next_after(all, exercise, &Progress::read(&exercise.root)));
    }
    Ok(kind)
}

/// Judges an answer, and shows meanwhile what is being done.
fn judge_and_show(exercise: &Exercise) -> Result<Verdict> {
    let name = &exercise.name;
    show_stages(name, |on_stage| judge_and_note(exercise, on_stage))
}

/// The evidence, the usual cause, and what can be done next.
fn print_verdict(exercise: &Exercise, verdict: &Verdict) {
    // What is no part of the verdict does not get among it.
    let _ = write!(stderr(), "{}", verdict.warnings);
    println!("{}", indented(&verdict.why));
    if let (Kind::WrongWay, Some(recording)) =
        (verdict.kind, &verdict.recording)
    {
        println!("\n{}", recording.lanes(timeline::width()));
    }
    if !verdict.printed.trim().is_empty() {
        println!("\nit printed:\n{}", indented(verdict.printed.trim()));
    }
    let page = Page::of(exercise).unwrap_or_default();
    if let Some(cause) = page.cause(verdict) {
        println!("\nusually: {cause}");
    }
    let name = &exercise.name;
    match verdict.kind {
        Kind::Solved => println!("\nours: cargo run -- solution {name}"),
        _ => println!("\na hint: cargo run -- hint {name}"),
    }
}

/// How far the reader is. Judges what has changed since it was last judged.
fn print_table(tree: &Tree) -> Result<ExitCode> {
    let all = all_exercises(tree);
    let width = all.iter().map(|it| it.name.len()).max().unwrap_or(0);
    let (mut solved, mut next) = (0, None);
    for exercise in &all {
        let state = match state_of(exercise, &Progress::read(&tree.root)) {
            Ok(kind) => {
                solved += usize::from(kind == Kind::Solved);
                if kind != Kind::Solved && next.is_none() {
                    next = Some(exercise);
                }
                paint(kind, &format!("{:width$}  {kind}", exercise.name))
            }
            // There is no sign for it, and there is more to be read.
            Err(why) => format!("  {:width$}  {why:#}", exercise.name),
        };
        println!("{state}");
    }
    println!("\n{solved} of {} solved", all.len());
    print_next(next);
    Ok(ExitCode::SUCCESS)
}

/// Which file is next to be edited, and the command for it.
fn print_next(next: Option<&Exercise>) {
    match next {
        Some(exercise) => {
            println!("next: {}", exercise.seen(&exercise.answer()));
            println!("      cargo run -- check {}", exercise.name);
        }
        None => println!("that was the last one: all are solved"),
    }
}

/// What is known of an answer, or found out now.
fn state_of(exercise: &Exercise, progress: &Progress) -> Result<Kind> {
    exercise.can_be_judged()?;
    if !exercise.is_started()? {
        return Ok(Kind::NotStarted);
    }
    match progress.of(exercise).verdict {
        Some((kind, answer)) if answer == hash(exercise)? => Ok(kind),
        _ => Ok(judge_and_show(exercise)?.kind),
    }
}

/// The exercise that comes next: the first that is not solved.
pub fn next<'a>(
    all: &'a [Exercise],
    progress: &Progress,
) -> Option<&'a Exercise> {
    all.iter().find(|it| !progress.of(it).solved).or(all.last())
}

/// The exercise of this name; without one, the exercise that comes next.
fn named_or_next<'a>(
    all: &'a [Exercise],
    name: Option<&str>,
    progress: &Progress,
) -> Result<&'a Exercise> {
    match name {
        Some(name) => named(all, name),
        None => next(all, progress).context("SUMMARY.md names no exercise"),
    }
}

/// The one that comes after this one and is not solved; if there is none, the
/// first of those before it.
fn next_after<'a>(
    all: &'a [Exercise],
    exercise: &Exercise,
    progress: &Progress,
) -> Option<&'a Exercise> {
    let at = all.iter().position(|it| it.name == exercise.name)?;
    let (before, after) = all.split_at(at);
    after.iter().chain(before).find(|it| !progress.of(it).solved)
}

/// Says the next hint; and all that are left, if it cannot be noted which ones
/// have been said.
///
/// # Errors
///
/// If there is no such exercise, or its page cannot be read.
pub fn hint(tree: &Tree, name: Option<&str>) -> Result<ExitCode> {
    let all = all_exercises(tree);
    let progress = Progress::read(&tree.root);
    let exercise = named_or_next(&all, name, &progress)?;
    let hints = Page::of(exercise)?.hints;
    let last = hints.len() - 1;
    let next = progress.of(exercise).hints.min(last);
    let note = |all: &mut Progress| all.of_mut(exercise).hints = next + 1;
    let is_noted = Progress::note(&tree.root, note);
    let until = if is_noted { next } else { last };
    for (n, hint) in hints.iter().enumerate().take(until + 1).skip(next) {
        println!(
            "{}, hint {} of {}\n\n{hint}\n",
            exercise.name,
            n + 1,
            last + 1
        );
    }
    if until == last {
        println!("that was the last one; ours, if you want to see it:");
        println!("cargo run -- solution {} --anyway", exercise.name);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints our solution, as the difference from the reader's answer. Before the
/// exercise is solved, only with `--anyway`, and that is remembered.
///
/// # Errors
///
/// If there is no such exercise, or a file cannot be read.
pub fn solution(
    tree: &Tree,
    name: Option<&str>,
    anyway: bool,
) -> Result<ExitCode> {
    let all = all_exercises(tree);
    let progress = Progress::read(&tree.root);
    let exercise = named_or_next(&all, name, &progress)?;
    match solution_of(exercise, anyway)? {
        Some(Solution { idea, difference }) => {
            println!("{idea}\n\n{}", paint_diff(&difference));
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let name = &exercise.name;
            let _ = writeln!(
                stderr(),
                "{name} is not solved yet; to see our solution all the same: \
                 cargo run -- solution {name} --anyway"
            );
            Ok(ExitCode::FAILURE)
        }
    }
}

/// Puts back the exercise as shipped; the reader's goes to a backup.
///
/// # Errors
///
/// If that cannot be done; it says where the answer is.
pub fn reset(tree: &Tree, name: &str) -> Result<ExitCode> {
    let all = all_exercises(tree);
    let exercise = named(&all, name)?;
    let answer = exercise.seen(&exercise.answer());
    let is_gone = !exercise.answer().exists();
    match keep::reset(exercise)? {
        None if is_gone => println!("{answer} is as shipped again"),
        None => println!("{answer} is as shipped; nothing to do"),
        Some(backup) => {
            println!("{answer} is as shipped again");
            println!("yours is now {}", exercise.seen(&backup));
            println!("to have it back: cargo run -- undo {name}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Takes the latest reset back.
///
/// # Errors
///
/// If there is none, or it cannot be done; it says where the answers are.
pub fn undo(tree: &Tree, name: &str) -> Result<ExitCode> {
    let all = all_exercises(tree);
    let exercise = named(&all, name)?;
    let (back, instead) = keep::undo(exercise)?;
    let answer = exercise.seen(&exercise.answer());
    println!("{answer} is again what {} was", exercise.seen(&back));
    if let Some(instead) = instead {
        println!("what was there is now {}", exercise.seen(&instead));
    }
    Ok(ExitCode::SUCCESS)
}

/// What was typed makes no sense; not what was found.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The exercise of this name.
fn named<'a>(all: &'a [Exercise], name: &str) -> Result<&'a Exercise> {
    let found = all.iter().find(|exercise| exercise.name == name);
    let none = || {
        let names: Vec<_> = all.iter().map(|it| it.name.as_str()).collect();
        let names = names.join(", ");
        Usage(format!("no exercise is called {name:?}; there are {names}"))
    };
    Ok(found.ok_or_else(none)?)
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines();
    let lines = lines.map(|line| match line {
        "" => String::new(),
        line => format!("  {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_one_that_is_solved_comes_the_next_that_is_not() {
        let all = all_exercises(&Tree::here());
        let last = all.len() - 1;
        let mut progress = Progress::default();
        let next = |progress: &Progress, n: usize| {
            next_after(&all, &all[n], progress).map(|it| it.name.clone())
        };
        for n in [0, 1, 3, last] {
            progress.of_mut(&all[n]).solved = true;
        }
        assert_eq!(next(&progress, 0), Some(all[2].name.clone()));
        assert_eq!(next(&progress, 1), Some(all[2].name.clone()));
        assert_eq!(next(&progress, 3), Some(all[4].name.clone()));
        // There is none after the last: those that were left out.
        assert_eq!(next(&progress, last), Some(all[2].name.clone()));
        for exercise in &all {
            progress.of_mut(exercise).solved = true;
        }
        assert_eq!(next(&progress, last), None);
    }
}
