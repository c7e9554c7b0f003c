//! Judges `channel`: whatever task polls the receiver, and whichever goes
//! first, it gets the value, or hears that none will come.
//!
//! The check's own hand polls (see [`trials::hand`]): all orders are tried of
//! polls, other wakers, a send, and the end of either side.
//!
//! Ways to be wrong: the first waker counts, or the last is kept only if it is
//! no other; no waker is kept, or all; the old one is called, or both are; the
//! receiver wakes itself, or does not come back; `send` does not wake, or
//! before the value is there, or while it borrows what the receiver needs; a
//! sender that is dropped does not wake, or leaves no sign, or leaves it too
//! late; the value is lost, or taken for an error; `send` says Ok to nobody, or
//! gives the value back though the receiver is there; the value is looked for
//! too late; a waker or a value is kept after the end, or what both have
//! shared; wakers are called for nothing, or twice; channels share something.
//!
//! As shipped: the waker that it had before is kept, and not the one of its

use super::{Dropped, Receiver, Sender, channel};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use trials::hand::{Hand, Task, Whims, Wrong, try_orders};
use trials::judge::{Judge, allocated};

trials::answer!("exercises/oneshot-new-waker.rs");

#[test]
fn the_receiver_hears_of_the_value_or_of_the_end() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    let mut tell = |ends: &[End], whims: Whims, polls_at_once: bool| {
        try_orders(dice, 1000, |hand| {
            let end = ends[hand.choose(ends.len())];
            let channel = Channel::new(hand, "", end);
            if polls_at_once {
                channel.task.poll_at_once();
            }
            hand.play_judging(whims, || channel.judge())?;
            channel.judge_end()
        });
    };
    use End::{Drops, Sends};
    tell(&[Sends], Whims { polls: 1, wakers: 0, drops: 0 }, false);
    tell(&[Sends], Whims { polls: 0, wakers: 2, drops: 0 }, false);
    tell(&[Drops], Whims { polls: 1, wakers: 0, drops: 0 }, false);
    tell(&[Sends, Drops], Whims { polls: 1, wakers: 1, drops: 1 }, false);
    tell(&[Sends, Drops], Whims { polls: 1, wakers: 2, drops: 0 }, true);
    tell(&[Sends, Drops], Whims { polls: 2, wakers: 2, drops: 1 }, false);
    try_orders(dice, 10, two_tasks_take_turns);
    try_orders(dice, 1, it_moves_very_often);
    try_orders(dice, 200, there_are_several);
    try_orders(dice, 100, all_of_it_is_freed);
    judge.end();
}

/// How it ends for the sender.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Sends,
    Drops,
}

/// What is sent. It can be neither copied nor cloned.
struct Value {
    number: u32,
    /// As many are there as values.
    _is_there: Rc<()>,
}

/// A channel of which a task has the receiver, and the hand the sender.
struct Channel {
    task: Task<Result<Value, Dropped>>,
    end: End,
    number: u32,
    values: Rc<()>,
    sender: Rc<Known>,
}

/// What is known of the sender.
#[derive(Default)]
struct Known {
    /// How often the receiver had been polled when this one came to its end.
    polls: Cell<Option<usize>>,
    /// Set if the receiver was there by then.
    had_receiver: Cell<bool>,
    /// What `send` gave.
    gave: RefCell<Option<Result<(), Value>>>,
}

impl Channel {
    fn new(hand: &Hand, which: &str, end: End) -> Channel {
        let (sender, receiver): (Sender<_>, Receiver<_>) = channel();
        let task = hand.spawn(&format!("the receiver{which}"), receiver);
        let (known, values) = (Rc::<Known>::default(), Rc::new(()));
        let number = 1 + hand.choose(2) as u32;
        let value = Value { number, _is_there: Rc::clone(&values) };
        let (own, receiver) = (Rc::clone(&known), task.clone());
        let act = move || {
            own.had_receiver.set(!receiver.is_over());
            own.polls.set(Some(receiver.polls()));
            if end == End::Sends {
                let gave = sender.send(value);
                own.gave.replace(Some(gave));
            }
        };
        hand.may(&format!("{}{which}", end.what()), act);
        Channel { task, end, number, values, sender: known }
    }

    fn judge(&self) -> Result<(), Wrong> {
        let (task, sender) = (&self.task, &self.sender);
        match (sender.gave.borrow().as_ref(), sender.had_receiver.get()) {
            (Some(Ok(())), false) => {
                return Err(Wrong::answer(
                    "`send` said Ok, and the receiver had been dropped",
                ));
            }
            (Some(Err(_)), true) => {
                return Err(Wrong::answer(
                    "`send` gave the value back, and the receiver was there",
                ));
            }
            _ => {}
        }
        let kept = task.wakers() + task.old_wakers();
        let judged = match sender.polls.get() {
            None if task.is_over() && kept > 0 => Err(Wrong::way(
                "the receiver is gone, and the sender keeps a waker of its task",
            )),
            _ if !task.sleeps() => Ok(()),
            Some(polls) if task.polls() > polls => Err(Wrong::answer(format!(
                "{}, the receiver was polled since, and says that it waits",
                self.end.what()
            ))),
            Some(_) => Err(task.sleeps_on().after(self.end.what())),
            None if task.old_wakers() > 0 && task.wakers() > 0 => {
                Err(Wrong::way(
                    "a waker is kept that the task had before it got another \
                     one",
                ))
            }
            None if kept > 1 => Err(Wrong::way(format!(
                "one receiver waits, and {kept} wakers of its task are kept"
            ))),
            None => Ok(()),
        };
        judged?;
        match (sender.polls.get(), task.wakes()) {
            (None, 1..) => Err(Wrong::way(
                "a waker of the receiver's task was called, and there is \
                 nothing to be seen yet",
            )),
            (Some(_), wakes @ 2..) => Err(Wrong::way(format!(
                "{}, and for that wakers of the receiver's task were called \
                 {wakes} times",
                self.end.what()
            ))),
            _ => Ok(()),
        }
    }

    fn judge_end(self) -> Result<(), Wrong> {
        let told_of_the_end = Some(Err(Dropped));
        match (self.task.take(), self.end) {
            (Some(Ok(value)), _) if value.number != self.number => {
                return Err(Wrong::answer(format!(
                    "value {} was sent, and the receiver got value {}",
                    self.number, value.number
                )));
            }
            (gave, End::Sends) if gave == told_of_the_end => {
                return Err(Wrong::answer(
                    "the value was sent, and the receiver was told that the \
                     sender was dropped",
                ));
            }
            (None, _) if !self.task.is_over() => {
                return Err(self.task.sleeps_on());
            }
            _ => {}
        }
        // What `send` has given back.
        self.sender.gave.take();
        if Rc::strong_count(&self.values) > 1 {
            return Err(Wrong::answer(
                "both sides are gone, and the value was not dropped",
            ));
        }
        match self.task.wakers() + self.task.old_wakers() {
            0 => Ok(()),
            _ => Err(Wrong::way(
                "both sides are gone, and a waker of the task is kept",
            )),
        }
    }
}

impl End {
    fn what(self) -> &'static str {
        match self {
            End::Sends => "the value was sent",
            End::Drops => "the sender was dropped",
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.number == other.number
    }
}

/// As a `select` in a loop may have it, or a receiver that two tasks share.
fn two_tasks_take_turns(hand: &Hand) -> Result<(), Wrong> {
    let end = [End::Sends, End::Drops][hand.choose(2)];
    let channel = Channel::new(hand, "", end);
    channel.task.poll();
    channel.task.renew_waker();
    channel.task.poll();
    for _ in 0..hand.choose(4) {
        channel.task.restore_waker();
        channel.task.poll();
    }
    let played = hand.play_judging(Whims::default(), || channel.judge());
    let judged = played.and_then(|()| channel.judge_end());
    judged.map_err(|wrong| wrong.after("two tasks have polled it in turns"))
}

/// More often than a byte can count.
const OFTEN: usize = 300;

fn it_moves_very_often(hand: &Hand) -> Result<(), Wrong> {
    let channel = Channel::new(hand, "", End::Sends);
    channel.task.poll();
    for _ in 0..OFTEN {
        channel.task.renew_waker();
        channel.task.poll();
    }
    let played = hand.play_judging(Whims::default(), || channel.judge());
    let judged = played.and_then(|()| channel.judge_end());
    let moved = format!("the receiver got another waker {OFTEN} times");
    judged.map_err(|wrong| wrong.after(&moved))
}

fn there_are_several(hand: &Hand) -> Result<(), Wrong> {
    let ends = [" of one", " of another", " of a third"].map(|which| {
        let end = [End::Sends, End::Drops][hand.choose(2)];
        Channel::new(hand, which, end)
    });
    let whims = Whims { polls: 2, wakers: 2, drops: 1 };
    let judge = || ends.iter().try_for_each(Channel::judge);
    let played = hand.play_judging(whims, judge);
    let judged =
        played.and_then(|()| ends.into_iter().try_for_each(Channel::judge_end));
    judged.map_err(|wrong| wrong.after("there are several channels"))
}

/// Both sides are gone, one after the other: so is what they have shared.
fn all_of_it_is_freed(hand: &Hand) -> Result<(), Wrong> {
    let [waits, receiver_first, sends] = [(); 3].map(|()| hand.choose(2) == 0);
    let leaks = || {
        let before = allocated();
        let (sender, receiver) = channel();
        let mut receiver = Some(Box::pin(receiver));
        if let Some(receiver) = receiver.as_mut().filter(|_| waits) {
            let context = &mut Context::from_waker(Waker::noop());
            let _waits = receiver.as_mut().poll(context);
        }
        receiver.take_if(|_| receiver_first);
        match sends {
            true => drop(sender.send([0; 10])),
            false => drop(sender),
        }
        drop(receiver);
        allocated() > before
    };
    // The first time, something may be made that is made once.
    let is_leaked = leaks() && leaks();
    if waits {
        hand.note("polls the receiver");
    }
    let sender = if sends { End::Sends.what() } else { End::Drops.what() };
    let ends = ["drops the receiver", sender];
    let order = if receiver_first { [0, 1] } else { [1, 0] };
    order.iter().for_each(|n| hand.note(ends[*n]));
    match is_leaked {
        true => Err(Wrong::answer(
            "both sides are gone, and there is memory that is not freed",
        )),
        false => Ok(()),
    }
}
