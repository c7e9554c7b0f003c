//! Our own solutions, and how an answer differs from them.

use crate::exercise::Exercise;
use crate::files::read_text;
use crate::progress::{Entry, Progress};
use anyhow::Result;
use similar::{ChangeTag, TextDiff};
use std::path::{Path, PathBuf};

impl Exercise {
    /// How much is to be written, in words: how many lines of our solution
    /// differ from the starter.
    pub fn effort(&self) -> String {
        let code = |file: PathBuf| {
            comment_and_code(&read_text(&file).unwrap_or_default()).1
        };
        let (starter, solution) = (code(self.starter()), code(self.solution()));
        let changes = TextDiff::from_lines(&starter, &solution);
        let written = changes.iter_all_changes().filter(|change| {
            change.tag() == ChangeTag::Insert
                && !change.value().trim().is_empty()
        });
        match written.count() {
            ..=2 => "a line or two".to_owned(),
            n => format!("about {} lines", (n + 2) / 5 * 5),
        }
    }
}

/// Our own solution to an exercise.
pub struct Solution {
    /// The comment at its top.
    pub idea: String,
    /// From the reader's code to ours, as `diff` writes it.
    pub difference: String,
}

/// Our solution, if the reader has solved the exercise, or has asked for the
/// solution before or asks for it now (`anyway`); `None` otherwise.
pub fn solution_of(
    exercise: &Exercise,
    anyway: bool,
) -> Result<Option<Solution>> {
    let Entry { solved, shown, .. } =
        Progress::read(&exercise.root).of(exercise);
    if !(solved || shown || anyway) {
        return Ok(None);
    }
    if !solved && !shown {
        let note = |all: &mut Progress| all.of_mut(exercise).shown = true;
        Progress::note(&exercise.root, note);
    }
    let (idea, _) = comment_and_code(&read_text(&exercise.solution())?);
    Ok(Some(Solution { idea, difference: difference(exercise)? }))
}

/// From the reader's answer to our solution, without their comments at the top.
fn difference(exercise: &Exercise) -> Result<String> {
    let code = |file: &Path| -> Result<String> {
        Ok(comment_and_code(&read_text(file)?).1)
    };
    let yours = code(&exercise.answer())?;
    let ours = code(&exercise.solution())?;
    Ok(match yours == ours {
        true => "yours is the same as ours\n".to_owned(),
        false => diff(("yours", &yours), ("ours", &ours)),
    })
}

/// What has to be done to one text, of this name, to get the other.
pub fn diff(from: (&str, &str), to: (&str, &str)) -> String {
    let diff = TextDiff::from_lines(from.1, to.1);
    diff.unified_diff().header(from.0, to.0).to_string()
}

/// The comment at the top, as plain text, and the code down to the line that
/// names the check.
fn comment_and_code(text: &str) -> (String, String) {
    let lines: Vec<_> = text.lines().collect();
    let comment = lines.iter().take_while(|line| line.starts_with("//!"));
    let comment: Vec<_> = comment.map(|line| line[3..].trim_start()).collect();
    let code = lines[comment.len()..].iter();
    let code = code.take_while(|line| !line.contains("check.rs"));
    let code: Vec<_> = code.copied().collect();
    (comment.join("\n"), code.join("\n").trim().to_owned() + "\n")
}
