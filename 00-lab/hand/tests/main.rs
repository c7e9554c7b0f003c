//! Tests of the hand: what it tries, and what it finds.

#![expect(unsafe_code, reason = "one future moves what is pinned")]

use dice::Dice;
use hand::{Event, Hand, Leaf, Task, Tried, Whims, Wrong, try_orders};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::env;
use std::future::poll_fn;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::Command;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

fn try_all(story: impl Fn(&Hand) -> Result<(), Wrong>) -> Tried {
    try_orders(&mut Dice::new(1), 2000, story)
}

/// What a story ends with that goes wrong.
fn what_is_wrong(story: impl Fn(&Hand) -> Result<(), Wrong>) -> String {
    let tried = AssertUnwindSafe(|| try_all(story));
    let why = catch_unwind(tried).expect_err("it goes wrong");
    *why.downcast().expect("a text")
}

#[track_caller]
fn finds(sentence: &str, story: impl Fn(&Hand) -> Result<(), Wrong>) {
    let why = what_is_wrong(story);
    assert!(why.contains(sentence), "{why}");
}

/// A story of one task that waits for one event; it may be woken for nothing.
fn waits<F: Future<Output = u32> + 'static>(
    whims: Whims,
    future: impl Fn(Event) -> F,
) -> impl Fn(&Hand) -> Result<(), Wrong> {
    move |hand| {
        let event = hand.event("b");
        let task = hand.spawn("it", future(event.clone()));
        hand.let_happen(&[event]);
        hand.play(whims)?;
        match task.take() {
            Some(_) => Ok(()),
            None if whims.drops > 0 => Ok(()),
            None => Err(task.sleeps_on()),
        }
    }
}

const NONE: Whims = Whims { polls: 0, wakers: 0, drops: 0 };
const ANY: Whims = Whims { polls: 2, wakers: 2, drops: 0 };

#[test]
fn every_order_is_tried_once_where_there_are_few() {
    let seen = RefCell::new(BTreeSet::new());
    let tried = try_all(|hand| {
        let first = hand.choose(3);
        let list = (0..first).map(|_| hand.choose(2)).collect::<Vec<_>>();
        assert!(seen.borrow_mut().insert((first, list)), "twice");
        Ok(())
    });
    assert_eq!((tried.orders, tried.are_all), (1 + 2 + 4, true));
}

#[test]
fn random_orders_are_tried_where_there_are_many() {
    let seen = RefCell::new(BTreeSet::new());
    let tried = try_orders(&mut Dice::new(7), 200, |hand| {
        seen.borrow_mut().insert([(); 9].map(|()| hand.choose(5)));
        Ok(())
    });
    assert_eq!((tried.orders, tried.are_all), (200, false));
    // The first hundred begin alike.
    let firsts = seen.borrow().iter().map(|it| it[0]).collect::<BTreeSet<_>>();
    assert_eq!(firsts.len(), 5);
    assert!(seen.borrow().len() > 195);
}

#[test]
fn a_future_that_is_right_passes_in_all_orders() {
    let tried = try_all(waits(ANY, |event| event.leaf(1)));
    assert!(tried.are_all && tried.orders > 20, "{tried:?}");
    let drops = Whims { drops: 1, ..ANY };
    assert!(try_all(waits(drops, |event| event.leaf(1))).are_all);
}

#[test]
fn a_waker_that_is_not_kept_is_missed_at_once() {
    let forgets = |event: Event| async move {
        // As a channel does that forgets to keep the waker.
        poll_fn(|_| match event.has_happened() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        1
    };
    finds(
        "wrong answer: nothing will ever wake it: it has said that it waits, \
         and no waker of it is kept\n\npolls it\n",
        waits(NONE, forgets),
    );
}

/// Keeps the waker of its first poll only.
fn keeps_the_first(hand: &Hand, calls: bool) -> Result<(), Wrong> {
    let kept = Rc::new(RefCell::new(Vec::<Waker>::new()));
    let (own, is_ready) = (kept.clone(), Rc::new(Cell::new(false)));
    let ready = is_ready.clone();
    let task = hand.spawn("it", async move {
        poll_fn(|context| {
            if own.borrow().is_empty() || calls {
                own.borrow_mut().push(context.waker().clone());
            }
            if ready.get() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    });
    task.poll();
    task.renew_waker();
    task.poll();
    is_ready.set(true);
    hand.note("b happens");
    kept.borrow()[0].wake_by_ref();
    if task.is_woken() { Ok(()) } else { Err(task.sleeps_on()) }
}

#[test]
fn a_waker_of_an_earlier_poll_does_not_count() {
    finds("is kept, and not the one of its last", |hand| {
        keeps_the_first(hand, false)
    });
    finds("was called, and not the one of its last", |hand| {
        keeps_the_first(hand, true)
    });
}

#[test]
fn two_wakers_may_take_turns() {
    try_all(|hand| {
        let event = hand.event("b");
        let task = hand.spawn("it", event.leaf(1));
        task.poll();
        task.renew_waker();
        task.poll();
        task.restore_waker();
        assert!(!task.is_woken());
        task.poll();
        assert_eq!((task.wakers(), task.old_wakers()), (1, 0));
        event.happen();
        assert!(task.is_woken() && !task.old_waker_was_called());
        task.restore_waker();
        assert!(task.is_woken(), "what it was woken for is not forgotten");
        hand.settle()
    });
}

#[test]
fn what_a_task_waits_for_is_named() {
    finds("nothing will ever wake it: it waits for b\n\npolls it\n", |hand| {
        let (a, b) = (hand.event("a"), hand.event("b"));
        let leaves = (a.leaf(1), b.leaf(2));
        let task = hand.spawn("it", async {
            leaves.0.await;
            leaves.1.await;
        });
        hand.let_happen(&[a]);
        hand.play(NONE)?;
        Err(task.sleeps_on())
    });
}

#[test]
fn a_task_that_wakes_itself_each_time_is_a_busy_loop() {
    let spins = |event: Event| async move {
        poll_fn(|context| {
            context.waker().wake_by_ref();
            match event.has_happened() {
                true => Poll::Ready(1),
                false => Poll::Pending,
            }
        })
        .await
    };
    finds("way: busy loop: nothing happens, and it is", waits(NONE, spins));
    finds("polls it (201 times)", waits(NONE, spins));
}

#[test]
fn polls_on_purpose_are_no_busy_loop() {
    try_all(|hand| {
        let event = hand.event("b");
        let task = hand.spawn("it", event.leaf(1));
        for _ in 0..1000 {
            task.poll();
        }
        hand.settle()
    });
}

/// It gives others a turn, once or many times.
async fn yield_often(times: usize) {
    for _ in 0..times {
        let mut had_its_turn = false;
        poll_fn(|context| match mem::replace(&mut had_its_turn, true) {
            true => Poll::Ready(()),
            false => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await;
    }
}

#[test]
fn tasks_that_end_are_no_busy_loop() {
    try_all(|hand| {
        for _ in 0..1000 {
            hand.spawn("it", yield_often(1));
            hand.settle()?;
        }
        Ok(())
    });
}

#[test]
fn what_a_check_sees_happen_is_no_busy_loop() {
    let story = |is_seen: bool| {
        move |hand: &Hand| {
            hand.spawn("it", yield_often(1000));
            hand.play_judging(NONE, || {
                if is_seen {
                    hand.note_progress();
                }
                Ok(())
            })
        }
    };
    try_all(story(true));
    finds("way: busy loop: nothing happens, and it is", story(false));
}

#[test]
fn a_loop_within_one_poll_is_found_without_a_limit_of_time() {
    let loops = |event: Event| async move {
        let mut leaf = Box::pin(event.leaf(1));
        poll_fn(|context| {
            loop {
                if let Poll::Ready(value) = leaf.as_mut().poll(context) {
                    return Poll::Ready(value);
                }
            }
        })
        .await
    };
    let loops = AssertUnwindSafe(|| try_all(waits(NONE, loops)));
    let why = catch_unwind(loops).unwrap_err();
    let why = why.downcast_ref::<String>().unwrap();
    assert!(why.contains("busy loop: b is polled again"), "{why}");
}

#[test]
fn a_leaf_that_is_moved_or_polled_after_its_end_is_found() {
    let moves = |event: Event| async move {
        let mut leaves = vec![event.leaf(1)];
        poll_fn(move |context| {
            let leaf: &mut Leaf<_> = &mut leaves[0];
            // SAFETY: none. It is moved below, as this test wants it; the leaf
            // has no address of its own in it, so nothing breaks.
            let polled = unsafe { Pin::new_unchecked(leaf) }.poll(context);
            leaves.reserve(leaves.capacity() + 1);
            polled
        })
        .await
    };
    let again = Whims { polls: 3, ..NONE };
    finds("what is pinned must not be moved", waits(again, moves));

    let takes_out = |event: Event| async move {
        let mut leaf = Some(event.leaf(1));
        poll_fn(move |context| {
            let pinned = leaf.as_mut().unwrap();
            // SAFETY: none, as above.
            let polled = unsafe { Pin::new_unchecked(pinned) }.poll(context);
            if polled.is_ready() {
                drop(Box::new(leaf.take()));
            }
            polled
        })
        .await
    };
    finds("and dropped in another", waits(NONE, takes_out));

    let twice = |event: Event| async move {
        let mut leaf = Box::pin(event.leaf(1));
        poll_fn(move |context| {
            let _ = leaf.as_mut().poll(context);
            leaf.as_mut().poll(context)
        })
        .await
    };
    finds("b was polled once more after it had said", waits(NONE, twice));
}

#[test]
fn a_task_is_dropped_with_all_that_it_holds() {
    let dropped = Cell::new(0);
    let tried = try_all(|hand| {
        let event = hand.event("b");
        let task = hand.spawn("it", event.leaf(1));
        hand.let_happen(std::slice::from_ref(&event));
        hand.play_judging(Whims { drops: 1, ..NONE }, || {
            match task.is_over() == event.is_dropped() {
                true => Ok(()),
                false => Err(Wrong::answer("kept")),
            }
        })?;
        dropped.set(dropped.get() + usize::from(task.take().is_none()));
        assert_eq!(task.wakers(), 0);
        Ok(())
    });
    assert!(tried.are_all && dropped.get() > 2, "{tried:?}");
}

#[test]
fn polls_wakes_and_wakers_are_counted() {
    try_all(|hand| {
        let event = hand.event("b");
        let task: Task<u32> = hand.spawn("it", event.leaf(1));
        assert_eq!((task.polls(), task.wakes(), task.wakers()), (0, 0, 0));
        task.poll();
        task.poll();
        task.renew_waker();
        assert_eq!((task.polls(), task.wakers(), task.old_wakers()), (2, 0, 1));
        task.poll();
        assert_eq!((task.wakers(), task.old_wakers()), (1, 0));
        assert!(!task.is_woken());
        event.happen();
        assert!(task.is_woken());
        // It was woken; that is not forgotten with the waker.
        task.renew_waker();
        assert!(task.is_woken());
        hand.settle()?;
        assert_eq!((task.polls(), task.wakes(), task.wakers()), (4, 1, 0));
        assert_eq!(event.polls(), 4);
        assert!(event.is_over() && event.is_dropped() && task.is_over());
        assert_eq!((task.take(), task.take()), (Some(1), None));
        Ok(())
    });
}

#[test]
fn a_waker_may_poll_its_task_at_once() {
    let shared = Rc::new(RefCell::new(0));
    let story = |holds: bool| {
        let shared = shared.clone();
        move |hand: &Hand| {
            let event = hand.event("b");
            let (leaf, own) = (event.leaf(1), shared.clone());
            let task = hand.spawn("it", async move {
                leaf.await;
                *own.borrow_mut() += 1;
            });
            task.poll_at_once();
            task.poll();
            let borrowed = holds.then(|| shared.borrow());
            event.happen();
            drop(borrowed);
            assert!(task.is_over());
            Ok(())
        }
    };
    try_all(story(false));
    assert_eq!(*shared.borrow(), 1);
    finds("polled by the call that wakes it, and that panics", story(true));
}

#[test]
fn the_seed_that_is_named_finds_the_same_again() {
    let story = |hand: &Hand| match [(); 12].map(|()| hand.choose(4)) {
        drawn if drawn[0] == 3 && drawn[1] == 2 => {
            Err(Wrong::way(format!("{drawn:?}")))
        }
        _ => Ok(()),
    };
    let why = what_is_wrong(story);
    assert!(why.contains("(LAB_SEED=1 makes"), "{why}");
    assert_eq!(why, what_is_wrong(story));
}

#[test]
fn what_goes_wrong_is_told_once_more_in_the_same_order() {
    let told = RefCell::new(Vec::new());
    let why = what_is_wrong(|hand| {
        let drawn = [(); 4].map(|()| hand.choose(3));
        told.borrow_mut().push(drawn);
        match drawn {
            [1, 2, ..] => Err(Wrong::answer("it is so")),
            _ => Ok(()),
        }
    });
    assert!(why.starts_with("wrong answer: it is so\n"), "{why}");
    let last = &told.borrow()[told.borrow().len() - 2..];
    assert_eq!(last, [[1, 2, 0, 0]; 2]);
}

/// Set in the process that is to hang: how.
const HANGS: &str = "HAND_HANGS";

#[test]
fn a_call_that_does_not_come_back_ends_the_process_and_is_named() {
    const NAME: &str =
        "a_call_that_does_not_come_back_ends_the_process_and_is_named";
    if let Ok(how) = env::var(HANGS) {
        try_all(|hand| {
            let spins = || loop {
                std::hint::spin_loop();
            };
            match how.as_str() {
                "poll" => drop(hand.spawn("it", async move { spins() })),
                _ => hand.may("b is sent", spins),
            }
            hand.play(NONE)
        });
    }
    for (how, why) in [("poll", "a poll of it"), ("act", "b is sent: this")] {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "--nocapture", NAME]).env(HANGS, how);
        let ran = watchdog::run(&mut command, Duration::from_secs(60));
        let ran = ran.expect("it ends");
        let why = format!("\nended: {why} does not come back");
        assert!(ran.stderr.contains(&why), "{}", ran.stderr);
    }
}
