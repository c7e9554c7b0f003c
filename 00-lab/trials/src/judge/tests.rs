//! What an answer did is what the judge says it did.

use super::{Answer, Judge, Judged, others_rest, others_sleep};
use crate::waits_under_locks;
use lab::sync::Mutex;
use lab::{Shape, Site, compute, cpu_time, fetch, waiting};
use std::fs;
use std::mem;
use std::process::Command;
use std::sync::mpsc::{TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};
use timeline::private::Folder;
use watchdog::alone;

fn judge(answer: impl FnOnce()) -> Judged {
    let judge = Judge::begin();
    answer();
    judge.end()
}

#[test]
fn what_a_site_in_a_thread_computes_is_not_the_answers() {
    alone(|| {
        let before = cpu_time();
        let judged = judge(|| {
            let shape = Shape { latency: Duration::ZERO, ..Shape::default() };
            let site = Site::in_thread(shape);
            for _ in 0..20 {
                site.pages(8).iter().for_each(|page| drop(fetch(page)));
            }
            site.end();
        });
        let with_the_site = cpu_time() - before;
        assert!(judged.cpu > Duration::ZERO);
        // It does about half of the work.
        assert!(
            judged.cpu < with_the_site.mul_f64(0.9),
            "of {with_the_site:?}"
        );
        assert_eq!(judged.recording.peak_in_flight(), 1);
    });
}

#[test]
fn a_thread_that_spins_is_busy_and_one_that_waits_is_not() {
    alone(|| {
        let spun = judge(|| {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(50) {
                compute(b"round and round", 10);
            }
        });
        let slept = judge(|| thread::sleep(Duration::from_millis(50)));
        assert!(spun.cpu > 5 * slept.cpu, "{:?}, {:?}", spun.cpu, slept.cpu);
        assert!(slept.busy() < 0.5);
    });
}

#[test]
fn a_thread_that_is_left_behind_is_named() {
    alone(|| {
        let (end, ended) = channel::<()>();
        let (began, begun) = channel();
        let left = judge(|| {
            let wait = move || {
                let _waiting = waiting("the end of time");
                began.send(()).unwrap();
                ended.recv()
            };
            thread::Builder::new().name("orphan".into()).spawn(wait).unwrap();
            begun.recv().unwrap();
        });
        drop(end);
        assert_eq!(left.threads_left, ["orphan"]);
        if cfg!(target_os = "linux") {
            let (end, ended) = channel::<()>();
            let left = judge(|| drop(thread::spawn(move || ended.recv())));
            drop(end);
            assert_eq!(left.threads_left, ["a thread that records nothing"]);
        }
        let joined = judge(|| {
            thread::spawn(|| drop(waiting("a moment"))).join().unwrap();
        });
        assert!(joined.threads_left.is_empty(), "{:?}", joined.threads_left);
    });
}

#[test]
fn a_child_that_is_not_waited_for_is_seen() {
    alone(|| {
        let mut child = None;
        let judged =
            judge(|| child = Some(Command::new("true").spawn().unwrap()));
        assert!(judged.children_left);
        child.unwrap().wait().unwrap();
    });
}

#[test]
fn a_lock_that_is_held_across_a_wait_is_named() {
    alone(|| {
        let lock = Mutex::new(());
        let across = judge(|| {
            let _held = lock.lock().unwrap();
            let _waiting = waiting("/3");
        });
        let [sentence] = &waits_under_locks(&across.recording)[..] else {
            panic!("{:?}", waits_under_locks(&across.recording));
        };
        assert!(sentence.contains("while it holds lock"), "{sentence}");
        assert!(sentence.contains("waits for /3"), "{sentence}");

        let before = judge(|| {
            drop(lock.lock().unwrap());
            let _waiting = waiting("/3");
        });
        assert!(waits_under_locks(&before.recording).is_empty());
    });
}

#[test]
fn a_thread_that_looks_again_and_again_does_not_sleep() {
    alone(|| {
        let stretch = Duration::from_millis(20);
        judge(|| {
            let (end, ended) = channel::<()>();
            let waits = thread::spawn(move || ended.recv());
            assert!(others_sleep(stretch), "it waits");
            drop(end);
            waits.join().unwrap().unwrap_err();

            if fs::exists("/proc/self/task").unwrap() {
                let (end, ended) = channel::<()>();
                let pause = Duration::from_millis(5);
                let looks = thread::spawn(move || {
                    while ended.try_recv() == Err(TryRecvError::Empty) {
                        thread::sleep(pause);
                    }
                });
                assert!(!others_sleep(stretch), "it looks every {pause:?}");
                drop(end);
                looks.join().unwrap();
            }
        });
    });
}

/// Each thread wakes the next, which is an older one: threads are looked at
/// from the oldest on, so one look may miss the one that runs.
#[test]
fn threads_that_wake_one_another_do_not_rest_before_the_last() {
    alone(|| {
        let before = others_rest();
        let (mut first, last) = channel::<usize>();
        let mut threads = Vec::new();
        for _ in 0..8 {
            let (sender, receiver) = channel();
            let next = mem::replace(&mut first, sender);
            threads.push(thread::spawn(move || {
                receiver.iter().try_for_each(|n| next.send(n + 1))
            }));
        }
        for _ in 0..200 {
            first.send(0).unwrap();
            let others = others_rest();
            assert_eq!(last.try_recv(), Ok(8));
            if fs::exists("/proc/self/task").unwrap() {
                assert_eq!(others, before.map(|others| others + 8));
            }
        }
        drop(first);
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(others_rest(), before, "they have ended");

        let (end, ended) = channel::<()>();
        let spins = thread::spawn(move || {
            while ended.try_recv() == Err(TryRecvError::Empty) {}
        });
        assert_eq!(others_rest(), None, "it spins");
        drop(end);
        spins.join().unwrap();
    });
}

#[test]
fn an_answer_that_is_not_what_was_compiled_is_not_judged() {
    alone(|| {
        let folder = Folder::new().unwrap();
        let file = folder.path().join("answer.rs").display().to_string();
        let answer = Answer::compiled(file.clone().leak(), b"fn answer() {}");
        fs::write(&file, "fn answer() {}").unwrap();
        drop(Judge::of(answer));
        fs::write(&file, "fn another() {}").unwrap();
        let judge = thread::spawn(move || drop(Judge::of(answer)));
        let why = judge.join().unwrap_err();
        let why = why.downcast_ref::<String>().unwrap();
        assert!(why.starts_with("not judged: "), "{why}");
        assert!(why.contains("`touch` it"), "{why}");
    });
}
