//! Judges `Queue`: a thread that has to wait does, no other does, and nothing
//! is lost.
//!
//! Some hundred schedules are tried in each run: the check decides in which
//! order the threads take their steps (see [`trials::schedule`]). First come
//! cases that each show one kind of mistake. Then threads make random calls; in
//! some order of these calls, a plain list has to reply alike.
//!
//! Ways to be wrong, each with an answer in `wrong/`: a call does not wait, or
//! looks only once, or asks again and again, with or without a pause; it looks
//! under one lock and acts under the next; it wakes none, too few, too early,
//! only now and then, or one that can do nothing; it wakes none, and each looks
//! when its time is up, or gives up; it counts on the first that waits to be
//! the first that is woken; there is room for one too many, or one too few, or
//! again for all that others have taken a place for; values come out in another
//! order, twice, or not at all once the queue is closed; a closed queue takes a
//! value, or has a thread wait, or is open again when it is closed twice; a
//! close between a look and a wait goes unseen; and a wait by means that are
//! not recorded.
//!
//! As shipped: `pop` gave None from an empty queue that was open

mod history;

use super::Queue;
use history::{Call, History};
use lab::Dice;
use std::fmt::Debug;
use std::iter;
use std::sync::{Arc, Mutex};
use trials::judge::Judge;
use trials::schedule::{Finding, Schedule, Thread, step, try_all};

trials::answer!("exercises/bounded-queue.rs");

/// How many schedules are tried of each case, and of any calls at all.
const FEW: usize = 6;
const MORE: usize = 20;
const MANY: usize = 40;

#[test]
fn values_come_out_once_and_in_order_and_no_thread_waits_in_vain() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER.require_recorded_waits());
    let room = 2 + dice.below(4) as u32;
    let dice = &mut dice;
    try_all(dice, FEW, |it, _| pop_waits_while_the_queue_is_empty(it));
    try_all(dice, FEW, |it, _| push_waits_while_the_queue_is_full(it, room));
    try_all(dice, 1, |it, _| what_went_through_leaves_no_more_room(it, room));
    let large = 6 + dice.below(300) as u32;
    try_all(dice, 1, |it, _| push_waits_while_the_queue_is_full(it, large));
    try_all(dice, FEW, |it, _| two_push_where_one_has_room(it));
    try_all(dice, FEW, |it, _| two_pop_where_there_is_one_value(it));
    for room in [2, 3] {
        try_all(dice, 1, |it, _| {
            after_close_nothing_goes_in_and_the_rest_comes_out(it, room)
        });
    }
    try_all(dice, MORE, all_that_wait_for_room_get_it);
    try_all(dice, MORE, all_that_wait_for_a_value_get_it);
    try_all(dice, FEW, |it, _| close_wakes_all_that_pop(it));
    try_all(dice, FEW, |it, _| close_wakes_all_that_push(it));
    try_all(dice, MANY, |it, _| close_wakes_one_about_to_wait(it, false));
    try_all(dice, MANY, |it, _| close_wakes_one_about_to_wait(it, true));
    try_all(dice, 2, |it, dice| everything_arrives(it, 1 + dice.below(5)));
    try_all(dice, MORE, a_push_a_pop_and_a_close);
    for threads in [2, 3, 4] {
        try_all(dice, MORE, |it, dice| any_calls(it, dice, threads));
    }
    judge.end();
}

type Tried = Result<(), Finding>;

fn pop_waits_while_the_queue_is_empty(schedule: &Schedule) -> Tried {
    let queue = Arc::new(Queue::with_room_for(2));
    let from = "from an empty queue that was open";
    let consumer =
        require_wait(schedule, start_pop(schedule, 1, &queue), "pop", from)?;
    let reply = start_push(schedule, 1, &queue).join()?;
    require_equal("`push` said to an open queue", reply, Ok(()))?;
    require_equal("1 was pushed, and popped", consumer.join()?, Some(1))
}

fn push_waits_while_the_queue_is_full(schedule: &Schedule, room: u32) -> Tried {
    let queue = make_full(schedule, room)?;
    let to = format!("at an open queue with room for {room}, which was full");
    let last = start_push(schedule, room + 1, &queue);
    let producer = require_wait(schedule, last, "push", &to)?;
    let all = move |queue: &Queue<u32>| {
        let popped = (0..=room).map(|_| {
            step();
            queue.pop()
        });
        popped.collect::<Vec<_>>()
    };
    let popped = start_call(schedule, "consumer", &queue, all).join()?;
    require_equal("`push` said to an open queue", producer.join()?, Ok(()))?;
    let pushed: Vec<_> = (1..=room + 1).map(Some).collect();
    require_equal(
        "pushed in the order 1, 2, 3 and so on, popped",
        popped,
        pushed,
    )
}

/// For a queue that is a ring: its places are used again and again.
fn what_went_through_leaves_no_more_room(
    schedule: &Schedule,
    room: u32,
) -> Tried {
    // More than a byte can count, and not a multiple of any room.
    const THROUGH: u32 = 301;
    let queue = make_full(schedule, room)?;
    let through = move |queue: &Queue<u32>| {
        for n in 1..=THROUGH {
            step();
            let reply = (queue.pop(), queue.push(room + n));
            require_equal(
                &format!(
                    "{room} values in order from {n} on were inside, and `pop` \
                     and then `push` said"
                ),
                reply,
                (Some(n), Ok(())),
            )?;
        }
        Ok(())
    };
    start_call(schedule, "one after another", &queue, through).join()??;
    let at = format!(
        "at an open queue with room for {room}, which was full again after \
         others had gone through"
    );
    let last = start_push(schedule, room + THROUGH + 1, &queue);
    let producer = require_wait(schedule, last, "push", &at)?;
    let popped = start_pop(schedule, 1, &queue).join()?;
    require_equal(
        "the next was popped, and it was",
        popped,
        Some(THROUGH + 1),
    )?;
    require_equal("`push` said to an open queue", producer.join()?, Ok(()))
}

fn two_push_where_one_has_room(schedule: &Schedule) -> Tried {
    let queue = Arc::new(Queue::with_room_for(1));
    let producers = [1, 2].map(|n| start_push(schedule, n, &queue));
    schedule.rest()?;
    if producers.iter().all(Thread::is_done) {
        return fail(
            "two threads pushed at the same time, and a queue with room for 1 \
             took both values",
        );
    }
    let popped =
        start_call(schedule, "consumer", &queue, pop_times::<2>).join()?;
    let pushed = [1, 2].map(Some);
    require_equal("1 and 2 were pushed, and popped", sorted(popped), pushed)?;
    let reply = join_each(producers)?;
    require_equal("`push` said to an open queue", reply, vec![Ok(()); 2])
}

fn two_pop_where_there_is_one_value(schedule: &Schedule) -> Tried {
    let queue = make_full(schedule, 1)?;
    let consumers = [1, 2].map(|n| start_pop(schedule, n, &queue));
    schedule.rest()?;
    if consumers.iter().all(Thread::is_done) {
        return fail(
            "two threads popped at the same time, there was 1 value, and both \
             came back",
        );
    }
    start_push(schedule, 2, &queue).join()?.unwrap_or_default();
    let popped = sorted(join_each(consumers)?);
    require_equal(
        "1 and 2 were pushed, and popped",
        popped,
        vec![Some(1), Some(2)],
    )
}

/// Also if the queue is full: `push` must not wait for room.
fn after_close_nothing_goes_in_and_the_rest_comes_out(
    schedule: &Schedule,
    room: u32,
) -> Tried {
    let queue = make_holding(schedule, 2, room)?;
    start_call(schedule, "closer", &queue, Queue::close).join()?;
    let reply = start_push(schedule, 3, &queue).join()?;
    require_equal("`push(3)` said to a closed queue", reply, Err(3))?;
    let rest =
        start_call(schedule, "consumer", &queue, pop_times::<4>).join()?;
    let left = [Some(1), Some(2), None, None];
    require_equal(
        "1 and 2 were pushed before `close`, and popped after",
        rest,
        left,
    )?;
    start_call(schedule, "closer", &queue, Queue::close).join()?;
    let reply = start_push(schedule, 4, &queue).join()?;
    require_equal(
        "`push(4)` said to a queue closed for the second time",
        reply,
        Err(4),
    )
}

/// If one of them is not woken, this hangs. The consumer may make room for two
/// before one of them looks, and any of them may be the one that is notified.
fn all_that_wait_for_room_get_it(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let room = 1 + dice.below(2) as u32;
    let queue = make_full(schedule, room)?;
    let producers = (0..threads).map(|n| start_push(schedule, 10 + n, &queue));
    let producers: Vec<_> = producers.collect();
    schedule.rest()?;
    let total = room + threads;
    let pops_all = move |queue: &Queue<u32>| {
        let popped = (0..total).filter_map(|_| {
            step();
            queue.pop()
        });
        popped.count()
    };
    let popped = start_call(schedule, "consumer", &queue, pops_all).join()?;
    let what = "room after room was made for all, and popped";
    require_equal(what, popped, total as usize)?;
    let reply = vec![Ok(()); threads as usize];
    require_equal("`push` said to an open queue", join_each(producers)?, reply)
}

/// If one of them is not woken, this hangs.
fn all_that_wait_for_a_value_get_it(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let queue = Arc::new(Queue::with_room_for(1 + dice.below(2)));
    let consumers = (0..threads).map(|n| start_pop(schedule, n, &queue));
    let consumers: Vec<_> = consumers.collect();
    schedule.rest()?;
    let push_all = move |queue: &Queue<u32>| {
        (0..threads).try_for_each(|value| {
            step();
            queue.push(value)
        })
    };
    let reply = start_call(schedule, "producer", &queue, push_all).join()?;
    require_equal("`push` said to an open queue", reply, Ok(()))?;
    let popped = join_each(consumers)?.into_iter().flatten().count();
    let what = "a value was pushed for each, and popped";
    require_equal(what, popped, threads as usize)
}

/// If one of them is not woken, this hangs.
fn close_wakes_all_that_pop(schedule: &Schedule) -> Tried {
    let queue = Arc::new(Queue::with_room_for(1));
    let consumers = [1, 2, 3].map(|n| start_pop(schedule, n, &queue));
    schedule.rest()?;
    start_call(schedule, "closer", &queue, Queue::close).join()?;
    let reply = join_each(consumers)?;
    let what = "`pop` said as an empty queue was closed";
    require_equal(what, reply, vec![None; 3])
}

/// If one of them is not woken, this hangs.
fn close_wakes_all_that_push(schedule: &Schedule) -> Tried {
    let queue = make_full(schedule, 1)?;
    let producers = [2, 3, 4].map(|n| start_push(schedule, n, &queue));
    schedule.rest()?;
    start_call(schedule, "closer", &queue, Queue::close).join()?;
    let what = "`push` said as a full queue was closed";
    require_equal(what, join_each(producers)?, [2, 3, 4].map(Err).to_vec())
}

/// The caller has looked, and does not wait yet. If the close is lost, this
/// hangs.
fn close_wakes_one_about_to_wait(schedule: &Schedule, pushes: bool) -> Tried {
    let queue = match pushes {
        true => make_full(schedule, 1)?,
        false => Arc::new(Queue::with_room_for(1)),
    };
    let call = move |queue: &Queue<u32>| match pushes {
        true => queue.push(2).err(),
        false => queue.pop(),
    };
    let name = if pushes { "producer of 2" } else { "consumer" };
    let caller = start_call(schedule, name, &queue, call);
    start_call(schedule, "closer", &queue, Queue::close);
    let (reply, call) = match pushes {
        true => (Some(2), "`push` gave back, as a full queue was closed,"),
        false => (None, "`pop` said, as an empty queue was closed,"),
    };
    require_equal(call, caller.join()?, reply)
}

/// A value that can neither be copied nor made up.
struct Gift(u32);

fn everything_arrives(schedule: &Schedule, room: usize) -> Tried {
    let queue = Arc::new(Queue::with_room_for(room));
    let consumers = [1, 2].map(|n| {
        let all = |queue: &Queue<Gift>| {
            let gifts = iter::from_fn(|| {
                step();
                queue.pop()
            });
            gifts.map(|gift| gift.0).collect::<Vec<_>>()
        };
        start_call(schedule, &format!("consumer {n}"), &queue, all)
    });
    let values = |producer: u32| (0..5).map(move |n| 100 * producer + n);
    let producers = [1, 2, 3].map(|n| {
        let all = move |queue: &Queue<Gift>| {
            values(n).try_for_each(|value| {
                step();
                queue.push(Gift(value)).map_err(|gift| gift.0)
            })
        };
        start_call(schedule, &format!("producer {n}"), &queue, all)
    });
    let reply = join_each(producers)?;
    require_equal("`push` said to an open queue", reply, vec![Ok(()); 3])?;
    start_call(schedule, "closer", &queue, Queue::close).join()?;

    let popped = join_each(consumers)?;
    for popped in &popped {
        let of = |n| popped.iter().filter(move |&value| value / 100 == n);
        if !(1..=3).all(|n| of(n).is_sorted()) {
            return fail(&format!(
                "each producer pushed in rising order, and a consumer popped \
                 {popped:?}"
            ));
        }
    }
    let mut popped = popped.concat();
    popped.sort_unstable();
    let pushed: Vec<_> = [1, 2, 3].into_iter().flat_map(values).collect();
    require_equal(
        "three producers pushed 15 values, and popped",
        popped,
        pushed,
    )
}

/// Each call may begin while another is under way.
fn a_push_a_pop_and_a_close(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let plans = vec![vec![Call::Push(1)], vec![Call::Pop]];
    some_order_explains(schedule, 1 + dice.below(2), plans, true)
}

/// `threads` threads make a few calls each, and another closes the queue.
fn any_calls(schedule: &Schedule, dice: &mut Dice, threads: u32) -> Tried {
    // In two of three programs there are more of the one kind.
    let pushes_of_six = 2 + dice.below(3);
    let mut plan = |thread| {
        let calls = 0..1 + dice.below(3) as u32;
        let call = |n| match dice.below(6) < pushes_of_six {
            true => Call::Push(10 * thread + n),
            false => Call::Pop,
        };
        calls.map(call).collect()
    };
    let plans = (1..=threads).map(&mut plan).collect();
    let (room, at_any_time) = (1 + dice.below(2), dice.below(2) == 0);
    some_order_explains(schedule, room, plans, at_any_time)
}

/// Each thread makes the calls that are planned for it, and another closes the
/// queue: at any time, or once no other can go on.
fn some_order_explains(
    schedule: &Schedule,
    room: usize,
    plans: Vec<Vec<Call>>,
    at_any_time: bool,
) -> Tried {
    let queue = Arc::new(Queue::with_room_for(room));
    let history = Arc::new(Mutex::new(History::new(room)));
    for (plan, thread) in plans.into_iter().zip(1..) {
        let history = Arc::clone(&history);
        let all = move |queue: &Queue<u32>| {
            for call in plan {
                call.make(queue, thread, &history);
                step();
            }
        };
        start_call(schedule, &format!("thread {thread}"), &queue, all);
    }
    if !at_any_time {
        // First without waits that end unasked: they would hide a lost notify.
        schedule.settle()?;
        history.lock().unwrap().judge()?;
        schedule.rest()?;
        history.lock().unwrap().judge()?;
    }
    let closes = Arc::clone(&history);
    start_call(schedule, "closer", &queue, move |queue| {
        Call::Close.make(queue, 0, &closes);
    });
    schedule.end()?;
    history.lock().unwrap().judge()
}

/// Requires that this call waits, and waits again if its wait ends unasked.
fn require_wait<R: Debug>(
    schedule: &Schedule,
    thread: Thread<R>,
    call: &str,
    at: &str,
) -> Result<Thread<R>, Finding> {
    schedule.rest()?;
    if !thread.is_done() {
        return Ok(thread);
    }
    let why = if thread.has_waited() {
        "its wait had ended, though nobody had notified it, and it did not \
         look again"
    } else {
        "it did not wait"
    };
    let reply = thread.join()?;
    fail(&format!("`{call}` gave {reply:?} {at}: {why}"))
}

fn fail<T>(why: &str) -> Result<T, Finding> {
    Err(Finding::new(format!("wrong answer: {why}")))
}

fn require_equal<T: PartialEq + Debug>(
    what: &str,
    is: T,
    has_to_be: T,
) -> Tried {
    match is == has_to_be {
        true => Ok(()),
        false => fail(&format!("{what} {is:?}; it has to be {has_to_be:?}")),
    }
}

fn sorted<V: AsMut<[Option<u32>]>>(mut values: V) -> V {
    values.as_mut().sort_unstable();
    values
}

/// Makes a queue that is full.
fn make_full(
    schedule: &Schedule,
    room: u32,
) -> Result<Arc<Queue<u32>>, Finding> {
    make_holding(schedule, room, room)
}

/// Makes a queue to which 1 to `values` were pushed.
fn make_holding(
    schedule: &Schedule,
    values: u32,
    room: u32,
) -> Result<Arc<Queue<u32>>, Finding> {
    let queue = Arc::new(Queue::with_room_for(room as usize));
    let all = move |queue: &Queue<u32>| {
        (1..=values).try_for_each(|value| {
            step();
            queue.push(value)
        })
    };
    let producer = start_call(schedule, "producer", &queue, all);
    schedule.rest()?;
    if !producer.is_done() {
        return fail(&format!(
            "{values} values were pushed to a queue with room for {room}, one \
             after another, and `push` did not come back, though there was room"
        ));
    }
    require_equal("`push` said to an open queue", producer.join()?, Ok(()))?;
    Ok(queue)
}

/// Pops `N` times.
fn pop_times<const N: usize>(queue: &Queue<u32>) -> [Option<u32>; N] {
    [(); N].map(|()| {
        step();
        queue.pop()
    })
}

fn start_pop(
    schedule: &Schedule,
    n: u32,
    queue: &Arc<Queue<u32>>,
) -> Thread<Option<u32>> {
    start_call(schedule, &format!("consumer {n}"), queue, Queue::pop)
}

fn start_push(
    schedule: &Schedule,
    value: u32,
    queue: &Arc<Queue<u32>>,
) -> Thread<Result<(), u32>> {
    let push = move |queue: &Queue<u32>| queue.push(value);
    start_call(schedule, &format!("producer of {value}"), queue, push)
}

fn start_call<T: Send + 'static, R: Send + 'static>(
    schedule: &Schedule,
    name: &str,
    queue: &Arc<Queue<T>>,
    call: impl FnOnce(&Queue<T>) -> R + Send + 'static,
) -> Thread<R> {
    let queue = Arc::clone(queue);
    schedule.spawn(name, move || call(&queue))
}

/// Joins all of them.
fn join_each<R>(
    threads: impl IntoIterator<Item = Thread<R>>,
) -> Result<Vec<R>, Finding> {
    threads.into_iter().map(|thread| thread.join()).collect()
}
