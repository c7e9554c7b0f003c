//! Judges `Queue`: a thread that has to wait does, no other does, and nothing
//! is lost.
//!
//! Some hundred schedules are tried in each run: the check decides in which
//! order the threads take their steps (see [`trials::schedule`]). First come
//! cases that each show one kind of mistake. Then threads make random calls; in
//! some order of these calls, a plain list has to reply alike (see
//! [`trials::queue`]).
//!
//! Ways to be wrong, each with an answer in `wrong/`: a call does not wait, or
//! looks only once, or a few times, or asks again and again, with or without a
//! pause, or two wake each other to look; it looks under one lock and acts
//! under the next; it wakes none, too few, too early, only now and then, or one
//! that can do nothing; it wakes none, and each looks when its time is up, or
//! gives up; it counts on the first that waits to be the first that is woken;
//! there is room for one too many, or one too few, or again for all that others
//! have taken a place for; values come out in another order, also if only
//! another pop comes in between, twice, or not at all once the queue is closed;
//! a closed queue takes a value, or has a thread wait, or is open again when it
//! is closed twice; a close between a look and a wait goes unseen, or it wakes
//! only those that have to wait just then; and a wait by means that are not
//! recorded.
//!
//! As shipped: `pop` gave None from an empty queue that was open

use super::Queue;
use lab::Dice;
use std::ops::RangeInclusive;
use std::sync::Arc;
use trials::judge::Judge;
use trials::queue::Call::{self, Close, Pop, Push};
use trials::queue::Reply::{self, Popped, Pushed};
use trials::queue::{self, Caller, Trial};
use trials::schedule::{Case, Finding, Schedule, try_all};

trials::answer!("exercises/bounded-queue.rs");

#[test]
fn values_come_out_once_and_in_order_and_no_thread_waits_in_vain() {
    let judge = Judge::of(ANSWER.require_recorded_waits());
    let dice = &mut Dice::random();
    try_all(dice, &CASES);
    judge.end();
}

type Tried = Result<(), Finding>;

/// In how many schedules each case is tried.
const CASES: [(usize, Case); 21] = [
    (1, pop_sleeps_on),
    (1, push_sleeps_on),
    (5, pop_waits_while_the_queue_is_empty),
    (5, push_waits_while_the_queue_is_full),
    (1, what_went_through_leaves_no_more_room),
    (1, a_large_queue_has_all_its_room),
    (6, two_push_where_one_has_room),
    (6, two_pop_where_there_is_one_value),
    (8, after_close_nothing_goes_in_and_the_rest_comes_out),
    (24, all_that_wait_for_room_get_it),
    (24, all_that_wait_for_a_value_get_it),
    (6, close_wakes_all_that_pop),
    (6, close_wakes_all_that_push),
    (16, some_pops_and_a_close_wake_all),
    (16, some_pushes_and_a_close_wake_all),
    (40, close_wakes_one_about_to_pop),
    (40, close_wakes_one_about_to_push),
    (20, what_two_pop_comes_out_in_order),
    (2, everything_arrives),
    (24, a_push_a_pop_and_a_close),
    (40, any_calls),
];

/// How often a thread that sleeps is woken in vain, one after another.
const IN_VAIN: usize = 100;

/// A value that can neither be copied nor made up.
struct Gift(u32);

impl queue::Queue for Queue<Gift> {
    fn push(&self, value: u32) -> Result<(), u32> {
        Queue::push(self, Gift(value)).map_err(|gift| gift.0)
    }

    fn pop(&self) -> Option<u32> {
        Queue::pop(self).map(|gift| gift.0)
    }

    fn close(&self) {
        Queue::close(self);
    }
}

fn make_empty(schedule: &Schedule, room: usize) -> Trial<'_> {
    Trial::of(Arc::new(Queue::<Gift>::with_room_for(room)), room, schedule)
}

/// Makes a queue to which 1 to `values` were pushed.
fn make_holding(
    schedule: &Schedule,
    values: u32,
    room: usize,
) -> Result<Trial<'_>, Finding> {
    let trial = make_empty(schedule, room);
    let producer = trial.start("producer", &pushes(1..=values));
    schedule.rest()?;
    if !producer.is_done() {
        return Err(wrong(&format!(
            "{values} values were pushed to a queue with room for {room}, one \
             after another, and `push` did not come back, though there was room"
        )));
    }
    require_pushed(&trial.join(&producer)?)?;
    Ok(trial)
}

/// Makes a queue that is full.
fn make_full(schedule: &Schedule, room: u32) -> Result<Trial<'_>, Finding> {
    make_holding(schedule, room, room as usize)
}

fn pop_sleeps_on(schedule: &Schedule, _: &mut Dice) -> Tried {
    try_pop_from_empty(schedule, IN_VAIN)
}

fn pop_waits_while_the_queue_is_empty(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    try_pop_from_empty(schedule, 0)
}

fn try_pop_from_empty(schedule: &Schedule, in_vain: usize) -> Tried {
    let trial = make_empty(schedule, 2);
    let consumer = trial.start("consumer", &[Pop]);
    let from = "from an empty queue that was open";
    schedule.disturb(in_vain)?;
    require_wait(schedule, &consumer, "pop", from)?;
    require_pushed(&trial.call("producer", &[Push(1)])?)?;
    let popped = trial.join(&consumer)?;
    require_equal("1 was pushed, and popped", popped, some(1..=1))?;
    trial.end()
}

fn push_sleeps_on(schedule: &Schedule, _: &mut Dice) -> Tried {
    try_push_to_full(schedule, 1, IN_VAIN)
}

fn push_waits_while_the_queue_is_full(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    try_push_to_full(schedule, 2 + dice.below(4) as u32, 0)
}

fn a_large_queue_has_all_its_room(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    try_push_to_full(schedule, 6 + dice.below(300) as u32, 0)
}

fn try_push_to_full(schedule: &Schedule, room: u32, in_vain: usize) -> Tried {
    let trial = make_full(schedule, room)?;
    let to = format!("at an open queue with room for {room}, which was full");
    let producer = trial.start("last producer", &[Push(room + 1)]);
    schedule.disturb(in_vain)?;
    require_wait(schedule, &producer, "push", &to)?;
    let popped = trial.call("consumer", &pops(room + 1))?;
    require_pushed(&trial.join(&producer)?)?;
    let what = "pushed in the order 1, 2, 3 and so on, popped";
    require_equal(what, popped, some(1..=room + 1))
}

/// For a queue that is a ring: its places are used again and again.
fn what_went_through_leaves_no_more_room(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    // More than a byte can count, and not a multiple of any room.
    const THROUGH: u32 = 301;
    let room = 2 + dice.below(4) as u32;
    let trial = make_full(schedule, room)?;
    let calls: Vec<_> =
        (1..=THROUGH).flat_map(|n| [Pop, Push(room + n)]).collect();
    let replies = trial.call("one after another", &calls)?;
    for (n, replies) in (1..).zip(replies.chunks(2)) {
        let what = format!(
            "{room} values in order from {n} on were inside, and `pop` and \
             then `push` said"
        );
        let has_to_be = vec![Popped(Some(n)), Pushed(Ok(()))];
        require_equal(&what, replies.to_vec(), has_to_be)?;
    }
    let at = format!(
        "at an open queue with room for {room}, which was full again after \
         others had gone through"
    );
    let producer = trial.start("last producer", &[Push(room + THROUGH + 1)]);
    require_wait(schedule, &producer, "push", &at)?;
    let popped = trial.call("consumer", &[Pop])?;
    let next = some(THROUGH + 1..=THROUGH + 1);
    require_equal("the next was popped, and it was", popped, next)?;
    require_pushed(&trial.join(&producer)?)
}

fn two_push_where_one_has_room(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1);
    let producers = start_each(&trial, "producer", &pushes(1..=2));
    schedule.rest()?;
    if producers.iter().all(Caller::is_done) {
        let at = "at an open queue with room for 1, which was full";
        require_served(&producers, "push", at)?;
        return Err(wrong(
            "two threads pushed at the same time, and a queue with room for 1 \
             took both values",
        ));
    }
    let popped = sorted(trial.call("consumer", &pops(2))?);
    require_equal("1 and 2 were pushed, and popped", popped, some(1..=2))?;
    require_pushed(&join_each(&trial, &producers)?)?;
    trial.end()
}

fn two_pop_where_there_is_one_value(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    let trial = make_full(schedule, 1)?;
    let consumers = start_each(&trial, "consumer", &pops(2));
    schedule.rest()?;
    if consumers.iter().all(Caller::is_done) {
        let from = "from an empty queue that was open";
        require_served(&consumers, "pop", from)?;
        return Err(wrong(
            "two threads popped at the same time, there was 1 value, and both \
             came back",
        ));
    }
    require_pushed(&trial.call("producer", &[Push(2)])?)?;
    let popped = sorted(join_each(&trial, &consumers)?);
    require_equal("1 and 2 were pushed, and popped", popped, some(1..=2))?;
    trial.end()
}

/// Also if the queue is full: `push` must not wait for room.
fn after_close_nothing_goes_in_and_the_rest_comes_out(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let room = dice.one_of(&[2, 2, 3]);
    let trial = make_holding(schedule, 2, room)?;
    trial.call("closer", &[Close])?;
    let reply = trial.call("producer", &[Push(3)])?;
    let refused = vec![Pushed(Err(3))];
    require_equal("`push(3)` said to a closed queue", reply, refused)?;
    let rest = trial.call("consumer", &pops(4))?;
    let left = [Some(1), Some(2), None, None].map(Popped).to_vec();
    let what = "1 and 2 were pushed before `close`, and popped after";
    require_equal(what, rest, left)?;
    trial.call("closer", &[Close])?;
    let reply = trial.call("producer", &[Push(4)])?;
    let what = "`push(4)` said to a queue closed for the second time";
    require_equal(what, reply, vec![Pushed(Err(4))])?;
    trial.end()
}

/// If one of them is not woken, this hangs. The consumer may make room for two
/// before one of them looks, and any of them may be the one that is notified.
fn all_that_wait_for_room_get_it(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let room = 1 + dice.below(2) as u32;
    let trial = make_full(schedule, room)?;
    let last = pushes(room + 1..=room + threads);
    let producers = start_asleep(schedule, dice, &trial, "producer", &last)?;
    trial.call("consumer", &pops(room + threads))?;
    require_pushed(&join_each(&trial, &producers)?)?;
    trial.end()
}

/// If one of them is not woken, this hangs.
fn all_that_wait_for_a_value_get_it(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let trial = make_empty(schedule, 1 + dice.below(2));
    let calls = pops(threads);
    let consumers = start_asleep(schedule, dice, &trial, "consumer", &calls)?;
    require_pushed(&trial.call("producer", &pushes(1..=threads))?)?;
    let popped = sorted(join_each(&trial, &consumers)?);
    let what = "a value was pushed for each, and popped";
    require_equal(what, popped, some(1..=threads))?;
    trial.end()
}

/// If one of them is not woken, this hangs.
fn close_wakes_all_that_pop(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1);
    let consumers = start_each(&trial, "consumer", &pops(4));
    schedule.rest()?;
    trial.call("closer", &[Close])?;
    let replies = join_each(&trial, &consumers)?;
    let what = "`pop` said as an empty queue was closed";
    require_equal(what, replies, vec![Popped(None); 4])?;
    trial.end()
}

/// If one of them is not woken, this hangs.
fn close_wakes_all_that_push(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = make_full(schedule, 1)?;
    let producers = start_each(&trial, "producer", &pushes(2..=5));
    schedule.rest()?;
    trial.call("closer", &[Close])?;
    let what = "`push` said as a full queue was closed";
    let back = (2..=5).map(|value| Pushed(Err(value))).collect();
    require_equal(what, join_each(&trial, &producers)?, back)?;
    trial.end()
}

/// Some threads sleep, and another makes room for fewer of them and closes the
/// queue. If the first that woke up is slow, the queue is not full then, and
/// others sleep all the same.
fn some_pops_and_a_close_wake_all(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let room = 1 + dice.below(3) as u32;
    let (threads, fewer) = some_and_fewer(dice);
    let trial = make_full(schedule, room)?;
    let asleep = pushes(room + 1..=room + threads);
    let wake = pops(fewer.min(room));
    close_while_some_sleep(schedule, &trial, &asleep, wake)
}

fn some_pushes_and_a_close_wake_all(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let room = 1 + dice.below(3);
    let (threads, fewer) = some_and_fewer(dice);
    let trial = make_empty(schedule, room);
    let wake = pushes(1..=fewer.min(room as u32));
    close_while_some_sleep(schedule, &trial, &pops(threads), wake)
}

fn some_and_fewer(dice: &mut Dice) -> (u32, u32) {
    let some = 2 + dice.below(3);
    (some as u32, 1 + dice.below(some - 1) as u32)
}

fn close_while_some_sleep(
    schedule: &Schedule,
    trial: &Trial<'_>,
    asleep: &[Call],
    mut wake: Vec<Call>,
) -> Tried {
    start_each(trial, "sleeper", asleep);
    schedule.settle()?;
    wake.push(Close);
    trial.start("closer", &wake);
    trial.end()
}

/// The caller has looked, and does not wait yet. If the close is lost, this
/// hangs.
fn close_wakes_one_about_to_pop(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1);
    let consumer = trial.start("consumer", &[Pop]);
    trial.start("closer", &[Close]);
    let what = "`pop` said, as an empty queue was closed,";
    require_equal(what, trial.join(&consumer)?, vec![Popped(None)])?;
    trial.end()
}

fn close_wakes_one_about_to_push(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = make_full(schedule, 1)?;
    let producer = trial.start("producer of 2", &[Push(2)]);
    trial.start("closer", &[Close]);
    let what = "`push` gave back, as a full queue was closed,";
    require_equal(what, trial.join(&producer)?, vec![Pushed(Err(2))])?;
    trial.end()
}

/// Two threads pop, and one of them has pushed before that.
fn what_two_pop_comes_out_in_order(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let trial = make_holding(schedule, 2, 3 + dice.below(2))?;
    trial.start("consumer", &pops(1 + dice.below(2) as u32));
    trial.start("producer and consumer", &[Push(3), Pop]);
    trial.end()
}

fn everything_arrives(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1 + dice.below(5));
    for n in 1..=2 {
        trial.start(&format!("consumer {n}"), &pops(8));
    }
    let producers = (1..=3).map(|n| {
        let values = pushes(100 * n..=100 * n + 4);
        trial.start(&format!("producer {n}"), &values)
    });
    let producers: Vec<_> = producers.collect();
    require_pushed(&join_each(&trial, &producers)?)?;
    trial.call("closer", &[Close])?;
    trial.end()
}

/// Each call may begin while another is under way.
fn a_push_a_pop_and_a_close(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1 + dice.below(2));
    trial.start("producer", &[Push(1)]);
    trial.start("consumer", &[Pop]);
    trial.start("closer", &[Close]);
    trial.end()
}

/// Some threads make a few calls each, and another closes the queue: at any
/// time, or once no other can go on.
fn any_calls(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = make_empty(schedule, 1 + dice.below(2));
    // In two of three programs there are more of the one kind.
    let pushes_of_six = 2 + dice.below(3);
    for thread in 1..=2 + dice.below(3) as u32 {
        let calls = 0..1 + dice.below(3) as u32;
        let call = |n| match dice.below(6) < pushes_of_six {
            true => Push(10 * thread + n),
            false => Pop,
        };
        let calls: Vec<_> = calls.map(call).collect();
        trial.start(&format!("thread {thread}"), &calls);
    }
    if dice.below(2) == 0 {
        trial.settle()?;
    }
    trial.start("closer", &[Close]);
    trial.end()
}

/// Requires that this call waits, and waits again if its wait ends unasked.
fn require_wait(
    schedule: &Schedule,
    caller: &Caller,
    call: &str,
    at: &str,
) -> Tried {
    schedule.rest()?;
    if !caller.is_done() {
        return Ok(());
    }
    Err(did_not_wait(caller.woke_unasked(), call, &caller.join()?[0], at))
}

/// Of these, which are done, none was sent away.
fn require_served(callers: &[Caller], call: &str, at: &str) -> Tried {
    for caller in callers {
        let woke_unasked = caller.woke_unasked();
        let reply = &caller.join()?[0];
        if matches!(reply, Popped(None) | Pushed(Err(_))) {
            return Err(did_not_wait(woke_unasked, call, reply, at));
        }
    }
    Ok(())
}

fn did_not_wait(
    woke_unasked: bool,
    call: &str,
    reply: &Reply,
    at: &str,
) -> Finding {
    let why = match woke_unasked {
        true => {
            "its wait had ended, though no thread had notified it, and it did \
             not look again"
        }
        false => "it did not wait",
    };
    wrong(&format!("`{call}` gave {reply:?} {at}: {why}"))
}

fn require_pushed(replies: &[Reply]) -> Tried {
    let all = vec![Pushed(Ok(())); replies.len()];
    require_equal("`push` said to an open queue", replies.to_vec(), all)
}

fn require_equal(what: &str, is: Vec<Reply>, has_to_be: Vec<Reply>) -> Tried {
    match is == has_to_be {
        true => Ok(()),
        false => {
            Err(wrong(&format!("{what} {is:?}; it has to be {has_to_be:?}")))
        }
    }
}

fn wrong(why: &str) -> Finding {
    Finding::new(format!("wrong answer: {why}"))
}

/// Starts a thread for each of these calls.
fn start_each(trial: &Trial<'_>, name: &str, calls: &[Call]) -> Vec<Caller> {
    let threads = (1..).zip(calls.chunks(1));
    threads.map(|(n, call)| trial.start(&format!("{name} {n}"), call)).collect()
}

/// Starts a thread for each of these calls, which have to wait. All sleep then,
/// or all but the last, which may take what another was woken for.
fn start_asleep(
    schedule: &Schedule,
    dice: &mut Dice,
    trial: &Trial<'_>,
    name: &str,
    calls: &[Call],
) -> Result<Vec<Caller>, Finding> {
    let asleep = calls.len() - dice.below(2);
    let mut threads = start_each(trial, name, &calls[..asleep]);
    schedule.rest()?;
    threads.extend(start_each(
        trial,
        &format!("late {name}"),
        &calls[asleep..],
    ));
    Ok(threads)
}

/// Joins all of them; gives back all their replies.
fn join_each(
    trial: &Trial<'_>,
    callers: &[Caller],
) -> Result<Vec<Reply>, Finding> {
    let mut replies = Vec::new();
    for caller in callers {
        replies.extend(trial.join(caller)?);
    }
    Ok(replies)
}

fn pushes(values: RangeInclusive<u32>) -> Vec<Call> {
    values.map(Push).collect()
}

fn pops(times: u32) -> Vec<Call> {
    vec![Pop; times as usize]
}

/// What is popped if these values come out.
fn some(values: RangeInclusive<u32>) -> Vec<Reply> {
    values.map(|value| Popped(Some(value))).collect()
}

fn sorted(mut replies: Vec<Reply>) -> Vec<Reply> {
    replies.sort_unstable();
    replies
}
