//! Sockets without their `block_on`, and on other threads.

use super::{descriptors, pair, poll_read};
use crate::{Notes, noting_waker};
use futures_util::{AsyncReadExt, AsyncWriteExt};
use own_executor::net::{TcpListener, TcpStream, UdpSocket};
use own_executor::sync::oneshot;
use own_executor::time::sleep;
use own_executor::{block_on, spawn};
use std::future::pending;
use std::io::{self, Write};
use std::net;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use trials::alone;

fn is_over<T>(result: io::Result<T>) -> bool {
    result.is_err_and(|why| why.to_string().contains("while the `block_on`"))
}

#[test]
fn when_block_on_has_returned_its_sockets_give_errors() {
    alone(|| {
        let (mut stream, mut theirs) = block_on(pair());
        let listener =
            block_on(TcpListener::bind("127.0.0.1:0")).expect("it is made");
        theirs.write_all(b"hello").unwrap();
        block_on(async {
            // Another one is there by now.
            let (mut other, _theirs) = pair().await;
            assert!(is_over(stream.read(&mut [0; 9]).await));
            assert!(is_over(stream.write(b"x").await));
            assert!(is_over(listener.accept().await));
            other.write_all(b"x").await.unwrap();
            // Dropping them does not touch those that have their places now.
            drop((stream, listener));
            other.write_all(b"x").await.unwrap();
        });
    });
}

#[test]
fn what_waits_when_block_on_returns_is_woken() {
    alone(|| {
        let notes = Notes::default();
        let waker = noting_waker(&notes, "rings");
        let mut context = Context::from_waker(&waker);
        for panics in [false, true] {
            let mut kept = None;
            let ran = catch_unwind(AssertUnwindSafe(|| {
                block_on(async {
                    let (stream, theirs) = pair().await;
                    let (stream, _) = kept.insert((stream, theirs));
                    let polled = poll_read(stream, &mut context, &mut [0]);
                    assert!(polled.is_pending());
                    assert!(!panics, "on purpose");
                });
            }));
            assert_eq!(ran.is_err(), panics);
            assert_eq!(notes.take(), ["rings"]);
            let (mut stream, _theirs) = kept.unwrap();
            match poll_read(&mut stream, &mut context, &mut [0]) {
                Poll::Ready(read) => assert!(is_over(read)),
                Poll::Pending => panic!("it waits for ever"),
            }
        }
    });
}

#[test]
fn another_thread_that_waits_is_woken_when_block_on_returns() {
    alone(|| {
        let (begun, has_begun) = mpsc::channel();
        let reader = block_on(async {
            let (mut stream, theirs) = pair().await;
            let reader = thread::spawn(move || {
                block_on(async {
                    begun.send(()).unwrap();
                    let read = stream.read(&mut [0]).await;
                    drop(theirs);
                    read
                })
            });
            has_begun.recv().unwrap();
            sleep(Duration::from_millis(20)).await;
            reader
        });
        assert!(is_over(reader.join().unwrap()));
    });
}

#[test]
fn a_socket_may_be_used_on_another_thread() {
    alone(|| {
        block_on(async {
            let (mut stream, mut theirs) = pair().await;
            let (sender, receiver) = oneshot::channel();
            let reader = thread::spawn(move || {
                block_on(async {
                    let mut all = String::new();
                    stream.read_to_string(&mut all).await.unwrap();
                    let _ = sender.send(all);
                });
            });
            for part in ["hel", "lo"] {
                sleep(Duration::from_millis(5)).await;
                theirs.write_all(part.as_bytes()).unwrap();
            }
            drop(theirs);
            assert_eq!(receiver.await.unwrap(), "hello");
            reader.join().unwrap();
        });
    });
}

#[test]
fn without_block_on_it_is_an_error() {
    alone(|| {
        let std = net::TcpListener::bind("127.0.0.1:0").unwrap();
        let to = std.local_addr().unwrap();
        assert!(is_over(TcpListener::from_std(std)));
        let mut context = Context::from_waker(Waker::noop());
        let mut connects = pin!(TcpStream::connect(to));
        match connects.as_mut().poll(&mut context) {
            Poll::Ready(result) => assert!(is_over(result)),
            Poll::Pending => panic!("it waits"),
        }
        let mut binds = pin!(UdpSocket::bind("127.0.0.1:0"));
        match binds.as_mut().poll(&mut context) {
            Poll::Ready(result) => assert!(is_over(result)),
            Poll::Pending => panic!("it waits"),
        }
    });
}

#[test]
fn two_hundred_times_no_descriptor_is_left() {
    alone(|| {
        let before = descriptors();
        for n in 0..200 {
            let ran = catch_unwind(|| {
                block_on(async {
                    let (mut stream, mut theirs) = pair().await;
                    theirs.write_all(b"x").unwrap();
                    assert_eq!(stream.read(&mut [0]).await.unwrap(), 1);
                    // It waits when it is dropped.
                    drop(spawn(async move {
                        let _ = stream.read(&mut [0]).await;
                        pending::<()>().await;
                    }));
                    sleep(Duration::ZERO).await;
                    assert!(n % 10 > 0, "on purpose");
                });
            });
            assert_eq!(ran.is_err(), n % 10 == 0);
        }
        assert_eq!(descriptors(), before);
    });
}

/// Makes a socket when it is dropped.
struct Binds;

impl Drop for Binds {
    fn drop(&mut self) {
        let std = net::TcpListener::bind("127.0.0.1:0").unwrap();
        let listener = TcpListener::from_std(std).unwrap();
        drop(spawn(async move {
            let _ = listener.accept().await;
        }));
    }
}

#[test]
fn a_destructor_may_make_a_socket_at_the_end() {
    alone(|| {
        let before = descriptors();
        block_on(async {
            let binds = Binds;
            drop(spawn(async move {
                let _binds = binds;
                pending::<()>().await;
            }));
            sleep(Duration::ZERO).await;
        });
        assert_eq!(descriptors(), before);
    });
}

/// Only compiles if what it is given can be sent to another thread.
fn can_be_sent<T: Send + 'static>(future: T) {
    drop(future);
}

#[test]
fn what_waits_for_a_socket_can_be_sent_to_another_thread() {
    can_be_sent(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let to = listener.local_addr()?;
        let stream = TcpStream::connect(to).await?;
        let (mut other, _) = listener.accept().await?;
        let (mut from, mut to) = stream.into_split();
        to.write_all(b"x").await?;
        from.read_exact(&mut [0]).await?;
        other.close().await
    });
    can_be_sent(async {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(("127.0.0.1", 9)).await?;
        let mut buffer = [0; 9];
        socket.send_to(&buffer, "127.0.0.1:9").await?;
        socket.recv_from(&mut buffer).await?;
        socket.send(&buffer).await?;
        socket.recv(&mut buffer).await
    });
    can_be_sent(own_executor::unblock(|| ()));
}
