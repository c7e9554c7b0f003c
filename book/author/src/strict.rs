//! The strict check: what the chapters promise must be there.
//!
//! It reads the chapters as they are written, before mdBook does. mdBook
//! passes over a missing file or anchor, and puts nothing in its place.

mod chapter;
mod check;
mod commands;
mod includes;
mod links;
mod exercise;
mod answers;
mod printed;

#[cfg(test)]
mod tests;

pub use check::Fault;

use crate::new::MARK;
use crate::recorded;
use anyhow::{Result, bail};
use chapter::Chapter;
use check::Check;
use exercises::Tree;
use exercises::files::read_text;
use exercises::tree::names;
use std::collections::BTreeSet;
use std::env;
use std::fmt::Display;
use std::path::PathBuf;

/// Everything that is wrong with the chapters, sorted.
pub fn faults(tree: &Tree) -> Vec<Fault> {
    let mut check = Check { tree, faults: Vec::new() };

    // Each chapter by itself.
    let files = tree.chapters();
    let mut chapters: Vec<_> =
        files.iter().filter_map(|file| check.read(file)).collect();
    check.summary_is_whole(&mut chapters);
    for chapter in &chapters {
        includes::check(&mut check, chapter);
        commands::check(&mut check, chapter);
        links::check(&mut check, chapter, &chapters);
        answers::check(&mut check, chapter);
        printed::check(&mut check, chapter);
        for &line in &chapter.backticks {
            let why = "in HTML a backtick is shown as it is: write <code>";
            check.fault(&chapter.file, line, why.into());
        }
    }

    // The rungs, and whether the chapters show them.
    check.steps_are_shown(&chapters);
    check.programs_are_built_once();
    check.all_is_written(&chapters);
    check.tests_are_run();
    exercise::check(&mut check, &chapters);

    // Files and folders that are not the book's.
    for stranger in &tree.strangers {
        let why = match stranger.is_dir() {
            true => "what is it? it is no member of the workspace",
            false => "what is it? cargo cannot build a file of this name",
        };
        check.stranger(stranger, why.to_owned());
    }
    check.faults.sort();
    check.faults.dedup();
    check.faults
}

/// Parts the faults that make a page worse from those that do a reader no harm.
/// In CI, where authors are the readers, every fault makes a page worse.
pub fn for_readers(faults: Vec<Fault>) -> (Vec<Fault>, Vec<Fault>) {
    let is_ci = env::var_os("CI").is_some();
    faults.into_iter().partition(|fault| is_ci || !fault.is_harmless)
}

/// Refuses chapters that have faults, and prints these on standard error.
///
/// # Errors
///
/// If there are any.
pub fn fail_on(faults: &[impl Display]) -> Result<()> {
    faults.iter().for_each(|fault| eprintln!("{fault}"));
    match faults.len() {
        0 => Ok(()),
        1 => bail!("the chapters have a fault; mend it and try again"),
        n => bail!("the chapters have {n} faults; mend them and try again"),
    }
}

impl Check<'_> {
    /// No chapter, listing or check still has the mark that `cargo run -- new`
    /// puts where an author is to write.
    fn all_is_written(&mut self, chapters: &[Chapter]) {
        let checks = exercises::all_exercises(self.tree);
        let mut files: Vec<_> = checks.iter().map(|it| it.check()).collect();
        for chapter in chapters {
            files.push(chapter.file.clone());
            files.extend(includes::files(chapter));
        }
        for file in files {
            let text = read_text(&file).unwrap_or_default();
            for (n, line) in (1..).zip(text.lines()) {
                if line.contains(MARK) {
                    let why = "this is still to be written";
                    self.fault(&file, n, why.to_owned());
                }
            }
        }
    }

    /// Every page is in `SUMMARY.md`. A file that is not is no page, and is
    /// checked no further. Whether each entry leads to a file, [`links`] finds.
    fn summary_is_whole(&mut self, chapters: &mut Vec<Chapter>) {
        let summary = chapters.iter().find(|chapter| chapter.is_summary());
        let Some(summary) = summary else {
            let file = self.tree.book().join("chapters/SUMMARY.md");
            return self.fault(&file, 0, "there is no summary".into());
        };
        let listed: BTreeSet<PathBuf> = summary
            .links
            .iter()
            .map(|link| summary.folder().join(&link.target))
            .collect();
        // The faults so far are files that cannot be read. Such a file does no
        // harm if it is no page.
        let root = &self.tree.root;
        for fault in &mut self.faults {
            fault.is_harmless |= !listed.contains(&root.join(&fault.file));
        }
        chapters.retain(|chapter| {
            let is_listed =
                chapter.is_summary() || listed.contains(&chapter.file);
            if !is_listed {
                let why = "the page is not in SUMMARY.md".into();
                self.stranger(&chapter.file, why);
            }
            is_listed
        });
    }

    /// Every program has a page that shows its source, its recorded output
    /// and its picture.
    fn steps_are_shown(&mut self, chapters: &[Chapter]) {
        let tree = self.tree;
        let pages: Vec<(&Chapter, BTreeSet<PathBuf>)> = chapters
            .iter()
            .map(|it| (it, includes::files(it).into_iter().collect()))
            .collect();
        for rung in &tree.rungs {
            for (n, program) in rung.programs().enumerate() {
                let path = format!("{}/{}", rung.folder, program.source());
                let source = tree.root.join(&path);
                let recorded =
                    |end| recorded::file(&tree.book(), program.name(), end);
                let mut wanted = vec![
                    ("its listing", source.clone()),
                    ("its recorded output", recorded("txt")),
                    ("its picture", recorded("svg")),
                ];
                // The crawl is the first program. The first step comes next,
                // and has no step before it.
                if n > 1 {
                    wanted.push(("what it changes", recorded("diff")));
                }
                for (what, file) in wanted {
                    if !pages.iter().any(|(_, shown)| shown.contains(&file)) {
                        let why = format!("no page shows {what}");
                        self.stranger(&source, why);
                    }
                }
                // The caption of a listing: file, command.
                let command = program.command();
                let has_caption = |chapter: &Chapter| {
                    let mut pairs = chapter.code.windows(2);
                    pairs.any(|it| it[0].text == path && it[1].text == command)
                };
                let page =
                    pages.iter().find(|(_, shown)| shown.contains(&source));
                if page.is_some_and(|(page, _)| !has_caption(page)) {
                    let why = "no caption says its file and its command";
                    self.fault(&source, 0, why.to_owned());
                }
            }
        }
    }

    /// Every program is in its package's list `bin` as one without tests.
    /// Otherwise `cargo test` would build it twice, once as an empty test.
    fn programs_are_built_once(&mut self) {
        for rung in &self.tree.rungs {
            let file = self.tree.root.join(&rung.folder).join("Cargo.toml");
            let manifest = read_text(&file).unwrap_or_default();
            for name in rung.steps.iter().chain([&rung.package]) {
                let entry = format!("{{ name = \"{name}\", test = false");
                if !manifest.contains(&entry) {
                    let why = format!(
                        "{name} is missing in the list `bin`: add `{entry} }},`"
                    );
                    self.stranger(&file, why);
                }
            }
        }
    }

    /// Every file in `tests` is a module of the rung's test program, or a test
    /// target in its `Cargo.toml`: cargo is told not to look for others.
    fn tests_are_run(&mut self) {
        for rung in &self.tree.rungs {
            let folder = self.tree.root.join(&rung.folder);
            let read = |file| read_text(&folder.join(file)).unwrap_or_default();
            let (manifest, main) = (read("Cargo.toml"), read("tests/main.rs"));
            for name in names(&folder.join("tests"), ".rs") {
                let file = format!("tests/{name}.rs");
                let is_run = manifest.contains(&format!("\"{file}\""))
                    || main.contains(&format!("mod {name};"));
                if !is_run {
                    let why = format!(
                        "no test in it is run: say `mod {name};` in main.rs"
                    );
                    self.stranger(&folder.join(file), why);
                }
            }
        }
    }
}
