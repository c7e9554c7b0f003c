//! What the page of an exercise has for the terminal: hints, and the usual
//! causes of what a check says.

use crate::exercise::Exercise;
use crate::files::read_text;
use crate::finding::PRINTS;
use crate::verdict::{Kind, Verdict};
use std::io;

/// What stands above the causes. They give much away, so they are folded.
pub const CAUSES: &str = "<summary>When it says</summary>";

/// The hints of an exercise, and its causes.
#[derive(Debug, Default)]
pub struct Page {
    /// From a nudge to nearly the code.
    pub hints: Vec<String>,
    /// In the order of the page: the first that fits is the one.
    pub causes: Vec<Cause>,
}

/// A line under "When it says".
#[derive(Debug)]
pub struct Cause {
    /// A piece of a verdict's sentence, or the code of a compiler's error, or
    /// several (`E0499, E0502 or E0505`), or the word `hangs` or `panics`.
    pub message: String,
    /// Where that comes from, usually, in this exercise.
    pub cause: String,
}

impl Page {
    /// The page of an exercise.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn of(exercise: &Exercise) -> io::Result<Page> {
        Ok(Page::parse(&read_text(&exercise.page)?))
    }

    /// Reads the page as it is written.
    ///
    /// ```text
    /// <details>
    /// <summary>Hint 1</summary>
    ///
    /// …
    ///
    /// </details>
    ///
    /// <details>
    /// <summary>When it says</summary>
    ///
    /// - **was fetched more than once**: …
    ///
    /// </details>
    /// ```
    pub fn parse(text: &str) -> Page {
        let mut page = Page::default();
        for piece in text.split("<summary>Hint ").skip(1) {
            let hint = piece.split("</details>").next().unwrap_or_default();
            let hint = hint.split_once("</summary>").unwrap_or_default().1;
            page.hints.push(hint.trim().to_owned());
        }
        let causes = text.split_once(CAUSES).unwrap_or_default().1;
        let causes = causes.split("</details>").next().unwrap_or_default();
        for item in causes.split("\n- **").skip(1) {
            // The list ends where a paragraph follows it.
            let item = item.split("\n\n").next().unwrap_or_default();
            let Some((message, cause)) = item.split_once("**:") else {
                continue;
            };
            let words = cause.split_whitespace();
            page.causes.push(Cause {
                // Each of several codes is bold by itself.
                message: message
                    .replace("**", "")
                    .split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" "),
                cause: words.collect::<Vec<_>>().join(" "),
            });
        }
        page
    }

    /// The first cause that fits a verdict: its sentence is in it, or its error
    /// code, `E0308`; after a colon, words of the compiler that say more.
    pub fn cause(&self, verdict: &Verdict) -> Option<&str> {
        let fits = |cause: &&Cause| match cause.message.as_str() {
            // If an answer prints for ever, its cause is not the usual one.
            "hangs" => {
                verdict.kind == Kind::Hangs && !verdict.why.contains(PRINTS)
            }
            "panics" => verdict.kind == Kind::Panics,
            message => {
                match message.split_once(": ").unwrap_or((message, "")) {
                    (codes, text) if are_codes(codes) => {
                        let has_one = |error: &str| {
                            let mut codes = each(codes);
                            codes.any(|it| error.contains(&format!("[{it}]: ")))
                        };
                        let mut errors = verdict.why.split("\nerror");
                        verdict.kind == Kind::DoesNotCompile
                            && errors.any(|it| has_one(it) && it.contains(text))
                    }
                    _ => verdict.why.contains(message),
                }
            }
        };
        self.causes.iter().find(fits).map(|cause| cause.cause.as_str())
    }
}

/// `E0382`, or `E0499, E0502 or E0505`
fn are_codes(message: &str) -> bool {
    each(message).all(|code| {
        code.len() == 5
            && code.starts_with('E')
            && code[1..].bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn each(codes: &str) -> impl Iterator<Item = &str> {
    codes.split(" or ").flat_map(|some| some.split(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_may_have_several_codes_and_words_of_the_compiler() {
        let page = Page::parse(
            "<summary>When it says</summary>\n\n\
             - **E0499 or E0502: `it.line`**: of the line.\n\
             - **E0499**, **E0502** or\n  **E0505**: of a borrow.\n\
             - **one or E0502**: of none.\n\n</details>",
        );
        let usual = |kind: Kind, why: &str| {
            let verdict = Verdict::new(kind, format!("warning: a\n\n{why}"));
            page.cause(&verdict).map(str::to_owned)
        };
        let compiler = |why: &str| usual(Kind::DoesNotCompile, why);
        let a_borrow = Some("of a borrow.".to_owned());
        assert_eq!(compiler("error[E0499]: cannot borrow"), a_borrow);
        assert_eq!(compiler("error[E0502]: cannot borrow"), a_borrow);
        assert_eq!(compiler("error[E0505]: cannot move out"), a_borrow);
        let of_the_line = compiler("error[E0502]: cannot borrow `it.line`");
        assert_eq!(of_the_line.as_deref(), Some("of the line."));
        // The words are of another error.
        let both = "error[E0502]: cannot\n\nerror[E0308]: `it.line`";
        assert_eq!(compiler(both), a_borrow);
        assert_eq!(compiler("error[E0308]: mismatched types"), None);
        assert_eq!(usual(Kind::Panics, "error[E0499]: cannot"), None);
        let of_none = usual(Kind::WrongAnswer, "it is one or E0502");
        assert_eq!(of_none.as_deref(), Some("of none."));
    }
}
