//! What an answer makes threads wait by, as far as its text tells.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use tokens::{Token, split_tokens};

/// Finds the paths in a text to what makes threads wait and records nothing,
/// each with the first line that names it, sorted by line: `std::sync::Mutex`,
/// `std::thread::park`, `crossbeam_channel`.
///
/// It reads `use` as the compiler does (lists, `as`, `self`, `*`), and knows
/// one name for one thing in the whole file: enough for an answer of a page.
pub(super) fn find_unrecorded(text: &str) -> Vec<(String, usize)> {
    find(text, shorten_if_unrecorded)
}

/// Finds the paths in a text to what puts a thread to sleep for a time.
pub(super) fn find_sleeps(text: &str) -> Vec<(String, usize)> {
    find(text, |path| {
        let sleeps = matches!(path, [std, thread, name, ..]
            if std == "std" && thread == "thread" && name.starts_with("sleep"));
        sleeps.then(|| path[..3].join("::"))
    })
}

/// Finds the paths in a text that `shorten` knows, shortened, each with the
/// first line that names it.
fn find(
    text: &str,
    shorten: impl Fn(&[String]) -> Option<String>,
) -> Vec<(String, usize)> {
    let tokens = split_tokens(text);
    let mut names = Names::default();
    names.read(&tokens);
    let mut found = BTreeMap::<String, usize>::new();
    for (path, line) in names.imported.iter().chain(&paths(&tokens)) {
        for path in names.meanings(path) {
            if let Some(short) = shorten(&path) {
                found.entry(short).or_insert(*line);
            }
        }
    }
    // If all of `atomic` is imported, its parts need no mention.
    let all: Vec<_> = found.keys().map(|path| format!("{path}::")).collect();
    found.retain(|path, _| !all.iter().any(|it| path.starts_with(it)));
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, line)| *line);
    found
}

/// The part of a path that says what it leads to, if that makes threads wait
/// and records nothing.
fn shorten_if_unrecorded(path: &[String]) -> Option<String> {
    const SYNC: [&str; 10] = [
        "Barrier",
        "Condvar",
        "LazyLock",
        "Mutex",
        "Once",
        "OnceLock",
        "ReentrantLock",
        "RwLock",
        "mpmc",
        "mpsc",
    ];
    const CRATES: [&str; 9] = [
        "async_std",
        "crossbeam",
        "crossbeam_channel",
        "flume",
        "libc",
        "parking_lot",
        "polling",
        "rustix",
        "tokio",
    ];
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    let most = match path[..] {
        ["std" | "core", "sync", "atomic", "Ordering", ..] => return None,
        ["std" | "core", "sync", "atomic", ..] => 4,
        ["std" | "core", "sync", name, ..] if SYNC.contains(&name) => 3,
        ["std", "sync", "poison" | "nonpoison", _, ..] => 4,
        ["std", "thread", name, ..] if name.starts_with("park") => 3,
        ["std", "io", name, ..] if name.starts_with("pipe") => 3,
        ["std", "net", ..] => 2,
        ["std", "os", "unix", "net", ..] => 4,
        [name, ..] if CRATES.contains(&name) => 1,
        _ => return None,
    };
    Some(path[..most.min(path.len())].join("::"))
}

/// What names stand for.
#[derive(Default)]
struct Names {
    /// For each name, all paths that it is imported from.
    are: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// The paths that any name may come from: `use std::sync::*`.
    all_of: Vec<Vec<String>>,
    /// The names that lead to places in the file: `self`, `crate`, `super` and
    /// its modules.
    inside: BTreeSet<String>,
    /// All paths that are imported, and their lines.
    imported: Vec<(Vec<String>, usize)>,
}

impl Names {
    /// Reads every `use`, `extern crate` and `mod`.
    fn read(&mut self, tokens: &[Token<'_>]) {
        self.inside = ["self", "crate", "super"].map(str::to_owned).into();
        let mut rest = tokens;
        while let Some((token, after)) = rest.split_first() {
            rest = after;
            match token.text {
                "use" => self.read_use(&mut rest, &[]),
                "extern" if text(rest) == "crate" => {
                    rest = &rest[1..];
                    self.read_use(&mut rest, &[]);
                }
                "mod" => {
                    self.inside.insert(text(rest).to_owned());
                }
                _ => {}
            }
        }
    }

    /// Reads one item of a `use`, which follows the path `before`.
    fn read_use(&mut self, rest: &mut &[Token<'_>], before: &[String]) {
        let mut path = before.to_vec();
        while let Some(&Token { text, line }) = rest.first() {
            *rest = &rest[1..];
            match text {
                "::" => continue,
                "*" => {
                    self.imported.push((path.clone(), line));
                    return self.all_of.push(path);
                }
                "{" => return self.read_list(rest, &path),
                // `{self}` is what stands before it.
                "self" if !path.is_empty() => {}
                name if is_name(name) => path.push(name.to_owned()),
                _ => return,
            }
            let after = self::text(rest);
            if after == "::" {
                continue;
            }
            let mut name = path.last().cloned().unwrap_or_default();
            if after == "as" {
                name = rest.get(1).map_or("", |it| it.text).to_owned();
                *rest = rest.get(2..).unwrap_or_default();
            }
            self.imported.push((path.clone(), line));
            if path != [name.clone()] {
                self.are.entry(name).or_default().insert(path);
            }
            return;
        }
    }

    /// Reads the items between braces, which follow the path `before`.
    fn read_list(&mut self, rest: &mut &[Token<'_>], before: &[String]) {
        loop {
            match text(rest) {
                "" => return,
                "}" => return *rest = &rest[1..],
                "," => *rest = &rest[1..],
                _ => {
                    let left = rest.len();
                    self.read_use(rest, before);
                    if rest.len() == left {
                        *rest = &rest[1..];
                    }
                }
            }
        }
    }

    /// All that a path may be, seen from outside the file.
    fn meanings(&self, path: &[String]) -> Vec<Vec<String>> {
        let mut meanings = vec![path.to_vec()];
        if !path.first().is_some_and(|first| self.are.contains_key(first)) {
            let all_of = self.all_of.iter();
            meanings.extend(all_of.map(|before| [before, path].concat()));
        }
        // A name may stand for another, and that for a third. There may be a
        // circle, so it is not followed for ever.
        for n in 0..32 {
            let Some((first, others)) =
                meanings.get(n).and_then(|path| path.split_first())
            else {
                continue;
            };
            let mut more: Vec<_> = match self.are.get(first) {
                Some(are) => {
                    are.iter().map(|it| [it, others].concat()).collect()
                }
                None => Vec::new(),
            };
            if self.inside.contains(first) {
                more.push(others.to_vec());
            }
            more.retain(|meaning| !meanings.contains(meaning));
            meanings.extend(more);
        }
        meanings
    }
}

/// Every path in a text, `a::b::c`, and the line that it begins on.
fn paths(tokens: &[Token<'_>]) -> Vec<(Vec<String>, usize)> {
    let mut paths = Vec::new();
    let mut rest = tokens;
    let mut before = "";
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        // After a dot it is a field or a method.
        if is_name(first.text) && before != "." {
            let mut path = vec![first.text.to_owned()];
            while let [colons, name, after @ ..] = rest
                && colons.text == "::"
                && is_name(name.text)
            {
                path.push(name.text.to_owned());
                rest = after;
            }
            // The beginning of a list was read with its `use`.
            if !matches!(rest, [colons, it, ..]
                if colons.text == "::" && matches!(it.text, "{" | "*"))
            {
                paths.push((path, first.line));
            }
        }
        before = first.text;
    }
    paths
}

fn text<'a>(tokens: &[Token<'a>]) -> &'a str {
    tokens.first().map_or("", |token| token.text)
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

#[cfg(test)]
mod tests;
