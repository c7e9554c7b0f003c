//! What is wrong with a queue is found, and said of the calls that show it.

use dice::Dice;
use locks::{Condvar, Mutex};
use schedule::queue::Call::{Close, Pop, Push};
use schedule::queue::{Queue, Trial};
use schedule::{Finding, find};
use std::sync::Arc;

/// A queue with room for 2, and what is wrong with it.
#[derive(Default)]
struct Pair {
    state: Mutex<(Vec<u32>, bool)>,
    changed: Condvar,
    last_comes_first: bool,
    refuses_when_full: bool,
    keeps_the_close: bool,
}

impl Queue for Pair {
    fn push(&self, value: u32) -> Result<(), u32> {
        let state = self.state.lock().unwrap();
        let is_full = |state: &mut (Vec<u32>, bool)| {
            state.0.len() == 2 && !state.1 && !self.refuses_when_full
        };
        let mut state = self.changed.wait_while(state, is_full).unwrap();
        if state.1 || state.0.len() == 2 {
            return Err(value);
        }
        let at = if self.last_comes_first { 0 } else { state.0.len() };
        state.0.insert(at, value);
        self.changed.notify_all();
        Ok(())
    }

    fn pop(&self) -> Option<u32> {
        let state = self.state.lock().unwrap();
        let is_empty =
            |state: &mut (Vec<u32>, bool)| state.0.is_empty() && !state.1;
        let mut state = self.changed.wait_while(state, is_empty).unwrap();
        if state.0.is_empty() {
            return None;
        }
        self.changed.notify_all();
        Some(state.0.remove(0))
    }

    fn close(&self) {
        self.state.lock().unwrap().1 = true;
        if !self.keeps_the_close {
            self.changed.notify_all();
        }
    }
}

/// What is found first in 100 schedules of three threads, with this seed.
fn find_in(queue: impl Fn() -> Pair, seed: u64) -> Option<Finding> {
    find(&mut Dice::new(seed), 100, |schedule, _| {
        let trial = Trial::of(Arc::new(queue()), 2, schedule);
        let pops = trial.start("pops", &[Pop, Pop, Pop, Pop]);
        trial.start("pushes", &[Push(1), Push(2), Push(3)]);
        trial.settle()?;
        trial.call("closes", &[Close])?;
        trial.join(&pops)?;
        trial.end()
    })
}

#[test]
fn a_queue_that_keeps_the_order_passes() {
    for seed in 0..5 {
        assert_eq!(find_in(Pair::default, seed), None, "seed {seed}");
    }
}

#[test]
fn calls_that_no_order_explains_are_listed() {
    let last = || Pair { last_comes_first: true, ..Pair::default() };
    let full = || Pair { refuses_when_full: true, ..Pair::default() };
    for seed in 0..5 {
        let Some(Finding::Check(why)) = find_in(last, seed) else {
            panic!("seed {seed}: it passes");
        };
        assert!(why.contains("no queue with room for 2"), "{why}");
        assert!(why.contains("pops: `pop()` came back with Some(2)"), "{why}");
        let Some(Finding::Check(why)) = find_in(full, seed) else {
            panic!("seed {seed}: it passes");
        };
        assert!(why.contains("`push(3)` came back with Err(3)"), "{why}");
    }
}

#[test]
fn of_a_thread_that_close_did_not_wake_it_is_said_that_it_came_back() {
    let keeps = || Pair { keeps_the_close: true, ..Pair::default() };
    for seed in 0..5 {
        let hangs = Some(Finding::HangsAfter("`close` came back"));
        assert_eq!(find_in(keeps, seed), hangs, "seed {seed}");
    }
}
