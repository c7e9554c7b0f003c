//! `robots.txt`: what the owner of a site lets us ask for (RFC 9309).
//!
//! ```text
//! User-agent: *            a group of rules, for all that have no own one
//! Disallow: /private       everything that begins with it
//! Allow: /private/*.html$  the longer one of two that match counts
//! Crawl-delay: 2           seconds from one request to the next
//! ```

use super::answer::Answer;
use super::client::NAME;
use lab::{Failure, Url};
use std::time::Duration;
use url::Position;

/// No more of it is read. RFC 9309 asks for at least 500 KiB.
const MOST: usize = 512 * 1024;

/// Nobody means more than a day.
const LONGEST: f64 = 86_400.0;

/// The rules for us.
#[derive(Debug, Default)]
pub(super) struct Robots {
    /// Allowed or not, and what a path has to look like.
    rules: Vec<(bool, Vec<u8>)>,
    /// The time that the site wants from one request to the next.
    pub delay: Duration,
}

impl Robots {
    /// The rules in an answer.
    ///
    /// # Errors
    ///
    /// If the server fails: then there may be rules, and nothing may be asked
    /// for.
    pub fn of(answer: Answer) -> Result<Robots, Failure> {
        match answer.status {
            200..300 => {
                let end = MOST.min(answer.body.len());
                Ok(Robots::parse(&answer.body[..end]))
            }
            // There are none.
            300..500 => Ok(Robots::default()),
            status => Err(Failure::Robots(format!(
                "has status {status}, so that nothing may be asked for"
            ))),
        }
    }

    /// Asks whether a page may be asked for.
    ///
    /// # Errors
    ///
    /// If it is disallowed.
    pub fn allow(&self, url: &Url) -> Result<(), Failure> {
        let path = plain(&url[Position::BeforePath..Position::AfterQuery]);
        let matching = self.rules.iter().filter(|(_, it)| matches(it, &path));
        // Of two as long, the one that allows.
        let rule = matching.max_by_key(|(allows, it)| (it.len(), *allows));
        match rule {
            Some((false, _)) if path != b"/robots.txt" => {
                Err(Failure::Robots("disallows it".to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// The groups that name us, all together; if there are none, those for all.
    fn parse(text: &[u8]) -> Robots {
        let text = String::from_utf8_lossy(text);
        let (mut for_us, mut for_all) = (None, None);
        // For whom the rules are that come now, and whether one has come.
        let (mut us, mut all, mut has_rules) = (false, false, false);
        for (key, value) in text.lines().filter_map(key_and_value) {
            if key == "user-agent" {
                if has_rules {
                    (us, all, has_rules) = (false, false, false);
                }
                us |= names_us(value);
                all |= value == "*";
                // A group without rules allows everything.
                for (is_meant, robots) in
                    [(us, &mut for_us), (all, &mut for_all)]
                {
                    if is_meant {
                        robots.get_or_insert_with(Robots::default);
                    }
                }
                continue;
            }
            for (is_meant, robots) in [(us, &mut for_us), (all, &mut for_all)] {
                if let (true, Some(robots)) = (is_meant, robots) {
                    robots.add(&key, value);
                }
            }
            has_rules |= is_rule(&key);
        }
        for_us.or(for_all).unwrap_or_default()
    }

    fn add(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() => {
                self.rules.push((key == "allow", plain(value)));
            }
            "crawl-delay" => {
                let seconds = value.parse().unwrap_or(0.0_f64);
                let seconds = seconds.clamp(0.0, LONGEST);
                if seconds.is_finite() {
                    self.delay = Duration::from_secs_f64(seconds);
                }
            }
            _ => {}
        }
    }
}

/// Other lines are no part of a group, and do not end one.
fn is_rule(key: &str) -> bool {
    matches!(key, "allow" | "disallow" | "crawl-delay")
}

/// The two parts of a line, without its comment.
fn key_and_value(line: &str) -> Option<(String, &str)> {
    let line = line.trim_start_matches('\u{feff}');
    let line = line.split('#').next()?;
    let (key, value) = line.split_once(':')?;
    Some((key.trim().to_ascii_lowercase(), value.trim()))
}

/// Set if it is our name, which ends where a version may begin.
fn names_us(value: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphabetic() || "-_".contains(c);
    let name = value.split(|c| !is_of_name(c)).next().unwrap_or_default();
    name.eq_ignore_ascii_case(NAME)
}

/// A path in which each byte is written in one way, so that it can be compared:
/// `%7e` and `~` are the same.
fn plain(path: &str) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = path.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        let coded = match (byte, after) {
            (b'%', [a, b, after @ ..]) => from_hex(*a, *b).inspect(|_| {
                rest = after;
            }),
            _ => None,
        };
        match coded {
            Some(it) if it.is_ascii_alphanumeric() || b"-._~".contains(&it) => {
                plain.push(it);
            }
            Some(it) => plain.extend(format!("%{it:02X}").bytes()),
            None if byte.is_ascii() => plain.push(*byte),
            None => plain.extend(format!("%{byte:02X}").bytes()),
        }
    }
    plain
}

fn from_hex(a: u8, b: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(a)? * 16 + digit(b)?) as u8)
}

/// Set if the path begins as the pattern says: `*` stands for anything, and a
/// `$` at the end for the end.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, is_whole) = match pattern {
        [pattern @ .., b'$'] => (pattern, true),
        _ => (pattern, false),
    };
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return !is_whole || rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if is_whole && pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        // The first place leaves most for the others.
        let mut places = 0..(rest.len() + 1).saturating_sub(piece.len());
        let Some(place) = places.find(|it| rest[*it..].starts_with(piece))
        else {
            return false;
        };
        rest = &rest[place + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests;
