//! What works on one thread works on a worker.

use crate::ms;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use own_executor::net::{TcpListener, TcpStream, UdpSocket};
use own_executor::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use own_executor::task::{scope, yield_now};
use own_executor::time::{interval, sleep, timeout};
use own_executor::{pool, unblock};
use std::collections::BTreeSet;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;
use trials::alone;

/// Runs a future as a task, on pools of several sizes.
fn on_workers<F>(task: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for workers in [1, 2, 4] {
        pool::block_on(workers, async {
            pool::spawn(task()).await.unwrap();
        });
    }
}

#[test]
fn as_many_tasks_run_at_a_time_as_there_are_workers() {
    alone(|| {
        pool::block_on(4, async {
            // Each waits for the three others, and blocks its worker.
            let barrier = Arc::new(Barrier::new(4));
            let mut tasks = Vec::new();
            for _ in 0..4 {
                let barrier = barrier.clone();
                tasks.push(pool::spawn(async move {
                    barrier.wait();
                    thread::current().name().unwrap().to_owned()
                }));
            }
            let mut names = BTreeSet::new();
            for task in tasks {
                names.insert(task.await.unwrap());
            }
            let names: Vec<_> = names.into_iter().collect();
            let all = ["worker 0", "worker 1", "worker 2", "worker 3"];
            assert_eq!(names, all);
        });
    });
}

#[test]
fn tasks_spawn_and_join_tasks() {
    alone(|| {
        type Sum = Pin<Box<dyn Future<Output = u64> + Send>>;

        fn sum(from: u64, to: u64) -> Sum {
            if to - from == 1 {
                return Box::pin(async move { from });
            }
            let middle = (from + to) / 2;
            Box::pin(async move {
                let low = pool::spawn(sum(from, middle));
                let high = pool::spawn(sum(middle, to));
                low.await.unwrap() + high.await.unwrap()
            })
        }

        for workers in [1, 2, 3] {
            let sum = pool::block_on(workers, sum(0, 10_000));
            assert_eq!(sum, 49_995_000);
        }
    });
}

#[test]
fn time_passes() {
    alone(|| {
        on_workers(|| async {
            let begun = Instant::now();
            sleep(ms(5)).await;
            assert!(begun.elapsed() >= ms(5));
            assert!(timeout(ms(5), pending::<()>()).await.is_err());
            let mut ticks = interval(ms(2));
            for _ in 0..5 {
                ticks.tick().await;
            }
            assert!(begun.elapsed() >= ms(18));
        });
    });
}

#[test]
fn a_timer_moves_with_its_future() {
    alone(|| {
        pool::block_on(2, async {
            // Set on this thread, then waited for in a task, then here again.
            let mut early = Box::pin(sleep(ms(200)));
            let polled = timeout(ms(1), &mut early).await;
            assert!(polled.is_err());
            let early = pool::spawn(async move {
                let polled = timeout(ms(1), &mut early).await;
                assert!(polled.is_err());
                (early,)
            });
            early.await.unwrap().0.await;
            // Dropped by a thread that has no executor.
            let mut late = Box::pin(sleep(ms(60_000)));
            let late = pool::spawn(async move {
                assert!(timeout(ms(1), &mut late).await.is_err());
                (late,)
            });
            let (late,) = late.await.unwrap();
            thread::spawn(|| drop(late)).join().unwrap();
        });
    });
}

#[test]
fn ten_thousand_timers_ring() {
    alone(|| {
        on_workers(|| async {
            let sleeps = (0..10_000).map(|n| pool::spawn(sleep(ms(n % 50))));
            for one in sleeps.collect::<Vec<_>>() {
                one.await.unwrap();
            }
        });
    });
}

#[test]
fn sockets_are_read_and_written() {
    alone(|| {
        on_workers(|| async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let echo = pool::spawn(async move {
                for _ in 0..10 {
                    let (stream, _) = listener.accept().await.unwrap();
                    drop(pool::spawn(async {
                        let (from, mut to) = stream.into_split();
                        futures_util::io::copy(from, &mut to).await.unwrap();
                    }));
                }
            });
            let mut tasks = Vec::new();
            for n in 0..10 {
                tasks.push(pool::spawn(async move {
                    let mut stream = TcpStream::connect(to).await.unwrap();
                    for m in 0..100 {
                        stream.write_all(&[n, m]).await.unwrap();
                        let mut bytes = [0; 2];
                        stream.read_exact(&mut bytes).await.unwrap();
                        assert_eq!(bytes, [n, m]);
                    }
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
            echo.await.unwrap();
        });
    });
}

#[test]
fn a_socket_that_was_made_on_the_calling_thread_serves_workers() {
    alone(|| {
        pool::block_on(2, async {
            let one = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            other.connect(one.local_addr().unwrap()).await.unwrap();
            let one = Arc::new(one);
            let mut receivers = Vec::new();
            for _ in 0..50 {
                let one = one.clone();
                receivers.push(pool::spawn(async move {
                    let mut byte = [0];
                    one.recv(&mut byte).await.unwrap();
                    byte[0]
                }));
            }
            for n in 0..50 {
                other.send(&[n]).await.unwrap();
            }
            let mut all = BTreeSet::new();
            for receiver in receivers {
                all.insert(receiver.await.unwrap());
            }
            assert_eq!(all.len(), 50);
        });
    });
}

#[test]
fn channels_and_locks_work_between_workers() {
    alone(|| {
        on_workers(|| async {
            let (sender, mut receiver) = mpsc::channel(4);
            let sum = Arc::new(Mutex::new(0));
            let permits = Arc::new(Semaphore::new(3));
            let done = Arc::new(Notify::new());
            for n in 0..100 {
                let (sender, sum) = (sender.clone(), sum.clone());
                let (permits, done) = (permits.clone(), done.clone());
                drop(pool::spawn(async move {
                    let permit = permits.acquire().await.unwrap();
                    yield_now().await;
                    let mut guard = sum.lock().await;
                    let before = *guard;
                    yield_now().await;
                    *guard = before + n;
                    drop((guard, permit));
                    let (reply, answer) = oneshot::channel();
                    sender.send((n, reply)).await.unwrap();
                    assert_eq!(answer.await, Ok(n));
                    done.notify_one();
                }));
            }
            drop(sender);
            while let Some((n, reply)) = receiver.recv().await {
                reply.send(n).unwrap();
            }
            done.notified().await;
            assert_eq!(*sum.lock().await, 4950);
        });
    });
}

#[test]
fn blocking_work_is_awaited() {
    alone(|| {
        on_workers(|| async {
            let name = unblock(|| {
                // It may run futures of its own.
                own_executor::block_on(yield_now());
                thread::current().name().map(str::to_owned)
            });
            assert_eq!(name.await.unwrap(), "unblock");
        });
    });
}

#[test]
fn a_scope_runs_in_the_future_of_block_on() {
    alone(|| {
        let words = ["one", "two"];
        let words = &words;
        let letters = pool::block_on(
            2,
            scope(async |s| {
                let one = s.spawn(async { words[0].len() });
                let two = pool::spawn(async { 3 });
                one.await.unwrap() + two.await.unwrap()
            }),
        );
        assert_eq!(letters, 6);
        // A task may await one that another thread runs.
        on_workers(|| async {
            let scoped = unblock(|| {
                let words = ["three"];
                let words = &words;
                own_executor::block_on(scope(async |s| {
                    s.spawn(async { words[0].len() }).await.unwrap()
                }))
            });
            assert_eq!(scoped.await, 5);
        });
    });
}

#[test]
fn the_calling_thread_has_tasks_of_its_own_beside_the_pool() {
    alone(|| {
        let outside = pool::block_on(2, async {
            let here = thread::current().id();
            let not_send = std::rc::Rc::new(());
            let own = own_executor::spawn(async move {
                sleep(ms(1)).await;
                drop(not_send);
                thread::current().id()
            });
            // A worker waits for what another thread's task says.
            let (sender, receiver) = oneshot::channel();
            drop(own_executor::spawn(async {
                sleep(ms(1)).await;
                sender.send(7).unwrap();
            }));
            let there = pool::spawn(receiver);
            assert_eq!(own.await.unwrap(), here);
            there.await.unwrap().unwrap()
        });
        assert_eq!(outside, 7);
    });
}
