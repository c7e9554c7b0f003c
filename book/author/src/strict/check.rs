//! What the strict check has found so far.

use super::chapter::Chapter;
use exercises::Tree;
use exercises::files::read_text;
use std::fmt;
use std::path::{Path, PathBuf};

/// Something that a page promises and that is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, seen from the workspace.
    pub file: PathBuf,
    /// From 1; 0 if it is about no line in particular.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub why: String,
    /// Set if no page is any worse for it: something is there that belongs to
    /// no page. To authors that is a fault, to readers a remark.
    pub is_harmless: bool,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.why),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.why),
        }
    }
}

/// The workspace that is checked, and what has been found.
pub struct Check<'a> {
    pub tree: &'a Tree,
    pub faults: Vec<Fault>,
}

impl Check<'_> {
    /// A fault in this file, in this line; in line 0 if it is in none.
    pub fn fault(&mut self, file: &Path, line: usize, why: String) {
        let file = file.strip_prefix(&self.tree.root).unwrap_or(file);
        let file = file.to_owned();
        self.faults.push(Fault { file, line, why, is_harmless: false });
    }

    /// A fault that makes no page worse: a file that belongs to none, or that
    /// is missing where no page would show it.
    pub fn stranger(&mut self, file: &Path, why: String) {
        self.fault(file, 0, why);
        self.faults.last_mut().expect("just now").is_harmless = true;
    }

    /// Reads a page. One that cannot be read or is empty is a fault.
    pub fn read(&mut self, file: &Path) -> Option<Chapter> {
        match read_text(file) {
            Ok(text) if text.trim().is_empty() => {
                self.fault(file, 0, "the page is empty".into());
                None
            }
            Ok(text) => Some(Chapter::new(file, text)),
            Err(why) => {
                self.fault(file, 0, why.to_string());
                None
            }
        }
    }
}
