//! An exercise: its files, and which exercises there are.

use crate::files::{all_in, has_extension, read, read_text};
use crate::tree::Tree;
use anyhow::{Result, anyhow, ensure};
use std::io;
use std::path::{Path, PathBuf};

/// One exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// Its file, its test target and its page are called so; so is its line in
    /// the reader's progress. A name once given stays.
    pub name: String,
    /// The package that it is a test of.
    pub package: String,
    /// The folder of its rung.
    pub rung: PathBuf,
    /// Its page.
    pub page: PathBuf,
    /// The folder of the workspace.
    pub root: PathBuf,
}

/// All exercises, in the order of the book.
pub fn all_exercises(tree: &Tree) -> Vec<Exercise> {
    find(tree).0
}

/// All exercises; and what looks like one and has no page in the book: it is a
/// reader's own, or not finished.
pub fn find(tree: &Tree) -> (Vec<Exercise>, Vec<Exercise>) {
    let chapters = tree.book().join("chapters");
    let summary = read_text(&chapters.join("SUMMARY.md"));
    let summary = summary.unwrap_or_default();
    let links = summary.split("](").skip(1);
    let pages: Vec<_> = links.filter_map(|it| it.split(')').next()).collect();
    let (mut in_book, mut others) = (Vec::new(), Vec::new());
    for rung in &tree.rungs {
        for name in &rung.exercises {
            let file = format!("exercise-{name}.md");
            let place = pages.iter().position(|page| page.ends_with(&file));
            let exercise = Exercise {
                name: name.clone(),
                package: rung.package.clone(),
                rung: tree.root.join(&rung.folder),
                page: chapters.join(place.map_or(&*file, |at| pages[at])),
                root: tree.root.clone(),
            };
            match place {
                Some(place) => in_book.push((place, exercise)),
                None => others.push(exercise),
            }
        }
    }
    in_book.sort_by_key(|(place, _)| *place);
    (in_book.into_iter().map(|(_, it)| it).collect(), others)
}

impl Exercise {
    /// The file that the reader edits.
    pub fn answer(&self) -> PathBuf {
        self.in_exercises(&format!("{}.rs", self.name))
    }

    /// What that file was as shipped.
    pub fn starter(&self) -> PathBuf {
        self.in_folder("starter.rs")
    }

    /// The file that tells cargo of its test target.
    pub fn manifest(&self) -> PathBuf {
        self.rung.join("Cargo.toml")
    }

    /// The entry of its test target in that file.
    pub fn entry(&self) -> String {
        let name = &self.name;
        format!(
            "[[test]]\nname = \"{name}\"\npath = \"exercises/{name}.rs\"\n\
             test = false\n"
        )
    }

    /// Where its page is in the book, `1-threads/exercise-join-all.html`.
    pub fn address(&self) -> String {
        let chapters = self.root.join("book/chapters");
        let page = self.page.strip_prefix(chapters).unwrap_or(&self.page);
        page.with_extension("html").display().to_string()
    }

    /// What judges it.
    pub fn check(&self) -> PathBuf {
        self.in_folder("check.rs")
    }

    /// Our own answer.
    pub fn solution(&self) -> PathBuf {
        self.in_folder("solution.rs")
    }

    /// Plausible answers that are wrong, sorted.
    pub fn wrong(&self) -> Vec<PathBuf> {
        self.answers("wrong")
    }

    /// Answers that are right and unlike ours, sorted.
    #[cfg(test)]
    pub fn right(&self) -> Vec<PathBuf> {
        self.answers("right")
    }

    fn answers(&self, kind: &str) -> Vec<PathBuf> {
        let mut answers = all_in(&self.in_folder(kind));
        let ends = ["rs", "diff"];
        answers.retain(|file| ends.iter().any(|end| has_extension(end, file)));
        answers
    }

    /// A piece of the verdict on the starter, as its check promises it.
    pub fn as_shipped(&self) -> Option<String> {
        let check = read_text(&self.check()).ok()?;
        let mut lines = check.lines();
        let words = lines.find_map(|it| it.strip_prefix("//! As shipped: "))?;
        Some(words.to_owned())
    }

    /// A file in the folder of all about it but the reader's own file.
    pub(super) fn in_folder(&self, file: &str) -> PathBuf {
        self.in_exercises(&self.name).join(file)
    }

    pub(super) fn in_exercises(&self, file: &str) -> PathBuf {
        self.rung.join("exercises").join(file)
    }

    /// A file as the reader writes it: seen from the workspace.
    pub fn seen(&self, file: &Path) -> String {
        let file = file.strip_prefix(&self.root).unwrap_or(file);
        file.display().to_string()
    }

    /// Set if the reader has changed something. What editors change when they
    /// save, line ends and a byte-order mark, is nothing.
    ///
    /// # Errors
    ///
    /// If one of the two files cannot be read.
    pub fn is_started(&self) -> io::Result<bool> {
        let typed = |file: PathBuf| -> io::Result<Vec<u8>> {
            let mut bytes = read(&file)?;
            bytes.retain(|byte| *byte != b'\r');
            let mark = "\u{feff}".as_bytes();
            Ok(bytes.strip_prefix(mark).map(<[u8]>::to_vec).unwrap_or(bytes))
        };
        Ok(typed(self.answer())? != typed(self.starter())?)
    }

    /// Whether there is an answer that can be judged.
    ///
    /// # Errors
    ///
    /// A sentence that says what can be done about it.
    pub fn can_be_judged(&self) -> Result<()> {
        let Err(why) = read(&self.answer()) else { return Ok(()) };
        ensure!(
            why.kind() != io::ErrorKind::NotFound,
            "{answer} is gone; `cargo run -- undo {name}` puts back the latest \
             of your own that was kept, `cargo run -- reset {name}` the one we \
             shipped",
            answer = self.seen(&self.answer()),
            name = self.name,
        );
        let advice = format!(
            "`cargo run -- reset {}` moves it away and puts back the one we \
             shipped",
            self.name
        );
        Err(anyhow!("{why}; {advice}"))
    }
}
