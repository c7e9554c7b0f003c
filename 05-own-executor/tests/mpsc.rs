//! The channel with room for a number of values.

use crate::{Notes, PanicsWhenDropped, noting_waker};
use own_executor::sync::mpsc::{TryRecvError, TrySendError, channel};
use own_executor::task::yield_now;
use own_executor::time::{sleep, timeout};
use own_executor::{block_on, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;
use trials::alone;

#[test]
fn values_come_in_order_and_then_none_again_and_again() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel(3);
            let sends = spawn(async move {
                for n in 0..100 {
                    sender.send(n).await.unwrap();
                }
            });
            for n in 0..100 {
                assert_eq!(receiver.recv().await, Some(n));
            }
            for _ in 0..3 {
                assert_eq!(receiver.recv().await, None);
            }
            sends.await.unwrap();
            let gone = receiver.try_recv().unwrap_err();
            assert_eq!(gone, TryRecvError::Disconnected);
        });
    });
}

#[test]
fn room_is_exactly_what_was_asked_for() {
    alone(|| {
        let (sender, mut receiver) = channel(2);
        let other = sender.clone();
        sender.try_send(1).unwrap();
        other.try_send(2).unwrap();
        assert_eq!(other.try_send(3), Err(TrySendError::Full(3)));
        assert_eq!((receiver.len(), sender.capacity()), (2, 0));
        assert_eq!(receiver.try_recv(), Ok(1));
        other.try_send(3).unwrap();
        assert_eq!(receiver.len(), 2);
        assert!(catch_unwind(|| channel::<u32>(0)).is_err());
    });
}

#[test]
fn a_place_that_is_freed_belongs_to_the_first_that_waits() {
    alone(|| {
        let (sender, mut receiver) = channel(1);
        sender.try_send(1).unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut first = Box::pin(sender.send(2));
        let mut second = pin!(sender.send(3));
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert_eq!(receiver.try_recv(), Ok(1));
        assert_eq!(sender.try_send(4), Err(TrySendError::Full(4)));
        // Dropped unpolled, it leaves the place to the next, and its value is
        // gone.
        drop(first);
        assert!(second.as_mut().poll(&mut context).is_ready());
        assert_eq!(receiver.try_recv(), Ok(3));
        assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    });
}

#[test]
fn a_recv_that_was_woken_and_is_dropped_leaves_the_value() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel(1);
            let late = timeout(Duration::ZERO, receiver.recv()).await;
            assert!(late.is_err());
            {
                let mut recv = pin!(receiver.recv());
                let mut context = Context::from_waker(Waker::noop());
                assert!(recv.as_mut().poll(&mut context).is_pending());
                sender.send(1).await.unwrap();
            }
            assert_eq!(receiver.recv().await, Some(1));
        });
    });
}

#[test]
fn after_close_what_waits_gets_its_value_back_and_what_was_sent_comes() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel(1);
            sender.send(1).await.unwrap();
            let waiting = sender.clone();
            let waits = spawn(async move { waiting.send(2).await });
            yield_now().await;
            receiver.close();
            assert_eq!(waits.await.unwrap().unwrap_err().0, 2);
            assert_eq!(sender.try_send(3), Err(TrySendError::Closed(3)));
            assert!(sender.is_closed());
            assert_eq!(receiver.recv().await, Some(1));
            assert_eq!(receiver.recv().await, None);
        });
    });
}

#[test]
fn after_close_what_was_reserved_is_waited_for() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel(2);
            let used = sender.reserve().await.unwrap();
            let unused = sender.reserve().await.unwrap();
            receiver.close();
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            used.send(1);
            assert_eq!(receiver.recv().await, Some(1));
            let mut none = pin!(receiver.recv());
            let notes = Notes::default();
            let waker = noting_waker(&notes, "woken");
            let mut context = Context::from_waker(&waker);
            assert!(none.as_mut().poll(&mut context).is_pending());
            drop(unused);
            assert_eq!(notes.take(), ["woken"]);
            assert_eq!(none.await, None);
        });
    });
}

#[test]
fn with_the_receiver_values_are_dropped_now_in_order_though_one_panics() {
    alone(|| {
        let notes = Notes::default();
        let (sender, receiver) = channel(3);
        let panics = Some(PanicsWhenDropped("a value"));
        let values = [
            (notes.when_dropped("a"), None),
            (notes.when_dropped("b"), panics),
            (notes.when_dropped("c"), None),
        ];
        for value in values {
            assert!(sender.try_send(value).is_ok());
        }
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(receiver)));
        assert!(dropped.is_err());
        assert_eq!(notes.take(), ["a", "b", "c"]);
    });
}

#[test]
fn a_values_destructor_may_use_the_channel() {
    alone(|| {
        struct Sends(Option<own_executor::sync::mpsc::Sender<Sends>>);

        impl Drop for Sends {
            fn drop(&mut self) {
                if let Some(sender) = self.0.take() {
                    assert!(sender.try_send(Sends(None)).is_err());
                }
            }
        }

        let (sender, receiver) = channel(2);
        let inside = Sends(Some(sender.clone()));
        assert!(sender.try_send(inside).is_ok());
        drop(receiver);
    });
}

#[test]
fn the_receivers_waker_is_released_with_it() {
    alone(|| {
        let notes = Notes::default();
        let waker = noting_waker(&notes, "never");
        let (sender, mut receiver) = channel::<u32>(1);
        {
            let mut recv = pin!(receiver.recv());
            let mut context = Context::from_waker(&waker);
            assert!(recv.as_mut().poll(&mut context).is_pending());
        }
        drop(receiver);
        drop(waker);
        assert_eq!(Arc::strong_count(&notes.0), 1);
        drop(sender);
    });
}

#[test]
fn threads_can_send_to_one_another() {
    alone(|| {
        let (sender, mut receiver) = channel(4);
        let all: Vec<_> = (0..4)
            .map(|n: u64| {
                let sender = sender.clone();
                thread::spawn(move || {
                    block_on(async {
                        for i in 0..1000 {
                            sender.send(n * 1000 + i).await.unwrap();
                        }
                    });
                })
            })
            .collect();
        drop(sender);
        let mut sum = 0;
        block_on(async {
            while let Some(n) = receiver.recv().await {
                sum += n;
            }
        });
        all.into_iter().for_each(|it| it.join().unwrap());
        assert_eq!(sum, (0..4000).sum::<u64>());
    });
}

#[test]
fn a_receiver_that_sleeps_is_woken_by_the_last_sender() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = channel::<u32>(1);
            drop(spawn(async move {
                sleep(Duration::from_millis(5)).await;
                drop(sender);
            }));
            assert_eq!(receiver.recv().await, None);
        });
    });
}

#[test]
fn its_length_is_right_however_often_it_was_full() {
    let (sender, mut receiver) = channel(3);
    for n in 0..20 {
        assert!(receiver.is_empty());
        for length in 1..=3 {
            sender.try_send(n).unwrap();
            assert_eq!(
                (receiver.len(), sender.capacity()),
                (length, 3 - length)
            );
        }
        for length in (0..3).rev() {
            assert_eq!(receiver.try_recv(), Ok(n));
            assert_eq!(
                (receiver.len(), sender.capacity()),
                (length, 3 - length)
            );
        }
    }
}

#[test]
fn a_sender_is_clone_whatever_it_sends() {
    struct NotClone;
    let (sender, _receiver) = channel::<NotClone>(1);
    drop(sender.clone());
}
