//! Judges `join_all`: all of its futures wait at the same time, and whatever
//! becomes ready, in whatever order, it goes on and gives all values.
//!
//! The check's own hand polls (see [`trials::hand`]): a task is polled when it
//! was woken, now and then without a cause, and now and then with another
//! waker. For two futures all orders are tried, for more some hundred.
//!
//! Ways to be wrong: the next is not begun before the one before it is ready,
//! or only a few are begun; it waits for the first, or for the last, alone; the
//! values are in another order, or are some of them; one that is ready is
//! polled again; no waker is handed on, or one of an earlier poll, or one that
//! wakes nothing; one that is woken while the others are polled is not polled
//! again; the task is woken under a lock that its poll needs; it spins, within a poll or by waking itself; it blocks its thread; it
//! does not end if there are none, or if all are ready at once; it works for
//! few only; one is moved after it was polled; they are begun before they are
//! polled; something is kept when it is dropped, or grows.
//!
//! As shipped: b was not polled

use super::join_all;
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use trials::hand::{Event, Hand, Leaf, Task, Whims, Wrong, try_orders};
use trials::judge::Judge;

trials::answer!("exercises/await-all.rs");

#[test]
fn all_wait_at_once_and_none_is_forgotten() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    try_orders(dice, 4, |hand| some_wait(hand, 2, Whims::default()));
    try_orders(dice, 2, none_wait);
    for count in 1..=2 {
        try_orders(dice, 1000, |hand| some_wait(hand, count, ANY));
    }
    try_orders(dice, 200, |hand| some_wait(hand, 3 + hand.choose(4), ANY));
    try_orders(dice, 200, some_wait_twice);
    try_orders(dice, 100, there_are_several);
    try_orders(dice, 200, they_wake_one_another);
    try_orders(dice, 200, it_is_polled_at_once);
    try_orders(dice, 200, it_is_dropped);
    try_orders(dice, 1, very_many_wait);
    try_orders(dice, 1, thousands_wait);
    judge.end();
}

/// What the hand may do besides what is due.
const ANY: Whims = Whims { polls: 2, wakers: 2, drops: 0 };

/// If nothing has to be waited for, it is ready after this number of polls.
const MOST_POLLS: usize = 10;

/// What a future gives. It can be neither copied nor cloned.
struct Value {
    number: usize,
    /// As many are there as values.
    _is_there: Rc<()>,
}

/// Futures that wait for events, joined by a task.
struct Joined {
    events: Vec<Event>,
    /// Those after which the futures are ready.
    last_events: Vec<Event>,
    values: Rc<()>,
    task: Task<Vec<Value>>,
}

impl Joined {
    fn new(hand: &Hand, count: usize) -> Joined {
        Joined::of(hand, count, |leaf| leaf)
    }

    /// Futures which are made of the leaves of events.
    fn of<F: Future<Output = Value> + 'static>(
        hand: &Hand,
        count: usize,
        future: impl Fn(Leaf<Value>) -> F,
    ) -> Joined {
        let values = Rc::new(());
        let events: Vec<_> = (0..count).map(|n| hand.event(&name(n))).collect();
        let of_event = |(number, event): (usize, &Event)| {
            let value = Value { number, _is_there: Rc::clone(&values) };
            future(event.leaf(value))
        };
        let futures = events.iter().enumerate().map(of_event).collect();
        let task = hand.spawn("join_all", join_all(futures));
        let last_events = events.clone();
        Joined { events, last_events, values, task }
    }

    /// Judges how far it is, if it sleeps.
    fn judge(&self) -> Result<(), Wrong> {
        let (task, events) = (&self.task, &self.events);
        let polled: Vec<_> =
            events.iter().filter(|it| it.polls() > 0).collect();
        if task.polls() == 0 && !task.is_over() && !polled.is_empty() {
            return Err(Wrong::way(
                "the futures were polled before `join_all` was: a future does \
                 nothing until it is polled",
            ));
        }
        if !task.sleeps() {
            return Ok(());
        }
        if let Some(event) = events.iter().find(|it| it.polls() == 0) {
            let instead = match polled[..] {
                [] => "none of them was",
                [one] => &format!("it waits for {} alone", one.name()),
                [..] => "it waits for others",
            };
            return Err(Wrong::way(format!(
                "{} was not polled, though `join_all` was: {instead}",
                event.name()
            )));
        }
        if self.last_events.iter().all(Event::is_over) {
            return Err(Wrong::answer(
                "all of the futures were ready when they were polled, and \
                 `join_all` says that it waits",
            ));
        }
        let mut events = events.iter();
        if let Some(event) =
            events.find(|it| it.has_happened() && !it.is_over())
        {
            let happened = format!("{} has happened", event.name());
            return Err(match task.old_waker_was_called() {
                true => task.sleeps_on().after(&happened),
                false => Wrong::answer(format!(
                    "{happened}, and `join_all` sleeps, and has not polled it \
                     since"
                )),
            });
        }
        if task.old_wakers() > 0 && task.wakers() > 0 {
            return Err(Wrong::way(
                "wakers are kept that the task had before it got another one",
            ));
        }
        Ok(())
    }

    /// All has happened: it has to be ready, and to give all values.
    fn judge_end(&self) -> Result<(), Wrong> {
        let Some(values) = self.task.take() else {
            return Err(self.task.sleeps_on().after("all have happened"));
        };
        judge_values(&values, self.events.len())?;
        drop(values);
        self.judge_all_is_gone()
    }

    /// It is over, or was dropped.
    fn judge_all_is_gone(&self) -> Result<(), Wrong> {
        let mut all = self.events.iter().chain(&self.last_events);
        if let Some(event) = all.find(|it| !it.is_dropped()) {
            return Err(Wrong::answer(format!(
                "`join_all` is over, and {} was not dropped",
                event.name()
            )));
        }
        let values = Rc::strong_count(&self.values) - 1;
        let wakers = self.task.wakers() + self.task.old_wakers();
        match (values, wakers) {
            (0, 0) => Ok(()),
            (0, n) => Err(Wrong::way(format!(
                "`join_all` is over, and wakers of its task are kept: {n}"
            ))),
            (n, _) => Err(Wrong::answer(format!(
                "`join_all` is over, and values were not dropped: {n}"
            ))),
        }
    }
}

/// `a` to `z`, and then numbers.
fn name(number: usize) -> String {
    match u8::try_from(number) {
        Ok(n @ 0..26) => char::from(b'a' + n).to_string(),
        _ => format!("number {}", number + 1),
    }
}

fn judge_values(values: &[Value], count: usize) -> Result<(), Wrong> {
    let numbers: Vec<_> = values.iter().map(|it| it.number).collect();
    let wanted: Vec<_> = (0..count).collect();
    if numbers == wanted {
        return Ok(());
    }
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    if sorted == wanted {
        let at = (0..count).find(|n| numbers[*n] != *n).unwrap_or_default();
        return Err(Wrong::answer(format!(
            "the values are not in the order of the futures: where that of {} \
             has to be is that of {}",
            name(at),
            name(numbers[at])
        )));
    }
    Err(Wrong::answer(format!(
        "there were {count} futures, and `join_all` gave {} values",
        numbers.len()
    )))
}

fn some_wait(hand: &Hand, count: usize, whims: Whims) -> Result<(), Wrong> {
    let joined = Joined::new(hand, count);
    hand.let_happen(&joined.events);
    hand.play_judging(whims, || joined.judge())?;
    joined.judge_end()
}

/// Each waits for its event, and then for a second one.
fn some_wait_twice(hand: &Hand) -> Result<(), Wrong> {
    let count = 2 + hand.choose(2);
    let seconds = Rc::new(RefCell::new(Vec::new()));
    let mut joined = Joined::of(hand, count, |leaf| {
        let mut seconds = seconds.borrow_mut();
        let second = hand.event(&format!("{} again", name(seconds.len())));
        seconds.push(second.clone());
        let second = second.leaf(());
        async move {
            let value = leaf.await;
            second.await;
            value
        }
    });
    joined.last_events = seconds.take();
    hand.let_happen(&joined.events);
    hand.play_judging(ANY, || joined.judge())?;
    // All have come to their second wait.
    hand.let_happen(&joined.last_events);
    hand.play_judging(ANY, || joined.judge())?;
    joined.judge_end()
}

/// One `join_all` waits for others, beside one that has nothing to do with it.
fn there_are_several(hand: &Hand) -> Result<(), Wrong> {
    let joined = Joined::new(hand, 2);
    let [a, b] = ["its a", "its b"].map(|name| hand.event(name));
    let inner = [&a, &b].map(|event| join_all(vec![event.leaf(1)]));
    let outer = hand.spawn("the outer join_all", join_all(inner.into()));
    hand.let_happen(&[a, b]);
    hand.let_happen(&joined.events);
    let judge = || {
        hand.play_judging(ANY, || joined.judge())?;
        joined.judge_end()?;
        match outer.take() {
            Some(values) if values == [[1], [1]] => Ok(()),
            Some(values) => {
                Err(Wrong::answer(format!("of 1 and 1 it gave {values:?}")))
            }
            None => Err(outer.sleeps_on()),
        }
    };
    judge().map_err(|wrong| wrong.after("there are several `join_all`"))
}

/// Its task is polled by the call that wakes it.
fn it_is_polled_at_once(hand: &Hand) -> Result<(), Wrong> {
    let joined = Joined::new(hand, 1 + hand.choose(3));
    joined.task.poll_at_once();
    hand.let_happen(&joined.events);
    hand.play_judging(ANY, || joined.judge())?;
    joined.judge_end()
}

/// It is dropped before all have happened, and takes all with it.
fn it_is_dropped(hand: &Hand) -> Result<(), Wrong> {
    let joined = Joined::new(hand, 1 + hand.choose(3));
    // The last one never happens.
    let (_, others) = joined.events.split_last().expect("there is one");
    hand.let_happen(others);
    hand.play_judging(ANY, || joined.judge())?;
    if joined.task.take().is_some() {
        return Err(Wrong::answer(
            "`join_all` is ready, and one of its futures is not",
        ));
    }
    joined.task.cancel();
    joined.judge_all_is_gone()
}

/// More than a byte can count, or a word has bits.
fn very_many_wait(hand: &Hand) -> Result<(), Wrong> {
    let joined = Joined::new(hand, 270 + hand.choose(2));
    joined.task.poll();
    joined.judge()?;
    // In another order, from both ends.
    for n in 0..joined.events.len() {
        let last = joined.events.len() - 1;
        let event =
            &joined.events[if n % 2 == 0 { n / 2 } else { last - n / 2 }];
        hand.note(format!("{} happens", event.name()));
        event.happen();
        hand.settle()?;
        joined.judge()?;
    }
    joined.judge_end()
}

/// All happen before it is polled again: one after the other would take long.
fn thousands_wait(hand: &Hand) -> Result<(), Wrong> {
    let joined = Joined::new(hand, 5000);
    joined.task.poll();
    joined.judge()?;
    hand.note("all happen");
    joined.events.iter().for_each(Event::happen);
    hand.settle()?;
    joined.judge()?;
    joined.judge_end()
}

/// A future that wakes itself or another one when it is polled.
enum Odd {
    /// Is polled so often before it is ready, and wakes itself each time.
    Yields(usize),
    /// Waits until the one before it in the story was polled.
    Waits(Pin<Box<Leaf<()>>>),
    /// Wakes one of those when it is polled, and is ready.
    Wakes(Event),
}

impl Future for Odd {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &mut *self {
            Odd::Yields(0) => Poll::Ready(()),
            Odd::Yields(times) => {
                *times -= 1;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Odd::Waits(leaf) => leaf.as_mut().poll(context),
            Odd::Wakes(event) => {
                event.happen();
                Poll::Ready(())
            }
        }
    }
}

/// No one else wakes them: so it is lost what is woken while the others are
/// polled, unless all are polled once more.
fn they_wake_one_another(hand: &Hand) -> Result<(), Wrong> {
    let mut futures = Vec::new();
    for n in 0..2 {
        let event = hand.event(&name(n));
        futures.push(Odd::Waits(Box::pin(event.leaf(()))));
        futures.push(Odd::Wakes(event));
    }
    futures.push(Odd::Yields(1 + hand.choose(3)));
    // Any order.
    let mut mixed = Vec::new();
    while !futures.is_empty() {
        mixed.push(futures.remove(hand.choose(futures.len())));
    }
    let task = hand.spawn("join_all", join_all(mixed));
    hand.settle()?;
    match task.take() {
        Some(_) => Ok(()),
        None => Err(task.sleeps_on().after(
            "one of the futures was woken while `join_all` polled the others",
        )),
    }
}

/// There are none, or all are ready at once. They need not be `'static`.
fn none_wait(hand: &Hand) -> Result<(), Wrong> {
    let cells = [Cell::new(0), Cell::new(1)];
    let cells = &cells[..2 * hand.choose(2)];
    let futures = cells.iter().map(async |cell| cell.get()).collect();
    let mut joined = pin!(join_all(futures));
    let context = &mut Context::from_waker(Waker::noop());
    let mut polls = (0..MOST_POLLS).map(|_| joined.as_mut().poll(context));
    match polls.find(Poll::is_ready) {
        Some(Poll::Ready(values)) if values.len() == cells.len() => Ok(()),
        Some(_) => Err(Wrong::answer(format!(
            "{} futures were ready at once, and `join_all` gave not as many \
             values",
            cells.len()
        ))),
        None if cells.is_empty() => {
            Err(Wrong::answer("there are no futures, and `join_all` waits"))
        }
        None => Err(Wrong::answer(
            "all futures were ready at once, and `join_all` waits",
        )),
    }
}
