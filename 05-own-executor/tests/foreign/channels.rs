//! Channels and locks of other crates.

use async_lock::{Barrier, Mutex, RwLock, Semaphore};
use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;
use futures_util::future::{join, join_all};
use own_executor::task::yield_now;
use own_executor::time::{Duration, timeout};
use own_executor::{block_on, spawn};
use std::sync::Arc;
use std::thread;
use trials::alone;

#[test]
fn async_channel_between_tasks_and_threads() {
    alone(|| {
        let (sender, receiver) = async_channel::bounded(2);
        let threads: Vec<_> = (0..2)
            .map(|n| {
                let sender = sender.clone();
                thread::spawn(move || {
                    block_on(async {
                        for i in 0..500 {
                            sender.send(n * 500 + i).await.unwrap();
                        }
                    });
                })
            })
            .collect();
        drop(sender);
        let sums = block_on(async {
            let takes = |receiver: async_channel::Receiver<u32>| async move {
                let (mut sum, mut receiver) = (0, Box::pin(receiver));
                while let Some(n) = receiver.next().await {
                    sum += n;
                    yield_now().await;
                }
                sum
            };
            let tasks: Vec<_> =
                (0..3).map(|_| spawn(takes(receiver.clone()))).collect();
            join_all(tasks).await
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        let sum: u32 = sums.into_iter().map(|sum| sum.unwrap()).sum();
        assert_eq!(sum, (0..1000).sum::<u32>());
    });
}

#[test]
fn channels_of_the_crate_futures() {
    alone(|| {
        block_on(async {
            let (mut sender, mut receiver) = mpsc::channel(1);
            let (done, is_done) = oneshot::channel();
            let other = spawn(async move {
                for n in 0..100 {
                    futures_util::future::poll_fn(|context| {
                        sender.poll_ready(context)
                    })
                    .await
                    .unwrap();
                    sender.start_send(n).unwrap();
                }
                is_done.await
            });
            for n in 0..100 {
                assert_eq!(receiver.next().await, Some(n));
            }
            done.send("done").unwrap();
            assert_eq!(other.await.unwrap(), Ok("done"));
            assert_eq!(receiver.next().await, None);
        });
    });
}

#[test]
fn locks_of_the_crate_async_lock() {
    alone(|| {
        let sum = Arc::new(Mutex::new(0));
        let all = Arc::new(RwLock::new(Vec::new()));
        let two = Arc::new(Semaphore::new(2));
        let barrier = Arc::new(Barrier::new(10));
        block_on(async {
            let tasks = (0..10).map(|n| {
                let (sum, all) = (sum.clone(), all.clone());
                let (two, barrier) = (two.clone(), barrier.clone());
                spawn(async move {
                    let permit = two.acquire_arc().await;
                    let mut guard = sum.lock().await;
                    yield_now().await;
                    *guard += n;
                    drop((guard, permit));
                    all.write().await.push(n);
                    let is_leader = barrier.wait().await.is_leader();
                    // All have arrived.
                    assert_eq!(all.read().await.len(), 10);
                    is_leader
                })
            });
            let leaders = join_all(tasks).await.into_iter();
            assert_eq!(leaders.filter(|it| *it.as_ref().unwrap()).count(), 1);
            // One that is given up wakes the next.
            let held = sum.lock().await;
            let given_up = timeout(Duration::from_millis(1), sum.lock());
            let (late, ()) = join(given_up, async {}).await;
            assert!(late.is_err());
            drop(held);
            assert_eq!(*sum.lock().await, 45);
        });
    });
}
