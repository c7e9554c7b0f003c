//! Judges `supervise`: as many as there have to be, and no more.
//!
//! As shipped: the budget was used up

use super::supervise;
use lab::judge::Judge;
use std::cell::Cell;
use std::io;
use std::process::{Child, Command};

#[test]
fn a_child_is_started_again_until_the_budget_is_used_up() {
    let judge = Judge::begin();
    // How each of them ends, and how many there have to be.
    ends(&["exit 0"], 3, 1, Some(0));
    ends(&["exit 1", "exit 2", "exit 0"], 3, 3, Some(0));
    ends(&["exit 1", "exit 2", "exit 3", "exit 4"], 3, 4, Some(4));
    ends(&["exit 7"], 0, 1, Some(7));
    ends(&["kill -9 $$", "exit 0"], 1, 2, Some(0));
    ends(&["kill -9 $$", "kill -15 $$"], 1, 2, None);

    let none = supervise(|| Err(io::Error::other("no more processes")), 3);
    assert!(
        none.is_err(),
        "wrong answer: no child could be started, and `supervise` gave {none:?}"
    );
    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `supervise` is back, and a child is left that \
         nobody has waited for"
    );

    let judge = Judge::begin();
    let slow = || Command::new("sleep").arg("0.15").spawn();
    let ended = supervise(slow, 1).map(|(status, _)| status.success());
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

fn ends(children: &[&str], budget: u32, wanted: u32, code: Option<i32>) {
    let started = Cell::new(0);
    let how =
        format!("with a budget of {budget}, and children that {children:?}");
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
    let (status, said) = supervise(start, budget).expect("each can be started");
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
        "wrong answer: {how}: `supervise` gave {status} and {said}; it has to be \
         code {code:?} and {wanted}"
    );
}
