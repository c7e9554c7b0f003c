//! Judges `Queue`: a thread that has to wait does, no other does, and nothing is
//! lost.
//!
//! Some hundred schedules are tried in each run: what the threads do is known,
//! and their steps come in an order of the check's own (see [`trials::schedule`]).
//! First some cases in which a mistake has a name; then any calls at all, of
//! which there has to be an order that a plain list would answer alike.
//!
//! Ways to be wrong, each with an answer in `wrong/`: a call does
//! not wait, or looks only once, or asks again and again, with or without a
//! pause; it looks under one lock and acts under the next; it wakes none, too
//! few, too early, only now and then, or one that can do nothing, or nobody, and
//! each looks when its time is up, or gives up; it counts on the first that waits
//! to be the first that is woken; there is room for one too many, or one too
//! few, or again for all that others have taken a place for; values come out in
//! another order, twice, or not at all once the queue is closed; a closed queue
//! takes a value, or has a thread wait, or is open again when it is closed twice;
//! a close between a look and a wait goes unseen; and whatever waits by means
//! that are not recorded.
//!
//! As shipped: `pop` gave None from an empty queue that was open

use super::Queue;
use lab::Dice;
use std::collections::{HashSet, VecDeque};
use std::fmt::{self, Debug};
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
fn values_come_out_once_and_in_order_and_nobody_waits_in_vain() {
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
    try_all(dice, MORE, all_who_wait_for_room_get_it);
    try_all(dice, MORE, all_who_wait_for_a_value_get_it);
    try_all(dice, FEW, |it, _| close_wakes_all_who_pop(it));
    try_all(dice, FEW, |it, _| close_wakes_all_who_push(it));
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
        has_to_wait(schedule, pops(schedule, 1, &queue), "pop", from)?;
    let said = pushes(schedule, 1, &queue).join()?;
    expect("`push` said to an open queue", said, Ok(()))?;
    expect("1 was pushed, and popped", consumer.join()?, Some(1))
}

fn push_waits_while_the_queue_is_full(schedule: &Schedule, room: u32) -> Tried {
    let queue = full(schedule, room)?;
    let to = format!("at an open queue with room for {room}, which was full");
    let last = pushes(schedule, room + 1, &queue);
    let producer = has_to_wait(schedule, last, "push", &to)?;
    let all = move |queue: &Queue<u32>| {
        let popped = (0..=room).map(|_| {
            step();
            queue.pop()
        });
        popped.collect::<Vec<_>>()
    };
    let popped = calls(schedule, "consumer", &queue, all).join()?;
    expect("`push` said to an open queue", producer.join()?, Ok(()))?;
    let pushed: Vec<_> = (1..=room + 1).map(Some).collect();
    expect("pushed in the order 1, 2, 3 and so on, popped", popped, pushed)
}

/// Where values lie that are inside does not matter, nor how many there were.
fn what_went_through_leaves_no_more_room(
    schedule: &Schedule,
    room: u32,
) -> Tried {
    // More than a byte can count, and for no room a number of times round.
    const THROUGH: u32 = 301;
    let queue = full(schedule, room)?;
    let through = move |queue: &Queue<u32>| {
        for n in 1..=THROUGH {
            step();
            let said = (queue.pop(), queue.push(room + n));
            expect(
                &format!(
                    "{room} values in order from {n} on were inside, and `pop` \
                     and then `push` said"
                ),
                said,
                (Some(n), Ok(())),
            )?;
        }
        Ok(())
    };
    calls(schedule, "one after another", &queue, through).join()??;
    let at = format!(
        "at an open queue with room for {room}, which was full again after \
         others had gone through"
    );
    let last = pushes(schedule, room + THROUGH + 1, &queue);
    let producer = has_to_wait(schedule, last, "push", &at)?;
    let popped = pops(schedule, 1, &queue).join()?;
    expect("the next was popped, and it was", popped, Some(THROUGH + 1))?;
    expect("`push` said to an open queue", producer.join()?, Ok(()))
}

fn two_push_where_one_has_room(schedule: &Schedule) -> Tried {
    let queue = Arc::new(Queue::with_room_for(1));
    let producers = [1, 2].map(|n| pushes(schedule, n, &queue));
    schedule.rest()?;
    if producers.iter().all(Thread::is_done) {
        return wrong(
            "two threads pushed at the same time, and a queue with room for 1 \
             took both values",
        );
    }
    let popped = calls(schedule, "consumer", &queue, pop::<2>).join()?;
    let pushed = [1, 2].map(Some);
    expect("1 and 2 were pushed, and popped", sorted(popped), pushed)?;
    let said = all(producers)?;
    expect("`push` said to an open queue", said, vec![Ok(()); 2])
}

fn two_pop_where_there_is_one_value(schedule: &Schedule) -> Tried {
    let queue = full(schedule, 1)?;
    let consumers = [1, 2].map(|n| pops(schedule, n, &queue));
    schedule.rest()?;
    if consumers.iter().all(Thread::is_done) {
        return wrong(
            "two threads popped at the same time, there was 1 value, and both \
             came back",
        );
    }
    pushes(schedule, 2, &queue).join()?.unwrap_or_default();
    let popped = sorted(all(consumers)?);
    expect("1 and 2 were pushed, and popped", popped, vec![Some(1), Some(2)])
}

/// To a queue that is full, too: no room will come.
fn after_close_nothing_goes_in_and_the_rest_comes_out(
    schedule: &Schedule,
    room: u32,
) -> Tried {
    let queue = holding(schedule, 2, room)?;
    calls(schedule, "closer", &queue, Queue::close).join()?;
    let said = pushes(schedule, 3, &queue).join()?;
    expect("`push(3)` said to a closed queue", said, Err(3))?;
    let rest = calls(schedule, "consumer", &queue, pop::<4>).join()?;
    let left = [Some(1), Some(2), None, None];
    expect("1 and 2 were pushed before `close`, and popped after", rest, left)?;
    calls(schedule, "closer", &queue, Queue::close).join()?;
    let said = pushes(schedule, 4, &queue).join()?;
    expect("`push(4)` said to a queue closed for the second time", said, Err(4))
}

/// Also if nobody looks before two of them can, and whichever is woken; or else
/// this hangs.
fn all_who_wait_for_room_get_it(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let room = 1 + dice.below(2) as u32;
    let queue = full(schedule, room)?;
    let producers = (0..threads).map(|n| pushes(schedule, 10 + n, &queue));
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
    let popped = calls(schedule, "consumer", &queue, pops_all).join()?;
    let what = "room after room was made for all, and popped";
    expect(what, popped, total as usize)?;
    let said = vec![Ok(()); threads as usize];
    expect("`push` said to an open queue", all(producers)?, said)
}

/// As above.
fn all_who_wait_for_a_value_get_it(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let threads = 2 + dice.below(2) as u32;
    let queue = Arc::new(Queue::with_room_for(1 + dice.below(2)));
    let consumers = (0..threads).map(|n| pops(schedule, n, &queue));
    let consumers: Vec<_> = consumers.collect();
    schedule.rest()?;
    let push_all = move |queue: &Queue<u32>| {
        (0..threads).try_for_each(|value| {
            step();
            queue.push(value)
        })
    };
    let said = calls(schedule, "producer", &queue, push_all).join()?;
    expect("`push` said to an open queue", said, Ok(()))?;
    let popped = all(consumers)?.into_iter().flatten().count();
    let what = "a value was pushed for each, and popped";
    expect(what, popped, threads as usize)
}

/// Or else this hangs.
fn close_wakes_all_who_pop(schedule: &Schedule) -> Tried {
    let queue = Arc::new(Queue::with_room_for(1));
    let consumers = [1, 2, 3].map(|n| pops(schedule, n, &queue));
    schedule.rest()?;
    calls(schedule, "closer", &queue, Queue::close).join()?;
    let said = all(consumers)?;
    let what = "`pop` said as an empty queue was closed";
    expect(what, said, vec![None; 3])
}

/// Or else this hangs.
fn close_wakes_all_who_push(schedule: &Schedule) -> Tried {
    let queue = full(schedule, 1)?;
    let producers = [2, 3, 4].map(|n| pushes(schedule, n, &queue));
    schedule.rest()?;
    calls(schedule, "closer", &queue, Queue::close).join()?;
    let what = "`push` said as a full queue was closed";
    expect(what, all(producers)?, [2, 3, 4].map(Err).to_vec())
}

/// It has looked, and does not wait yet; or else this hangs.
fn close_wakes_one_about_to_wait(schedule: &Schedule, pushes: bool) -> Tried {
    let queue = match pushes {
        true => full(schedule, 1)?,
        false => Arc::new(Queue::with_room_for(1)),
    };
    let call = move |queue: &Queue<u32>| match pushes {
        true => queue.push(2).err(),
        false => queue.pop(),
    };
    let name = if pushes { "producer of 2" } else { "consumer" };
    let caller = calls(schedule, name, &queue, call);
    calls(schedule, "closer", &queue, Queue::close);
    let (said, call) = match pushes {
        true => (Some(2), "`push` gave back, as a full queue was closed,"),
        false => (None, "`pop` said, as an empty queue was closed,"),
    };
    expect(call, caller.join()?, said)
}

/// It can neither be copied nor made up.
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
        calls(schedule, &format!("consumer {n}"), &queue, all)
    });
    let values = |producer: u32| (0..5).map(move |n| 100 * producer + n);
    let producers = [1, 2, 3].map(|n| {
        let all = move |queue: &Queue<Gift>| {
            values(n).try_for_each(|value| {
                step();
                queue.push(Gift(value)).map_err(|gift| gift.0)
            })
        };
        calls(schedule, &format!("producer {n}"), &queue, all)
    });
    let said = all(producers)?;
    expect("`push` said to an open queue", said, vec![Ok(()); 3])?;
    calls(schedule, "closer", &queue, Queue::close).join()?;

    let popped = all(consumers)?;
    for popped in &popped {
        let of = |n| popped.iter().filter(move |&value| value / 100 == n);
        if !(1..=3).all(|n| of(n).is_sorted()) {
            return wrong(&format!(
                "each producer pushed in rising order, and a consumer popped \
                 {popped:?}"
            ));
        }
    }
    let mut popped = popped.concat();
    popped.sort_unstable();
    let pushed: Vec<_> = [1, 2, 3].into_iter().flat_map(values).collect();
    expect("three producers pushed 15 values, and popped", popped, pushed)
}

/// Each begins while the others may be in the middle.
fn a_push_a_pop_and_a_close(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let plans = vec![vec![Call::Push(1)], vec![Call::Pop]];
    some_order_explains(schedule, 1 + dice.below(2), plans, true)
}

/// So many threads make a few calls each, and another closes the queue.
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
    let history = Arc::new(Mutex::new(History { room, calls: Vec::new() }));
    for (plan, thread) in plans.into_iter().zip(1..) {
        let history = Arc::clone(&history);
        let all = move |queue: &Queue<u32>| {
            for call in plan {
                call.on(queue, thread, &history);
                step();
            }
        };
        calls(schedule, &format!("thread {thread}"), &queue, all);
    }
    if !at_any_time {
        // A wait that ends for nothing would be as good as a notify.
        schedule.settle()?;
        history.lock().unwrap().judge()?;
        schedule.rest()?;
        history.lock().unwrap().judge()?;
    }
    let closes = Arc::clone(&history);
    calls(schedule, "closer", &queue, move |queue| {
        Call::Close.on(queue, 0, &closes);
    });
    schedule.end()?;
    history.lock().unwrap().judge()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Push(u32),
    Pop,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Pushed(Result<(), u32>),
    Popped(Option<u32>),
    Closed,
}

/// All calls of all threads, in the order in which they began.
struct History {
    room: usize,
    calls: Vec<Called>,
}

struct Called {
    thread: u32,
    call: Call,
    /// What it came back with, and how many calls had begun by then.
    end: Option<(Said, usize)>,
}

impl Call {
    fn on(self, queue: &Queue<u32>, thread: u32, history: &Mutex<History>) {
        let number = {
            let calls = &mut history.lock().unwrap().calls;
            calls.push(Called { thread, call: self, end: None });
            calls.len() - 1
        };
        let said = match self {
            Call::Push(value) => Said::Pushed(queue.push(value)),
            Call::Pop => Said::Popped(queue.pop()),
            Call::Close => {
                queue.close();
                Said::Closed
            }
        };
        let calls = &mut history.lock().unwrap().calls;
        calls[number].end = Some((said, calls.len()));
    }
}

/// A queue that one thread has: what is in it, and whether it is closed.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Plain {
    values: VecDeque<u32>,
    closed: bool,
}

impl Plain {
    /// What a call comes back with; `None` if it has to wait.
    fn answer(&mut self, call: Call, room: usize) -> Option<Said> {
        match call {
            Call::Push(value) if self.closed => Some(Said::Pushed(Err(value))),
            Call::Push(_) if self.values.len() == room => None,
            Call::Push(value) => {
                self.values.push_back(value);
                Some(Said::Pushed(Ok(())))
            }
            Call::Pop => match self.values.pop_front() {
                None if !self.closed => None,
                value => Some(Said::Popped(value)),
            },
            Call::Close => {
                self.closed = true;
                Some(Said::Closed)
            }
        }
    }
}

/// What is true of some order of the calls.
#[derive(Default)]
struct Orders {
    /// A plain queue would have answered alike,
    answers: bool,
    /// and the calls that have not come back would have to wait.
    rests: bool,
}

impl History {
    /// Is there an order of the calls, each between its begin and its end, in
    /// which a plain queue answers alike? (Herlihy and Wing, 1990.)
    fn judge(&self) -> Tried {
        let mut orders = Orders::default();
        let from = (0, Plain::default());
        self.search(from, &mut HashSet::new(), &mut orders);
        match orders {
            Orders { rests: true, .. } => Ok(()),
            Orders { answers: true, .. } => Err(Finding::Hangs),
            _ => wrong(&format!(
                "in whatever order these calls take place, no queue with room \
                 for {} answers like this:\n{self}",
                self.room
            )),
        }
    }

    /// Goes on from a set of calls that have taken place, a bit for each.
    fn search(
        &self,
        from: (u32, Plain),
        seen: &mut HashSet<(u32, Plain)>,
        orders: &mut Orders,
    ) {
        if orders.rests || !seen.insert(from.clone()) {
            return;
        }
        let (done, plain) = from;
        let is_done = |number: usize| done & 1 << number != 0;
        let left = || (0..self.calls.len()).filter(|&it| !is_done(it));
        if left().all(|it| self.calls[it].end.is_none()) {
            orders.answers = true;
            let room = self.room;
            orders.rests = left().all(|it| {
                plain.clone().answer(self.calls[it].call, room).is_none()
            });
        }
        // None may be left behind that had come back before this one began.
        let ends = left().filter_map(|it| Some(self.calls[it].end?.1));
        let first = ends.min().unwrap_or(usize::MAX);
        for number in left().filter(|&it| it < first) {
            let Called { call, end, .. } = &self.calls[number];
            let mut plain = plain.clone();
            let answer = plain.answer(*call, self.room);
            if let Some((said, _)) = end
                && answer == Some(*said)
            {
                self.search((done | 1 << number, plain), seen, orders);
            }
        }
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for begun in 0..=self.calls.len() {
            for Called { thread, call, end } in &self.calls {
                let Some((said, _)) = end.filter(|end| end.1 == begun) else {
                    continue;
                };
                write!(f, "  {}: `{call}` came back", name(*thread))?;
                match said {
                    Said::Pushed(said) => writeln!(f, " with {said:?}")?,
                    Said::Popped(said) => writeln!(f, " with {said:?}")?,
                    Said::Closed => writeln!(f)?,
                }
            }
            if let Some(Called { thread, call, .. }) = self.calls.get(begun) {
                writeln!(f, "  {}: `{call}` is called", name(*thread))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Push(value) => write!(f, "push({value})"),
            Call::Pop => f.write_str("pop()"),
            Call::Close => f.write_str("close()"),
        }
    }
}

fn name(thread: u32) -> String {
    match thread {
        0 => "closer".to_owned(),
        n => format!("thread {n}"),
    }
}

/// Sees that this call does not come back, though it is woken for nothing.
fn has_to_wait<R: Debug>(
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
    let said = thread.join()?;
    wrong(&format!("`{call}` gave {said:?} {at}: {why}"))
}

fn wrong<T>(why: &str) -> Result<T, Finding> {
    Err(Finding::new(format!("wrong answer: {why}")))
}

fn expect<T: PartialEq + Debug>(what: &str, is: T, has_to_be: T) -> Tried {
    match is == has_to_be {
        true => Ok(()),
        false => wrong(&format!("{what} {is:?}; it has to be {has_to_be:?}")),
    }
}

fn sorted<V: AsMut<[Option<u32>]>>(mut values: V) -> V {
    values.as_mut().sort_unstable();
    values
}

fn full(schedule: &Schedule, room: u32) -> Result<Arc<Queue<u32>>, Finding> {
    holding(schedule, room, room)
}

/// 1 and so on were pushed to it.
fn holding(
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
    let producer = calls(schedule, "producer", &queue, all);
    schedule.rest()?;
    if !producer.is_done() {
        return wrong(&format!(
            "{values} values were pushed to a queue with room for {room}, one \
             after another, and `push` did not come back, though there was room"
        ));
    }
    expect("`push` said to an open queue", producer.join()?, Ok(()))?;
    Ok(queue)
}

fn pop<const N: usize>(queue: &Queue<u32>) -> [Option<u32>; N] {
    [(); N].map(|()| {
        step();
        queue.pop()
    })
}

fn pops(
    schedule: &Schedule,
    n: u32,
    queue: &Arc<Queue<u32>>,
) -> Thread<Option<u32>> {
    calls(schedule, &format!("consumer {n}"), queue, Queue::pop)
}

fn pushes(
    schedule: &Schedule,
    value: u32,
    queue: &Arc<Queue<u32>>,
) -> Thread<Result<(), u32>> {
    let push = move |queue: &Queue<u32>| queue.push(value);
    calls(schedule, &format!("producer of {value}"), queue, push)
}

fn calls<T: Send + 'static, R: Send + 'static>(
    schedule: &Schedule,
    name: &str,
    queue: &Arc<Queue<T>>,
    call: impl FnOnce(&Queue<T>) -> R + Send + 'static,
) -> Thread<R> {
    let queue = Arc::clone(queue);
    schedule.spawn(name, move || call(&queue))
}

/// Waits for all of them.
fn all<R>(
    threads: impl IntoIterator<Item = Thread<R>>,
) -> Result<Vec<R>, Finding> {
    threads.into_iter().map(|thread| thread.join()).collect()
}
