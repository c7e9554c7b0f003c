//! Wakers and handles on other threads than their task's.

use crate::{Notes, own_waker, until_woken};
use own_executor::sync::oneshot;
use own_executor::task::{JoinError, yield_now};
use own_executor::time::sleep;
use own_executor::{block_on, spawn, unblock};
use std::cell::Cell;
use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;
use trials::alone;

/// Notes on which thread it is dropped.
struct NotesThread(Notes);

impl Drop for NotesThread {
    fn drop(&mut self) {
        self.0.add(thread::current().name().unwrap_or("?"));
    }
}

#[test]
fn a_thread_that_sleeps_is_woken_by_another() {
    alone(|| {
        for delay in [0, 1, 20] {
            block_on(async {
                let task = spawn(async move {
                    let waker = own_waker().await;
                    thread::spawn(move || {
                        thread::sleep(Duration::from_millis(delay));
                        waker.wake();
                    });
                    until_woken().await;
                });
                task.await.unwrap();
            });
        }
    });
}

#[test]
fn ten_thousand_wakes_from_two_threads_are_all_seen() {
    alone(|| {
        let (wakers, to_wake) = mpsc::channel::<Waker>();
        let others = thread::spawn(move || {
            while let Ok(waker) = to_wake.recv() {
                thread::yield_now();
                waker.wake();
            }
        });
        block_on(async {
            let mut all = Vec::new();
            for _ in 0..100 {
                let wakers = wakers.clone();
                all.push(spawn(async move {
                    for _ in 0..100 {
                        wakers.send(own_waker().await).unwrap();
                        until_woken().await;
                    }
                }));
            }
            for one in all {
                one.await.unwrap();
            }
        });
        drop(wakers);
        others.join().unwrap();
    });
}

#[test]
fn a_waker_of_an_executor_that_is_gone_does_nothing() {
    alone(|| {
        let (root, task) = thread::spawn(|| {
            block_on(async {
                (own_waker().await, spawn(own_waker()).await.unwrap())
            })
        })
        .join()
        .unwrap();
        root.wake_by_ref();
        task.wake_by_ref();
        // This one has its number now, and bears a wake without a cause.
        let polls = Cell::new(0);
        block_on(async {
            let waker = own_waker().await;
            root.wake();
            task.wake();
            let is_over = Arc::new(AtomicBool::new(false));
            let over = is_over.clone();
            thread::spawn(move || {
                thread::sleep(Duration::from_millis(5));
                over.store(true, Ordering::Release);
                waker.wake();
            });
            poll_fn(|_| {
                polls.set(polls.get() + 1);
                match is_over.load(Ordering::Acquire) {
                    true => Poll::Ready(()),
                    false => Poll::Pending,
                }
            })
            .await;
        });
        assert!(polls.get() < 5, "{}", polls.get());
    });
}

/// What a task says that is joined on another thread.
fn joined_elsewhere<T: Send + 'static>(
    task: impl Future<Output = T> + 'static,
) -> Result<T, JoinError> {
    block_on(async {
        let task = spawn(task);
        let (sender, receiver) = oneshot::channel();
        let elsewhere = thread::spawn(|| {
            let _ = sender.send(block_on(task));
        });
        let joined = receiver.await.unwrap();
        elsewhere.join().unwrap();
        joined
    })
}

#[test]
fn a_handle_can_be_awaited_on_another_thread() {
    alone(|| {
        assert_eq!(joined_elsewhere(async { 1 }).unwrap(), 1);
        let later = async {
            sleep(Duration::from_millis(10)).await;
            2
        };
        assert_eq!(joined_elsewhere(later).unwrap(), 2);
        let why = joined_elsewhere(async { panic!("far away") }).unwrap_err();
        assert_eq!(why.to_string(), "the task has panicked: far away");
    });
}

#[test]
fn a_handle_elsewhere_hears_that_block_on_has_returned() {
    alone(|| {
        // It waits when `block_on` returns, or begins to wait afterwards.
        for delay in [0, 30] {
            let joiner = block_on(async {
                let task = spawn(pending::<()>());
                let joiner = thread::spawn(move || {
                    thread::sleep(Duration::from_millis(delay));
                    block_on(task)
                });
                sleep(Duration::from_millis(15)).await;
                joiner
            });
            let why = joiner.join().unwrap().unwrap_err();
            assert!(why.is_cancelled());
        }
    });
}

#[test]
fn abort_from_another_thread_drops_the_future_at_home() {
    alone(|| {
        let notes = Notes::default();
        let home = thread::Builder::new().name("home".into());
        let dropped = NotesThread(notes.clone());
        let home = home.spawn(move || {
            block_on(async {
                let not_send = std::rc::Rc::new(());
                let task = spawn(async move {
                    let _both = (dropped, not_send);
                    pending::<()>().await;
                });
                yield_now().await;
                let abort = task.abort_handle();
                thread::spawn(move || {
                    assert!(!abort.is_finished());
                    abort.abort();
                    while !abort.is_finished() {
                        thread::yield_now();
                    }
                });
                assert!(task.await.unwrap_err().is_cancelled());
            });
        });
        home.unwrap().join().unwrap();
        assert_eq!(notes.take(), ["home"]);
    });
}

#[test]
fn an_output_that_nobody_joins_is_dropped_at_home() {
    alone(|| {
        let notes = Notes::default();
        let output = NotesThread(notes.clone());
        let home = thread::Builder::new().name("home".into());
        let home = home.spawn(move || {
            block_on(async {
                let task = spawn(async { output });
                yield_now().await;
                assert!(task.is_finished());
                thread::spawn(move || drop(task)).join().unwrap();
            });
        });
        home.unwrap().join().unwrap();
        assert_eq!(notes.take(), ["home"]);
    });
}

#[test]
fn a_handle_elsewhere_hears_of_the_end_when_it_asks_again() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = oneshot::channel();
            let task = spawn(receiver);
            let asks = thread::spawn(move || {
                assert!(!task.is_finished());
                sender.send("its end").unwrap();
                while !task.is_finished() {
                    thread::yield_now();
                }
                task
            });
            let task = unblock(|| asks.join().unwrap()).await;
            assert_eq!(task.await.unwrap(), Ok("its end"));
        });
    });
}

#[test]
fn two_hundred_threads_come_and_go() {
    alone(|| {
        for n in 0..200 {
            let sum = thread::spawn(move || {
                block_on(async move {
                    let task = spawn(async move { n });
                    sleep(Duration::from_micros(10)).await;
                    task.await.unwrap() + 1
                })
            });
            assert_eq!(sum.join().unwrap(), n + 1);
        }
    });
}
