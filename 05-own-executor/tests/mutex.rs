//! The lock that may be held across an await.

use own_executor::sync::Mutex;
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use trials::alone;

#[test]
fn nothing_is_lost_between_a_read_and_a_write() {
    alone(|| {
        let sum = Rc::new(Mutex::new(0));
        block_on(async {
            let mut all = Vec::new();
            for _ in 0..100 {
                let sum = sum.clone();
                all.push(spawn(async move {
                    let mut sum = sum.lock().await;
                    let before = *sum;
                    yield_now().await;
                    *sum = before + 1;
                }));
            }
            for one in all {
                one.await.unwrap();
            }
        });
        assert_eq!(*sum.try_lock().unwrap(), 100);
    });
}

#[test]
fn once_unlocked_it_is_the_next_ones_already() {
    alone(|| {
        let mutex = Mutex::new(());
        let held = mutex.try_lock().unwrap();
        let mut context = Context::from_waker(Waker::noop());
        let mut first = Box::pin(mutex.lock());
        let mut second = pin!(mutex.lock());
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(held);
        assert!(mutex.try_lock().is_err());
        drop(first);
        assert!(second.as_mut().poll(&mut context).is_ready());
    });
}

#[test]
fn a_panic_unlocks_it_and_does_not_poison_it() {
    alone(|| {
        let mutex = Rc::new(Mutex::new(1));
        block_on(async {
            let other = mutex.clone();
            let panics = spawn(async move {
                let mut value = other.lock().await;
                *value = 2;
                panic!("while it is locked");
            });
            assert!(panics.await.unwrap_err().is_panic());
            assert_eq!(*mutex.lock().await, 2);
        });
    });
}

#[test]
fn it_can_hold_what_has_no_size_and_be_taken_apart() {
    let mut mutex = Mutex::new(String::from("a"));
    mutex.get_mut().push('b');
    assert_eq!(format!("{mutex:?}"), "Mutex(\"ab\")");
    let held = mutex.try_lock().unwrap();
    assert_eq!(format!("{mutex:?}"), "Mutex(<locked>)");
    drop(held);
    assert_eq!(mutex.into_inner(), "ab");
}

#[test]
fn guards_may_go_to_other_threads_if_the_value_may() {
    fn is_send_and_sync<T: Send + Sync>() {}

    is_send_and_sync::<Mutex<std::cell::Cell<u32>>>();
    is_send_and_sync::<own_executor::sync::MutexGuard<'_, u32>>();
}
