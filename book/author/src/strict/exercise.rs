//! An exercise has everything that it is judged and explained by.

use super::chapter::Chapter;
use super::check::Check;
use super::includes;
use exercises::files::read_text;
use exercises::tree::{is_ours, names};
use exercises::{CAUSES, Exercise, Page, find};

/// How many wrong answers there are at least.
const WRONG: usize = 2;

/// How many hints there are.
const HINTS: usize = 3;

/// Finds what an exercise lacks.
pub fn check(check: &mut Check<'_>, chapters: &[Chapter]) {
    let (all, others) = find(check.tree);
    for exercise in all.iter().chain(&others) {
        is_whole(check, exercise);
        has_a_page(check, exercise, chapters);
    }
    are_listed(check, &all, chapters);
    have_starters(check);
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
        let (line, text) = listed.next().unwrap_or_default();
        let wanted = format!("]({page}), {}", exercise.effort());
        let start = format!("{n}. [");
        if !text.starts_with(&start) || !text.ends_with(&wanted) {
            let why = format!("here is to be \"{start}…{wanted}\"");
            return check.fault(&file, line, why);
        }
    }
    if let Some((line, text)) = listed.next() {
        check.fault(&file, line, format!("that is one too many: {text}"));
    }
}

fn is_whole(check: &mut Check<'_>, exercise: &Exercise) {
    for (file, what) in [
        (exercise.answer(), "the reader's own file"),
        (exercise.check(), "what judges the answers"),
        (exercise.solution(), "our own answer"),
    ] {
        if !file.exists() {
            check.stranger(&file, format!("is missing; {what}"));
        }
    }
    let manifest = exercise.manifest();
    let entry = exercise.entry();
    if !read_text(&manifest).unwrap_or_default().contains(&entry) {
        check.stranger(&manifest, format!("has no entry\n{entry}"));
    }
    if exercise.check().exists() && exercise.as_shipped().is_none() {
        let why = "does not say `//! As shipped: …`, what it is to be met with";
        check.stranger(&exercise.check(), why.into());
    }
    let wrong = exercise.wrong().len();
    if wrong < WRONG {
        let why = format!("there are {wrong} wrong answers, not {WRONG}");
        check.stranger(&exercise.starter().with_file_name("wrong"), why);
    }
}

fn has_a_page(
    check: &mut Check<'_>,
    exercise: &Exercise,
    chapters: &[Chapter],
) {
    let Some(page) = page_of(exercise, chapters) else {
        let why = "is missing; there is no page of this exercise".into();
        return check.stranger(&exercise.page, why);
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
    chapters.iter().find(|page| page.file == exercise.page)
}

/// All that looks like an exercise has a starter. Without one it is no
/// exercise, and the reader's file could not be put back.
fn have_starters(check: &mut Check<'_>) {
    for rung in &check.tree.rungs {
        let folder = check.tree.root.join(&rung.folder).join("exercises");
        for entry in names(&folder, "") {
            let file = folder.join(&entry);
            let name = match entry.strip_suffix(".rs") {
                Some(name) => name,
                None if file.is_dir() => &entry,
                None => continue,
            };
            if rung.exercises.iter().any(|it| it == name) {
                continue;
            }
            if is_ours(name) {
                let why = "is missing; what the exercise is as shipped";
                let starter = folder.join(name).join("starter.rs");
                check.stranger(&starter, why.into());
            } else {
                let why = "what is it? no exercise can have this name";
                check.stranger(&file, why.into());
            }
        }
    }
}
