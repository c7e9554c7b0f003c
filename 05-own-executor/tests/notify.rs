//! Telling tasks that something has happened.

use crate::{Notes, noting_waker};
use own_executor::sync::{Notified, Notify};
use own_executor::task::yield_now;
use own_executor::{block_on, spawn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use trials::alone;

fn is_pending(notified: &mut Pin<&mut Notified<'_>>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    notified.as_mut().poll(&mut context).is_pending()
}

#[test]
fn two_notifications_for_nobody_are_one_permit() {
    alone(|| {
        let notify = Notify::new();
        notify.notify_one();
        notify.notify_one();
        let mut first = pin!(notify.notified());
        assert!(!is_pending(&mut first));
        // Once ready, it stays so.
        assert!(!is_pending(&mut first));
        assert!(is_pending(&mut pin!(notify.notified())));
    });
}

#[test]
fn one_is_woken_the_one_that_waits_longest() {
    alone(|| {
        let notes = Notes::default();
        let notify = Notify::new();
        let mut first = pin!(notify.notified());
        let mut second = pin!(notify.notified());
        for (waits, name) in [(&mut first, "first"), (&mut second, "second")] {
            let waker = noting_waker(&notes, name);
            let mut context = Context::from_waker(&waker);
            assert!(waits.as_mut().poll(&mut context).is_pending());
        }
        notify.notify_one();
        assert_eq!(notes.take(), ["first"]);
        assert!(is_pending(&mut second));
        assert!(!is_pending(&mut first));
    });
}

#[test]
fn one_that_was_made_and_not_polled_hears_of_all_but_not_of_one() {
    alone(|| {
        let notify = Notify::new();
        let mut made = pin!(notify.notified());
        notify.notify_waiters();
        assert!(!is_pending(&mut made));
        // It did not eat a permit.
        assert!(is_pending(&mut pin!(notify.notified())));
        let mut made = pin!(notify.notified());
        notify.notify_one();
        let mut other = pin!(notify.notified());
        assert!(!is_pending(&mut other), "the permit is anyone's");
        assert!(is_pending(&mut made));
    });
}

#[test]
fn one_that_was_chosen_and_is_dropped_passes_on() {
    alone(|| {
        let notify = Notify::new();
        let mut first = Box::pin(notify.notified());
        let mut second = pin!(notify.notified());
        assert!(is_pending(&mut first.as_mut()));
        assert!(is_pending(&mut second));
        notify.notify_one();
        drop(first);
        assert!(!is_pending(&mut second));
    });
}

#[test]
fn one_of_all_that_is_dropped_does_not_pass_on() {
    alone(|| {
        let notify = Notify::new();
        let mut first = Box::pin(notify.notified());
        assert!(is_pending(&mut first.as_mut()));
        notify.notify_waiters();
        drop(first);
        assert!(is_pending(&mut pin!(notify.notified())));
    });
}

#[test]
fn what_comes_for_all_leaves_a_stored_permit() {
    alone(|| {
        let notify = Notify::new();
        let mut made = pin!(notify.notified());
        notify.notify_one();
        notify.notify_waiters();
        assert!(!is_pending(&mut made));
        assert!(!is_pending(&mut pin!(notify.notified())));
    });
}

#[test]
fn a_waker_may_notify_while_it_is_woken_and_dropped() {
    alone(|| {
        struct Notifies(Arc<Notify>);

        impl Wake for Notifies {
            fn wake(self: Arc<Self>) {
                self.0.notify_one();
            }
        }

        impl Drop for Notifies {
            fn drop(&mut self) {
                self.0.notify_one();
            }
        }

        let notify = Arc::new(Notify::new());
        let waits = |notified: &mut Pin<Box<Notified<'_>>>| {
            let waker = Waker::from(Arc::new(Notifies(notify.clone())));
            let mut context = Context::from_waker(&waker);
            notified.as_mut().poll(&mut context).is_pending()
        };
        // Replaced, dropped while it waits, and woken.
        let mut first = Box::pin(notify.notified());
        assert!(waits(&mut first));
        assert!(
            is_pending(&mut first.as_mut()) || is_pending(&mut first.as_mut())
        );
        drop(first);
        for all in [true, false] {
            let mut other = Box::pin(notify.notified());
            while waits(&mut other) {
                match all {
                    true => notify.notify_waiters(),
                    false => notify.notify_one(),
                }
            }
        }
    });
}

#[test]
fn if_a_waker_panics_the_others_are_told() {
    alone(|| {
        struct Panics;

        impl Wake for Panics {
            fn wake(self: Arc<Self>) {
                panic!("in a waker");
            }
        }

        let notes = Notes::default();
        let notify = Notify::new();
        let wakers = [Waker::from(Arc::new(Panics)), noting_waker(&notes, "b")];
        let mut all: Vec<_> =
            wakers.iter().map(|_| Box::pin(notify.notified())).collect();
        for (waits, waker) in all.iter_mut().zip(&wakers) {
            let mut context = Context::from_waker(waker);
            assert!(waits.as_mut().poll(&mut context).is_pending());
        }
        let told = catch_unwind(AssertUnwindSafe(|| notify.notify_waiters()));
        assert!(told.is_err());
        assert_eq!(notes.take(), ["b"]);
    });
}

#[test]
fn one_that_was_chosen_passes_on_though_all_were_notified_since() {
    alone(|| {
        let notify = Notify::new();
        let mut first = Box::pin(notify.notified());
        assert!(is_pending(&mut first.as_mut()));
        notify.notify_one();
        notify.notify_waiters();
        let mut second = pin!(notify.notified());
        assert!(is_pending(&mut second));
        drop(first);
        assert!(!is_pending(&mut second));
    });
}

#[test]
fn enabled_it_has_its_place_and_takes_the_permit() {
    alone(|| {
        let notes = Notes::default();
        let notify = Notify::new();
        let mut first = pin!(notify.notified());
        assert!(!first.as_mut().enable());
        let mut second = pin!(notify.notified());
        let waker = noting_waker(&notes, "second");
        let mut context = Context::from_waker(&waker);
        assert!(second.as_mut().poll(&mut context).is_pending());
        notify.notify_one();
        assert!(is_pending(&mut second));
        assert!(first.as_mut().enable() && !is_pending(&mut first));
        // It does not take the waker of one that was polled.
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(!second.as_mut().enable());
        notify.notify_one();
        assert_eq!(notes.take(), ["second"]);
        assert!(!is_pending(&mut second));

        // Enabled with the permit, and dropped: it is passed on.
        notify.notify_one();
        assert!(pin!(notify.notified()).enable());
        assert!(pin!(notify.notified()).enable());
        notify.notify_waiters();
        assert!(!is_pending(&mut pin!(notify.notified())));
    });
}

#[test]
fn a_task_that_is_always_notified_lets_others_run() {
    alone(|| {
        block_on(async {
            let notify = Notify::new();
            let other = spawn(yield_now());
            let mut rounds = 0;
            while !other.is_finished() {
                notify.notify_one();
                notify.notified().await;
                rounds += 1;
            }
            assert!((128..=300).contains(&rounds), "{rounds}");
        });
    });
}
