//! What cargo says while it builds: how far it is, and what is wrong.

use super::order::Order;
use crate::plain::Plain;
use serde_json::Value;
use std::path::PathBuf;

/// What it is asked, to build a program as `cargo run` would.
pub fn arguments<'a>(order: &Order<'a>) -> Vec<&'a str> {
    let messages = "--message-format=json-render-diagnostics";
    let profile = if order.release { "release" } else { "dev" };
    let how = ["build", "--profile", profile, messages];
    [&how[..], &order.program.selection()].concat()
}

/// So that it says how far it is, though it is not on a terminal.
pub const ENVIRONMENT: [(&str, &str); 4] = [
    ("CARGO_TERM_COLOR", "never"),
    ("CARGO_TERM_PROGRESS_WHEN", "always"),
    ("CARGO_TERM_PROGRESS_WIDTH", "80"),
    ("CARGO_TERM_QUIET", "false"),
];

/// What cargo writes to standard error while it builds, read as it comes.
#[derive(Default)]
pub struct BuildOutput {
    plain: Plain,
    /// The beginning of a line.
    line: String,
}

/// A line of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// How many crates are built, of how many: `3/12`.
    Progress(String),
    /// Another cargo builds; this one waits.
    Waits,
    /// The compiler's words.
    Diagnostic(String),
}

impl BuildOutput {
    /// The lines that these bytes end.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Line> {
        // A bar ends with a carriage return, and stands until the next one.
        let bytes: Vec<_> = bytes
            .iter()
            .map(|byte| if *byte == b'\r' { b'\n' } else { *byte })
            .collect();
        self.line += &self.plain.push(&bytes);
        let Some(end) = self.line.rfind('\n') else { return Vec::new() };
        let rest = self.line.split_off(end + 1);
        let lines = std::mem::replace(&mut self.line, rest);
        lines.split_inclusive('\n').filter_map(line).collect()
    }
}

/// Cargo's own lines begin with a verb, `   Compiling`, which ends in the
/// twelfth column. All others are the compiler's.
fn line(text: &str) -> Option<Line> {
    let (verb, rest) = text.split_at_checked(12).unwrap_or_default();
    let verb = verb.trim_start();
    let is_cargos = rest.starts_with(' ')
        && verb.starts_with(|c: char| c.is_ascii_uppercase())
        && verb.bytes().all(|byte| byte.is_ascii_alphabetic());
    // Blanks cover the bar once it has gone.
    let was_bar = text.trim().is_empty() && text.len() > 1;
    match verb {
        "Building" if is_cargos => {
            let count = text.split_once("] ")?.1.split(':').next()?.trim();
            Some(Line::Progress(count.to_owned()))
        }
        "Blocking" if is_cargos => Some(Line::Waits),
        _ if is_cargos || was_bar => None,
        _ => Some(Line::Diagnostic(text.to_owned())),
    }
}

/// Where the program is, by what cargo has written to standard output.
pub fn executable(messages: &[u8], name: &str) -> Option<PathBuf> {
    let mut lines = messages.split(|byte| *byte == b'\n').rev();
    lines.find_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        let is_it = message["target"]["name"] == name;
        let file = message["executable"].as_str().filter(|_| is_it)?;
        Some(PathBuf::from(file))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::tree::Program;

    #[test]
    fn what_is_wanted_with_release_is_built_so() {
        let program = Program::Crawl("threads");
        for (release, profile) in [(true, "release"), (false, "dev")] {
            let order = Order { program, flags: Vec::new(), release };
            assert!(arguments(&order).contains(&profile));
        }
    }

    #[test]
    fn a_bar_is_read_while_it_stands() {
        let bar = b"    Building [=====>      ] 12/34: lab, threads(bin)   \r";
        let lines = BuildOutput::default().push(bar);
        assert_eq!(lines, [Line::Progress("12/34".into())]);
    }

    #[test]
    fn progress_and_diagnostics_are_told_apart() {
        let mut output = BuildOutput::default();
        let text = "    Blocking waiting for file lock on build directory\n\
            \x1b[K   Compiling lab v0.1.0 (/x/00-lab)\n\
            \x20   Building [=====>      ] 12/34: lab, threads(bin)\
            \r    Building [======>     ] 13/34\
            \r                            \r\
            error[E0308]: mismatched types\n --> a.rs:1:1\n\n\
            \x20   Finished `dev` profile in 1.00s\n";
        let mut lines = Vec::new();
        for piece in text.as_bytes().chunks(7) {
            lines.extend(output.push(piece));
        }
        let diagnostic = |text: &str| Line::Diagnostic(text.to_owned());
        let expected = [
            Line::Waits,
            Line::Progress("12/34".into()),
            Line::Progress("13/34".into()),
            diagnostic("error[E0308]: mismatched types\n"),
            diagnostic(" --> a.rs:1:1\n"),
            diagnostic("\n"),
        ];
        assert_eq!(lines, expected);
    }
}
