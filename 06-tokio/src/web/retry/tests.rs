//! What is tried again, and after what wait.

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
