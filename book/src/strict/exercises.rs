//! An exercise has everything that it is judged and explained by.

use super::Check;
use super::chapter::Chapter;
use crate::exercises::{CAUSES, Exercise, Page, all};
use std::fs;

/// How many wrong answers there are at least.
const WRONG: usize = 2;

/// How many hints there are.
const HINTS: usize = 3;

pub fn check(check: &mut Check<'_>, chapters: &[Chapter]) {
    for exercise in all(check.tree) {
        is_whole(check, &exercise);
        has_a_page(check, &exercise, chapters);
    }
    has_starters(check);
}

fn is_whole(check: &mut Check<'_>, exercise: &Exercise) {
    let starter = exercise.starter();
    let name = &exercise.name;
    for (what, file) in
        [("check", exercise.check()), ("solution", exercise.solution())]
    {
        if !file.exists() {
            check.fault(&starter, 0, format!("{name} has no {what}"));
        }
    }
    if exercise.check().exists() && exercise.as_shipped().is_none() {
        let why = "does not say `//! As shipped: …`, what it is to be met with";
        check.fault(&exercise.check(), 0, why.into());
    }
    let wrong = exercise.wrong().len();
    if wrong < WRONG {
        let why = format!("{name} has {wrong} wrong answers, not {WRONG}");
        check.fault(&starter, 0, why);
    }
}

fn has_a_page(
    check: &mut Check<'_>,
    exercise: &Exercise,
    chapters: &[Chapter],
) {
    let file = format!("exercise-{}.md", exercise.name);
    let page = chapters.iter().find(|page| page.file.ends_with(&file));
    let Some(page) = page else {
        let why = format!("there is no page {file}");
        return check.fault(&exercise.starter(), 0, why);
    };
    let Page { hints, causes } = Page::parse(&page.text);
    if hints.len() != HINTS || hints.iter().any(String::is_empty) {
        let why = format!("there are {} hints, not {HINTS}", hints.len());
        check.fault(&page.file, 0, why);
    }
    if causes.is_empty() {
        let why = format!("there is no list of causes, `{CAUSES}`");
        check.fault(&page.file, 0, why);
    }
}

/// Every file that is a reader's can be put back.
fn has_starters(check: &mut Check<'_>) {
    for rung in &check.tree.rungs.clone() {
        let folder = check.tree.root.join(&rung.folder).join("exercises");
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let file = entry.path();
            let name = file.file_stem().and_then(|name| name.to_str());
            let is_known = name.is_some_and(|name| {
                rung.exercises.iter().any(|exercise| exercise == name)
            });
            if file.extension().is_some_and(|end| end == "rs") && !is_known {
                let why = "the exercise is not in starters/".into();
                check.fault(&file, 0, why);
            }
        }
    }
}
