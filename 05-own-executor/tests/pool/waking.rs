//! Wakers of a pool's tasks, on all kinds of threads.

use super::block_until;
use crate::{ms, own_waker, until_woken};
use own_executor::task::yield_now;
use own_executor::time::sleep;
use own_executor::{block_on, pool};
use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use trials::alone;

#[test]
fn three_wakes_in_one_poll_are_one_poll_more() {
    alone(|| {
        pool::block_on(2, async {
            let polls = Arc::new(AtomicU32::new(0));
            let counts = polls.clone();
            let task = pool::spawn(poll_fn(move |context| {
                if counts.fetch_add(1, Ordering::Relaxed) == 0 {
                    for _ in 0..3 {
                        context.waker().wake_by_ref();
                    }
                }
                Poll::<()>::Pending
            }));
            while polls.load(Ordering::Relaxed) < 2 {
                sleep(ms(1)).await;
            }
            sleep(ms(20)).await;
            assert_eq!(polls.load(Ordering::Relaxed), 2);
            drop(task);
        });
    });
}

#[test]
fn a_wake_during_a_poll_is_one_poll_after_it_and_never_beside_it() {
    alone(|| {
        pool::block_on(4, async {
            for _ in 0..50 {
                let polls = Arc::new(AtomicU32::new(0));
                let is_polled = Arc::new(AtomicBool::new(false));
                let counts = polls.clone();
                let task = pool::spawn(poll_fn(move |context| {
                    assert!(!is_polled.swap(true, Ordering::AcqRel));
                    let poll = counts.fetch_add(1, Ordering::Relaxed);
                    if poll == 0 {
                        // From three threads, and all of them are done before
                        // this poll is.
                        let wakes = || {
                            let waker = context.waker().clone();
                            thread::spawn(move || waker.wake())
                        };
                        let threads = [wakes(), wakes(), wakes()];
                        for thread in threads {
                            thread.join().unwrap();
                        }
                        // An idle worker would have begun by now.
                        thread::yield_now();
                    }
                    assert!(is_polled.swap(false, Ordering::AcqRel));
                    if poll == 0 { Poll::Pending } else { Poll::Ready(()) }
                }));
                task.await.unwrap();
                assert_eq!(polls.load(Ordering::Relaxed), 2);
            }
        });
    });
}

#[test]
fn what_was_done_before_a_wake_is_seen_by_the_poll_after_it() {
    alone(|| {
        pool::block_on(2, async {
            for n in 0..200 {
                // Relaxed, so it rests on the wake alone.
                let value = Arc::new(AtomicU32::new(0));
                let (writes, waker) = mpsc::channel::<Waker>();
                let written = value.clone();
                let other = thread::spawn(move || {
                    let waker = waker.recv().unwrap();
                    written.store(n + 1, Ordering::Relaxed);
                    waker.wake();
                });
                let task = pool::spawn(async move {
                    writes.send(own_waker().await).unwrap();
                    until_woken().await;
                    value.load(Ordering::Relaxed)
                });
                assert_eq!(task.await.unwrap(), n + 1);
                other.join().unwrap();
            }
        });
    });
}

#[test]
fn ten_thousand_wakes_from_two_threads_are_all_seen() {
    alone(|| {
        let mut threads = Vec::new();
        let mut senders = Vec::new();
        for _ in 0..2 {
            let (wakers, to_wake) = mpsc::channel::<Waker>();
            senders.push(wakers);
            threads.push(thread::spawn(move || {
                while let Ok(waker) = to_wake.recv() {
                    waker.wake();
                }
            }));
        }
        for workers in [1, 3] {
            pool::block_on(workers, async {
                let mut all = Vec::new();
                for n in 0..100 {
                    let wakers = senders[n % 2].clone();
                    all.push(pool::spawn(async move {
                        for _ in 0..50 {
                            wakers.send(own_waker().await).unwrap();
                            until_woken().await;
                        }
                    }));
                }
                for one in all {
                    one.await.unwrap();
                }
            });
        }
        drop(senders);
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn a_waker_of_a_pool_that_is_gone_does_nothing() {
    alone(|| {
        let (ended, cut_off, root) = pool::block_on(1, async {
            let ended = pool::spawn(own_waker()).await.unwrap();
            let (sender, waker) = mpsc::channel();
            drop(pool::spawn(async move {
                sender.send(own_waker().await).unwrap();
                until_woken().await;
            }));
            let cut_off = own_executor::unblock(move || waker.recv().unwrap());
            (ended, cut_off.await, own_waker().await)
        });
        let wake_all = || {
            ended.wake_by_ref();
            cut_off.wake_by_ref();
            root.wake_by_ref();
        };
        wake_all();
        pool::block_on(1, async {
            wake_all();
            pool::spawn(yield_now()).await.unwrap();
        });
        let other = thread::spawn(move || {
            drop(ended.clone());
            ended.wake();
            cut_off.wake();
            root.wake();
        });
        other.join().unwrap();
    });
}

#[test]
fn foreign_threads_wake_tasks_while_the_pool_ends() {
    alone(|| {
        for _ in 0..5 {
            let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
            let is_over = Arc::new(AtomicBool::new(false));
            let mut threads = Vec::new();
            for _ in 0..2 {
                let (wakers, over) = (wakers.clone(), is_over.clone());
                threads.push(thread::spawn(move || {
                    let mut wakes = 0;
                    // On and on, beyond the end of the pool.
                    while !over.load(Ordering::Acquire) || wakes < 10_000 {
                        for waker in &*wakers.lock().unwrap() {
                            waker.wake_by_ref();
                            wakes += 1;
                        }
                        thread::yield_now();
                    }
                }));
            }
            let alive = Arc::new(());
            pool::block_on(2, async {
                for _ in 0..20 {
                    let (wakers, alive) = (wakers.clone(), alive.clone());
                    drop(pool::spawn(async move {
                        let _alive = alive;
                        let waker = own_waker().await;
                        wakers.lock().unwrap().push(waker);
                        loop {
                            until_woken().await;
                        }
                    }));
                }
                while wakers.lock().unwrap().len() < 20 {
                    sleep(ms(1)).await;
                }
            });
            // Nothing is kept by a waker, or by a queue.
            assert_eq!(Arc::strong_count(&alive), 1);
            is_over.store(true, Ordering::Release);
            for thread in threads {
                thread.join().unwrap();
            }
        }
    });
}

#[test]
fn a_wake_in_a_thread_locals_destructor_is_harmless() {
    alone(|| {
        struct WakesAtTheEnd(RefCell<Option<Waker>>);

        impl Drop for WakesAtTheEnd {
            fn drop(&mut self) {
                self.0.take().unwrap().wake();
            }
        }

        thread_local! {
            static WAKES: WakesAtTheEnd =
                const { WakesAtTheEnd(RefCell::new(None)) };
        }

        pool::block_on(2, async {
            let task = pool::spawn(async {
                // On the worker's thread, which ends with the pool.
                let waker = own_waker().await;
                WAKES.with(|it| *it.0.borrow_mut() = Some(waker));
                WAKES.with(|it| it.0.borrow().clone().unwrap())
            });
            let waker = task.await.unwrap();
            let ended = thread::spawn(|| {
                WAKES.with(|it| *it.0.borrow_mut() = Some(waker));
            });
            ended.join().unwrap();
        });
    });
}

#[test]
fn a_waker_that_panics_ends_no_worker() {
    alone(|| {
        struct Panics;

        impl Wake for Panics {
            fn wake(self: Arc<Self>) {
                panic!("a waker of somebody else");
            }
        }

        pool::block_on(1, async {
            let may_end = Arc::new(AtomicBool::new(false));
            let ends = may_end.clone();
            let mut task = pool::spawn(async move { block_until(&ends) });
            let waker = Waker::from(Arc::new(Panics));
            let mut context = Context::from_waker(&waker);
            let polled = Pin::new(&mut task).poll(&mut context);
            assert!(polled.is_pending());
            may_end.store(true, Ordering::Release);
            assert_eq!(pool::spawn(async { 1 }).await.unwrap(), 1);
            task.await.unwrap();
            // That of a timer.
            let timer = pool::spawn(async move {
                let mut sleeps = Box::pin(sleep(ms(100)));
                let mut poll = || {
                    let waker = Waker::from(Arc::new(Panics));
                    let mut context = Context::from_waker(&waker);
                    sleeps.as_mut().poll(&mut context)
                };
                assert!(poll().is_pending());
                sleep(ms(150)).await;
                assert!(poll().is_ready());
            });
            timer.await.unwrap();
        });
    });
}

#[test]
fn two_pools_wake_each_others_tasks() {
    alone(|| {
        use own_executor::sync::mpsc::channel;

        let (to_other, mut from_one) = channel::<u32>(1);
        let (to_one, mut from_other) = channel::<u32>(1);
        let other = thread::spawn(move || {
            pool::block_on(2, async {
                let echoes = pool::spawn(async move {
                    while let Some(n) = from_one.recv().await {
                        to_one.send(n + 1).await.unwrap();
                    }
                });
                echoes.await.unwrap();
            });
        });
        let sum = pool::block_on(2, async {
            let asks = pool::spawn(async move {
                let mut n = 0;
                while n < 1000 {
                    to_other.send(n).await.unwrap();
                    n = from_other.recv().await.unwrap();
                }
                n
            });
            asks.await.unwrap()
        });
        assert_eq!(sum, 1000);
        other.join().unwrap();
        assert_eq!(block_on(async { 1 }), 1);
    });
}
