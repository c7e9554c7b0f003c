//! Judges `collect`: it reports each end at once, and waits for every child
//! that it is given and for no other.
//!
//! As shipped: nothing was reported of it

use super::collect;
use lab::Dice;
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use trials::judge::{Judge, others_sleep, wait_until};

/// How long to wait for a report: many times as long as it takes.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long all threads have to sleep, while all children run.
const STRETCH: Duration = Duration::from_millis(40);

/// More children than an answer may think enough to wait for at once.
const MANY: usize = 12;

/// How a child can end, and what its status is: a code, or a signal.
const ENDS: [(&str, Option<i32>, Option<i32>); 5] = [
    ("exit 0", Some(0), None),
    ("exit 5", Some(5), None),
    ("exit 255", Some(255), None),
    ("kill -9 $$", None, Some(9)),
    ("kill -15 $$", None, Some(15)),
];

trials::answer!("exercises/no-zombies.rs");

#[test]
fn each_is_reported_when_it_ends_and_none_stays() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    judge_order(&[&[(2, 0)], &[(1, 1)], &[(3, 3)], &[(0, 2)]]);
    judge_order(&[]);
    let few = 1 + dice.below(5);
    for children in [few, MANY] {
        let mut order: Vec<_> = (0..children).collect();
        for n in (1..order.len()).rev() {
            order.swap(n, dice.below(n + 1));
        }
        // The last of the list ends first.
        let last = order.iter().position(|&n| n + 1 == children);
        order.swap(0, last.expect("it is there"));
        let ends = order.into_iter().map(|n| (n, dice.below(ENDS.len())));
        let ends: Vec<_> = ends.collect();
        // The last few end at once, the others one by one.
        let (alone, together) = ends.split_at(children - children.min(4));
        judge_order(&alone.chunks(1).chain([together]).collect::<Vec<_>>());
    }

    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `collect` is back, and a child is left that \
         was not waited for: a zombie"
    );
    assert!(
        judged.threads_left.is_empty(),
        "right answer, wrong way: `collect` is back, and these have not \
         ended: {}",
        judged.threads_left.join(", ")
    );
}

/// Has children collected that end in this `order`, each in its way of
/// [`ENDS`], and those in one slice at once. Another child, which `collect` is
/// not given, has ended before them.
fn judge_order(order: &[&[(usize, usize)]]) {
    let mut other = start_child();
    let all = order.iter().map(|together| together.len()).sum();
    let mut children: Vec<_> = (0..all).map(|_| start_child()).collect();
    let inputs = children
        .iter_mut()
        .map(|it| (Pid::from_child(it), it.stdin.take()))
        .collect();
    let (others_pid, others_input) =
        (Pid::from_child(&other), other.stdin.take());
    let (report, reports) = channel();
    let why = thread::scope(|scope| {
        let ends = scope.spawn(move || {
            drop(others_input);
            // Waits for its end, and leaves it a zombie: it is waited for
            // below, unless the answer does, which it must not.
            let look = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            let _ = waitid(WaitId::Pid(others_pid), look);
            let why = judge_silence(all, &reports);
            let why = why.or_else(|| end_in_order(order, inputs, &reports));
            (why, reports)
        });
        collect(children, |n, status| {
            // The receiver is dropped once something is wrong.
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

/// Starts a child that ends as a line of its input says.
fn start_child() -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", "read line; eval \"$line\""]).stdin(Stdio::piped());
    shell.spawn().expect("there is a shell")
}

/// While all children run, nothing may be reported, and all threads have to
/// sleep; gives back what is wrong.
fn judge_silence(
    children: usize,
    reports: &Receiver<(usize, ExitStatus)>,
) -> Option<String> {
    let sleeps = children == 0 || others_sleep(STRETCH);
    if let Ok((n, status)) = reports.try_recv() {
        return Some(format!(
            "wrong answer: child {n} would have ended by itself, a little \
             later; it was reported with {status}"
        ));
    }
    (!sleeps).then(|| {
        "right answer, wrong way: while all children ran, `collect` asks again \
         and again instead of waiting"
            .to_owned()
    })
}

/// Lets one child after another end, or some at once, and gives back what is
/// wrong with the reports. Afterwards all children have ended, or will, when
/// their input is closed.
fn end_in_order(
    order: &[&[(usize, usize)]],
    mut inputs: Vec<(Pid, Option<ChildStdin>)>,
    reports: &Receiver<(usize, ExitStatus)>,
) -> Option<String> {
    for together in order {
        for &(wanted, end) in *together {
            let mut input = inputs[wanted].1.take().expect("each ends once");
            let _ = writeln!(input, "{}", ENDS[end].0);
        }
        let mut left = together.to_vec();
        while let Some(&(wanted, end)) = left.first() {
            let Ok((n, status)) = reports.recv_timeout(PATIENCE) else {
                return Some(format!(
                    "wrong answer: child {wanted} has ended by `{}`, and for \
                     {PATIENCE:?} nothing was reported of it{}",
                    ENDS[end].0,
                    match together.len() {
                        1 => "",
                        _ => "; others ended at the same time",
                    }
                ));
            };
            // Of those that end at once, any may be reported first.
            let place = left.iter().position(|&(wanted, end)| {
                let (_, code, signal) = ENDS[end];
                (n, status.code(), status.signal()) == (wanted, code, signal)
            });
            let Some(place) = place else {
                let same = left.iter().find(|(wanted, _)| *wanted == n);
                let &(wanted, end) = same.unwrap_or(&left[0]);
                return Some(format!(
                    "wrong answer: child {wanted} has ended by itself, by \
                     `{}`; what was reported is child {n}, {status}",
                    ENDS[end].0
                ));
            };
            left.remove(place);
            if !wait_until(|| is_gone(inputs[n].0)) {
                return Some(format!(
                    "right answer, wrong way: child {n} was reported, and \
                     it is not waited for: it stays as a zombie"
                ));
            }
        }
    }
    None
}

/// Set if a child has been waited for. This only looks, and leaves it as it is.
fn is_gone(child: Pid) -> bool {
    let look =
        WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    waitid(WaitId::Pid(child), look).is_err()
}
