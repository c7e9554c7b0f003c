//! Judges `timeout`: it gives what the future gives, or gives up when the time
//! is over, and then nothing of either is left.
//!
//! The time is the check's own, and so is the hand that polls (see
//! [`trials::hand`]). All orders are tried of polls, other wakers, and what
//! happens: the future can go on, and the time goes on to just before the
//! limit, and to the limit.
//!
//! Ways to be wrong: there is no limit, or one that is too short or too long;
//! it counts from the first poll, or anew from each; none at all is taken for
//! no limit; a future that is ready is given up on, because the timer is asked
//! first, or because the value is thrown away; the future waits for the timer;
//! only one of the two has a waker, or one has an old waker; it wakes itself,
//! or does not come back; what it has given up on stays, or is leaked, or the
//! timer stays when the future was in time; it blocks its thread by a time that
//! is not the check's; several share something.
//!
//! As shipped: the time is over, and `timeout` waits: it has no timer

use super::{Elapsed, timeout};
use lab::Dice;
use pin_project_lite::pin_project;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;
use trials::hand::{Event, Hand, Leaf, Task, Whims, Wrong, try_orders};
use trials::judge::Judge;

trials::answer!("exercises/time-limit.rs");

#[test]
fn it_gives_what_the_future_gives_or_gives_up_in_time() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |ways: &[Way], whims: Whims| {
        try_orders(dice, 500, |hand| {
            limits_one(hand, ways[hand.choose(ways.len())], whims)
        });
    };
    const ONE: Way = Way { limit: LIMIT, waits: 1, is_kept: false };
    const NONE: Way = Way { limit: Duration::ZERO, ..ONE };
    const TWICE: Way = Way { waits: 2, ..ONE };
    let kept = |way| Way { is_kept: true, ..way };
    tell(&[ONE], Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[NONE], Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[kept(ONE), kept(NONE)], Whims { polls: 1, wakers: 0, drops: 0 });
    let odd = ODD.map(|limit| Way { limit, ..ONE });
    tell(&odd, Whims { polls: 1, wakers: 0, drops: 0 });
    tell(&[ONE, TWICE], Whims { polls: 1, wakers: 1, drops: 0 });
    tell(&[ONE, TWICE, kept(TWICE)], Whims { polls: 2, wakers: 2, drops: 0 });
    tell(&[ONE, TWICE, NONE], Whims { polls: 1, wakers: 1, drops: 1 });
    try_orders(dice, 200, one_limits_another);
    judge.end();
}

const LIMIT: Duration = Duration::from_millis(10);

/// More milliseconds than a byte can hold, and than two; not whole ones, nor
/// whole microseconds; and for ever.
const ODD: [Duration; 4] = [
    Duration::from_millis(300),
    Duration::from_millis(70_000),
    Duration::from_nanos(1_234_567),
    Duration::MAX,
];

/// A time that goes on when the check says so, and its timers.
struct Clock {
    hand: Hand,
    now: Cell<Duration>,
    timers: RefCell<Vec<Timer>>,
}

struct Timer {
    due: Duration,
    event: Event,
}

thread_local! {
    /// The clock of the story that is told.
    static CLOCK: RefCell<Option<Rc<Clock>>> = const { RefCell::new(None) };
}

/// Waits for `duration`, counted from this call. Dropping it removes its timer.
#[allow(dead_code, reason = "not every answer has a limit")]
pub fn sleep(duration: Duration) -> Sleep {
    let clock = CLOCK.with_borrow(Clone::clone).expect("a story is told");
    let due = clock.now.get().saturating_add(duration);
    let event = clock.hand.event("the timer");
    let leaf = Box::pin(event.leaf(()));
    clock.timers.borrow_mut().push(Timer { due, event });
    clock.pass(Duration::ZERO);
    Sleep { leaf }
}

/// What [`sleep`] gives back. It need not be pinned.
#[allow(dead_code, reason = "not every answer has a limit")]
pub struct Sleep {
    leaf: Pin<Box<Leaf<()>>>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.leaf.as_mut().poll(context)
    }
}

impl Clock {
    /// A clock for this story.
    fn new(hand: &Hand) -> Rc<Clock> {
        let (hand, now) = (hand.clone(), Cell::new(Duration::ZERO));
        let timers = RefCell::default();
        let clock = Rc::new(Clock { hand, now, timers });
        CLOCK.set(Some(Rc::clone(&clock)));
        clock
    }

    /// So much time passes.
    fn pass(&self, time: Duration) {
        self.now.set(self.now.get() + time);
        let timers = self.timers.borrow();
        let due = timers.iter().filter(|it| it.due <= self.now.get());
        let due = due.map(|it| &it.event).filter(|it| !it.has_happened());
        let due: Vec<_> = due.cloned().collect();
        drop(timers);
        due.iter().for_each(Event::happen);
    }

    /// From now on the hand may have the time go on, to just before this time,
    /// and then to it.
    fn may_pass(self: &Rc<Clock>, limit: Duration) {
        let last = match limit.subsec_nanos() % 1_000_000 {
            0 => Duration::from_millis(1),
            _ => Duration::from_nanos(1),
        };
        let Some(before) = limit.checked_sub(last) else { return };
        let clock = Rc::clone(self);
        self.hand.may(&format!("{} pass", format_time(before)), move || {
            clock.pass(before);
            let own = Rc::clone(&clock);
            let passes = format!("{} passes", format_time(last));
            clock.hand.may(&passes, move || own.pass(last));
        });
    }

    /// The timers that have not been removed.
    fn are_set(&self) -> bool {
        self.timers.borrow().iter().any(|it| !it.event.is_dropped())
    }
}

/// In milliseconds, if they are whole.
fn format_time(time: Duration) -> String {
    match time.subsec_nanos() % 1_000_000 {
        0 => format!("{} ms", time.as_millis()),
        _ => format!("{time:?}"),
    }
}

/// How a story goes.
#[derive(Clone, Copy)]
struct Way {
    limit: Duration,
    /// How many events the future waits for, one after the other.
    waits: usize,
    /// Set if what `timeout` gave back is kept after it was ready.
    is_kept: bool,
}

type Gave = Result<u32, Elapsed>;

/// A future with a limit.
struct Limited {
    clock: Rc<Clock>,
    limit: Duration,
    events: Vec<Event>,
    /// There are two as long as the future is there.
    mark: Rc<()>,
    task: Task<(Gave, Seen)>,
    /// What `timeout` gave back, once it was ready.
    _kept: Rc<dyn Any>,
}

/// What was so when it was ready.
struct Seen {
    future_was_ready: bool,
    now: Duration,
}

pin_project! {
    /// A future with a mark in it. What is ready has dropped all else.
    struct Marked<F> {
        #[pin]
        future: F,
        mark: Rc<()>,
    }
}

impl<F: Future> Future for Marked<F> {
    type Output = F::Output;

    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<F::Output> {
        self.project().future.poll(context)
    }
}

impl Limited {
    fn new(hand: &Hand, way: Way) -> Limited {
        let clock = Clock::new(hand);
        let names = ["the future", "the future once more"];
        let events: Vec<_> =
            names[..way.waits].iter().map(|name| hand.event(name)).collect();
        let leaves: Vec<_> = events.iter().map(|it| it.leaf(())).collect();
        let future = async {
            for leaf in leaves {
                leaf.await;
            }
            6
        };
        let mark = Rc::new(());
        let future = Marked { future, mark: Rc::clone(&mark) };
        let mut limited = Box::pin(timeout(way.limit, future));
        let kept = Rc::new(RefCell::new(None));
        let (all, time, keeps) = (events.clone(), clock.clone(), kept.clone());
        let task = hand.spawn("timeout", async move {
            let gave = poll_fn(|context| limited.as_mut().poll(context)).await;
            let future_was_ready = all.iter().all(Event::has_happened);
            if way.is_kept {
                keeps.replace(Some(limited));
            }
            (gave, Seen { future_was_ready, now: time.now.get() })
        });
        if way.limit < Duration::MAX {
            clock.may_pass(way.limit);
        }
        let limit = way.limit;
        Limited { clock, limit, events, mark, task, _kept: kept }
    }

    /// Judges how far it is, if it sleeps.
    fn judge(&self) -> Result<(), Wrong> {
        let Limited { clock, limit, events, task, .. } = self;
        if task.polls() == 0 && events[0].polls() > 0 {
            return Err(Wrong::way(
                "the future was polled before `timeout` was: it does nothing \
                 until it is polled",
            ));
        }
        if !task.is_over() && events.iter().all(Event::is_over) {
            return Err(Wrong::answer(
                "the future was ready when it was polled, and `timeout` waits",
            ));
        }
        let timers = clock.timers.borrow();
        if !task.is_over() && timers.iter().any(|it| it.event.is_over()) {
            return Err(Wrong::answer(
                "the timer was ready when it was polled, and `timeout` waits",
            ));
        }
        let nothing_has_happened = !events.iter().any(Event::has_happened)
            && !timers.iter().any(|it| it.event.has_happened());
        if nothing_has_happened && task.wakes() > 0 {
            return Err(Wrong::way(
                "`timeout` has itself polled once more, and nothing has \
                 happened",
            ));
        }
        if !task.sleeps() {
            return Ok(());
        }
        if events[0].polls() == 0 {
            return Err(Wrong::way(
                "the future was not polled, though `timeout` was",
            ));
        }
        let next = events.iter().find(|it| !it.is_over());
        if next.is_some_and(Event::has_happened) {
            let happened = "the future can go on";
            return Err(match task.old_waker_was_called() {
                true => task.sleeps_on().after(happened),
                false => Wrong::answer(format!(
                    "{happened}, and `timeout` sleeps, and has not polled it \
                     since"
                )),
            });
        }
        if clock.now.get() < *limit {
            return Ok(());
        }
        let timer = timers.iter().rev().find(|it| !it.event.is_dropped());
        let why = match timer {
            None => "it has no timer",
            Some(timer) if !timer.event.has_happened() => &format!(
                "its timer is set for {}, and the limit was {}",
                format_time(timer.due),
                format_time(*limit)
            ),
            Some(timer) if timer.event.polls() == 0 => {
                "it has never polled its timer, which knows no waker"
            }
            Some(_) if task.old_waker_was_called() => {
                return Err(task.sleeps_on().after("the time is over"));
            }
            Some(_) => "it has not polled its timer since",
        };
        Err(Wrong::answer(format!(
            "the time is over, and `timeout` waits: {why}"
        )))
    }

    /// All has happened, or it was dropped.
    fn judge_end(&self) -> Result<(), Wrong> {
        let Limited { clock, limit, events, mark, task, .. } = self;
        let gave = task.take();
        let gave_up = Err(Elapsed);
        let ended = match &gave {
            None if !task.is_over() => return Err(task.sleeps_on()),
            None => "was dropped",
            Some((gave, seen)) if *gave == gave_up => {
                if seen.future_was_ready {
                    return Err(Wrong::answer(
                        "the future was ready, and `timeout` gave up on it: the \
                         time was over as well, but what is ready is given",
                    ));
                }
                if seen.now < *limit {
                    return Err(Wrong::answer(format!(
                        "the limit is {}, and `timeout` gave up after {}",
                        format_time(*limit),
                        format_time(seen.now)
                    )));
                }
                "has given up"
            }
            Some((Ok(6), _)) => "is ready",
            Some(_) => {
                return Err(Wrong::answer(
                    "the future gave 6, and `timeout` something else",
                ));
            }
        };
        let all_dropped = events.iter().all(Event::is_dropped);
        if !all_dropped || Rc::strong_count(mark) > 1 {
            return Err(Wrong::answer(format!(
                "`timeout` {ended}, and the future in it was not dropped"
            )));
        }
        if clock.are_set() {
            return Err(Wrong::answer(format!(
                "`timeout` {ended}, and its timer is still there"
            )));
        }
        match task.wakers() + task.old_wakers() {
            0 => Ok(()),
            _ => Err(Wrong::way(format!(
                "`timeout` {ended}, and a waker of its task is kept"
            ))),
        }
    }
}

/// The future need not be `'static`, nor can what it gives be cloned.
#[allow(dead_code, reason = "it is right if it compiles")]
fn limits_what_borrows(one: &Cell<u32>) -> impl Future {
    timeout(Duration::ZERO, async move { one })
}

fn limits_one(hand: &Hand, way: Way, whims: Whims) -> Result<(), Wrong> {
    let limited = Limited::new(hand, way);
    hand.let_happen(&limited.events);
    hand.play_judging(whims, || limited.judge())?;
    limited.judge_end()
}

/// One within another, and beside them one that has nothing to do with them.
fn one_limits_another(hand: &Hand) -> Result<(), Wrong> {
    let clock = Clock::new(hand);
    let [a, b] = ["the inner future", "the other future"].map(|name| {
        let event = hand.event(name);
        hand.let_happen(std::slice::from_ref(&event));
        event
    });
    let (outer, inner) = [(2, 1), (1, 2)][hand.choose(2)];
    let nested = timeout(LIMIT * outer, timeout(LIMIT * inner, a.leaf(1)));
    let nested = hand.spawn("a timeout of a timeout", nested);
    let other = hand.spawn("the other timeout", timeout(LIMIT, b.leaf(2)));
    clock.may_pass(LIMIT);
    let whims = Whims { polls: 1, wakers: 2, drops: 0 };
    let judge = || {
        hand.play(whims)?;
        match nested.take() {
            Some(Ok(Ok(1))) => {}
            Some(Ok(Err(Elapsed))) if inner < outer => {}
            Some(Err(Elapsed)) if outer < inner => {}
            None => return Err(nested.sleeps_on()),
            Some(_) => {
                return Err(Wrong::answer("the longer of two limits counts"));
            }
        }
        match other.take() {
            Some(Ok(2) | Err(Elapsed)) => Ok(()),
            Some(_) => Err(Wrong::answer("the value is another one's")),
            None => Err(other.sleeps_on()),
        }
    };
    judge().map_err(|wrong| wrong.after("there are several `timeout`"))
}
