//! Which exercise is meant, and which comes next.

use crate::exercise::Exercise;
use crate::progress::Progress;
use anyhow::{Context, Result};

/// The error that a command makes no sense, as it was typed.
#[derive(Debug)]
pub struct Usage(pub String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The exercise of this name.
pub fn named<'a>(all: &'a [Exercise], name: &str) -> Result<&'a Exercise> {
    let found = all.iter().find(|exercise| exercise.name == name);
    let none = || {
        let names: Vec<_> = all.iter().map(|it| it.name.as_str()).collect();
        let names = names.join(", ");
        Usage(format!("no exercise is called {name:?}; there are {names}"))
    };
    Ok(found.ok_or_else(none)?)
}

/// The exercise that comes next: the first that is not solved.
pub fn next<'a>(
    all: &'a [Exercise],
    progress: &Progress,
) -> Option<&'a Exercise> {
    all.iter().find(|it| !progress.of(it).solved).or(all.last())
}

/// The exercise of this name; without one, the exercise that comes next.
pub fn named_or_next<'a>(
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
pub fn next_after<'a>(
    all: &'a [Exercise],
    exercise: &Exercise,
    progress: &Progress,
) -> Option<&'a Exercise> {
    let at = all.iter().position(|it| it.name == exercise.name)?;
    let (before, after) = all.split_at(at);
    after.iter().chain(before).find(|it| !progress.of(it).solved)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercise::all_exercises;
    use crate::tree::Tree;

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
