//! Locks, permits and channels, with all that they offer.

use own_executor::future::{Either, join, join_all, select};
use own_executor::sync::mpsc::{self, error::TrySendError};
use own_executor::sync::{
    Mutex, MutexGuard, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore,
    SemaphorePermit, TryAcquireError, oneshot,
};
use own_executor::task::yield_now;
use own_executor::time::{Duration, sleep, timeout};
use own_executor::{block_on, spawn, unblock};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use trials::alone;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn a_lock_is_held_across_an_await_and_goes_into_a_task() {
    alone(|| {
        let accounts = Arc::new(Mutex::new(BTreeMap::from([("a", 100)])));
        block_on(async {
            let mut all = Vec::new();
            for n in 0..10 {
                let guard: OwnedMutexGuard<_> =
                    accounts.clone().lock_owned().await;
                all.push(spawn(async move {
                    let mut guard = guard;
                    let before = guard["a"];
                    yield_now().await;
                    guard.insert("a", before - n);
                }));
            }
            for one in join_all(all).await {
                one.unwrap();
            }
            let guard: MutexGuard<'_, _> = accounts.lock().await;
            assert_eq!(guard["a"], 55);
            assert!(accounts.try_lock().is_err());
            let why = accounts.clone().try_lock_owned().unwrap_err();
            assert_eq!(why.to_string(), "the mutex is locked");
            println!("{guard:?} {accounts:?}");
        });
        let accounts = Arc::try_unwrap(accounts).unwrap();
        assert_eq!(accounts.into_inner()["a"], 55);
        assert_eq!(*Mutex::from(1).get_mut(), 1);
    });
}

#[test]
fn a_pool_of_connections_hands_out_owned_permits() {
    alone(|| {
        block_on(async {
            let pool = Arc::new(Semaphore::new(3));
            let most = Rc::new(Cell::new((0, 0)));
            let mut all = Vec::new();
            for _ in 0..10 {
                let permit: OwnedSemaphorePermit =
                    pool.clone().acquire_owned().await.unwrap();
                let most = most.clone();
                all.push(spawn(async move {
                    let (now, peak) = most.get();
                    most.set((now + 1, peak.max(now + 1)));
                    sleep(ms(1)).await;
                    most.set((most.get().0 - 1, most.get().1));
                    drop(permit);
                }));
            }
            join_all(all).await;
            assert_eq!(most.get(), (0, 3));
            // All of them: nothing is under way any more.
            let all = pool.clone().acquire_many_owned(3).await.unwrap();
            assert_eq!((all.num_permits(), pool.available_permits()), (3, 0));
            let none = pool.clone().try_acquire_owned().unwrap_err();
            assert_eq!(none, TryAcquireError::NoPermits);
            drop(all);
            assert_eq!(pool.clone().try_acquire_many_owned(2).iter().len(), 1);
            assert_eq!(pool.forget_permits(2), 2);
            assert_eq!(pool.forget_permits(2), 1);
            pool.add_permits(1);
            let one: SemaphorePermit<'_> = pool.try_acquire().unwrap();
            pool.close();
            assert!(pool.is_closed());
            assert!(pool.acquire().await.is_err());
            assert!(pool.clone().acquire_owned().await.is_err());
            println!("{one:?} {pool:?}");
        });
    });
}

#[test]
fn a_static_semaphore_needs_no_arc() {
    static ONE: Semaphore = Semaphore::new(1);
    static EVENT: own_executor::sync::Notify =
        own_executor::sync::Notify::new();
    alone(|| {
        block_on(async {
            let held = ONE.acquire().await.unwrap();
            let waits = spawn(async {
                EVENT.notify_one();
                drop(ONE.acquire().await.unwrap());
            });
            EVENT.notified().await;
            assert!(!waits.is_finished());
            drop(held);
            waits.await.unwrap();
        });
    });
}

#[test]
fn senders_reserve_try_and_hear_of_the_end() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = mpsc::channel(2);
            let other = sender.clone();
            assert!(sender.same_channel(&other));
            assert!(!sender.same_channel(&mpsc::channel(1).0));
            let permit = sender.reserve().await.unwrap();
            assert_eq!((sender.capacity(), sender.max_capacity()), (1, 2));
            sender.try_reserve().unwrap().send("second comes first");
            match other.try_reserve() {
                Err(TrySendError::Full(())) => {}
                wrong => panic!("{wrong:?}"),
            }
            permit.send("first");
            let full = other.try_send("third").unwrap_err();
            assert_eq!(full, TrySendError::Full("third"));
            assert_eq!(receiver.len(), 2);
            assert!(timeout(ms(1), sender.send("late")).await.is_err());
            assert_eq!(receiver.recv().await, Some("second comes first"));
            assert!(!receiver.is_closed());

            let hears = async {
                other.closed().await;
                other.is_closed()
            };
            let closes = async {
                yield_now().await;
                receiver.close();
            };
            assert_eq!(join(hears, closes).await, (true, ()));
            sender.closed().await;
            assert!(receiver.is_closed());
            assert_eq!(receiver.try_recv(), Ok("first"));
            assert!(receiver.is_empty());
            let gone = sender.send("fourth").await.unwrap_err();
            assert_eq!(gone.0, "fourth");
            match sender.try_reserve() {
                Err(TrySendError::Closed(())) => {}
                wrong => panic!("{wrong:?}"),
            }
            println!("{sender:?} {receiver:?} {gone} {gone:?}");
        });
    });
}

/// A request to an actor, and where its answer goes.
enum Request {
    Add(u32),
    Get(oneshot::Sender<u32>),
}

#[test]
fn an_actor_answers_requests_unless_nobody_waits_for_it() {
    alone(|| {
        block_on(async {
            let (requests, mut inbox) = mpsc::channel(8);
            let actor = spawn(async move {
                let (mut sum, mut unheard) = (0, 0);
                while let Some(request) = inbox.recv().await {
                    match request {
                        Request::Add(n) => sum += n,
                        Request::Get(answer) if answer.is_closed() => {
                            unheard += 1;
                        }
                        Request::Get(answer) => answer.send(sum).unwrap(),
                    }
                }
                (sum, unheard)
            });
            for n in 1..=4 {
                requests.send(Request::Add(n)).await.unwrap();
            }
            let (sender, receiver) = oneshot::channel();
            requests.send(Request::Get(sender)).await.unwrap();
            assert_eq!(receiver.await, Ok(10));
            let (sender, receiver) = oneshot::channel();
            requests.send(Request::Get(sender)).await.unwrap();
            drop(receiver);
            drop(requests);
            assert_eq!(actor.await.unwrap(), (10, 1));
        });
    });
}

#[test]
fn work_is_given_up_when_its_result_is_not_wanted_any_more() {
    alone(|| {
        block_on(async {
            let (mut sender, receiver) = oneshot::channel::<u64>();
            let works = spawn(async move {
                let work = async {
                    sleep(Duration::from_secs(3600)).await;
                    1
                };
                let (gone, work) = (pin!(sender.closed()), pin!(work));
                matches!(select(gone, work).await, Either::Left(_))
            });
            assert!(timeout(ms(2), receiver).await.is_err());
            assert!(works.await.unwrap());
        });
    });
}

#[test]
fn threads_that_block_use_the_same_channels() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let work = unblock(move || {
                for n in 0..10 {
                    // Where `tokio` has `blocking_send`.
                    block_on(sender.send(n)).unwrap();
                }
            });
            let mut all = Vec::new();
            while let Some(n) = receiver.recv().await {
                all.push(n);
            }
            work.await;
            assert_eq!(all, Vec::from_iter(0..10));
        });
    });
}
