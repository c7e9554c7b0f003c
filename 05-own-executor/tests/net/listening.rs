//! Listeners.

use crate::{Notes, noting_waker};
use own_executor::net::TcpListener;
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::io::ErrorKind;
use std::net;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;
use trials::alone;

#[test]
fn of_fifty_tasks_that_accept_every_one_is_woken() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let (listener, notes) = (Rc::new(listener), &notes);
            let to = listener.local_addr().unwrap();
            let tasks: Vec<_> = (0..50)
                .map(|_| {
                    let (listener, notes) = (listener.clone(), notes.clone());
                    spawn(async move {
                        let accepted = listener.accept().await;
                        notes.add("accepted");
                        accepted.unwrap()
                    })
                })
                .collect();
            yield_now().await;
            // Those that are dropped do not keep the others from it.
            for task in tasks.iter().step_by(5) {
                task.abort();
            }
            // All of them are reported at once.
            let clients: Vec<_> =
                (0..40).map(|_| net::TcpStream::connect(to).unwrap()).collect();
            let mut aborted = 0;
            for task in tasks {
                aborted += u32::from(task.await.is_err());
            }
            assert_eq!(aborted, 10);
            drop(clients);
        });
        assert_eq!(notes.take().len(), 40);
    });
}

#[test]
fn an_accept_that_is_dropped_leaves_no_waker_behind() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            for _ in 0..3 {
                let waker = noting_waker(&notes, "rings");
                let mut context = Context::from_waker(&waker);
                let mut accepts = pin!(listener.accept());
                assert!(accepts.as_mut().poll(&mut context).is_pending());
            }
            assert_eq!(Arc::strong_count(&notes.0), 1);
        });
    });
}

#[test]
fn all_that_came_before_anybody_looked_are_accepted() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let clients: Vec<_> = (0..100)
                .map(|_| net::TcpStream::connect(to).unwrap())
                .collect();
            yield_now().await;
            for client in &clients {
                let (_, from) = listener.accept().await.unwrap();
                assert_eq!(from, client.local_addr().unwrap());
            }
        });
    });
}

#[test]
fn an_address_that_is_taken_is_an_error() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let taken = listener.local_addr().unwrap();
            let why = TcpListener::bind(taken).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::AddrInUse);
            drop(listener);
            TcpListener::bind(taken).await.unwrap();
        });
    });
}
