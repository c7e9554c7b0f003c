//! What is asked again, how often, and when.

use super::answer::{Answer, text};
use hyper::header::RETRY_AFTER;
use lab::{Dice, Failure};
use std::time::{Duration, SystemTime};

/// How long the first wait is at most; each one after it is twice as long.
const FIRST: Duration = Duration::from_millis(500);

/// A site that asks for a longer pause than this is not asked again.
const LONGEST: Duration = Duration::from_secs(60);

/// How often a page may still be asked for, and how long to wait until then.
///
/// Only a `GET` may be asked again as it is: it changes nothing.
pub(super) struct Tries {
    left: u32,
    wait: Duration,
    dice: Dice,
}

/// A wait before the next try.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait {
    pub time: Duration,
    /// Set if the site has asked for it.
    pub is_wanted: bool,
}

impl Tries {
    pub fn new(left: u32) -> Tries {
        Tries { left, wait: FIRST, dice: Dice::random() }
    }

    /// How long to wait before the next try; `None` if this counts.
    pub fn wait_after(
        &mut self,
        answer: &Result<Answer, Failure>,
    ) -> Option<Wait> {
        let (may_pass, wanted) = match answer {
            Ok(answer) => (
                matches!(answer.status, 429 | 502 | 503 | 504),
                pause_wanted(answer),
            ),
            Err(why) => (may_pass(why), None),
        };
        let wanted = wanted.filter(|_| may_pass);
        if !may_pass
            || self.left == 0
            || wanted.is_some_and(|time| time > LONGEST)
        {
            return None;
        }
        self.left -= 1;
        // The jitter: if many were turned away at one moment, they do not all
        // come back at one moment.
        let half = self.wait / 2;
        let jitter = self.dice.below(half.as_micros() as usize + 1);
        let jittered = half + Duration::from_micros(jitter as u64);
        self.wait *= 2;
        let time = wanted.unwrap_or_default() + jittered;
        Some(Wait { time, is_wanted: wanted.is_some() })
    }
}

/// Set if the next try may well have another end.
fn may_pass(why: &Failure) -> bool {
    matches!(
        why,
        Failure::TimedOut
            | Failure::Refused
            | Failure::Reset
            | Failure::Cut { .. }
            | Failure::NoAnswer
            | Failure::System(_)
    )
}

/// For how long a site does not want to be asked: it says so in seconds, or
/// until when.
fn pause_wanted(answer: &Answer) -> Option<Duration> {
    let after = text(&answer.headers, RETRY_AFTER)?.trim();
    if let Ok(seconds) = after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(after).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
