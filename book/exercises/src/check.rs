//! Verdicts in the terminal: of one answer, and of all of them.

use crate::exercise::{Exercise, all_exercises};
use crate::judge::judge_and_note;
use crate::page::Page;
use crate::progress::Progress;
use crate::status::{paint, show_stages};
use crate::tree::Tree;
use crate::verdict::{Kind, Verdict};
use crate::which::{named, next_after};
use anyhow::Result;
use std::io::{Write as _, stderr};
use std::process::ExitCode;
use std::time::Instant;
use timeline::format_duration;

/// Judges the exercises of these names. With none, says how far the reader is,
/// and what comes next.
///
/// # Errors
///
/// If one cannot be judged, or there is none of that name: that is a
/// [`Usage`](crate::Usage).
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

/// Judges one exercise of `all`, prints the verdict and notes it.
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
    println!("{line} ({})", format_duration(began.elapsed()));
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
    // Warnings are no part of the verdict, so they go to standard error.
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
            // There is no verdict, hence no sign; the error says why.
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
    match progress.kind_of(exercise)? {
        Some(kind) => Ok(kind),
        None => Ok(judge_and_show(exercise)?.kind),
    }
}

fn indented(text: &str) -> String {
    let lines = text.trim_end().lines();
    let lines = lines.map(|line| match line {
        "" => String::new(),
        line => format!("  {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}
