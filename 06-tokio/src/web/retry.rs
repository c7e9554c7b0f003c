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
    let text = text(&answer.headers, RETRY_AFTER)?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderMap;

    fn answer(status: u16, after: &str) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        if !after.is_empty() {
            headers.insert(RETRY_AFTER, after.parse().unwrap());
        }
        Ok(Answer { status, headers, body: Vec::new() })
    }

    #[test]
    fn what_may_pass_is_asked_again_and_nothing_else() {
        let again = |answer| Tries::new(1).wait_after(&answer).is_some();
        for status in [429, 502, 503, 504] {
            assert!(again(answer(status, "")), "{status}");
        }
        for status in [200, 301, 400, 404, 500, 501] {
            assert!(!again(answer(status, "5")), "{status}");
        }
        assert!(again(Err(Failure::Reset)));
        assert!(again(Err(Failure::Cut { got: 1, of: None })));
        assert!(!again(Err(Failure::Tls(String::new()))));
        assert!(!again(Err(Failure::HugeBody)));
    }

    #[test]
    fn tries_end_and_each_wait_is_about_twice_as_long() {
        for _ in 0..100 {
            let mut tries = Tries::new(3);
            for wait in [1, 2, 4].map(|n| n * FIRST) {
                let time = tries.wait_after(&answer(503, "")).unwrap().time;
                assert!(wait / 2 <= time && time <= wait, "{time:?}");
            }
            assert_eq!(tries.wait_after(&answer(503, "")), None);
        }
    }

    #[test]
    fn waits_differ() {
        let wait = || Tries::new(1).wait_after(&answer(503, "")).unwrap().time;
        let first = wait();
        assert!((0..20).any(|_| wait() != first), "{first:?}");
    }

    #[test]
    fn a_pause_that_is_wanted_is_kept_and_one_that_is_too_long_ends_it() {
        let wait = |after: &str| Tries::new(1).wait_after(&answer(503, after));
        let second = Duration::from_secs(1);
        let pause = wait("7").unwrap();
        assert!(pause.is_wanted);
        assert!(pause.time >= 7 * second && pause.time < 8 * second);
        assert_eq!(wait("61"), None);
        assert_eq!(
            wait("99999999999999999999").map(|it| it.is_wanted),
            Some(false)
        );

        let soon = SystemTime::now() + 10 * second;
        let pause = wait(&httpdate::fmt_http_date(soon)).unwrap();
        assert!(pause.is_wanted);
        // A date has whole seconds.
        assert!(pause.time >= 8 * second && pause.time < 11 * second);
        let pause = wait("Thu, 01 Jan 1970 00:00:00 GMT").unwrap();
        assert!(pause.is_wanted && pause.time <= FIRST);
    }
}
