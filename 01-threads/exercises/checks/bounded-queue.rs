//! Judges `Queue`: a thread that has to wait does, no other does, and nothing is
//! lost.
//!
//! Ways to be wrong, each with an answer in `wrong/bounded-queue`: a call does
//! not wait, or looks only once, or asks again and again, with or without a
//! pause; it looks under one lock and acts under the next; it wakes none, too
//! few, too early, only now and then, or one that can do nothing, or nobody, and
//! each looks when its time is up; there is room for one too many, or one too
//! few, or again for all that others have taken a place for; values come out in
//! another order, twice, or not at all once the queue is closed; a closed queue
//! takes a value, or has a thread wait, or is open again when it is closed twice;
//! and whatever waits by means that are not recorded.
//!
//! As shipped: `pop` gave None from an empty queue that was open

use super::Queue;
use lab::Dice;
use lab::sync::Adversary;
use std::fmt::Debug;
use std::iter;
use std::panic::resume_unwind;
use std::slice::from_ref;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use timeline::{State, Track};
use trials::judge::{Idle, Judge, idle, others_sleep, wait_until};

trials::answer!("exercises/bounded-queue.rs");

/// How long we look at a thread that waits.
const A_WHILE: Duration = Duration::from_millis(15);
/// A thread that waits takes the lock no more often than this meanwhile.
const FEW: usize = 10;

#[test]
fn values_come_out_once_and_in_order_and_nobody_waits_in_vain() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER.recorded());
    let room = 2 + dice.below(4);
    pop_waits_while_the_queue_is_empty();
    push_waits_while_the_queue_is_full(room as u32);
    what_went_through_leaves_no_more_room(room as u32);
    who_is_notified_finds_something();
    two_push_where_one_has_room();
    two_pop_where_there_is_one_value();
    after_close_nothing_goes_in_and_the_rest_comes_out(2);
    after_close_nothing_goes_in_and_the_rest_comes_out(3);
    who_is_notified_can_use_it();
    all_who_can_go_on_are_notified(room);
    close_wakes_everybody();
    everything_arrives(1 + dice.below(5));
    judge.end();
}

fn pop_waits_while_the_queue_is_empty() {
    let queue = Arc::new(Queue::with_room_for(2));
    let adversary = Adversary::wakes_for_nothing();
    let from = "from an empty queue that was open";
    let consumer = has_to_wait(pops(1, &queue), "pop", from);
    drop(adversary);
    let said = join(pushes(1, &queue));
    expect("`push` said to an open queue", said, Ok(()));
    let popped = woken([consumer], "pop", "a value was pushed");
    expect("1 was pushed, and popped", popped, [Some(1)]);
}

fn push_waits_while_the_queue_is_full(room: u32) {
    let queue = full(room);
    let adversary = Adversary::wakes_for_nothing();
    let to = format!("at an open queue with room for {room}, which was full");
    let producer = has_to_wait(pushes(room + 1, &queue), "push", &to);
    drop(adversary);
    let all = move |queue: &Queue<u32>| {
        (0..=room).map(|_| queue.pop()).collect::<Vec<_>>()
    };
    let popped = join(named("consumer", &queue, all));
    let said = woken([producer], "push", "a value was popped");
    expect("`push` said to an open queue", said, [Ok(())]);
    let pushed: Vec<_> = (1..=room + 1).map(Some).collect();
    expect("pushed in the order 1, 2, 3 and so on, popped", popped, pushed);
}

/// Where values lie that are inside does not matter, nor how many there were.
fn what_went_through_leaves_no_more_room(room: u32) {
    // More than a byte can count, and for no room a number of times round.
    const THROUGH: u32 = 301;
    let queue = full(room);
    let through = move |queue: &Queue<u32>| {
        for n in 1..=THROUGH {
            let said = (queue.pop(), queue.push(room + n));
            expect(
                &format!(
                    "{room} values in order from {n} on were inside, and `pop` \
                     and then `push` said"
                ),
                said,
                (Some(n), Ok(())),
            );
        }
    };
    join(named("one after another", &queue, through));
    let at = format!(
        "at an open queue with room for {room}, which was full again after \
         others had gone through"
    );
    let producer = has_to_wait(pushes(room + THROUGH + 1, &queue), "push", &at);
    let popped = join(pops(1, &queue));
    expect("the next was popped, and it was", popped, Some(THROUGH + 1));
    expect("`push` said to an open queue", join(producer), Ok(()));
}

/// Or else goes back to sleep, and this hangs.
fn who_is_notified_finds_something() {
    let queue = Arc::new(Queue::with_room_for(1));
    let adversary = Adversary::among(2);
    let consumer = pops(1, &queue);
    until_settled(from_ref(&consumer));
    let _ = join(pushes(1, &queue));
    let _ = join(consumer);
    drop(adversary);

    let queue = full(1);
    let _adversary = Adversary::among(2);
    let producer = pushes(2, &queue);
    until_settled(from_ref(&producer));
    let _ = join(pops(1, &queue));
    let _ = join(producer);
}

fn two_push_where_one_has_room() {
    let queue = Arc::new(Queue::with_room_for(1));
    let _adversary = Adversary::among(2);
    let producers = [1, 2].map(|n| pushes(n, &queue));
    until_settled(&producers);
    assert!(
        !producers.iter().all(JoinHandle::is_finished),
        "wrong answer: two threads pushed at the same time, and a queue with \
         room for 1 took both values"
    );
    let popped = join(named("consumer", &queue, pop::<2>));
    let pushed = [1, 2].map(Some);
    expect("1 and 2 were pushed, and popped", sorted(popped), pushed);
    let said = producers.map(join);
    expect("`push` said to an open queue", said, [Ok(()); 2]);
}

fn two_pop_where_there_is_one_value() {
    let queue = full(1);
    let _adversary = Adversary::among(2);
    let consumers = [1, 2].map(|n| pops(n, &queue));
    until_settled(&consumers);
    assert!(
        !consumers.iter().all(JoinHandle::is_finished),
        "wrong answer: two threads popped at the same time, there was 1 value, \
         and both came back"
    );
    let _ = join(pushes(2, &queue));
    let popped = consumers.map(join);
    expect("1 and 2 were pushed, and popped", sorted(popped), [1, 2].map(Some));
}

/// To a queue that is full, too: no room will come.
fn after_close_nothing_goes_in_and_the_rest_comes_out(room: usize) {
    let queue = holding(2, room);
    join(named("closer", &queue, Queue::close));
    let said = join(pushes(3, &queue));
    expect("`push(3)` said to a closed queue", said, Err(3));
    let rest = join(named("consumer", &queue, pop::<4>));
    let left = [Some(1), Some(2), None, None];
    expect("1 and 2 were pushed before `close`, and popped after", rest, left);
    join(named("closer", &queue, Queue::close));
    let said = join(pushes(4, &queue));
    expect(
        "`push(4)` said to a queue closed for the second time",
        said,
        Err(4),
    );
}

/// Or else the one who can is never notified, and this hangs.
fn who_is_notified_can_use_it() {
    let queue = full(1);
    let adversary = Adversary::among(3);
    let producers = [2, 3].map(|n| pushes(n, &queue));
    until_settled(&producers);
    let _ = join(named("consumer", &queue, pop::<3>));
    let _ = producers.map(join);
    drop(adversary);

    let queue = Arc::new(Queue::with_room_for(1));
    let _adversary = Adversary::among(3);
    let consumers = [1, 2].map(|n| pops(n, &queue));
    until_settled(&consumers);
    let two = |queue: &Queue<u32>| [1, 2].map(|n| queue.push(n));
    let _ = join(named("producer", &queue, two));
    let _ = consumers.map(join);
}

/// Also if nobody looks before two of them can; or else this hangs.
fn all_who_can_go_on_are_notified(room: usize) {
    let queue = full(room as u32);
    let adversary = Adversary::among(room + 1);
    let producers: Vec<_> =
        (0..room).map(|n| pushes(10 + n as u32, &queue)).collect();
    until_settled(&producers);
    let twice = move |queue: &Queue<u32>| {
        (0..2 * room).filter_map(|_| queue.pop()).count()
    };
    let popped = join(named("consumer", &queue, twice));
    expect("room after room was made for all, and popped", popped, 2 * room);
    let said: Vec<_> = producers.into_iter().map(join).collect();
    expect("`push` said to an open queue", said, vec![Ok(()); room]);
    drop(adversary);

    let queue = Arc::new(Queue::with_room_for(room));
    let _adversary = Adversary::among(room + 1);
    let consumers: Vec<_> = (0..room).map(|n| pops(n as u32, &queue)).collect();
    until_settled(&consumers);
    let all = move |queue: &Queue<u32>| {
        (0..room as u32).try_for_each(|value| queue.push(value))
    };
    let said = join(named("producer", &queue, all));
    expect("`push` said to an open queue", said, Ok(()));
    let popped = consumers.into_iter().filter_map(join).count();
    expect("a value was pushed for each, and popped", popped, room);
}

/// Or else this hangs.
fn close_wakes_everybody() {
    let queue = Arc::new(Queue::with_room_for(1));
    let consumers = [1, 2, 3].map(|n| pops(n, &queue));
    until_settled(&consumers);
    join(named("closer", &queue, Queue::close));
    let said = woken(consumers, "pop", "the queue was closed");
    expect("`pop` said as an empty queue was closed", said, [None; 3]);

    let queue = full(1);
    let producers = [2, 3, 4].map(|n| pushes(n, &queue));
    until_settled(&producers);
    join(named("closer", &queue, Queue::close));
    let said = woken(producers, "push", "the queue was closed");
    let gave_back = [2, 3, 4].map(Err);
    expect("`push` said as a full queue was closed", said, gave_back);
}

/// It can neither be copied nor made up.
struct Gift(u32);

fn everything_arrives(room: usize) {
    let queue = Arc::new(Queue::with_room_for(room));
    let _adversary = Adversary::among(5);
    let consumers = [1, 2].map(|n| {
        let all = |queue: &Queue<Gift>| {
            let gifts = iter::from_fn(|| queue.pop());
            gifts.map(|gift| gift.0).collect::<Vec<_>>()
        };
        named(&format!("consumer {n}"), &queue, all)
    });
    let values = |producer: u32| (0..20).map(move |n| 100 * producer + n);
    let producers = [1, 2, 3].map(|n| {
        let all = move |queue: &Queue<Gift>| {
            let mut gifts = values(n).map(Gift);
            gifts.try_for_each(|gift| queue.push(gift)).map_err(|gift| gift.0)
        };
        named(&format!("producer {n}"), &queue, all)
    });
    let said = producers.map(join);
    expect("`push` said to an open queue", said, [Ok(()); 3]);
    queue.close();

    let popped = consumers.map(join);
    for popped in &popped {
        let of = |n| popped.iter().filter(move |&value| value / 100 == n);
        assert!(
            (1..=3).all(|n| of(n).is_sorted()),
            "wrong answer: each producer pushed in rising order, and a \
             consumer popped {popped:?}"
        );
    }
    let mut popped = popped.concat();
    popped.sort_unstable();
    let pushed: Vec<_> = [1, 2, 3].into_iter().flat_map(values).collect();
    expect("three producers pushed 60 values, and popped", popped, pushed);
}

/// Sees that this call does not come back, though it is woken for nothing, and
/// that it sleeps until then.
fn has_to_wait<R: Debug>(
    thread: JoinHandle<R>,
    call: &str,
    at: &str,
) -> JoinHandle<R> {
    let name = thread.thread().name().unwrap_or_default();
    match idle(&[name], A_WHILE, || thread.is_finished()) {
        Idle::Waits => return thread,
        Idle::Done => {}
        Idle::Looks => panic!(
            "right answer, wrong way: with nothing to do, `{call}` does not \
             sleep: it asks again and again instead of waiting"
        ),
        Idle::Unseen => panic!(
            "not judged: with nothing to do, `{call}` sleeps, and the recording \
             does not say what for; use `Mutex` and `Condvar` of `lab::sync`, \
             and nothing else that threads wait by"
        ),
    }
    let waited = |track: &Track| track.spans.iter().any(|it| it.state.waits());
    let why = if track(&thread).is_some_and(|track| waited(&track)) {
        "its wait had ended, though nobody had notified it, and it did not \
         look again"
    } else {
        "it did not wait"
    };
    match thread.join() {
        Ok(said) => {
            panic!("wrong answer: `{call}` gave {said:?} {at}: {why}")
        }
        Err(_) => panic!("wrong answer: `{call}` panicked {at}: {why}"),
    }
}

/// Sees that these come back, and that it is others who wake them.
fn woken<R: Debug, const N: usize>(
    threads: [JoinHandle<R>; N],
    call: &str,
    when: &str,
) -> [R; N] {
    let all_sleep = others_sleep(A_WHILE);
    let late = all_sleep && !threads.iter().all(JoinHandle::is_finished);
    let said = threads.map(join);
    assert!(
        !late,
        "right answer, wrong way: {when}, and nobody woke a `{call}` that could \
         go on: it woke when its time was up"
    );
    said
}

/// Waits until each of them has come back or waits to be notified; or has had
/// the lock so often that it never will.
fn until_settled<R>(threads: &[JoinHandle<R>]) {
    let is_settled = |track: Track| {
        let last = track.spans.last().map(|span| &span.state);
        let waits = !track.ended && last.is_some_and(State::waits);
        waits || track.held.len() > FEW
    };
    let is_settled = |thread: &JoinHandle<R>| {
        thread.is_finished() || track(thread).is_some_and(is_settled)
    };
    wait_until(|| threads.iter().all(is_settled));
}

/// What this thread has done so far, as far as it is recorded.
fn track<R>(thread: &JoinHandle<R>) -> Option<Track> {
    let mut tracks = timeline::so_far().expect("a recording").tracks;
    tracks.retain(|track| Some(track.name.as_str()) == thread.thread().name());
    tracks.pop()
}

fn expect<T: PartialEq + Debug>(what: &str, is: T, has_to_be: T) {
    assert!(
        is == has_to_be,
        "wrong answer: {what} {is:?}; it has to be {has_to_be:?}"
    );
}

fn sorted<const N: usize>(mut values: [Option<u32>; N]) -> [Option<u32>; N] {
    values.sort_unstable();
    values
}

fn full(room: u32) -> Arc<Queue<u32>> {
    holding(room, room as usize)
}

/// 1 and so on were pushed to it.
fn holding(values: u32, room: usize) -> Arc<Queue<u32>> {
    let queue = Arc::new(Queue::with_room_for(room));
    let all = move |queue: &Queue<u32>| {
        (1..=values).try_for_each(|value| queue.push(value))
    };
    let producer = named("producer", &queue, all);
    assert!(
        wait_until(|| producer.is_finished()),
        "wrong answer: {values} values were pushed to a queue with room for \
         {room}, one after another, and `push` did not come back, though there \
         was room"
    );
    expect("`push` said to an open queue", join(producer), Ok(()));
    queue
}

fn pop<const N: usize>(queue: &Queue<u32>) -> [Option<u32>; N] {
    [(); N].map(|()| queue.pop())
}

fn pops(n: u32, queue: &Arc<Queue<u32>>) -> JoinHandle<Option<u32>> {
    named(&format!("consumer {n}"), queue, Queue::pop)
}

fn pushes(value: u32, queue: &Arc<Queue<u32>>) -> JoinHandle<Result<(), u32>> {
    let push = move |queue: &Queue<u32>| queue.push(value);
    named(&format!("producer of {value}"), queue, push)
}

/// Not scoped: a check that has failed does not wait for them.
fn named<T: Send + 'static, R: Send + 'static>(
    name: &str,
    queue: &Arc<Queue<T>>,
    call: impl FnOnce(&Queue<T>) -> R + Send + 'static,
) -> JoinHandle<R> {
    let queue = Arc::clone(queue);
    let thread = thread::Builder::new().name(name.to_owned());
    thread.spawn(move || call(&queue)).expect("a thread")
}

fn join<R>(thread: JoinHandle<R>) -> R {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
