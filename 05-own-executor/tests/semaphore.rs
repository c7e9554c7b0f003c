//! Permits: who gets them, and when.

use crate::{Notes, noting_waker};
use own_executor::sync::{Acquire, Semaphore, TryAcquireError};
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use trials::alone;

fn is_pending(acquire: &mut Pin<&mut Acquire<'_>>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    acquire.as_mut().poll(&mut context).is_pending()
}

#[test]
fn permits_go_in_the_order_of_first_polls() {
    alone(|| {
        let notes = Notes::default();
        let one = Rc::new(Semaphore::new(1));
        block_on(async {
            let held = one.acquire().await.unwrap();
            let mut all = Vec::new();
            for name in ["a", "b", "c"] {
                let (one, notes) = (one.clone(), notes.clone());
                all.push(spawn(async move {
                    let _permit = one.acquire().await.unwrap();
                    notes.add(name);
                    yield_now().await;
                }));
            }
            yield_now().await;
            drop(held);
            for task in all {
                task.await.unwrap();
            }
        });
        assert_eq!(notes.take(), ["a", "b", "c"]);
        assert_eq!(one.available_permits(), 1);
    });
}

#[test]
fn one_that_wants_many_holds_back_those_behind_it() {
    alone(|| {
        let permits = Semaphore::new(2);
        let held = permits.try_acquire().unwrap();
        let mut many = Box::pin(permits.acquire_many(3));
        let mut one = pin!(permits.acquire());
        assert!(is_pending(&mut many.as_mut()));
        assert!(is_pending(&mut one.as_mut()));
        // What is free is put aside.
        assert_eq!(permits.available_permits(), 0);
        assert_eq!(
            permits.try_acquire().unwrap_err(),
            TryAcquireError::NoPermits
        );
        drop(held);
        assert_eq!(permits.available_permits(), 0);
        assert!(is_pending(&mut many.as_mut()));
        assert!(is_pending(&mut one.as_mut()));
        // Dropped, it gives back what was put aside.
        drop(many);
        assert_eq!(permits.available_permits(), 1);
        assert!(!is_pending(&mut one.as_mut()));
    });
}

#[test]
fn one_that_was_granted_and_is_dropped_unpolled_gives_its_permit_on() {
    alone(|| {
        let permits = Semaphore::new(1);
        let held = permits.try_acquire().unwrap();
        let mut first = Box::pin(permits.acquire());
        let mut second = pin!(permits.acquire());
        assert!(is_pending(&mut first.as_mut()));
        assert!(is_pending(&mut second));
        drop(held);
        // It belongs to the first already.
        assert!(permits.try_acquire().is_err());
        assert!(is_pending(&mut second));
        drop(first);
        assert!(!is_pending(&mut second));
        assert_eq!(permits.available_permits(), 1);
    });
}

#[test]
fn after_close_all_fail_and_permits_are_still_counted() {
    alone(|| {
        let permits = Semaphore::new(2);
        let held = permits.try_acquire_many(2).unwrap();
        let mut granted = pin!(permits.acquire());
        let mut waits = pin!(permits.acquire_many(2));
        assert!(is_pending(&mut granted));
        assert!(is_pending(&mut waits));
        // One for the first; the other is put aside for the second.
        permits.add_permits(2);
        assert_eq!(permits.available_permits(), 0);
        permits.close();
        block_on(async {
            assert!(granted.await.is_err());
            assert!(waits.await.is_err());
            assert!(permits.acquire().await.is_err());
        });
        assert_eq!(permits.available_permits(), 2);
        drop(held);
        assert_eq!(permits.available_permits(), 4);
        let closed = permits.try_acquire().unwrap_err();
        assert_eq!(closed, TryAcquireError::Closed);
    });
}

#[test]
fn forgotten_permits_are_gone() {
    let permits = Semaphore::new(2);
    permits.try_acquire().unwrap().forget();
    assert_eq!(permits.available_permits(), 1);
}

#[test]
fn a_waker_may_use_the_semaphore_while_it_is_woken_and_dropped() {
    alone(|| {
        struct Uses(Arc<Semaphore>);

        impl Wake for Uses {
            fn wake(self: Arc<Self>) {
                self.0.add_permits(1);
            }
        }

        impl Drop for Uses {
            fn drop(&mut self) {
                self.0.add_permits(10);
            }
        }

        let permits = Arc::new(Semaphore::new(0));
        let mut waits = Box::pin(permits.acquire());
        {
            let waker = Waker::from(Arc::new(Uses(permits.clone())));
            let mut context = Context::from_waker(&waker);
            assert!(waits.as_mut().poll(&mut context).is_pending());
        }
        // Another waker takes its place: the first is dropped, which releases.
        assert!(
            is_pending(&mut waits.as_mut()) || permits.available_permits() > 0
        );
        drop(waits);
        assert_eq!(permits.available_permits(), 10);
    });
}

#[test]
fn with_the_budget_spent_the_place_is_taken_all_the_same() {
    alone(|| {
        let permits = Rc::new(Semaphore::new(200));
        block_on(async {
            // The budget of this poll.
            for _ in 0..128 {
                permits.acquire().await.unwrap().forget();
            }
            let left = permits.available_permits();
            permits.try_acquire_many(left as u32).unwrap().forget();
            let mut first = Box::pin(permits.acquire());
            let mut context = Context::from_waker(Waker::noop());
            assert!(first.as_mut().poll(&mut context).is_pending());
            permits.add_permits(1);
            // It is the first one's already.
            assert!(permits.try_acquire().is_err());
            drop(first.await.unwrap());
        });
    });
}

#[test]
fn only_the_last_waker_rings() {
    alone(|| {
        let notes = Notes::default();
        let permits = Semaphore::new(0);
        let mut waits = pin!(permits.acquire());
        for name in ["first", "last"] {
            let waker = noting_waker(&notes, name);
            let mut context = Context::from_waker(&waker);
            assert!(waits.as_mut().poll(&mut context).is_pending());
        }
        permits.add_permits(1);
        assert_eq!(notes.take(), ["last"]);
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(permit)) = waits.as_mut().poll(&mut context) else {
            panic!("it has a permit");
        };
        assert_eq!(permit.num_permits(), 1);
    });
}
