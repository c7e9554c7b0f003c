//! Judges `Countdown`: whenever the helpers count down, the task that waits for
//! zero is woken, and sleeps until then.
//!
//! Some hundred schedules are tried in each run: the check decides in which
//! order the threads take their steps (see [`trials::schedule`]). The executor
//! is the check's own, and polls also without a cause and with other wakers.
//!
//! Ways to be wrong, each with an answer in `wrong/`: the task looks before it
//! leaves its waker, and not again; it looks twice before; it leaves its waker
//! once, or only if nothing is in the way; nothing is woken, or too early, by
//! each that counts down, or by none because two are the last; an update is
//! lost; the waker is called under a lock, or is not the one of the last poll;
//! the task wakes itself, or waits in its poll; it is ready because it was
//! woken, or because it was polled before, or ready once only; old wakers are
//! called, too; a helper waits for the task; counts are kept in a byte; what
//! tells is not recorded.
//!
//! As shipped: after the last `count_down`, all threads wait

use super::Countdown;
use lab::{Dice, Lane};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};
use std::time::Duration;
use timeline::{Event, What};
use trials::judge::{Judge, others_sleep};
use trials::schedule::{
    Case, Finding, Schedule, Thread, look, step, try_all, wait_until,
};

trials::answer!("exercises/lost-wake-up.rs");

#[test]
fn the_task_is_woken_by_the_last_one_that_counts_down() {
    let answer = ANSWER.require_recorded_waits().require_no_sleep();
    let judge = Judge::of(answer);
    let dice = &mut Dice::random();
    try_all(dice, &CASES);
    more_than_16_bits_count_down();
    judge.end();
}

type Tried = Result<(), Finding>;

/// In how many schedules each case is tried.
const CASES: [(usize, Case); 11] = [
    (1, nobody_waits_yet),
    (1, it_sleeps_until_the_last_one),
    (40, |it, _| helpers_count_down_while_it_looks(it, 1, 0)),
    (1, none_is_left_from_the_start),
    (2, it_gets_other_wakers),
    (30, |it, _| helpers_count_down_while_it_looks(it, 1, 1)),
    (50, |it, _| helpers_count_down_while_it_looks(it, 2, 1)),
    (30, several_count_down),
    (30, they_are_held_up_at_the_lock),
    (4, the_locks_are_free_while_it_is_woken),
    (1, very_many_count_down),
];

/// A task that is polled so often, and is not told to be, spins.
const MOST_POLLS: usize = 40;

/// How an executor polls its task.
#[derive(Clone, Copy, Default)]
struct Manner {
    /// Polls so often more, without a cause, each time with another waker.
    more: usize,
    /// Begins a new wait for each of these polls, and drops the one before.
    begins_anew: bool,
}

/// A countdown, helpers that count, and a task that waits.
struct Trial<'a> {
    schedule: &'a Schedule,
    countdown: Arc<Countdown>,
    count: usize,
    seen: Arc<Seen>,
    threads: RefCell<Vec<Thread<()>>>,
}

/// What the threads of a story have seen.
#[derive(Default)]
struct Seen {
    /// How many polls have come back.
    polled: AtomicUsize,
    is_ready: AtomicBool,
    /// How many were left when it was ready.
    early: AtomicUsize,
    spins: AtomicBool,
    /// How many have counted down, or are about to.
    counted: AtomicUsize,
    /// Set if to wake takes until this is no longer set.
    waking_takes_long: AtomicBool,
    rings: Mutex<Vec<Arc<Ring>>>,
}

/// What the wakers of some polls wake.
struct Ring {
    seen: Arc<Seen>,
    lane: Arc<Lane>,
    times: AtomicUsize,
}

impl Wake for Ring {
    fn wake(self: Arc<Ring>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Ring>) {
        look();
        self.times.fetch_add(1, SeqCst);
        self.lane.ready();
        let seen = Arc::clone(&self.seen);
        if seen.waking_takes_long.load(SeqCst) {
            wait_until(move || !seen.waking_takes_long.load(SeqCst));
        }
    }
}

impl Seen {
    /// How often the wakers were called.
    fn wakes(&self) -> usize {
        let rings = self.rings.lock().unwrap();
        rings.iter().map(|ring| ring.times.load(SeqCst)).sum()
    }

    /// How often wakers were called that the task does not have any more.
    fn old_wakes(&self) -> usize {
        let rings = self.rings.lock().unwrap();
        let last = rings.last().map_or(0, |ring| ring.times.load(SeqCst));
        rings.iter().map(|ring| ring.times.load(SeqCst)).sum::<usize>() - last
    }

    /// Set if a waker was called that the task did not have any more, and the
    /// last one was not.
    fn old_waker_was_called(&self) -> bool {
        let rings = self.rings.lock().unwrap();
        let times = |ring: &Arc<Ring>| ring.times.load(SeqCst);
        rings.last().is_some_and(|last| times(last) == 0)
            && rings.iter().any(|ring| times(ring) > 0)
    }
}

impl Trial<'_> {
    fn on(schedule: &Schedule, count: usize) -> Trial<'_> {
        let countdown = Arc::new(Countdown::from(count));
        let (seen, threads) = Default::default();
        Trial { schedule, countdown, count, seen, threads }
    }

    /// Starts a thread that counts down so often.
    fn start_helper(&self, name: &str, times: usize) {
        let (countdown, seen) = (self.countdown.clone(), self.seen.clone());
        let helper = self.schedule.spawn(name, move || {
            for _ in 0..times {
                seen.counted.fetch_add(1, SeqCst);
                countdown.count_down();
                step();
            }
        });
        self.threads.borrow_mut().push(helper);
    }

    /// Starts an executor with the task that waits. It polls it whenever that
    /// is woken.
    fn start_executor(&self, manner: Manner) {
        let (countdown, seen) = (self.countdown.clone(), self.seen.clone());
        let count = self.count;
        let executor = self.schedule.spawn("executor", move || {
            let lane = Arc::new(Lane::new("task"));
            let wait = || {
                let countdown = Arc::clone(&countdown);
                Box::pin(async move { countdown.zero().await })
            };
            let mut future = wait();
            for polls in 0.. {
                if polls <= manner.more {
                    let (lane, seen) = (lane.clone(), seen.clone());
                    let times = AtomicUsize::new(0);
                    let ring = Arc::new(Ring { seen, lane, times });
                    ring.seen.rings.lock().unwrap().push(Arc::clone(&ring));
                }
                let rings = seen.rings.lock().unwrap();
                let ring = Arc::clone(rings.last().expect("there is one"));
                drop(rings);
                let heard = ring.times.load(SeqCst);
                lane.runs();
                let waker = Waker::from(Arc::clone(&ring));
                let context = &mut Context::from_waker(&waker);
                let polled = future.as_mut().poll(context);
                seen.polled.fetch_add(1, SeqCst);
                if polled.is_ready() {
                    let counted = seen.counted.load(SeqCst);
                    seen.early.store(count - counted, SeqCst);
                    seen.is_ready.store(true, SeqCst);
                    return lane.done();
                }
                if polls > MOST_POLLS {
                    return seen.spins.store(true, SeqCst);
                }
                lane.waits("a wake-up");
                if polls < manner.more {
                    if manner.begins_anew {
                        future = wait();
                    }
                    look();
                } else {
                    wait_until(move || ring.times.load(SeqCst) > heard);
                }
            }
        });
        self.threads.borrow_mut().insert(0, executor);
    }

    /// Lets the threads go on until none can, and judges what they have come
    /// to.
    fn settle(&self) -> Tried {
        let settled = self.schedule.settle();
        let seen = &self.seen;
        match seen.early.load(SeqCst) {
            0 => {}
            left => {
                return wrong(&format!(
                    "the task is ready, and {left} of {} are left",
                    self.count
                ));
            }
        }
        if seen.spins.load(SeqCst) {
            return wrong_way(&format!(
                "busy loop: the task is woken again and again, and nothing \
                 happens: {MOST_POLLS} polls"
            ));
        }
        settled
    }

    /// All have counted down: the task has to be ready.
    fn end(&self) -> Tried {
        self.settle()?;
        let seen = &self.seen;
        if seen.is_ready.load(SeqCst) {
            return self.schedule.end();
        }
        if seen.old_waker_was_called() {
            return wrong(
                "the waker of an earlier poll was called, and not that of the \
                 last one: the task sleeps",
            );
        }
        if self.threads.borrow().iter().any(Thread::waits_for_lock) {
            return Err(Finding::HangsAfter(
                "two threads came to want one another's lock",
            ));
        }
        if !self.is_at_zero() {
            return wrong(
                "all have counted down, and some are left: what one of them took \
                 off is lost",
            );
        }
        if timeline::is_on() {
            println!("{}", tell_steps().unwrap_or_default());
        }
        Err(Finding::HangsAfter("the last `count_down`"))
    }

    /// Set if a task that comes now need not wait.
    fn is_at_zero(&self) -> bool {
        let _not_recorded = timeline::is_on().then(timeline::pause);
        is_at_zero(&self.countdown)
    }
}

fn helpers_count_down_while_it_looks(
    schedule: &Schedule,
    helpers: usize,
    more: usize,
) -> Tried {
    schedule.change_step_by_step(true);
    let trial = Trial::on(schedule, helpers);
    trial.start_executor(Manner { more, begins_anew: false });
    for helper in 1..=helpers {
        trial.start_helper(&format!("helper {helper}"), 1);
    }
    trial.end()
}

/// All have counted down before there is a task.
fn nobody_waits_yet(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = Trial::on(schedule, 2);
    trial.start_helper("helper", 2);
    trial.settle()?;
    if !trial.threads.borrow()[0].is_done() {
        return wrong(
            "no task waits yet, and `count_down` does not come back: a helper \
             has other things to do",
        );
    }
    trial.start_executor(Manner::default());
    trial.end()
}

fn none_is_left_from_the_start(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = Trial::on(schedule, 0);
    trial.start_executor(Manner::default());
    trial.settle()?;
    match trial.seen.is_ready.load(SeqCst) {
        true => trial.end(),
        false => wrong("none is left from the start, and the task waits"),
    }
}

fn it_sleeps_until_the_last_one(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = Trial::on(schedule, 3);
    trial.start_executor(Manner::default());
    trial.settle()?;
    let has_come_back = trial.seen.polled.load(SeqCst) > 0;
    // It may have had itself polled a few times more.
    let before = trial.seen.wakes();
    for left in [2, 1] {
        trial.start_helper("helper", 1);
        trial.settle()?;
        if trial.seen.wakes() > before {
            return wrong_way(&format!(
                "the task was woken, and {left} of 3 are left: it has nothing \
                 to do yet"
            ));
        }
    }
    trial.start_helper("helper", 1);
    trial.settle()?;
    if !has_come_back && trial.seen.is_ready.load(SeqCst) {
        return wrong_way(
            "a poll came back only when none was left: it blocks the executor, \
             which may have other tasks",
        );
    }
    if trial.seen.wakes() == before {
        // Or does a thread of the answer's own do it? It may not have begun.
        others_sleep(Duration::from_millis(5));
        trial.schedule.end().or_else(|found| match found {
            Finding::Stranger => Err(found),
            _ => wrong(
                "the task had left its waker, and the last `count_down` did \
                 not call it",
            ),
        })?;
    }
    trial.end()?;
    match trial.is_at_zero() && trial.is_at_zero() {
        true => Ok(()),
        false => wrong("none was left, and a task that came later waits"),
    }
}

fn it_gets_other_wakers(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = Trial::on(schedule, 1);
    let begins_anew = dice.below(2) == 0;
    trial.start_executor(Manner { more: 1 + dice.below(3), begins_anew });
    trial.settle()?;
    // It may have had itself polled a few times more.
    let before = trial.seen.old_wakes();
    trial.start_helper("helper", 1);
    trial.end()?;
    match trial.seen.old_wakes() > before {
        true => wrong_way(
            "the waker of an earlier poll was called, too: what it wakes does \
             not wait any more",
        ),
        false => Ok(()),
    }
}

fn several_count_down(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let times: Vec<_> =
        (0..2 + dice.below(3)).map(|_| 1 + dice.below(2)).collect();
    let trial = Trial::on(schedule, times.iter().sum());
    trial.start_executor(Manner { more: dice.below(2), begins_anew: false });
    for (n, times) in times.into_iter().enumerate() {
        trial.start_helper(&format!("helper {}", n + 1), times);
    }
    trial.end()
}

fn they_are_held_up_at_the_lock(schedule: &Schedule, dice: &mut Dice) -> Tried {
    schedule.hold_up_at_locks();
    let helpers = 1 + dice.below(2);
    helpers_count_down_while_it_looks(schedule, helpers, dice.below(2))
}

/// To wake takes long, and the task is polled meanwhile.
fn the_locks_are_free_while_it_is_woken(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    let trial = Trial::on(schedule, 1);
    trial.start_executor(Manner::default());
    trial.settle()?;
    trial.seen.waking_takes_long.store(true, SeqCst);
    trial.start_helper("helper", 1);
    trial.settle()?;
    if trial.threads.borrow()[0].waits_for_lock() {
        return wrong_way(
            "`count_down` calls the waker while it holds a lock, so the task \
             that it wakes has to wait again",
        );
    }
    trial.seen.waking_takes_long.store(false, SeqCst);
    trial.end()
}

/// More than a byte can count.
fn very_many_count_down(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let count = 257 + dice.below(50);
    let trial = Trial::on(schedule, count);
    trial.start_executor(Manner::default());
    trial.settle()?;
    let before = trial.seen.wakes();
    trial.start_helper("helper", count - 1);
    trial.settle()?;
    // A byte comes round: it is zero too early, and once more at the end.
    if trial.seen.wakes() > before {
        return wrong_way(&format!(
            "the task was woken while some of {count} were left: it has \
             nothing to do yet"
        ));
    }
    trial.start_helper("helper", 1);
    trial.end()
}

/// More than 16 bits can count, all of them; and more than 32 bits can count,
/// the first few. In steps it would take too long: one thread counts them down,
/// and nothing is recorded.
///
/// # Panics
///
/// If the task is ready too early, or not at the end.
fn more_than_16_bits_count_down() {
    let _not_recorded = timeline::is_on().then(timeline::pause);
    let few = 4;
    let many = (1 << 16) + few;
    for (all, counted) in [(many, many), (usize::MAX / 4 + few, few)] {
        let countdown = Countdown::from(all);
        for left in (all - counted..all).rev() {
            countdown.count_down();
            // A number comes round near one of its ends.
            let is_near = left < few || all - left <= few;
            assert!(
                left == 0 || !is_near || !is_at_zero(&countdown),
                "wrong answer: the task is ready, and {left} of {all} are left"
            );
        }
        assert!(
            counted < all || is_at_zero(&countdown),
            "wrong answer: {all} have counted down, which is all, and the task \
             waits"
        );
    }
}

/// Set if a task that comes now need not wait.
fn is_at_zero(countdown: &Countdown) -> bool {
    let mut zero = pin!(countdown.zero());
    let context = &mut Context::from_waker(Waker::noop());
    zero.as_mut().poll(context).is_ready()
}

/// What the recording has of the task and of the helpers, step by step: a
/// column for the task, and one for the others.
fn tell_steps() -> Option<String> {
    let recording = fs::read_to_string(timeline::path()?).ok()?;
    let (mut names, mut steps) = (BTreeMap::new(), String::new());
    for event in recording.lines().filter_map(Event::parse) {
        if let What::Spawn { kind, name, .. } = event.what {
            let name = if kind == "task" { "the task" } else { name };
            names.insert(event.lane, name);
        }
        // It is the lane that wakes another one that does so.
        let (lane, step) = match event.what {
            What::Run => (event.lane, "is polled".to_owned()),
            What::Wait(_) => (event.lane, "says that it waits".to_owned()),
            What::Ready { by, .. } => (by, "wakes the task".to_owned()),
            What::Want(lock) => (event.lane, format!("waits for {lock}")),
            What::Hold(lock) => (event.lane, format!("locks {lock}")),
            What::Release(lock) => (event.lane, format!("unlocks {lock}")),
            _ => continue,
        };
        let name = names.get(&lane).copied().unwrap_or_default();
        let is_task = name == "the task";
        if is_task || name.starts_with("helper") && step != "is polled" {
            let indent = if is_task { 0 } else { 36 };
            steps += &format!("{:indent$}{name} {step}\n", "");
        }
    }
    Some(steps)
}

fn wrong(why: &str) -> Tried {
    Err(Finding::new(format!("wrong answer: {why}")))
}

fn wrong_way(why: &str) -> Tried {
    Err(Finding::new(format!("right answer, wrong way: {why}")))
}
