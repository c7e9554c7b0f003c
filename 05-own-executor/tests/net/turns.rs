//! Sockets beside tasks, timers, other threads, and signals.

use super::{both_ours, pair};
use futures_util::future::select;
use futures_util::{AsyncReadExt, AsyncWriteExt};
use own_executor::net::{TcpListener, UdpSocket};
use own_executor::sync::oneshot;
use own_executor::task::yield_now;
use own_executor::time::{sleep, timeout};
use own_executor::{block_on, spawn};
use std::cell::Cell;
use std::io::Write;
use std::pin::pin;
use std::process::{self, Command};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use trials::alone;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn sockets_are_served_beside_tasks_that_are_always_ready() {
    alone(|| {
        block_on(async {
            for _ in 0..3 {
                drop(spawn(async {
                    loop {
                        yield_now().await;
                    }
                }));
            }
            let (mut a, mut b) = both_ours().await;
            let echo = spawn(async move {
                let mut byte = [0];
                while b.read(&mut byte).await.unwrap() > 0 {
                    b.write_all(&byte).await.unwrap();
                }
            });
            for n in 0..100 {
                a.write_all(&[n]).await.unwrap();
                let mut byte = [0];
                a.read_exact(&mut byte).await.unwrap();
                assert_eq!(byte, [n]);
            }
            drop(a);
            echo.await.unwrap();
        });
    });
}

#[test]
fn a_task_whose_socket_is_always_ready_lets_others_run() {
    alone(|| {
        let sent = Rc::new(Cell::new(0));
        block_on(async {
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let to = socket.local_addr().unwrap();
            let sends = sent.clone();
            drop(spawn(async move {
                // What is not received is thrown away: nothing ever waits.
                loop {
                    socket.send_to(&[], to).await.unwrap();
                    sends.set(sends.get() + 1);
                }
            }));
            let others = spawn(async move {
                for n in 1..=10 {
                    assert_eq!(sent.get(), n * 128);
                    yield_now().await;
                }
                sleep(ms(5)).await;
            });
            others.await.unwrap();
        });
    });
}

#[test]
fn timers_ring_on_time_while_sockets_are_waited_for() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let accepts = spawn(async move { listener.accept().await });
            for micros in [0, 1, 300, 999, 1000, 1001, 5000] {
                let begun = Instant::now();
                let time = Duration::from_micros(micros);
                sleep(time).await;
                assert!(begun.elapsed() >= time, "{micros}");
            }
            accepts.abort();
            assert!(accepts.await.unwrap_err().is_cancelled());
        });
    });
}

#[test]
fn a_timer_that_another_task_sets_cuts_the_wait_short() {
    alone(|| {
        block_on(async {
            let (mut ours, _theirs) = pair().await;
            let mut byte = [0];
            let late = timeout(Duration::from_secs(3600), ours.read(&mut byte));
            let begun = Instant::now();
            select(pin!(late), pin!(sleep(ms(10)))).await;
            assert!(begun.elapsed() < Duration::from_secs(60));
        });
    });
}

#[test]
fn other_threads_wake_tasks_while_sockets_are_waited_for() {
    alone(|| {
        block_on(async {
            for delay in [0, 1, 20] {
                let (sender, receiver) = oneshot::channel();
                let (mut ours, mut theirs) = pair().await;
                let other = thread::spawn(move || {
                    thread::sleep(ms(delay));
                    sender.send(delay).unwrap();
                });
                assert_eq!(receiver.await, Ok(delay));
                other.join().unwrap();
                theirs.write_all(b"x").unwrap();
                assert_eq!(ours.read(&mut [0]).await.unwrap(), 1);
            }
        });
    });
}

#[test]
fn ten_thousand_wakes_from_elsewhere_beside_a_socket_are_all_seen() {
    alone(|| {
        block_on(async {
            let _listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (senders, to_send) = std::sync::mpsc::channel();
            let other = thread::spawn(move || {
                while let Ok(sender) = to_send.recv() {
                    let sender: oneshot::Sender<()> = sender;
                    thread::yield_now();
                    sender.send(()).unwrap();
                }
            });
            for _ in 0..10_000 {
                let (sender, receiver) = oneshot::channel();
                senders.send(sender).unwrap();
                receiver.await.unwrap();
            }
            drop(senders);
            other.join().unwrap();
        });
    });
}

#[test]
fn waiting_for_a_socket_costs_no_time() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            let other = thread::spawn(move || {
                thread::sleep(ms(300));
                theirs.write_all(b"x").unwrap();
            });
            let before = lab::cpu_time_of_thread();
            assert_eq!(ours.read(&mut [0]).await.unwrap(), 1);
            let spent = lab::cpu_time_of_thread() - before;
            assert!(spent < ms(50), "{spent:?}");
            other.join().unwrap();
        });
    });
}

#[test]
fn a_signal_does_not_end_the_wait() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            // Being stopped ends a wait for sockets, even without a handler.
            let other = thread::spawn(move || {
                for _ in 0..3 {
                    thread::sleep(ms(20));
                    let me = process::id();
                    let code = format!("kill -STOP {me}; kill -CONT {me}");
                    let ran = Command::new("sh").args(["-c", &code]).status();
                    assert!(ran.unwrap().success());
                }
                theirs.write_all(b"x").unwrap();
            });
            assert_eq!(ours.read(&mut [0]).await.unwrap(), 1);
            other.join().unwrap();
        });
    });
}
