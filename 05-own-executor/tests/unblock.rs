//! Work that blocks, on threads of its own.

use crate::{Notes, ms};
use own_executor::time::timeout;
use own_executor::{block_on, spawn, unblock};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;
use trials::alone;

/// How many threads this process has.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

#[test]
fn it_gives_the_result_and_tasks_run_meanwhile() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = mpsc::channel();
            let work = unblock(move || receiver.recv().unwrap() + 1);
            let task = spawn(async move { sender.send(1).unwrap() });
            assert_eq!(work.await, 2);
            task.await.unwrap();
        });
    });
}

#[test]
fn it_runs_though_nobody_awaits_it() {
    alone(|| {
        let (sender, receiver) = mpsc::channel();
        let work = unblock(move || sender.send(()).unwrap());
        receiver.recv().unwrap();
        block_on(work);
    });
}

#[test]
fn a_panic_goes_to_what_awaits_and_the_thread_lives_on() {
    alone(|| {
        let panics = unblock(|| panic!("on purpose"));
        let payload = catch_unwind(AssertUnwindSafe(|| block_on(panics)));
        let payload = payload.unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"on purpose"));
        // In a task it is the task's.
        block_on(async {
            let task = spawn(async { unblock(|| panic!("as well")).await });
            let why = task.await.unwrap_err();
            assert_eq!(why.to_string(), "the task has panicked: as well");
        });
        let name = block_on(unblock(|| {
            let name = thread::current().name().map(str::to_owned);
            name.expect("it has one")
        }));
        assert_eq!(name, "unblock");
        // The first thread has done all of it, if it was idle in time.
        assert!(threads() <= 5, "{}", threads());
    });
}

#[test]
fn work_that_waits_for_other_work_gets_it() {
    alone(|| {
        block_on(async {
            // Each round finds idle threads, fewer than it needs.
            for n in [1, 2, 3, 10, 40] {
                for _ in 0..50 {
                    let barrier = Arc::new(Barrier::new(n));
                    let all: Vec<_> = (0..n)
                        .map(|_| {
                            let barrier = barrier.clone();
                            unblock(move || barrier.wait().is_leader())
                        })
                        .collect();
                    let mut leaders = 0;
                    for one in all {
                        leaders += u32::from(one.await);
                    }
                    assert_eq!(leaders, 1);
                }
            }
        });
    });
}

#[test]
fn what_is_dropped_before_it_begins_never_runs_and_is_dropped() {
    alone(|| {
        let notes = Notes::default();
        // All threads are busy.
        let barrier = Arc::new(Barrier::new(501));
        let busy: Vec<_> = (0..500)
            .map(|_| {
                let barrier = barrier.clone();
                unblock(move || {
                    barrier.wait();
                    barrier.wait();
                })
            })
            .collect();
        barrier.wait();
        assert!(threads() < 510, "{}", threads());
        let [dropped, kept] = ["dropped", "kept"].map(|name| {
            let (notes, at_end) = (notes.clone(), notes.when_dropped(name));
            unblock(move || {
                let _at_end = at_end;
                notes.add("runs");
            })
        });
        drop(dropped);
        assert_eq!(notes.take(), ["dropped"]);
        // One that runs goes on, though nobody waits for it any more.
        drop(busy);
        barrier.wait();
        block_on(kept);
        assert_eq!(notes.take(), ["runs", "kept"]);
    });
}

#[test]
fn an_aborted_task_does_not_begin_its_work_but_what_runs_goes_on() {
    alone(|| {
        let (sender, receiver) = mpsc::channel();
        let (begun, has_begun) = mpsc::channel();
        block_on(async {
            let task = spawn(async move {
                unblock(move || {
                    begun.send(()).unwrap();
                    thread::sleep(ms(20));
                    sender.send("done").unwrap();
                })
                .await;
            });
            let yields = own_executor::task::yield_now();
            yields.await;
            has_begun.recv().unwrap();
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        });
        assert_eq!(receiver.recv(), Ok("done"));
    });
}

/// Panics when it is dropped.
struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[test]
fn a_result_that_nobody_waits_for_is_dropped_in_silence() {
    alone(|| {
        let (begun, has_begun) = mpsc::channel();
        let (sender, receiver) = mpsc::channel::<()>();
        let notes = Notes::default();
        let at_end = notes.when_dropped("result");
        block_on(async {
            drop(spawn(unblock(move || {
                begun.send(()).unwrap();
                let gone = receiver.recv_timeout(Duration::from_secs(30));
                assert_eq!(gone, Err(RecvTimeoutError::Disconnected));
                (at_end, Panics)
            })));
            own_executor::task::yield_now().await;
            has_begun.recv().unwrap();
        });
        drop(sender);
        while notes.0.lock().unwrap().is_empty() {
            thread::yield_now();
        }
        assert_eq!(notes.take(), ["result"]);
        // Its thread lives on.
        block_on(unblock(|| ()));
    });
}

#[test]
fn block_on_may_run_inside_and_spawn_needs_one() {
    alone(|| {
        let sum = unblock(|| {
            block_on(async { spawn(async { 1 }).await.unwrap() + 1 })
        });
        assert_eq!(block_on(sum), 2);
        let spawns = unblock(|| drop(spawn(async {})));
        let ran = catch_unwind(AssertUnwindSafe(|| block_on(spawns)));
        let payload = ran.unwrap_err();
        let text: Option<&String> = payload.downcast_ref();
        let text = text.map_or("", |text| text);
        assert!(text.contains("needs a `block_on`"), "{text}");
    });
}

#[test]
fn a_timeout_gives_up_on_work() {
    alone(|| {
        let (_keep, never) = mpsc::channel::<()>();
        block_on(async {
            let work = unblock(move || never.recv());
            assert!(timeout(ms(10), work).await.is_err());
        });
    });
}

#[test]
fn without_a_thread_for_it_work_waits_for_another_or_says_so() {
    alone(|| {
        // Room for all but the stack of a thread.
        let limit_memory = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let size = status.lines().find_map(|it| it.strip_prefix("VmSize:"));
            let kib = size.unwrap().trim().trim_end_matches(" kB");
            let used = kib.parse::<u64>().unwrap() << 10;
            let limit = Some(used + (1 << 20));
            let maximum = getrlimit(Resource::As).maximum;
            setrlimit(Resource::As, Rlimit { current: limit, maximum })
                .unwrap();
        };
        let unlimited = getrlimit(Resource::As);
        limit_memory();
        let none = catch_unwind(|| drop(unblock(|| ()))).unwrap_err();
        let text = none.downcast_ref::<String>().unwrap();
        assert!(text.contains("has no thread, and gets none"), "{text}");
        setrlimit(Resource::As, unlimited).unwrap();

        let (sender, receiver) = mpsc::channel::<()>();
        let first = unblock(move || receiver.recv());
        let before = threads();
        limit_memory();
        let second = unblock(|| 2);
        assert_eq!(threads(), before);
        sender.send(()).unwrap();
        block_on(async {
            first.await.unwrap();
            assert_eq!(second.await, 2);
        });
    });
}

#[test]
fn threads_without_work_end() {
    alone(|| {
        let before = threads();
        block_on(async {
            let barrier = Arc::new(Barrier::new(20));
            let all: Vec<_> = (0..20)
                .map(|_| {
                    let barrier = barrier.clone();
                    unblock(move || barrier.wait())
                })
                .collect();
            for one in all {
                one.await;
            }
        });
        assert!(threads() > before);
        // After five seconds; the test's limit is the limit.
        while threads() > before {
            thread::sleep(ms(50));
        }
        assert_eq!(block_on(unblock(|| 1)), 1);
    });
}
