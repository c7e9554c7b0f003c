//! An exercise has everything that it is judged and explained by.

use super::chapter::Chapter;
use super::{Check, includes};
use crate::exercises::{CAUSES, Exercise, Page, all, without_page};
use crate::tree::is_nobodys;
use std::fs;

/// How many wrong answers there are at least.
const WRONG: usize = 2;

/// How many hints there are.
const HINTS: usize = 3;

pub fn check(check: &mut Check<'_>, chapters: &[Chapter]) {
    let all = all(check.tree);
    for exercise in all.iter().chain(&without_page(check.tree)) {
        is_whole(check, exercise);
        has_a_page(check, exercise, chapters);
    }
    are_listed(check, &all, chapters);
    has_starters(check);
}

/// The page of all exercises has them in the order of the book, and says of
/// each how long it is.
fn are_listed(check: &mut Check<'_>, all: &[Exercise], chapters: &[Chapter]) {
    let file = check.tree.book().join("chapters/exercises.md");
    let page = chapters.iter().find(|page| page.file == file);
    let text = page.map_or("", |page| page.text.as_str());
    let listed = (1..).zip(text.lines());
    let mut listed = listed.filter(|(_, line)| line.contains("exercise-"));
    let all = all.iter().filter(|it| page_of(it, chapters).is_some());
    for (n, exercise) in (1..).zip(all) {
        let page = exercise.address().replace(".html", ".md");
        let (line, said) = listed.next().unwrap_or_default();
        let wanted = format!("]({page}), {}", exercise.effort());
        let start = format!("{n}. [");
        if !said.starts_with(&start) || !said.ends_with(&wanted) {
            let why = format!("here is to be \"{start}…{wanted}\"");
            return check.fault(&file, line, why);
        }
    }
    if let Some((line, said)) = listed.next() {
        check.fault(&file, line, format!("that is one too many: {said}"));
    }
}

fn is_whole(check: &mut Check<'_>, exercise: &Exercise) {
    let starter = exercise.starter();
    let name = &exercise.name;
    for (what, file) in
        [("check", exercise.check()), ("solution", exercise.solution())]
    {
        if !file.exists() {
            check.stranger(&starter, format!("{name} has no {what}"));
        }
    }
    if exercise.check().exists() && exercise.as_shipped().is_none() {
        let why = "does not say `//! As shipped: …`, what it is to be met with";
        check.stranger(&exercise.check(), why.into());
    }
    let wrong = exercise.wrong().len();
    if wrong < WRONG {
        let why = format!("{name} has {wrong} wrong answers, not {WRONG}");
        check.stranger(&starter, why);
    }
}

fn has_a_page(
    check: &mut Check<'_>,
    exercise: &Exercise,
    chapters: &[Chapter],
) {
    let Some(page) = page_of(exercise, chapters) else {
        let why = format!("there is no page exercise-{}.md", exercise.name);
        return check.stranger(&exercise.starter(), why);
    };
    let Page { hints, causes } = Page::parse(&page.text);
    if hints.len() != HINTS || hints.iter().any(String::is_empty) {
        let why = format!("there are {} hints, not {HINTS}", hints.len());
        check.fault(&page.file, 0, why);
    }
    let answer = exercise.seen(&exercise.answer());
    let caption = format!("\n*`{answer}`* as shipped\n\n```rust\n{{{{#include");
    let shows_it = includes::files(page).contains(&exercise.starter());
    if !page.text.contains(&caption) || !shows_it {
        let why = format!(
            "there is no listing of the starter below \"*`{answer}`* as \
             shipped\""
        );
        check.fault(&page.file, 0, why);
    }
    if causes.is_empty() {
        let why = format!("there is no list of causes, `{CAUSES}`");
        check.fault(&page.file, 0, why);
    }
}

fn page_of<'a>(
    exercise: &Exercise,
    chapters: &'a [Chapter],
) -> Option<&'a Chapter> {
    let file = format!("exercise-{}.md", exercise.name);
    chapters.iter().find(|page| page.file.ends_with(&file))
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
            let is_source = file.extension().is_some_and(|end| end == "rs");
            if is_source && !is_known && !is_nobodys(&file) {
                let why = "the exercise is not in starters/".into();
                check.stranger(&file, why);
            }
        }
    }
}
