//! Rust in its smallest pieces, without comments, texts and white space.

/// A name, a number, `::`, or one other sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    /// Counted from 1.
    pub line: usize,
}

/// Splits a text into its tokens.
pub fn split_tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let (length, is_token) = piece(rest, first);
        let (text, after) = rest.split_at(length.min(rest.len()));
        if is_token {
            let before = &source[..source.len() - rest.len()];
            let line = 1 + before.matches('\n').count();
            // `r#park` is `park`.
            let text = text.strip_prefix("r#").unwrap_or(text);
            tokens.push(Token { text, line });
        }
        rest = after;
    }
    tokens
}

/// How long the piece is that a text begins with, and whether it is a token.
fn piece(text: &str, first: char) -> (usize, bool) {
    if text.starts_with("//") {
        return (text.find('\n').unwrap_or(text.len()), false);
    }
    if text.starts_with("/*") {
        return (comment(text), false);
    }
    if let Some(length) = string(text) {
        return (length, false);
    }
    if first == '\'' {
        return (quote(text), false);
    }
    if text.starts_with("::") {
        return (2, true);
    }
    if is_in_name(first) {
        let raw = text.strip_prefix("r#").unwrap_or(text);
        let end = raw.find(|c| !is_in_name(c)).unwrap_or(raw.len());
        return (text.len() - raw.len() + end, true);
    }
    (first.len_utf8(), !first.is_whitespace())
}

fn is_in_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of a comment, which may have others in it.
fn comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while let Some(found) = text[at..].find(['/', '*']) {
        at += found;
        let two = text.get(at..at + 2);
        at += match two {
            Some("/*" | "*/") => 2,
            _ => 1,
        };
        depth += match two {
            Some("/*") => 1,
            Some("*/") => -1,
            _ => 0,
        };
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of a string of any kind: `"…"`, `b"…"`, `r#"…"#`.
fn string(text: &str) -> Option<usize> {
    let kind = text.trim_start_matches(['b', 'c', 'r']);
    let prefix = &text[..text.len() - kind.len()];
    if !matches!(prefix, "" | "b" | "c" | "r" | "br" | "cr") {
        return None;
    }
    if prefix.ends_with('r') {
        let inside = kind.trim_start_matches('#');
        let hashes = &kind[..kind.len() - inside.len()];
        let inside = inside.strip_prefix('"')?;
        let end = format!("\"{hashes}");
        let start = text.len() - inside.len();
        let found = inside.find(&end).map(|at| start + at + end.len());
        return Some(found.unwrap_or(text.len()));
    }
    let inside = kind.strip_prefix('"')?;
    Some(text.len() - inside.len() + to_the_end(inside, '"'))
}

/// The length of a character, `'a'` or `'\n'`, or of the sign before the name
/// of a lifetime.
fn quote(text: &str) -> usize {
    let inside = &text[1..];
    let mut chars = inside.chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => 1 + to_the_end(inside, '\''),
        (Some(c), Some('\'')) => 1 + c.len_utf8() + 1,
        _ => 1,
    }
}

/// The length up to the next `end` that has no `\` before it, and with it.
fn to_the_end(text: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == end && !escaped {
            return at + c.len_utf8();
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}
