//! Datagrams.

use own_executor::net::UdpSocket;
use own_executor::task::yield_now;
use own_executor::time::timeout;
use own_executor::{block_on, spawn};
use std::io::ErrorKind;
use std::net;
use std::rc::Rc;
use std::time::Duration;
use trials::alone;

async fn bound() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.unwrap()
}

#[test]
fn an_empty_datagram_is_no_end() {
    alone(|| {
        block_on(async {
            let (a, b) = (bound().await, bound().await);
            let to = b.local_addr().unwrap();
            assert_eq!(a.send_to(&[], to).await.unwrap(), 0);
            assert_eq!(a.send_to(b"hello", to).await.unwrap(), 5);
            let mut buffer = [0; 100];
            let from = a.local_addr().unwrap();
            let received = b.recv_from(&mut buffer).await.unwrap();
            assert_eq!(received, (0, from));
            let received = b.recv_from(&mut buffer).await.unwrap();
            assert_eq!(received, (5, from));
        });
    });
}

#[test]
fn a_short_datagram_does_not_hide_the_next_one() {
    alone(|| {
        block_on(async {
            let (a, b) = (bound().await, bound().await);
            b.connect(a.local_addr().unwrap()).await.unwrap();
            a.connect(b.local_addr().unwrap()).await.unwrap();
            assert_eq!(a.peer_addr().unwrap(), b.local_addr().unwrap());
            for n in 1..=10 {
                a.send(&vec![0; n]).await.unwrap();
            }
            // All have been reported together.
            yield_now().await;
            for n in 1..=10 {
                assert_eq!(b.recv(&mut [0; 100]).await.unwrap(), n);
            }
            // What does not fit is lost.
            a.send(&[0; 100]).await.unwrap();
            assert_eq!(b.recv(&mut [0; 10]).await.unwrap(), 10);
            let wait = Duration::from_millis(5);
            assert!(timeout(wait, b.recv(&mut [0; 10])).await.is_err());
        });
    });
}

#[test]
fn refused_is_an_error_and_then_it_is_usable() {
    alone(|| {
        block_on(async {
            let socket = bound().await;
            let gone = net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let to = gone.local_addr().unwrap();
            drop(gone);
            socket.connect(to).await.unwrap();
            socket.send(b"anybody?").await.unwrap();
            let why = socket.recv(&mut [0; 9]).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::ConnectionRefused);
            let there = net::UdpSocket::bind(to).unwrap();
            socket.send(b"now?").await.unwrap();
            let mut buffer = [0; 9];
            let (n, from) = there.recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..n], b"now?");
            there.send_to(b"yes", from).unwrap();
            assert_eq!(socket.recv(&mut buffer).await.unwrap(), 3);
        });
    });
}

#[test]
fn of_fifty_tasks_that_receive_every_one_is_woken() {
    alone(|| {
        block_on(async {
            let (a, b) = (bound().await, Rc::new(bound().await));
            let to = b.local_addr().unwrap();
            let tasks: Vec<_> = (0..50)
                .map(|_| {
                    let b = b.clone();
                    spawn(async move {
                        let mut byte = [0];
                        assert_eq!(b.recv(&mut byte).await.unwrap(), 1);
                        byte[0]
                    })
                })
                .collect();
            yield_now().await;
            for n in 0..50 {
                a.send_to(&[n], to).await.unwrap();
            }
            let mut sum = 0;
            for task in tasks {
                sum += u32::from(task.await.unwrap());
            }
            assert_eq!(sum, 49 * 50 / 2);
        });
    });
}
