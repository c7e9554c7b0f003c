//! The channel for one value.

use crate::{Notes, noting_waker};
use own_executor::sync::oneshot::{self, TryRecvError, channel};
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Context;
use std::thread;
use trials::alone;

#[test]
fn a_value_goes_across_tasks_and_threads() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = channel();
            let waits = spawn(receiver);
            yield_now().await;
            thread::spawn(|| sender.send(5).unwrap());
            assert_eq!(waits.await.unwrap(), Ok(5));
        });
    });
}

#[test]
fn dropping_the_sender_is_heard() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = channel::<u32>();
            let waits = spawn(receiver);
            yield_now().await;
            drop(sender);
            assert!(waits.await.unwrap().is_err());
        });
    });
}

#[test]
fn close_keeps_what_was_sent_and_refuses_what_comes_later() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel();
            sender.send(1).unwrap();
            receiver.close();
            assert_eq!(receiver.await, Ok(1));

            let (sender, mut receiver) = channel();
            receiver.close();
            assert!(sender.is_closed());
            assert_eq!(sender.send(2), Err(2));
            assert!(receiver.await.is_err());
        });
    });
}

#[test]
fn a_value_that_nobody_takes_is_dropped_with_the_receiver() {
    alone(|| {
        let notes = Notes::default();
        let (sender, receiver) = channel();
        assert!(sender.send(notes.when_dropped("value")).is_ok());
        drop(receiver);
        assert_eq!(notes.take(), ["value"]);
    });
}

#[test]
fn awaited_again_it_panics_and_asked_again_it_is_closed() {
    alone(|| {
        let (sender, mut receiver) = channel();
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
        sender.send(1).unwrap();
        assert_eq!(receiver.try_recv(), Ok(1));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Closed));
        let again = catch_unwind(AssertUnwindSafe(|| block_on(receiver)));
        assert!(again.is_err());

        let (sender, mut receiver) = channel();
        sender.send(1).unwrap();
        let again = catch_unwind(AssertUnwindSafe(|| {
            block_on(async {
                assert_eq!((&mut receiver).await, Ok(1));
                let _ = (&mut receiver).await;
            });
        }));
        assert!(again.is_err());
    });
}

#[test]
fn only_the_last_waker_of_each_side_rings_and_the_others_are_released() {
    alone(|| {
        let notes = Notes::default();
        let wakers = ["first", "last"].map(|name| noting_waker(&notes, name));
        let poll = |receiver: &mut oneshot::Receiver<u32>| {
            for waker in &wakers {
                let mut context = Context::from_waker(waker);
                assert!(
                    Pin::new(&mut *receiver).poll(&mut context).is_pending()
                );
            }
        };
        let (sender, mut receiver) = channel();
        poll(&mut receiver);
        sender.send(1).unwrap();
        assert_eq!(notes.take(), ["last"]);

        let (mut sender, receiver) = channel::<u32>();
        for waker in &wakers {
            let mut context = Context::from_waker(waker);
            assert!(sender.poll_closed(&mut context).is_pending());
        }
        drop(receiver);
        assert_eq!(notes.take(), ["last"]);
        assert!(sender.is_closed());
    });
}
