//! Checks an exercise whenever it is saved.

use crate::changes::{PAUSE, fingerprint};
use crate::check::check_one;
use crate::exercise::{Exercise, all_exercises};
use crate::progress::Progress;
use crate::tree::Tree;
use crate::which::next;
use anyhow::Result;
use std::convert::Infallible;
use std::fs;
use std::thread::sleep;

/// Checks what comes next, and then whatever is saved, until told to stop.
///
/// # Errors
///
/// None so far: if an answer cannot be judged, it says why, and goes on.
pub fn watch(tree: &Tree) -> Result<Infallible> {
    let all = all_exercises(tree);
    println!("checks an exercise whenever you save it; Ctrl-C ends it\n");
    let saved = |exercise: &Exercise| fingerprint(&[exercise.answer()]);
    let mut seen: Vec<_> = all.iter().map(saved).collect();
    if let Some(exercise) = next(&all, &Progress::read(&tree.root)) {
        check_and_say(&all, exercise);
    }
    loop {
        sleep(PAUSE);
        for (exercise, seen) in all.iter().zip(&mut seen) {
            let now = saved(exercise);
            // Halfway through a save there may be no file, or an empty one.
            let about = fs::metadata(exercise.answer());
            let is_whole = about.is_ok_and(|about| about.len() > 0);
            if now != *seen && is_whole {
                check_and_say(&all, exercise);
            }
            *seen = now;
        }
    }
}

fn check_and_say(all: &[Exercise], exercise: &Exercise) {
    if let Err(why) = check_one(all, exercise) {
        println!("{}: {why:#}", exercise.name);
    }
    println!();
}
