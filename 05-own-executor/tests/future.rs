//! Several futures within one task: who is polled, and what comes back.

mod orders;

use crate::{Notes, ms, noting_waker};
use own_executor::future::{Either, join, join_all, select};
use own_executor::sync::{mpsc, oneshot};
use own_executor::task::yield_now;
use own_executor::time::{
    Instant, Sleep, interval, sleep, sleep_until, timeout,
};
use own_executor::{block_on, spawn};
use std::cell::Cell;
use std::future::{Ready, pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use trials::alone;

/// Is ready in its second poll, and wakes itself for that; counts its polls.
async fn twice(polls: &Cell<u32>) {
    poll_fn(|context| {
        polls.set(polls.get() + 1);
        context.waker().wake_by_ref();
        if polls.get() < 2 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[test]
fn join_waits_for_both_and_drops_each_at_its_end() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (sender, receiver) = oneshot::channel::<u32>();
            let quick = {
                let dropped = notes.when_dropped("quick");
                poll_fn(move |_| {
                    let _captured = &dropped;
                    Poll::Ready("quick")
                })
            };
            let both = join(quick, async {
                let one = receiver.await.unwrap();
                // A destructor of the other has run, though it was not
                // polled after its end.
                assert_eq!(notes.take(), ["quick"]);
                one
            });
            let sends = async {
                yield_now().await;
                sender.send(1).unwrap();
            };
            assert_eq!(join(both, sends).await, (("quick", 1), ()));
        });
    });
}

#[test]
fn join_polls_the_first_first_and_what_has_ended_no_more() {
    alone(|| {
        let (polls, notes) = (Cell::new(0), Notes::default());
        block_on(join(twice(&polls), async {
            for _ in 0..5 {
                notes.add(&polls.get().to_string());
                yield_now().await;
            }
        }));
        assert_eq!(notes.take(), ["1", "2", "2", "2", "2"]);
    });
}

#[test]
fn a_panic_goes_through_join_and_the_other_is_dropped() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let dropped = notes.when_dropped("the other");
            let task =
                spawn(join(async { panic!("on purpose") }, async move {
                    let _dropped = dropped;
                    pending::<()>().await;
                }));
            let why = task.await.unwrap_err();
            assert_eq!(why.to_string(), "the task has panicked: on purpose");
        });
        assert_eq!(notes.take(), ["the other"]);
    });
}

#[test]
fn select_hands_the_loser_back_unended() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = oneshot::channel();
            let Either::Right(((), receiver)) =
                select(receiver, sleep(ms(2))).await
            else {
                panic!("nothing was sent")
            };
            sender.send(5).unwrap();
            match select(pin!(pending::<()>()), receiver).await {
                Either::Left(_) => unreachable!(),
                Either::Right((received, _)) => assert_eq!(received, Ok(5)),
            }
        });
    });
}

#[test]
fn of_two_that_are_ready_the_first_wins_and_the_second_is_not_polled() {
    alone(|| {
        block_on(async {
            let (a, mut from_a) = mpsc::channel(10);
            let (b, mut from_b) = mpsc::channel(10);
            for n in 0..5 {
                a.send(n).await.unwrap();
                b.send(n).await.unwrap();
            }
            // So it starves the second.
            for n in 0..5 {
                let (a, b) = (pin!(from_a.recv()), pin!(from_b.recv()));
                let (received, loser) = select(a, b).await.factor_first();
                assert_eq!(received, Some(n));
                assert!(matches!(loser, Either::Left(_)));
            }
            // One poll took one value: nothing of the other is lost.
            assert_eq!((from_a.len(), from_b.len()), (0, 5));
        });
    });
}

#[test]
fn a_sleep_in_a_loop_begins_anew_and_one_outside_of_it_ends() {
    alone(|| {
        block_on(async {
            let mut ticks = interval(ms(2));
            for _ in 0..10 {
                let tick = pin!(ticks.tick());
                let both = select(tick, sleep(Duration::from_secs(60))).await;
                assert!(matches!(both, Either::Left(_)), "it never ends");
            }
            let mut once = sleep(ms(11));
            let mut rounds = 0;
            while let Either::Left(_) =
                select(pin!(ticks.tick()), &mut once).await
            {
                rounds += 1;
            }
            assert!(rounds > 0);
        });
    });
}

#[test]
fn a_loop_of_selects_that_are_always_ready_is_made_to_yield() {
    alone(|| {
        block_on(async {
            let (a, mut from_a) = mpsc::channel(1000);
            let (_b, mut from_b) = mpsc::channel::<u32>(1);
            for n in 0..1000 {
                a.try_send(n).unwrap();
            }
            let others = spawn(yield_now());
            while !others.is_finished() {
                let _ = select(pin!(from_a.recv()), pin!(from_b.recv())).await;
            }
            assert!(from_a.len() > 500, "{}", from_a.len());
        });
    });
}

#[test]
fn join_all_gives_outputs_in_the_order_of_the_futures() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let begun = Instant::now();
            let all = [(400, "a"), (100, "b"), (250, "c")];
            let all = all.map(|(time, name)| {
                let notes = &notes;
                async move {
                    sleep_until(begun + ms(time)).await;
                    notes.add(name);
                    name
                }
            });
            assert_eq!(join_all(all).await, ["a", "b", "c"]);
            assert_eq!(join_all([] as [Ready<u32>; 0]).await, [0; 0]);
        });
        assert_eq!(notes.take(), ["b", "c", "a"]);
    });
}

#[test]
fn join_all_polls_only_those_that_were_woken() {
    alone(|| {
        const MANY: usize = 1000;
        let polls = Cell::new(0);
        block_on(async {
            let (senders, receivers): (Vec<_>, Vec<_>) =
                (0..MANY).map(|_| oneshot::channel()).unzip();
            let all = join_all(receivers.into_iter().map(|receiver| {
                let mut receiver = receiver;
                let polls = &polls;
                poll_fn(move |context| {
                    polls.set(polls.get() + 1);
                    Pin::new(&mut receiver).poll(context)
                })
            }));
            let sends = async {
                for (n, sender) in senders.into_iter().enumerate() {
                    sender.send(n).unwrap();
                    yield_now().await;
                }
            };
            let (received, ()) = join(all, sends).await;
            let expected: Vec<_> = (0..MANY).map(Ok).collect();
            assert_eq!(received, expected);
        });
        // Each at first, and when it was woken.
        assert_eq!(polls.get(), 2 * MANY);
    });
}

#[test]
fn join_all_drops_each_at_its_end_and_the_others_with_it() {
    alone(|| {
        let notes = Notes::default();
        let mut context = Context::from_waker(Waker::noop());
        let all = ["a", "b", "c"].map(|name| {
            let dropped = notes.when_dropped(name);
            poll_fn(move |_| {
                let _captured = &dropped;
                if name == "b" { Poll::Ready(()) } else { Poll::Pending }
            })
        });
        let mut all = Box::pin(join_all(all));
        assert!(all.as_mut().poll(&mut context).is_pending());
        assert_eq!(notes.take(), ["b"]);
        drop(all);
        assert_eq!(notes.take(), ["a", "c"]);
    });
}

#[test]
fn a_wake_from_another_thread_or_after_the_end_is_borne() {
    alone(|| {
        let notes = Notes::default();
        let waker = noting_waker(&notes, "outer");
        let mut context = Context::from_waker(&waker);
        let inner: Cell<Option<Waker>> = Cell::new(None);
        let one = poll_fn(|context| {
            match inner.replace(Some(context.waker().clone())) {
                None => Poll::Pending,
                Some(_) => Poll::Ready(()),
            }
        });
        let mut all = pin!(join_all([one]));
        assert!(all.as_mut().poll(&mut context).is_pending());
        // Without a cause it looks at nothing.
        assert!(all.as_mut().poll(&mut context).is_pending());
        let woken = inner.take().unwrap();
        inner.set(Some(woken.clone()));
        let elsewhere = woken.clone();
        std::thread::spawn(|| elsewhere.wake()).join().unwrap();
        woken.wake_by_ref();
        assert_eq!(notes.take(), ["outer"]);
        assert!(all.as_mut().poll(&mut context).is_ready());
        woken.wake();
        drop(inner.take());
        drop(waker);
        assert_eq!(Arc::strong_count(&notes.0), 1);
    });
}

#[test]
fn a_timeout_and_an_abort_cancel_what_is_joined() {
    alone(|| {
        let notes = Notes::default();
        let long = |name| {
            let dropped = notes.when_dropped(name);
            async move {
                let _dropped = dropped;
                pending::<()>().await;
            }
        };
        block_on(async {
            let all = join_all(["a", "b"].map(long));
            assert!(timeout(ms(2), all).await.is_err());
            assert_eq!(notes.take(), ["a", "b"]);
            let task = spawn(join(long("c"), long("d")));
            yield_now().await;
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(notes.take(), ["c", "d"]);
        });
    });
}

#[test]
fn polled_after_the_end_join_and_select_panic() {
    alone(|| {
        fn polled_again<F: Future + Unpin>(mut future: F) -> String {
            let mut context = Context::from_waker(Waker::noop());
            assert!(Pin::new(&mut future).poll(&mut context).is_ready());
            let again = catch_unwind(AssertUnwindSafe(|| {
                let _ = Pin::new(&mut future).poll(&mut context);
            }));
            let payload = again.unwrap_err();
            let text = payload.downcast_ref::<&str>().map(|it| (*it).into());
            text.or(payload.downcast_ref::<String>().cloned()).unwrap()
        }

        let join = polled_again(join(ready(1), ready(2)));
        assert_eq!(join, "a `Join` was polled after it was ready");
        let select = polled_again(select(ready(1), ready(2)));
        assert_eq!(select, "a `Select` was polled after it was ready");
    });
}

#[test]
fn what_is_joined_goes_where_the_futures_may_go() {
    fn is_send<T: Send>(_: T) {}
    fn is_unpin<T: Unpin>(_: &T) {}

    let all = join_all((0..3).map(|n| async move { n }));
    is_unpin(&all);
    is_send(all);
    let two: (Sleep, Sleep) = (sleep(ms(1)), sleep(ms(1)));
    let both = join(two.0, two.1);
    is_unpin(&both);
    is_send(select(both, sleep(ms(1))));
}
