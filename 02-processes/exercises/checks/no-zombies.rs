//! Judges `collect`: each end is told at once, and everybody is waited for.
//!
//! As shipped: nothing was reported of it

use super::collect;
use lab::cpu_time;
use lab::judge::Judge;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

lab::answer!("exercises/no-zombies.rs");

/// The order in which they end. Number 1 ends badly.
const ENDS: [usize; 4] = [2, 1, 3, 0];
/// How long to wait for a report: many times what it takes.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long we look at somebody who waits.
const A_WHILE: Duration = Duration::from_millis(100);

#[test]
fn each_is_reported_when_it_ends_and_none_stays() {
    let judge = Judge::of(ANSWER);
    let mut children: Vec<_> = ENDS.iter().map(|_| child()).collect();
    let inputs = children.iter_mut().map(|it| it.stdin.take()).collect();
    let (report, reports) = channel();
    let why = thread::scope(|scope| {
        let ends = scope.spawn(move || end_in_order(inputs, &reports));
        collect(children, |n, status| {
            // Whoever listens may have heard enough.
            let _ = report.send((n, status));
        });
        drop(report);
        ends.join().unwrap()
    });
    let judged = judge.end();
    if let Some(why) = why {
        panic!("{why}");
    }
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

/// A child that ends when its input does; number 1, when told so by its input,
/// ends badly.
fn child() -> Child {
    let mut shell = Command::new("sh");
    shell.args(["-c", "read line; exit ${line:-0}"]).stdin(Stdio::piped());
    shell.spawn().expect("there is a shell")
}

/// Lets one after another end; says what is wrong with what was reported. All
/// of them have ended when it is back.
fn end_in_order(
    mut inputs: Vec<Option<ChildStdin>>,
    reports: &Receiver<(usize, ExitStatus)>,
) -> Option<String> {
    let cpu = cpu_time();
    if let Ok((n, status)) = reports.recv_timeout(A_WHILE) {
        return Some(format!(
            "wrong answer: child {n} would have ended by itself, a little \
             later; it was reported with {status}"
        ));
    }
    let cpu = cpu_time() - cpu;
    // Who waits uses nothing. Who does not uses what the others leave.
    if cpu > A_WHILE / 10 {
        return Some(format!(
            "right answer, wrong way: while all children ran, `collect` used \
             {cpu:.0?} of CPU in {A_WHILE:.0?}: it asks again and again \
             instead of waiting"
        ));
    }
    for wanted in ENDS {
        let mut input = inputs[wanted].take().expect("each ends once");
        let code = if wanted == 1 { 5 } else { 0 };
        let line = format!("{code}\n");
        let _ = std::io::Write::write_all(&mut input, line.as_bytes());
        drop(input);
        match reports.recv_timeout(PATIENCE) {
            Ok((n, status)) if (n, status.code()) == (wanted, Some(code)) => {}
            Ok((n, status)) => {
                return Some(format!(
                    "wrong answer: child {wanted} has ended by itself with \
                     {code}; what was reported is child {n}, {status}"
                ));
            }
            Err(_) => {
                return Some(format!(
                    "wrong answer: child {wanted} has ended, others still run, \
                     and for {PATIENCE:?} nothing was reported of it"
                ));
            }
        }
    }
    None
}
