//! Judges `collect`: each end is told at once, and every child is waited for,
//! and no other.
//!
//! As shipped: nothing was reported of it

use super::collect;
use lab::Dice;
use lab::judge::{Judge, others_sleep};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// How long to wait for a report: many times what it takes.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long nobody may run, while all children do.
const STRETCH: Duration = Duration::from_millis(40);

/// How a child can end, and what its status is: a code, or a signal.
const ENDS: [(&str, Option<i32>, Option<i32>); 5] = [
    ("exit 0", Some(0), None),
    ("exit 5", Some(5), None),
    ("exit 255", Some(255), None),
    ("kill -9 $$", None, Some(9)),
    ("kill -15 $$", None, Some(15)),
];

lab::answer!("exercises/no-zombies.rs");

#[test]
fn each_is_reported_when_it_ends_and_none_stays() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    are_collected(&[(2, 0), (1, 1), (3, 3), (0, 2)]);
    are_collected(&[]);
    let mut order: Vec<_> = (0..1 + dice.below(5)).collect();
    for n in (1..order.len()).rev() {
        order.swap(n, dice.below(n + 1));
    }
    let ends = order.into_iter().map(|n| (n, dice.below(ENDS.len())));
    are_collected(&ends.collect::<Vec<_>>());

    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `collect` is back, and a child is left that \
         nobody has waited for: a zombie"
    );
    assert!(
        judged.threads_left.is_empty(),
        "right answer, wrong way: `collect` is back, and these have not \
         ended: {}",
        judged.threads_left.join(", ")
    );
}

/// Starts as many children as are to end; they end in this order, each in its
/// way. Another child, which is not given away, has ended before them.
fn are_collected(order: &[(usize, usize)]) {
    let mut other = child();
    let mut children: Vec<_> = order.iter().map(|_| child()).collect();
    let inputs = children.iter_mut().map(|it| it.stdin.take()).collect();
    let (others_pid, others_input) =
        (Pid::from_child(&other), other.stdin.take());
    let (report, reports) = channel();
    let why = thread::scope(|scope| {
        let ends = scope.spawn(move || {
            drop(others_input);
            // It is left to be waited for: below, or by an answer that must not.
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let _ = waitid(WaitId::Pid(others_pid), look);
            let why = say_nothing(order.len(), &reports);
            let why = why.or_else(|| end_in_order(order, inputs, &reports));
            (why, reports)
        });
        collect(children, |n, status| {
            // The one that listens may have heard enough.
            let _ = report.send((n, status));
        });
        drop(report);
        let (why, reports) = ends.join().unwrap();
        let twice = reports.try_iter().next().map(|(n, status)| {
            format!(
                "wrong answer: each child has been reported, and then came \
                 another report, of child {n}: {status}"
            )
        });
        why.or(twice)
    });
    let other = other.wait();
    if let Some(why) = why {
        panic!("{why}");
    }
    assert!(
        other.is_ok(),
        "wrong answer: `collect` has waited for a child that it was not given, \
         and which others wait for"
    );
}

/// A child that ends as it is told by its input.
fn child() -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", "read line; eval \"$line\""]).stdin(Stdio::piped());
    shell.spawn().expect("there is a shell")
}

/// All children run; says what is wrong with what is reported meanwhile, and
/// with how it is waited.
fn say_nothing(
    children: usize,
    reports: &Receiver<(usize, ExitStatus)>,
) -> Option<String> {
    let sleeps = others_sleep(STRETCH);
    if let Ok((n, status)) = reports.try_recv() {
        return Some(format!(
            "wrong answer: child {n} would have ended by itself, a little \
             later; it was reported with {status}"
        ));
    }
    (!sleeps && children > 0).then(|| {
        "right answer, wrong way: while all children ran, `collect` asks again \
         and again instead of waiting"
            .to_owned()
    })
}

/// Lets one after another end; says what is wrong with what was reported. All
/// of them have ended when it is back, or will end for want of input.
fn end_in_order(
    order: &[(usize, usize)],
    mut inputs: Vec<Option<ChildStdin>>,
    reports: &Receiver<(usize, ExitStatus)>,
) -> Option<String> {
    for &(wanted, end) in order {
        let (told, code, signal) = ENDS[end];
        let mut input = inputs[wanted].take().expect("each ends once");
        let _ = writeln!(input, "{told}");
        drop(input);
        let Ok((n, status)) = reports.recv_timeout(PATIENCE) else {
            return Some(format!(
                "wrong answer: child {wanted} has ended by `{told}`, and for \
                 {PATIENCE:?} nothing was reported of it"
            ));
        };
        if (n, status.code(), status.signal()) != (wanted, code, signal) {
            return Some(format!(
                "wrong answer: child {wanted} has ended by itself, by \
                 `{told}`; what was reported is child {n}, {status}"
            ));
        }
    }
    None
}
