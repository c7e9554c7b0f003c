//! What can be said of an answer.

use std::fmt;
use timeline::Recording;

/// How an answer was found to be, and the evidence.
#[derive(Debug)]
pub struct Verdict {
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

/// The kinds of verdict: the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The file is as shipped.
    NotStarted,
    DoesNotCompile,
    /// It does what its check cannot see.
    NotJudged,
    /// It panics, or ends the process in another way.
    Panics,
    WrongAnswer,
    Hangs,
    /// The answer is right, and was come by in a way that it must not be.
    WrongWay,
    /// Sometimes right.
    Flaky,
    Solved,
}

impl Verdict {
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
    pub const ALL: [Kind; 9] = [
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

    /// One word for files and pages.
    pub fn id(self) -> &'static str {
        match self {
            Kind::NotStarted => "not-started",
            Kind::DoesNotCompile => "does-not-compile",
            Kind::NotJudged => "not-judged",
            Kind::Panics => "panics",
            Kind::WrongAnswer => "wrong-answer",
            Kind::Hangs => "hangs",
            Kind::WrongWay => "wrong-way",
            Kind::Flaky => "flaky",
            Kind::Solved => "solved",
        }
    }

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
        match self {
            Kind::NotJudged => f.write_str("cannot be judged"),
            Kind::WrongWay => f.write_str("right answer, wrong way"),
            kind => f.write_str(&kind.id().replace('-', " ")),
        }
    }
}
