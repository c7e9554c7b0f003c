//! Judges `Budget` and `supervise`: as many as there have to be, and no more.
//!
//! As shipped: was refused

use super::{Budget, supervise};
use lab::judge::Judge;
use std::cell::Cell;
use std::io;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

lab::answer!("exercises/restart-budget.rs");

/// A restart counts for so many seconds.
const WITHIN: u64 = 10;
/// How many seconds there are between two questions.
const GAPS: [u64; 4] = [0, 4, 6, WITHIN];

#[test]
fn a_child_is_started_again_as_long_as_the_budget_allows() {
    let judge = Judge::of(ANSWER);
    for questions in 1..=6 {
        for most in 0..=3 {
            is_asked(most, &mut vec![0], questions);
        }
    }

    // How each of them ends, and how many there have to be.
    ends(&["exit 0"], 3, HOUR, 1, Some(0));
    ends(&["exit 1", "exit 2", "exit 0"], 3, HOUR, 3, Some(0));
    ends(&["exit 1", "exit 2", "exit 3", "exit 4"], 3, HOUR, 4, Some(4));
    ends(&["exit 7"], 0, HOUR, 1, Some(7));
    ends(&["kill -9 $$", "exit 0"], 1, HOUR, 2, Some(0));
    ends(&["kill -9 $$", "kill -15 $$"], 1, HOUR, 2, None);
    // Each restart has been forgotten when the next one is due.
    ends(&["exit 1", "exit 2", "exit 3", "exit 0"], 1, NO_TIME, 4, Some(0));

    let none = || Err(io::Error::other("no more processes"));
    let none = supervise(none, Budget::new(3, HOUR));
    assert!(
        none.is_err(),
        "wrong answer: no child could be started, and `supervise` gave {none:?}"
    );
    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `supervise` is back, and a child is left \
         that nobody has waited for"
    );

    let judge = Judge::of(ANSWER);
    let slow = || Command::new("sleep").arg("0.15").spawn();
    let ended = supervise(slow, Budget::new(1, HOUR));
    let ended = ended.map(|(status, _)| status.success());
    assert!(matches!(ended, Ok(true)), "wrong answer: {ended:?}");
    let judged = judge.end();
    // Who waits uses nothing. Who does not uses what the others leave.
    assert!(
        judged.busy() < 0.1,
        "right answer, wrong way: a child slept, and a core was busy for {:.0} \
         % of that time: `supervise` asks again and again instead of waiting",
        100.0 * judged.busy()
    );
}

const HOUR: Duration = Duration::from_secs(3600);
const NO_TIME: Duration = Duration::ZERO;

/// Tries every way to ask so many times, after the first ones at these seconds.
fn is_asked(most: usize, at: &mut Vec<u64>, questions: usize) {
    if at.len() == questions {
        return is_right(most, at);
    }
    for gap in GAPS {
        at.push(at[at.len() - 1] + gap);
        is_asked(most, at, questions);
        at.pop();
    }
}

/// Asks at these seconds, and counts what was allowed.
fn is_right(most: usize, at: &[u64]) {
    let zero = Instant::now();
    let mut budget = Budget::new(most, Duration::from_secs(WITHIN));
    let mut allowed = Vec::new();
    for &now in at {
        let counts = |then: &&u64| now - **then < WITHIN;
        let before = allowed.iter().filter(counts).count();
        let may_be = before < most;
        let asked = || {
            let seconds: Vec<_> =
                at.iter().map(|at| format!("{at} s")).collect();
            format!(
                "a budget of {most} within {WITHIN} s, asked at {}",
                seconds.join(", ")
            )
        };
        match budget.allows(zero + Duration::from_secs(now)) {
            true if may_be => allowed.push(now),
            false if !may_be => {}
            true => panic!(
                "wrong answer: {}: the one at {now} s was allowed, and in the \
                 {WITHIN} s before, there had been {before}",
                asked()
            ),
            false => panic!(
                "wrong answer: {}: the one at {now} s was refused, and in the \
                 {WITHIN} s before, there had been only {before}",
                asked()
            ),
        }
    }
}

fn ends(
    children: &[&str],
    most: usize,
    within: Duration,
    wanted: u32,
    code: Option<i32>,
) {
    let started = Cell::new(0);
    let how = format!(
        "with a budget of {most} within {within:?}, and children that \
         {children:?}"
    );
    let start = || -> io::Result<Child> {
        let n = started.replace(started.get() + 1);
        if n > 0 && children[n - 1] == "exit 0" {
            panic!(
                "wrong answer: {how}: number {n} was followed by another, \
                 though it had ended well"
            );
        }
        let Some(child) = children.get(n) else {
            panic!(
                "wrong answer: {how}: number {} was started when the budget \
                 was used up",
                n + 1
            );
        };
        Command::new("sh").args(["-c", child]).spawn()
    };
    let ended = supervise(start, Budget::new(most, within));
    let (status, said) = ended.expect("each can be started");
    let started = started.get() as u32;
    if started < wanted && children[started as usize - 1].starts_with("kill") {
        panic!(
            "wrong answer: {how}: the one killed by a signal was taken for one \
             that had ended well"
        );
    }
    assert!(
        started == wanted,
        "wrong answer: {how}: {started} were started, which is too few; there \
         have to be {wanted}"
    );
    assert!(
        (status.code(), said) == (code, wanted),
        "wrong answer: {how}: `supervise` gave {status} and {said}; it has to \
         be code {code:?} and {wanted}"
    );
}
