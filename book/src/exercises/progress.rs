//! How far the reader is: one text file, which git does not see.
//!
//! It is derived: without it, a check makes it anew. All that it alone knows
//! is which hints and solutions the reader has asked for.

use super::Exercise;
use super::keep::{Lock, write};
use super::verdict::Kind;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What is known of every exercise that was ever looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Progress(BTreeMap<String, Entry>);

/// What is known of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The latest verdict, and the answer that it is about.
    pub verdict: Option<(Kind, String)>,
    /// Set if an answer was ever right.
    pub solved: bool,
    /// Set if the reader has asked for the solution.
    pub shown: bool,
    /// How many hints the reader has seen.
    pub hints: usize,
}

impl Progress {
    /// What the file says. A file, a line, a word that makes no sense says
    /// nothing.
    pub fn read(root: &Path) -> Progress {
        let text = fs::read(file(root)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Progress(lines.filter_map(entry).collect())
    }

    /// Changes what is known of an exercise.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; it then says what it said.
    pub fn update(
        exercise: &Exercise,
        change: impl FnOnce(&mut Entry),
    ) -> io::Result<()> {
        let root = &exercise.root;
        // Several of us may be at it: a watch in one window, a page in another.
        let lock = Lock::on(root)?;
        let mut progress = Progress::read(root);
        change(progress.0.entry(exercise.name.clone()).or_default());
        write(&lock, &file(root), progress.text().as_bytes())
    }

    pub fn of(&self, exercise: &Exercise) -> Entry {
        self.0.get(&exercise.name).cloned().unwrap_or_default()
    }

    fn text(&self) -> String {
        let mut text = "\
# How far you are, as of the latest checks: exercise, verdict, the answer that
# it is about, and what you have asked for. The book writes this file.
"
        .to_owned();
        for (name, entry) in &self.0 {
            let (verdict, answer) = match &entry.verdict {
                Some((kind, answer)) => (kind.id(), answer.as_str()),
                None => ("-", "-"),
            };
            let _ = write!(text, "{name} {verdict} {answer}");
            let _ = write!(text, " hints={}", entry.hints);
            text += if entry.solved { " solved" } else { "" };
            text += if entry.shown { " shown" } else { "" };
            text.push('\n');
        }
        text
    }
}

/// What tells this answer from any other, and from the same before a change of
/// its check.
pub fn hash(exercise: &Exercise) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(fs::read(exercise.answer())?);
    hash.update(fs::read(exercise.check())?);
    let hash = hash.finalize();
    Ok(hash[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn file(root: &Path) -> PathBuf {
    root.join("progress.txt")
}

/// Reads a line.
fn entry(line: &str) -> Option<(String, Entry)> {
    let mut words = line.split_whitespace();
    let name = words.next()?.to_owned();
    let (id, hash) = (words.next()?, words.next()?);
    let kind = Kind::ALL.into_iter().find(|kind| kind.id() == id);
    let is_hash = hash.len() == 16 && hash.bytes().all(is_hex_digit);
    let verdict = kind.filter(|_| is_hash).map(|kind| (kind, hash.to_owned()));
    let mut entry = Entry { verdict, ..Entry::default() };
    for word in words {
        match word.split_once('=') {
            Some(("hints", n)) => entry.hints = n.parse().unwrap_or(0),
            None if word == "solved" => entry.solved = true,
            None if word == "shown" => entry.shown = true,
            _ => {}
        }
    }
    Some((name, entry))
}

fn is_hex_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_costs_the_damaged_line() {
        let answer = "0123456789abcdef".to_owned();
        let entry = Entry {
            verdict: Some((Kind::WrongWay, answer)),
            solved: true,
            shown: false,
            hints: 2,
        };
        let names = ["a", "b"].map(str::to_owned);
        let progress = Progress(names.map(|name| (name, entry.clone())).into());
        let folder = crate::folder::Folder::new().unwrap();
        fs::write(file(folder.path()), progress.text()).unwrap();
        assert_eq!(Progress::read(folder.path()), progress);

        let damaged = progress.text().replacen("0123", "\u{fffd}", 1);
        fs::write(file(folder.path()), damaged + "c\n\nd x").unwrap();
        let read = Progress::read(folder.path());
        assert_eq!(read.0["a"], Entry { verdict: None, ..entry.clone() });
        assert_eq!(read.0["b"], entry);
        assert!(!read.0.contains_key("c"));
    }
}
