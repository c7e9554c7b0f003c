//! Judges `abortable`: it gives what the future gives; or, after `abort`, says
//! so at its next turn, and then nothing is left of the future.
//!
//! The hand of the check polls (see [`trials::hand`]). All orders are tried of
//! polls, other wakers, drops, calls of `abort`, the end of a handle, and the
//! future, which can go on. In some of them the task is polled by the call that
//! wakes it, or the future aborts itself.
//!
//! Ways to be wrong: `abort` is not heard, or only before the first poll, or
//! twice is never, or some other number of times; it does not wake, or too
//! early, or an old waker, or not before the handle is dropped, or while it
//! borrows what the poll needs; a poll wakes by the waker before; a clone does
//! nothing; a handle that is dropped aborts; a panic is taken for an abort; the future is polled once more, or before its time, or never, or
//! with an old waker; it stays after the end, or is leaked, or moved, or its
//! task's waker stays; a future that aborts itself is not woken, or its value
//! is lost; it keeps all wakers, wakes itself, or does not come back; several
//! share something; a second call panics.
//!
//! As shipped: `abort` was called, and its task was not woken

use super::{AbortHandle, Aborted, abortable};
use lab::Dice;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use trials::hand::{Event, Hand, Task, Whims, Wrong, try_orders};
use trials::judge::Judge;

trials::answer!("exercises/abort-a-task.rs");

#[test]
fn an_abort_ends_it_at_its_next_turn() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |ways: &[Way], whims: Whims| {
        try_orders(dice, 500, |hand| {
            abort_one(hand, ways[hand.choose(ways.len())], whims)
        });
    };
    const ONE: Way = Way { by: &[HANDLE], waits: 1, polls_at_once: false };
    const NEVER: Way = Way { by: &[], ..ONE };
    const CLONED: Way = Way { by: &[CLONE], ..ONE };
    const BOTH: Way = Way { by: &[CLONE, HANDLE], waits: 2, ..ONE };
    const AT_ONCE: Way = Way { polls_at_once: true, ..BOTH };
    tell(&[ONE], Whims { polls: 0, wakers: 0, drops: 0 });
    tell(&[ONE], Whims { polls: 2, wakers: 0, drops: 0 });
    tell(&[NEVER], Whims { polls: 1, wakers: 1, drops: 0 });
    tell(&[CLONED], Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[AT_ONCE], Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[ONE], Whims { polls: 0, wakers: 2, drops: 0 });
    tell(&[ONE, CLONED], Whims { polls: 0, wakers: 0, drops: 1 });
    tell(&[BOTH, AT_ONCE], Whims { polls: 2, wakers: 2, drops: 1 });
    try_orders(dice, 500, it_aborts_itself);
    try_orders(dice, 500, there_are_several);
    try_orders(dice, 1, often);
    try_orders(dice, 1, it_panics);
    judge.end();
}

const HANDLE: &str = "`abort`";
const CLONE: &str = "`abort` of a clone";

/// How a story goes.
#[derive(Clone, Copy)]
struct Way {
    /// What is called: clones first.
    by: &'static [&'static str],
    /// How many events the future waits for, one after the other.
    waits: usize,
    /// Set if the task is polled by the call that wakes it.
    polls_at_once: bool,
}

type Gave = Result<u32, Aborted>;

/// A task that polls this, and keeps what `abortable` gave back once it is
/// ready.
fn spawn(
    hand: &Hand,
    future: impl Future<Output = Gave> + 'static,
) -> (Task<Gave>, Rc<dyn Any>) {
    let mut future = Some(Box::pin(future));
    let kept = Rc::new(RefCell::new(None));
    let keeps = Rc::clone(&kept);
    // No block: a panic would drop what is in it, and that may panic, too.
    let run = poll_fn(move |context| {
        let own = future.as_mut().expect("it is polled until it is ready");
        let gave = ready!(own.as_mut().poll(context));
        keeps.replace(future.take());
        Poll::Ready(gave)
    });
    (hand.spawn("the task", run), kept)
}

/// A future that may be aborted, and its task.
struct Aborting {
    events: Vec<Event>,
    task: Task<Gave>,
    /// The first call of `abort`, unless all was over by then.
    called: Rc<Cell<Option<Call>>>,
    /// What `abortable` gave back, once it was ready.
    _kept: Rc<dyn Any>,
    /// The handles by which `abort` was called.
    used: Rc<RefCell<Vec<AbortHandle>>>,
}

/// A call of `abort`.
#[derive(Clone, Copy)]
struct Call {
    by: &'static str,
    /// How often the task had been polled, and how often the future.
    task_polls: usize,
    future_polls: usize,
}

impl Aborting {
    fn new(hand: &Hand, way: Way) -> Aborting {
        let names = ["the future", "the future once more"];
        let events: Vec<_> =
            names[..way.waits].iter().map(|name| hand.event(name)).collect();
        let leaves: Vec<_> = events.iter().map(|it| it.leaf(())).collect();
        let (future, handle) = abortable(async {
            for leaf in leaves {
                leaf.await;
            }
            6
        });
        let (task, kept) = spawn(hand, future);
        if way.polls_at_once {
            task.poll_at_once();
        }
        let (called, used) = (Rc::default(), Rc::default());
        let aborting = Aborting { events, task, called, _kept: kept, used };
        aborting.let_abort(hand, way, handle);
        aborting
    }

    /// From now on the hand may call `abort`, and drop the handle.
    fn let_abort(&self, hand: &Hand, way: Way, handle: AbortHandle) {
        let mut handle = Some(handle);
        for by in way.by {
            let own = match *by {
                CLONE => handle.clone(),
                _ => handle.take(),
            };
            let own = own.expect("clones come first");
            let (task, events) = (self.task.clone(), self.events.clone());
            let (called, used) =
                (Rc::clone(&self.called), Rc::clone(&self.used));
            hand.may(&format!("{by} is called"), move || {
                if !task.is_over() && called.get().is_none() {
                    let (task_polls, future_polls) =
                        (task.polls(), polls(&events));
                    called.set(Some(Call { by, task_polls, future_polls }));
                }
                own.abort();
                used.borrow_mut().push(own);
            });
        }
        if let Some(handle) = handle {
            hand.may("the handle is dropped", move || {
                let _ends_here = handle;
            });
        }
    }

    /// Judges how far it is.
    fn judge(&self) -> Result<(), Wrong> {
        let Aborting { events, task, called, .. } = self;
        if task.polls() == 0 && polls(events) > 0 {
            return Err(Wrong::way(
                "the future was polled before its task was: it does nothing \
                 until it is polled",
            ));
        }
        if let Some(Call { by, future_polls, .. }) = called.get()
            && polls(events) > future_polls
        {
            return Err(Wrong::answer(format!(
                "{by} was called, and the future was polled after that"
            )));
        }
        match (task.is_over(), task.sleeps()) {
            (true, _) => judge_what_is_left(task, events),
            (_, true) => self.judge_asleep(),
            _ => Ok(()),
        }
    }

    fn judge_asleep(&self) -> Result<(), Wrong> {
        let Aborting { events, task, called, .. } = self;
        if let Some(Call { by, task_polls, .. }) = called.get() {
            let was_called = format!("{by} was called");
            return Err(if task.polls() > task_polls {
                Wrong::answer(format!(
                    "{was_called}, its task had a turn since, and it says that \
                     it waits"
                ))
            } else if task.old_waker_was_called() {
                task.sleeps_on().after(&was_called)
            } else {
                Wrong::answer(format!(
                    "{was_called}, and its task was not woken"
                ))
            });
        }
        if events[0].polls() == 0 {
            return Err(Wrong::answer(
                "the future was not polled, though its task was",
            ));
        }
        let next = events.iter().find(|it| !it.is_over());
        if next.is_some_and(Event::has_happened) {
            let happened = "the future can go on";
            return Err(match task.old_waker_was_called() {
                true => task.sleeps_on().after(happened),
                false => Wrong::answer(format!(
                    "{happened}, and its task sleeps, and has not polled it \
                     since"
                )),
            });
        }
        if task.old_waker_was_called() {
            return Err(Wrong::way(
                "nothing has happened, and a waker was called that the task \
                 had before it got another one",
            ));
        }
        // The future has one, and `abort` needs one. Another one of this task
        // does no harm; one for each poll does.
        match (task.wakers(), task.old_wakers()) {
            (2.., 1..) => Err(Wrong::way(
                "a waker is kept that the task had before it got another one",
            )),
            (kept @ 4.., _) => Err(Wrong::way(format!(
                "{kept} wakers of its task are kept: the future has one, and \
                 `abort` needs one"
            ))),
            _ => Ok(()),
        }
    }

    /// All has happened, or it was dropped.
    fn judge_end(&self) -> Result<(), Wrong> {
        match (self.task.take(), self.called.get()) {
            (None, _) if !self.task.is_over() => Err(self.task.sleeps_on()),
            (Some(Err(Aborted)), None) => Err(Wrong::answer(
                "it ended with `Aborted`, and nothing had called `abort`",
            )),
            (Some(Ok(_)), Some(Call { by, .. })) => Err(Wrong::answer(
                format!("{by} was called, and it was ready with a value"),
            )),
            (Some(Ok(value)), None) if value != 6 => Err(Wrong::answer(
                "the future gave 6, and `abortable` something else",
            )),
            _ => Ok(()),
        }
    }
}

/// It has ended, or was dropped.
fn judge_what_is_left(
    task: &Task<Gave>,
    events: &[Event],
) -> Result<(), Wrong> {
    if !events.iter().all(Event::is_dropped) {
        return Err(Wrong::answer(
            "it has ended, and the future in it was not dropped",
        ));
    }
    match task.wakers() + task.old_wakers() {
        0 => Ok(()),
        _ => Err(Wrong::way("it has ended, and a waker of its task is kept")),
    }
}

/// How often the leaves of these were polled.
fn polls(events: &[Event]) -> usize {
    events.iter().map(Event::polls).sum()
}

/// The future need not be `'static`, nor can what it gives be cloned.
#[allow(dead_code, reason = "it is right if it compiles")]
fn aborts_what_borrows(one: &Cell<u32>) -> impl Future {
    abortable(async move { one }).0
}

fn abort_one(hand: &Hand, way: Way, whims: Whims) -> Result<(), Wrong> {
    let aborting = Aborting::new(hand, way);
    hand.let_happen(&aborting.events);
    hand.play_judging(whims, || aborting.judge())?;
    aborting.judge_end()
}

/// The future has its own handle. When it has called `abort`, its poll goes on:
/// it is ready then, or waits once more.
fn it_aborts_itself(hand: &Hand) -> Result<(), Wrong> {
    let waits = hand.choose(2) == 1;
    let (before, after) = (hand.event("before"), hand.event("after"));
    let leaves = (before.leaf(()), after.leaf(()));
    let place = Rc::new(RefCell::new(None::<AbortHandle>));
    let own = Rc::clone(&place);
    let (future, handle) = abortable(async move {
        leaves.0.await;
        let handle = own.take().expect("it was put there");
        handle.abort();
        if waits {
            leaves.1.await;
        }
        6
    });
    // A handle is left when all is over.
    place.replace(Some(handle.clone()));
    let (task, _kept) = spawn(hand, future);
    let events = [before.clone(), after.clone()];
    hand.let_happen(&events);
    let judge = || {
        let wrong = if after.polls() > 1 {
            "it was polled once more"
        } else if before.is_over() && task.sleeps() {
            "its task was not woken"
        } else if task.is_over() {
            return judge_what_is_left(&task, &events);
        } else {
            return Ok(());
        };
        Err(Wrong::answer(wrong).after("the future has aborted itself"))
    };
    hand.play_judging(Whims { polls: 1, wakers: 1, drops: 0 }, judge)?;
    let was_ready = !waits || after.is_over();
    match task.take() {
        None => Err(task.sleeps_on()),
        Some(Ok(6)) if was_ready => Ok(()),
        Some(Err(Aborted)) if !was_ready => Ok(()),
        Some(_) if was_ready => Err(Wrong::answer(
            "the future has aborted itself, and was ready in the same poll: it \
             gave 6, and that is lost",
        )),
        Some(_) => Err(Wrong::answer(
            "the future has aborted itself and was not ready, and there is a \
             value",
        )),
    }
}

/// One within another, and beside them one that nothing aborts.
fn there_are_several(hand: &Hand) -> Result<(), Wrong> {
    let [a, b] = ["the inner future", "the other future"].map(|name| {
        let event = hand.event(name);
        hand.let_happen(std::slice::from_ref(&event));
        event
    });
    let (inner, of_inner) = abortable(a.leaf(1));
    let (outer, of_outer) = abortable(inner);
    let (other, _of_other) = abortable(b.leaf(2));
    let is_inner = hand.choose(2) == 0;
    let nested = hand.spawn("the task of two", outer);
    let other = hand.spawn("the other task", other);
    let what = if is_inner { "the inner" } else { "the outer" };
    hand.may(&format!("`abort` of {what} one is called"), move || {
        if is_inner { &of_inner } else { &of_outer }.abort();
    });
    let judge = || {
        hand.play(Whims { polls: 1, wakers: 1, drops: 0 })?;
        match nested.take() {
            Some(Ok(Ok(1))) => {}
            Some(Ok(Err(Aborted))) if is_inner => {}
            Some(Err(Aborted)) if !is_inner => {}
            None => return Err(nested.sleeps_on()),
            Some(_) => {
                return Err(Wrong::answer(format!(
                    "{what} one was aborted, and it was not this one that ended \
                     with `Aborted`"
                )));
            }
        }
        match other.take() {
            Some(Ok(2)) => Ok(()),
            Some(_) => Err(Wrong::answer("nothing has aborted the other one")),
            None => Err(other.sleeps_on()),
        }
    };
    judge().map_err(|wrong| wrong.after("there are several"))
}

/// Polls and calls of `abort`, more than a byte can count, and 16 bits.
fn often(hand: &Hand) -> Result<(), Wrong> {
    const POLLS: usize = 1 << 8;
    const CALLS: usize = 1 << 16;
    let event = hand.event("the future");
    let (future, handle) = abortable(event.leaf(6));
    let task = hand.spawn("the task", future);
    for n in 1..=POLLS {
        if n == POLLS {
            task.renew_waker();
        }
        task.poll();
    }
    let was_polled = format!("the task was polled {POLLS} times");
    if task.is_over() {
        return Err(Wrong::answer("nothing has happened, and it ends")
            .after(&was_polled));
    }
    let was_called = format!("`abort` was called {CALLS} times");
    hand.note(&was_called);
    (0..CALLS).for_each(|_| handle.abort());
    if task.sleeps() {
        return Err(Wrong::answer("its task was not woken")
            .after(&was_called)
            .after(&was_polled));
    }
    task.poll();
    match task.take() {
        Some(Err(Aborted)) => Ok(()),
        _ => {
            Err(Wrong::answer("its next turn did not end it")
                .after(&was_called))
        }
    }
}

fn it_panics(hand: &Hand) -> Result<(), Wrong> {
    hand.note("the future panics in its poll");
    // Unlike `panic!`, it says nothing.
    let panics = poll_fn(|_| -> Poll<u32> { resume_unwind(Box::new(())) });
    let mut future = Box::pin(abortable(panics).0);
    let context = &mut Context::from_waker(Waker::noop());
    let poll = AssertUnwindSafe(|| future.as_mut().poll(context).is_ready());
    match catch_unwind(poll) {
        Err(_) => Ok(()),
        Ok(_) => Err(Wrong::answer(
            "the future panics in its poll, and nothing comes out of this panic",
        )),
    }
}
