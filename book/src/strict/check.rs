//! What the strict check has found so far.

use super::chapter::Chapter;
use crate::files::read_text;
use crate::tree::Tree;
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

/// A check under way.
pub struct Check<'a> {
    pub tree: &'a Tree,
    pub faults: Vec<Fault>,
}

impl Check<'_> {
    pub fn fault(&mut self, file: &Path, line: usize, why: String) {
        let file = file.strip_prefix(&self.tree.root).unwrap_or(file);
        let file = file.to_owned();
        self.faults.push(Fault { file, line, why, is_harmless: false });
    }

    /// Something is there that belongs to no page.
    pub fn stranger(&mut self, file: &Path, why: String) {
        self.fault(file, 0, why);
        self.faults.last_mut().expect("just now").is_harmless = true;
    }

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
