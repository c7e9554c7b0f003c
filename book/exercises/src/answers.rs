//! Answers of ours to an exercise, as they stand in its folder: `solution.rs`,
//! and those in `right/` and `wrong/`.
//!
//! A wrong one is hardly ever written out: it says what it is to be met with,
//! what is wrong, and in which lines it differs from another answer.
//!
//! ```text
//! Met with: waits for ever
//!
//! One of all that wait is woken, and it may be one that can do nothing.
//!
//! @@
//!          state.closed = true;
//! -        self.changed.notify_all();
//! +        self.changed.notify_one();
//! ```
//!
//! The other answer is the solution, unless a line `From: right/SLUG` names
//! another one, which may be written so itself. Each hunk begins with `@@`.
//! Its lines that begin with a space or a `-` stand in the other answer, below
//! those of the hunk before, exactly once; so they need no numbers. Empty
//! lines at its end are none of it.

use std::fs;
use std::io;
use std::path::Path;

/// The text of an answer in the folder of its exercise: of `solution`, or
/// `wrong/SLUG`.
///
/// # Errors
///
/// If it cannot be read, or the answer that it differs from has changed; the
/// sentence names the file and the hunk.
pub fn answer(exercise: &Path, name: &str) -> io::Result<String> {
    let whole = exercise.join(format!("{name}.rs"));
    if whole.exists() || name == SOLUTION {
        return read(&whole);
    }
    let file = exercise.join(format!("{name}.diff"));
    let difference = read(&file)?;
    let other = from(&difference);
    apply(&difference, &answer(exercise, other)?).map_err(|why| {
        let (file, other) = (file.display(), exercise.join(other));
        let other = other.display();
        io::Error::other(format!("{file}, from {other}: {why}"))
    })
}

fn read(file: &Path) -> io::Result<String> {
    let text = fs::read_to_string(file);
    text.map_err(|why| io::Error::other(format!("{}: {why}", file.display())))
}

/// The name of the answer that this one differs from.
fn from(difference: &str) -> &str {
    let above = difference.lines().take_while(|line| !line.starts_with("@@"));
    let from = above.filter_map(|line| line.strip_prefix(FROM)).next();
    from.unwrap_or(SOLUTION)
}

/// It is the one that is always whole.
const SOLUTION: &str = "solution";
const FROM: &str = "From: ";

/// The whole text of an answer that differs so from another one. What is said
/// above the hunks is said at its top, in the place of what the other one says.
///
/// # Errors
///
/// A sentence about the hunk that does not fit.
pub fn apply(difference: &str, other: &str) -> Result<String, String> {
    let mut parts = difference.split("\n@@");
    let said = parts.next().unwrap_or_default().trim_end().lines();
    let said = said.filter(|line| !line.starts_with(FROM));
    let said = said.map(|line| format!("//! {line}").trim_end().to_owned());

    let code = other.lines().skip_while(|line| line.starts_with("//!"));
    let code: Vec<&str> = code.collect();
    let mut lines: Vec<String> = said.collect();
    // How many lines of the other answer have been dealt with.
    let mut done = 0;
    for (n, hunk) in (1..).zip(parts) {
        // The rest of the line that begins with `@@` is a remark.
        let (old, new) =
            old_and_new(hunk.trim_end_matches('\n').lines().skip(1))
                .map_err(|line| format!("hunk {n} has a line {line:?}"))?;
        let place = find_place(&code, done, &old)
            .map_err(|why| format!("the lines of hunk {n} {why}"))?;
        lines.extend(code[done..place].iter().map(|&line| line.to_owned()));
        lines.extend(new.iter().map(|&line| line.to_owned()));
        done = place + old.len();
    }
    lines.extend(code[done..].iter().map(|&line| line.to_owned()));
    Ok(lines.join("\n") + "\n")
}

/// The lines of a hunk that are there, and those that come in their place.
///
/// # Errors
///
/// A line that is of neither kind.
fn old_and_new<'a>(
    hunk: impl Iterator<Item = &'a str>,
) -> Result<(Vec<&'a str>, Vec<&'a str>), &'a str> {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for line in hunk {
        // Editors strip the space of an empty line.
        match line.split_at_checked(1).unwrap_or((" ", "")) {
            (" ", line) => {
                old.push(line);
                new.push(line);
            }
            ("-", line) => old.push(line),
            ("+", line) => new.push(line),
            _ => return Err(line),
        }
    }
    Ok((old, new))
}

/// Where `old` stands in `code`, at `done` or below.
///
/// # Errors
///
/// What is wrong, unless that is exactly once.
fn find_place(
    code: &[&str],
    done: usize,
    old: &[&str],
) -> Result<usize, String> {
    if old.is_empty() {
        return Err("are all new, so they have no place; add one above".into());
    }
    let places = code.windows(old.len()).enumerate();
    let places = places.filter(|(_, lines)| *lines == old);
    let (above, below): (Vec<_>, Vec<_>) =
        places.map(|(place, _)| place).partition(|place| *place < done);
    match (below.as_slice(), above.as_slice()) {
        ([place], _) => Ok(*place),
        ([], []) => Err("do not stand there".into()),
        ([], _) => Err("stand above those of the hunk before".into()),
        (places, _) => {
            let times = places.len();
            Err(format!("stand there {times} times; add one above or below"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
//! Solution.
//!
//! First this.

fn first() {
    lock();

    work();
}

fn second() {
    lock();
    work();
}
";

    #[test]
    fn what_differs_is_replaced_and_the_rest_stays() {
        let difference = "\
Met with: hangs
From: right/other

Twice, and not
once.

@@
 fn first() {
-    lock();
+    lock();
+    lock();
@@

-    work();
 }

@@ here it is the only one
-    work();
+    rest();
";
        let answer = "\
//! Met with: hangs
//!
//! Twice, and not
//! once.

fn first() {
    lock();
    lock();

}

fn second() {
    lock();
    rest();
}
";
        assert_eq!(apply(difference, TEXT).unwrap(), answer);
        assert_eq!(from(difference), "right/other");
        assert_eq!(from("Met with: a\n\n@@\n+From: b\n"), "solution");
    }

    #[track_caller]
    fn does_not_fit(hunks: &str, says: &str) {
        let difference = format!("Met with: hangs\n\n{hunks}");
        let why = apply(&difference, TEXT).unwrap_err();
        assert!(why.contains(says), "{why}");
    }

    #[test]
    fn a_hunk_that_does_not_fit_is_named() {
        let gone = "@@\n-    lock();\n     work();\n@@\n-    play();\n";
        does_not_fit(gone, "the lines of hunk 2 do not stand there");
        let ambiguous = "@@\n-    work();\n }\n";
        does_not_fit(ambiguous, "the lines of hunk 1 stand there 2 times");
        let upwards = "@@\n fn second() {\n+    a();\n@@\n-fn first() {\n";
        does_not_fit(upwards, "hunk 2 stand above those of the hunk before");
        // Nor twice in the same place.
        let twice = "@@\n fn first() {\n@@\n fn first() {\n+    a();\n";
        does_not_fit(twice, "hunk 2 stand above those of the hunk before");
        does_not_fit("@@\n+    a();\n", "hunk 1 are all new");
        does_not_fit("@@\n-fn first() {\nfn a() {\n", "hunk 1 has a line \"fn");
    }

    #[test]
    fn an_answer_may_differ_from_one_that_differs_from_another() {
        let folder = timeline::private::Folder::new().unwrap();
        let write = |file: &str, text: &str| {
            fs::write(folder.path().join(file), text).unwrap();
        };
        write("solution.rs", TEXT);
        write("one.diff", "One.\n\n@@\n fn second() {\n+    a();\n");
        write("two.diff", "Two.\nFrom: one\n\n@@\n-    a();\n+    b();\n");
        let two = answer(folder.path(), "two").unwrap();
        let b = TEXT.split_once("\n\nfn").unwrap().1;
        let b = b.replace("second() {\n", "second() {\n    b();\n");
        assert_eq!(two, format!("//! Two.\n\nfn{b}"));
    }

    #[test]
    fn an_answer_that_cannot_be_had_is_named() {
        let folder = timeline::private::Folder::new().unwrap();
        let write = |file: &str, text: &str| {
            fs::write(folder.path().join(file), text).unwrap();
        };
        let refuse =
            |name: &str| answer(folder.path(), name).unwrap_err().to_string();
        let why = refuse("one");
        assert!(why.contains("one.diff: "), "{why}");
        write("one.diff", "Met with: a\n\n@@\n-fn third() {\n");
        let why = refuse("one");
        assert!(why.contains("solution.rs: "), "{why}");
        write("solution.rs", TEXT);
        let why = refuse("one");
        assert!(why.contains("one.diff, from "), "{why}");
        assert!(why.contains("the lines of hunk 1 do not"), "{why}");
    }
}
