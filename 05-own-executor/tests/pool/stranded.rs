//! Nothing is stranded behind a long poll while another worker is idle. The
//! polls here end only once what they could hold up has been done by another.

use super::{block_until, compute_for};
use crate::ms;
use own_executor::net::UdpSocket;
use own_executor::pool;
use own_executor::sync::Notify;
use own_executor::task::yield_now;
use own_executor::time::sleep;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Instant;
use trials::alone;

#[test]
fn a_task_is_taken_from_the_worker_that_spawned_it() {
    alone(|| {
        for workers in [2, 3] {
            for spawned in [1, 2, 10] {
                pool::block_on(workers, async move {
                    let long = pool::spawn(async move {
                        let ran = Arc::new(AtomicUsize::new(0));
                        for _ in 0..spawned {
                            let ran = ran.clone();
                            drop(pool::spawn(async move {
                                ran.fetch_add(1, Ordering::Release);
                            }));
                        }
                        while ran.load(Ordering::Acquire) < spawned {
                            compute_for(ms(1));
                        }
                    });
                    long.await.unwrap();
                });
            }
        }
    });
}

#[test]
fn so_are_tasks_that_it_wakes_one_after_another() {
    alone(|| {
        pool::block_on(2, async {
            let go = Arc::new(Notify::new());
            let ran = Arc::new(AtomicUsize::new(0));
            let (woken, counts) = (go.clone(), ran.clone());
            drop(pool::spawn(async move {
                loop {
                    woken.notified().await;
                    counts.fetch_add(1, Ordering::Release);
                }
            }));
            let long = pool::spawn(async move {
                for n in 1..=20 {
                    go.notify_one();
                    while ran.load(Ordering::Acquire) < n {
                        compute_for(ms(1));
                    }
                    // Long enough for the other worker to lie down.
                    compute_for(ms(5));
                }
            });
            long.await.unwrap();
        });
    });
}

/// One worker, whichever a timer has woken, stays in its poll. The other's task
/// is then woken by a timer as well.
#[test]
fn timers_ring_while_the_worker_that_looked_after_them_is_in_a_long_poll() {
    alone(|| {
        for workers in [2, 4] {
            pool::block_on(workers, async {
                let mut long = Vec::new();
                for _ in 0..10 {
                    let rang = Arc::new(AtomicBool::new(false));
                    let rings = rang.clone();
                    drop(pool::spawn(async move {
                        sleep(ms(10)).await;
                        rings.store(true, Ordering::Release);
                    }));
                    long.push(pool::spawn(async move {
                        sleep(ms(5)).await;
                        block_until(&rang);
                    }));
                    long.pop().unwrap().await.unwrap();
                }
            });
        }
    });
}

#[test]
fn sockets_are_read_while_the_worker_that_looked_after_them_is_in_a_long_poll()
{
    alone(|| {
        pool::block_on(2, async {
            let one = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let (to_one, to_other) =
                (one.local_addr().unwrap(), other.local_addr().unwrap());
            let came = Arc::new(AtomicBool::new(false));
            let comes = came.clone();
            let short = pool::spawn(async move {
                for _ in 0..20 {
                    other.recv(&mut [0]).await.unwrap();
                    comes.store(true, Ordering::Release);
                }
            });
            let long = pool::spawn(async move {
                let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
                for _ in 0..20 {
                    one.recv(&mut [0]).await.unwrap();
                    socket.send_to(&[1], to_other).unwrap();
                    block_until(&came);
                    came.store(false, Ordering::Release);
                }
            });
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            for _ in 0..20 {
                sleep(ms(3)).await;
                socket.send_to(&[1], to_one).await.unwrap();
            }
            long.await.unwrap();
            short.await.unwrap();
        });
    });
}

#[test]
fn the_future_of_block_on_is_held_up_by_no_task() {
    alone(|| {
        pool::block_on(1, async {
            let is_over = Arc::new(AtomicBool::new(false));
            let over = is_over.clone();
            let long = pool::spawn(async move { block_until(&over) });
            sleep(ms(5)).await;
            yield_now().await;
            is_over.store(true, Ordering::Release);
            long.await.unwrap();
        });
    });
}

#[test]
fn tasks_are_held_up_by_no_future_of_block_on() {
    alone(|| {
        pool::block_on(1, async {
            let came = Arc::new(AtomicBool::new(false));
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let to = socket.local_addr().unwrap();
            let comes = came.clone();
            drop(pool::spawn(async move {
                sleep(ms(5)).await;
                // This socket was made on the thread that blocks now.
                socket.recv(&mut [0]).await.unwrap();
                comes.store(true, Ordering::Release);
            }));
            let sends = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            sends.send_to(&[1], to).unwrap();
            block_until(&came);
        });
    });
}

#[test]
fn two_in_ping_pong_starve_no_third() {
    alone(|| {
        pool::block_on(1, async {
            let [ping, pong] = [0, 1].map(|_| Arc::new(Notify::new()));
            for (own, other) in [(&ping, &pong), (&pong, &ping)] {
                let (own, other) = (own.clone(), other.clone());
                drop(pool::spawn(async move {
                    loop {
                        own.notified().await;
                        other.notify_one();
                    }
                }));
            }
            ping.notify_one();
            let third = pool::spawn(async {
                for _ in 0..1000 {
                    yield_now().await;
                }
                sleep(ms(5)).await;
            });
            third.await.unwrap();
        });
    });
}

#[test]
fn a_worker_whose_tasks_are_always_ready_looks_outside() {
    alone(|| {
        pool::block_on(1, async {
            for _ in 0..3 {
                drop(pool::spawn(async {
                    loop {
                        yield_now().await;
                    }
                }));
            }
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let to = socket.local_addr().unwrap();
            let receives = pool::spawn(async move {
                for n in 0..10 {
                    let mut byte = [0];
                    socket.recv(&mut byte).await.unwrap();
                    assert_eq!(byte, [n]);
                    sleep(ms(1)).await;
                }
            });
            let sends = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            for n in 0..10 {
                sends.send_to(&[n], to).await.unwrap();
                // From another thread, this one.
                pool::spawn(yield_now()).await.unwrap();
            }
            receives.await.unwrap();
        });
    });
}

#[test]
fn a_task_whose_channel_is_always_ready_lets_others_run() {
    alone(|| {
        pool::block_on(1, async {
            let permits = Arc::new(own_executor::sync::Semaphore::new(1));
            drop(pool::spawn(async move {
                loop {
                    drop(permits.acquire().await.unwrap());
                }
            }));
            for _ in 0..100 {
                pool::spawn(yield_now()).await.unwrap();
            }
        });
    });
}

#[test]
fn a_worker_takes_tasks_from_one_that_has_many() {
    alone(|| {
        pool::block_on(2, async {
            let spawns = pool::spawn(async {
                // Each of these blocks its worker until the other one has one
                // as well.
                let barrier = Arc::new(Barrier::new(2));
                let mut tasks = Vec::new();
                for _ in 0..100 {
                    let barrier = barrier.clone();
                    tasks.push(pool::spawn(async move { barrier.wait() }));
                }
                for task in tasks {
                    task.await.unwrap();
                }
            });
            spawns.await.unwrap();
        });
    });
}

#[test]
fn a_timer_that_is_earlier_than_the_wait_cuts_it_short() {
    alone(|| {
        pool::block_on(2, async {
            drop(pool::spawn(sleep(ms(3_600_000))));
            // Both workers sleep for long by now.
            sleep(ms(20)).await;
            for _ in 0..10 {
                let begun = Instant::now();
                pool::spawn(sleep(ms(5))).await.unwrap();
                assert!(begun.elapsed() < ms(60_000));
            }
        });
    });
}
