//! Judges `then` and `catch`: chains of any form do what a fold over results
//! does, from the queue, whenever the result comes.
//!
//! Ways to be wrong: a callback is called inside `then` or `settle`; or not at
//! all, since the result came first; an error or a value stops on its way past
//! the other kind; a `catch` hears its own error, or its value stays an error;
//! the next Deferred has another queue; a borrow is held during a callback; the
//! queue is never empty; the stack grows with the chain; something is never
//! dropped.
//!
//! As shipped: was not called

use super::{Deferred, Queue, Resolver};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};
use std::rc::Rc;
use trials::judge::{Judge, smallest};

/// How many random chains each run tries.
const CHAINS: usize = 600;

/// How many callbacks the long chains have.
const LONG: usize = 20_000;

trials::answer!("exercises/deferred-then-catch.rs");

#[test]
fn a_chain_does_what_a_fold_over_results_does() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let wrong = |chain: &Chain| chain.play().is_err();
    let leaks = |chain: &Chain| chain.play().is_ok_and(|left| left > 0);
    let mut leaking = None;
    for n in 0..CHAINS {
        let chain = Chain::random(&mut dice, 1 + n / 30);
        match chain.play() {
            Ok(0) => {}
            Ok(_) => leaking = leaking.or(Some(chain)),
            Err(_) => {
                let chain = smallest(chain, Chain::smaller, wrong);
                let why = chain.play().expect_err("it was wrong");
                panic!("wrong answer: {chain}: {why} {again}");
            }
        }
    }
    judge_nested();
    judge_order(&mut dice);
    judge_stack();
    judge.end();
    // Last: what is never called is not dropped either.
    if let Some(chain) = leaking {
        let chain = smallest(chain, Chain::smaller, leaks);
        let left = chain.play().expect("it leaks");
        panic!(
            "wrong answer: {chain}: everything is over, and {left} things are \
             not dropped: callbacks, values, or the queue {again}"
        );
    }
}

/// A step in the life of a chain.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    /// The resolver settles it, with a value or an error.
    Settle {
        fails: bool,
    },
    Then {
        fails: bool,
    },
    Catch {
        fails: bool,
    },
    /// The queue is run until it is empty.
    Run,
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Settle { fails: false } => "settle(Ok)",
            Step::Settle { fails: true } => "settle(Err)",
            Step::Then { fails: false } => "then",
            Step::Then { fails: true } => "then that fails",
            Step::Catch { fails: false } => "catch",
            Step::Catch { fails: true } => "catch that fails",
            Step::Run => "run",
        })
    }
}

/// A value. It can neither be copied nor made up.
struct Gift {
    /// The number of the callback that has returned it; that of the resolver
    /// is 0.
    from: usize,
    _alive: Rc<()>,
}

/// What a callback is called with.
type Given = Result<usize, String>;

/// What the callbacks have seen.
#[derive(Default)]
struct Log {
    /// Which were called, and with what.
    calls: RefCell<Vec<(usize, Given)>>,
    /// What the check, or a callback, is in the middle of.
    inside: RefCell<Option<String>>,
    /// A callback that was called inside of something.
    too_early: RefCell<Option<String>>,
}

impl Log {
    /// Does something during which no callback may be called.
    fn during<T>(&self, what: &str, act: impl FnOnce() -> T) -> T {
        let before = self.inside.replace(Some(what.to_owned()));
        let done = act();
        self.inside.replace(before);
        done
    }

    fn call(&self, number: usize, given: Given) {
        if let Some(inside) = &*self.inside.borrow() {
            let early = format!("callback {number} was called inside {inside}");
            self.too_early.borrow_mut().get_or_insert(early);
        }
        self.calls.borrow_mut().push((number, given));
    }
}

fn error_of(number: usize) -> String {
    format!("error {number}")
}

/// What happens to one chain, step by step.
#[derive(Clone)]
struct Chain(Vec<Step>);

impl Chain {
    fn random(dice: &mut Dice, most: usize) -> Chain {
        let mut steps = Vec::new();
        for _ in 0..dice.below(most + 1) {
            let fails = dice.below(3) == 0;
            steps.push(match dice.below(2) {
                0 => Step::Then { fails },
                _ => Step::Catch { fails },
            });
        }
        // One of these is given what comes out at the end.
        steps.push(Step::Then { fails: false });
        steps.push(Step::Catch { fails: false });
        for _ in 0..dice.below(4) {
            steps.insert(dice.below(steps.len() + 1), Step::Run);
        }
        // Now and then it is never settled.
        if dice.below(8) > 0 {
            let fails = dice.below(3) == 0;
            let place = dice.below(steps.len() + 1);
            steps.insert(place, Step::Settle { fails });
        }
        Chain(steps)
    }

    /// With one step less, or one that does not fail.
    fn smaller(&self) -> Vec<Chain> {
        let mut all = Vec::new();
        for n in 0..self.0.len() {
            let mut steps = self.0.clone();
            steps.remove(n);
            all.push(Chain(steps));
            let mut steps = self.0.clone();
            match &mut steps[n] {
                Step::Then { fails }
                | Step::Catch { fails }
                | Step::Settle { fails }
                    if *fails =>
                {
                    *fails = false;
                }
                _ => continue,
            }
            all.push(Chain(steps));
        }
        all
    }

    /// The calls that are due after the first `steps` steps, by a fold.
    fn expected(&self, steps: usize) -> Vec<(usize, Given)> {
        let steps = &self.0[..steps];
        let settled = steps.iter().find_map(|step| match step {
            Step::Settle { fails } => Some(*fails),
            _ => None,
        });
        let Some(fails) = settled else { return Vec::new() };
        let mut result = if fails { Err(error_of(0)) } else { Ok(0) };
        let (mut calls, mut number) = (Vec::new(), 0);
        for step in steps {
            let (is_then, fails) = match *step {
                Step::Then { fails } => (true, fails),
                Step::Catch { fails } => (false, fails),
                _ => continue,
            };
            number += 1;
            if is_then == result.is_ok() {
                calls.push((number, result));
                result = if fails { Err(error_of(number)) } else { Ok(number) };
            }
        }
        calls
    }

    /// Does it, and judges what was called. Gives back how many callbacks and
    /// values are left.
    fn play(&self) -> Result<usize, String> {
        let (queue, log, alive) =
            (Queue::default(), Rc::new(Log::default()), Rc::new(()));
        let (resolver, deferred) = Deferred::new(&queue);
        let (mut resolver, mut deferred) = (Some(resolver), deferred);
        let mut number = 0;
        let end = [Step::Run];
        for (n, step) in self.0.iter().chain(&end).enumerate() {
            match *step {
                Step::Settle { fails } => {
                    let _alive = alive.clone();
                    let result = match fails {
                        true => Err(error_of(0)),
                        false => Ok(Gift { from: 0, _alive }),
                    };
                    let Some(resolver) = resolver.take() else { continue };
                    log.during("`settle`", || resolver.settle(result));
                }
                Step::Then { fails } => {
                    number += 1;
                    let callback = make_callback(number, fails, &log, &alive);
                    deferred = log.during("`then`", || {
                        deferred.then(move |gift: Gift| callback(Ok(gift)))
                    });
                }
                Step::Catch { fails } => {
                    number += 1;
                    let callback = make_callback(number, fails, &log, &alive);
                    deferred = log.during("`catch`", || {
                        deferred.catch(move |error| callback(Err(error)))
                    });
                }
                Step::Run => {
                    run(&queue, self.0.len())?;
                    judge_calls(&log.calls.borrow(), &self.expected(n))?;
                }
            }
            if let Some(early) = log.too_early.take() {
                return Err(format!("{early}, not from the queue"));
            }
        }
        // As long as something has the queue, this is not dropped.
        let last = alive.clone();
        queue.push(|| drop(last));
        drop((queue, resolver, deferred));
        Ok(Rc::strong_count(&alive) - 1)
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let steps: Vec<_> = self.0.iter().map(Step::to_string).collect();
        f.write_str(&steps.join(", "))
    }
}

/// Makes a callback that notes what it is called with.
fn make_callback(
    number: usize,
    fails: bool,
    log: &Rc<Log>,
    alive: &Rc<()>,
) -> impl FnOnce(Result<Gift, String>) -> Result<Gift, String> + 'static {
    let (log, alive) = (log.clone(), alive.clone());
    move |given| {
        log.call(number, given.map(|gift| gift.from));
        match fails {
            true => Err(error_of(number)),
            false => Ok(Gift { from: number, _alive: alive }),
        }
    }
}

/// Calls what is queued until the queue is empty.
fn run(queue: &Queue, steps: usize) -> Result<(), String> {
    let most = 10 * (steps + 10);
    for _ in 0..most {
        if !queue.call_next() {
            return Ok(());
        }
    }
    Err(format!(
        "the queue is not empty after {most} calls: something queues itself \
         again and again"
    ))
}

/// Compares what was called with what was to be called.
fn judge_calls(
    calls: &[(usize, Given)],
    expected: &[(usize, Given)],
) -> Result<(), String> {
    let shown = |given: &Given| match given {
        Ok(0) => "the value".to_owned(),
        Ok(from) => format!("the value of callback {from}"),
        Err(error) => format!("{error:?}"),
    };
    for n in 0..calls.len().max(expected.len()) {
        return Err(match (calls.get(n), expected.get(n)) {
            (seen, due) if seen == due => continue,
            (None, Some((number, given))) => format!(
                "callback {number} was not called; it has to get {}",
                shown(given)
            ),
            (Some((number, given)), Some((due, other))) if number == due => {
                format!(
                    "callback {number} got {}, and has to get {}",
                    shown(given),
                    shown(other)
                )
            }
            (Some((number, given)), _) => format!(
                "callback {number} was called, with {}; that has to go past it",
                shown(given)
            ),
            (None, None) => unreachable!("they are equal"),
        });
    }
    Ok(())
}

/// Callbacks that attach, settle, and let go while they run.
fn judge_nested() {
    let (queue, log) = (Queue::default(), Rc::new(Log::default()));
    let say = |log: &Rc<Log>, number: usize| {
        let log = log.clone();
        move |n: usize| {
            log.call(number, Ok(n));
            Ok::<_, String>(n + 1)
        }
    };
    let (resolver, first) = Deferred::new(&queue);
    let (other_resolver, other) = Deferred::new(&queue);
    let (early_resolver, early) = Deferred::<usize>::new(&queue);
    early_resolver.settle(Ok(30));
    let end: Rc<Cell<Option<Deferred<usize>>>> = Rc::default();
    let (its_end, its_log) = (end.clone(), log.clone());
    let last = say(&log, 4);
    let (of_early, of_other) = (say(&log, 3), say(&log, 2));
    let chain = first.then(move |n: usize| {
        its_log.call(1, Ok(n));
        its_log.during("another callback", || {
            // To its own chain's end, to one that has its value, and another.
            let end: Deferred<usize> = its_end.take().expect("the end");
            end.then(last);
            early.then(of_early);
            other_resolver.settle(Ok(20));
        });
        Ok(n + 1)
    });
    other.then(of_other);
    // The type of the values may change.
    let text = chain.then(|n| Ok(n.to_string()));
    end.set(Some(text.then(|text| text.parse().map_err(|_| text))));
    resolver.settle(Ok(10));
    let ran = run(&queue, 10);
    let why = ran.err().or(log.too_early.take()).or_else(|| {
        let mut calls = log.calls.take();
        // In which order the chains go on is left open.
        calls.sort_by_key(|(number, _)| *number);
        let expected = [(1, Ok(10)), (2, Ok(20)), (3, Ok(30)), (4, Ok(11))];
        judge_calls(&calls, &expected).err()
    });
    if let Some(why) = why {
        panic!(
            "wrong answer: callback 1 settles the Deferred of callback 2, and \
             attaches 3 and, to its own chain's end, 4; {why}"
        );
    }
}

/// Several Deferreds, of two queues: first settled, or attached to what is
/// settled, is first called, and by its own queue alone.
fn judge_order(dice: &mut Dice) {
    let queues = [Queue::default(), Queue::default()];
    let log = Rc::new(Log::default());
    let count = 10;
    let mut waiting = Vec::new();
    for number in 1..=count {
        let log = log.clone();
        let (resolver, deferred) = Deferred::new(&queues[number % 2]);
        let callback = move |n: usize| {
            log.call(number, Ok(n));
            Ok::<_, String>(n)
        };
        waiting.push(match dice.below(2) {
            0 => (number, resolver, Some((deferred, callback))),
            _ => {
                deferred.then(callback);
                (number, resolver, None)
            }
        });
    }
    let mut ran = queues.iter().try_for_each(|queue| run(queue, 10 * count));
    let mut ready = [Vec::new(), Vec::new()];
    while !waiting.is_empty() {
        let next = waiting.swap_remove(dice.below(waiting.len()));
        let (number, resolver, to_attach) = next;
        resolver.settle(Ok(0));
        if let Some((deferred, callback)) = to_attach {
            deferred.then(callback);
        }
        ready[number % 2].push((number, Ok(0)));
    }
    for which in [1, 0] {
        ran = ran.and_then(|()| run(&queues[which], 10 * count));
        ran = ran.and_then(|()| {
            let (calls, expected) = (log.calls.take(), &ready[which]);
            if calls == *expected {
                return Ok(());
            }
            let numbers = |calls: &[(usize, Given)]| {
                let all = calls.iter().map(|(number, _)| number.to_string());
                all.collect::<Vec<_>>().join(", ")
            };
            Err(format!(
                "the callbacks of one queue are ready in this order: {}; these \
                 were called: {}",
                numbers(expected),
                numbers(&calls)
            ))
        });
    }
    if let Err(why) = ran {
        panic!("wrong answer: there are two queues; {why}");
    }
}

/// A long chain, which must not need more stack than a short one.
fn judge_stack() {
    /// Far less than a thousand calls inside one another need.
    const MOST: usize = 100_000;

    for (length, with_errors) in
        [(1000, false), (1000, true), (LONG / 2, false), (LONG / 3, true)]
    {
        let queue = Queue::default();
        let places: Rc<RefCell<(usize, usize)>> =
            Rc::new(RefCell::new((usize::MAX, 0)));
        let make_note = |places: &Rc<RefCell<(usize, usize)>>| {
            let places = places.clone();
            move |n: usize| {
                // Where the stack is now.
                let here = 0_u8;
                let here = (&raw const here).addr();
                let mut places = places.borrow_mut();
                *places = (places.0.min(here), places.1.max(here));
                Ok::<_, String>(n + 1)
            }
        };
        let (resolver, mut chain): (Resolver<usize>, _) = Deferred::new(&queue);
        for _ in 0..length {
            let note = make_note(&places);
            chain = match with_errors {
                false => chain.then(note).catch(Err),
                // An error goes past the second, and comes back as a value.
                true => chain
                    .then(|n| Err(n.to_string()))
                    .then(Ok)
                    .catch(move |n| note(n.parse().expect("a number"))),
            };
        }
        resolver.settle(Ok(0));
        while queue.call_next() {}
        let (low, high) = *places.borrow();
        let stack = high.saturating_sub(low);
        assert!(
            stack < MOST,
            "right answer, wrong way: the callbacks of a chain of {length} are \
             called inside one another: that took {stack} bytes of stack, and \
             a longer one overflows it"
        );
        let ended: Rc<Cell<Option<usize>>> = Rc::default();
        let end = ended.clone();
        chain.then(move |n| {
            end.set(Some(n));
            Ok(())
        });
        while queue.call_next() {}
        let ended = ended.take();
        assert!(
            ended == Some(length),
            "wrong answer: after a chain of {length}, which count, comes \
             {ended:?}"
        );
    }
}
