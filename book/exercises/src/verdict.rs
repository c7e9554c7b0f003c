//! What can be said of an answer.

use serde::{Deserialize, Serialize};
use std::fmt;
use timeline::Recording;

/// How an answer was found to be, and the evidence.
#[derive(Debug)]
pub struct Verdict {
    /// In a word.
    pub kind: Kind,
    /// The hash of the answer that it is about, if that could be read.
    pub answer: Option<String>,
    /// Sentences; of an answer that does not compile, the compiler's.
    pub why: String,
    /// What the compiler remarked on.
    pub warnings: String,
    /// What the answer itself printed.
    pub printed: String,
    /// The run that it was judged by.
    pub recording: Option<Recording>,
}

/// The kinds of verdict, the worst first. In files and for pages, each is one
/// word, such as `not-started`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The file is as shipped.
    NotStarted,
    /// The compiler says why.
    DoesNotCompile,
    /// It does what its check cannot see.
    NotJudged,
    /// It panics, or ends the process in another way.
    Panics,
    /// Its result is not the one that is asked for.
    WrongAnswer,
    /// Its threads wait for one another or for nothing, or it takes too long.
    Hangs,
    /// The result is right, but the answer came to it in a forbidden way.
    WrongWay,
    /// Its check passes in some runs, and fails in others.
    Flaky,
    /// Its check passes, in every run.
    Solved,
}

impl Verdict {
    /// A verdict without evidence.
    pub fn new(kind: Kind, why: impl Into<String>) -> Verdict {
        Verdict {
            kind,
            answer: None,
            why: why.into(),
            warnings: String::new(),
            printed: String::new(),
            recording: None,
        }
    }

    /// The run, if there is something of it to be drawn.
    pub fn drawable(&self) -> Option<&Recording> {
        self.recording.as_ref().filter(|it| !it.tracks.is_empty())
    }
}

impl Kind {
    /// Its shape, beside the word: colour alone says nothing to many.
    pub fn sign(self) -> char {
        match self {
            Kind::NotStarted => '○',
            Kind::DoesNotCompile
            | Kind::NotJudged
            | Kind::Panics
            | Kind::WrongAnswer
            | Kind::Hangs => '✗',
            Kind::WrongWay | Kind::Flaky => '◐',
            Kind::Solved => '✓',
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::NotStarted => "not started",
            Kind::DoesNotCompile => "does not compile",
            Kind::NotJudged => "cannot be judged",
            Kind::Panics => "panics",
            Kind::WrongAnswer => "wrong answer",
            Kind::Hangs => "hangs",
            Kind::WrongWay => "right answer, wrong way",
            Kind::Flaky => "flaky",
            Kind::Solved => "solved",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::tree::Tree;
    use serde_json::json;
    use std::fs;

    const ALL: [Kind; 9] = [
        Kind::NotStarted,
        Kind::DoesNotCompile,
        Kind::NotJudged,
        Kind::Panics,
        Kind::WrongAnswer,
        Kind::Hangs,
        Kind::WrongWay,
        Kind::Flaky,
        Kind::Solved,
    ];

    /// And each that is about an answer has a color.
    #[test]
    fn every_verdict_is_explained_on_the_page_of_all_exercises() {
        let book = Tree::here().book();
        let page = fs::read_to_string(book.join("chapters/exercises.md"));
        let style = fs::read_to_string(book.join("live/live.css")).unwrap();
        let page = page.unwrap();
        for kind in ALL {
            let row = format!("\n| {} {kind} | ", kind.sign());
            assert!(page.contains(&row), "{kind} is not explained");
            let word = json!(kind);
            let rule = format!("[data-state={}]", word.as_str().unwrap());
            let has_color = style.contains(&rule) || kind == Kind::NotStarted;
            assert!(has_color, "{kind} has no color");
        }
    }
}
