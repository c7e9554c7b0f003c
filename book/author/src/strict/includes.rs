//! `{{#include FILE}}`: the file must be there, and what is taken of it.

use super::chapter::Chapter;
use super::check::Check;
use exercises::files::read_text;
use std::path::PathBuf;

/// An include, and what follows its file name: an anchor or lines.
pub struct Include<'a> {
    pub line: usize,
    pub file: PathBuf,
    part: &'a str,
}

/// The files that a chapter includes, whole or in part.
pub fn files(chapter: &Chapter) -> Vec<PathBuf> {
    all(chapter).into_iter().map(|include| include.file).collect()
}

/// Finds includes of what is missing or empty.
pub fn check(check: &mut Check<'_>, chapter: &Chapter) {
    for Include { line, file, part } in all(chapter) {
        let shown = file.strip_prefix(&check.tree.root).unwrap_or(&file);
        let shown = shown.display().to_string();
        let why = match read_text(&file) {
            Err(why) => format!("cannot include {shown}: {why}"),
            Ok(text) => match taken(&text, part) {
                None => format!("{shown} has no anchor {part:?}"),
                Some(text) if text.trim().is_empty() => {
                    format!("what is included of {shown} is empty")
                }
                Some(_) => continue,
            },
        };
        check.fault(&chapter.file, line, why);
    }
}

/// What mdBook takes of a text; `None` if there is no such anchor.
fn taken(text: &str, part: &str) -> Option<String> {
    let (from, to) = part.split_once(':').unwrap_or((part, part));
    let number = |text: &str| text.parse::<usize>().ok();
    let lines: Vec<_> = text.lines().collect();
    if part.is_empty() {
        return Some(text.to_owned());
    }
    // From line to line: `3:9`, `3:`, `:9`.
    if number(from).is_some() || number(to).is_some() {
        let from = number(from).unwrap_or(1).saturating_sub(1);
        let to = number(to).unwrap_or(lines.len()).min(lines.len());
        return Some(lines.get(from..to).unwrap_or(&[]).join("\n"));
    }
    // Between two comments, `ANCHOR: name` and `ANCHOR_END: name`.
    let is = |line: &str, mark: &str| {
        let found = line.split_once(mark).map(|(_, rest)| rest.trim());
        found == Some(from)
    };
    let start = lines.iter().position(|line| is(line, "ANCHOR:"))?;
    let rest = &lines[start + 1..];
    let end = rest.iter().position(|line| is(line, "ANCHOR_END:"));
    Some(rest[..end.unwrap_or(rest.len())].join("\n"))
}

/// All includes of a chapter, in their order.
pub fn all(chapter: &Chapter) -> Vec<Include<'_>> {
    let mut includes = Vec::new();
    for (line, text) in (1..).zip(chapter.text.lines()) {
        let mut pieces = text.split("{{#");
        pieces.next();
        for piece in pieces {
            let Some(end) = piece.find("}}") else { continue };
            let inside = piece[..end].trim();
            let names = ["include", "rustdoc_include", "playground"];
            let Some(path) =
                names.iter().find_map(|name| inside.strip_prefix(name))
            else {
                continue;
            };
            let path = path.split_whitespace().next().unwrap_or_default();
            let (path, part) = path.split_once(':').unwrap_or((path, ""));
            let file = resolve(&chapter.folder().join(path));
            includes.push(Include { line, file, part });
        }
    }
    includes
}

/// The path without `..`, whether it exists or not.
fn resolve(path: &std::path::Path) -> PathBuf {
    let mut whole = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    whole
}
