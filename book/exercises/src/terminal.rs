//! Hints, solutions, resets and their undoing, in the terminal.

use crate::exercise::all_exercises;
use crate::keep;
use crate::page::Page;
use crate::progress::Progress;
use crate::solution::{Solution, solution_of};
use crate::status::paint_diff;
use crate::tree::Tree;
use crate::which::{named, named_or_next};
use anyhow::{Context, Result};
use std::io::{Write as _, stderr};
use std::process::ExitCode;

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
    let last = hints.len().checked_sub(1);
    let last = last.context("the page of this exercise has no hints")?;
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
