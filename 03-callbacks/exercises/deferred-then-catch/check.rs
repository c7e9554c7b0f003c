//! Judges `then` and `catch`: chains of any form do what a fold over results
//! does, from the queue, whenever the result comes.
//!
//! Ways to be wrong: a callback is called inside `then` or `settle`; or not at
//! all, since the result came first; an error or a value stops on its way past
//! the other kind; a `catch` hears its own error, or its value stays an error;
//! an error without a text is none, or a long text is cut; the next Deferred
//! has another queue; what a callback settles or attaches goes ahead of others,
//! or into the queue that runs, or is lost; a borrow is held during a callback;
//! the queue is never empty, or has an end, or another order if it is long; the
//! stack grows with the chain, also where a result goes past it; something is
//! never dropped, and be it a text.
//!
//! As shipped: was not called

use super::{Deferred, Queue, Resolver};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::mem;
use std::rc::Rc;
use trials::judge::{Judge, allocated, smallest};

/// How many random chains each run tries.
const CHAINS: usize = 400;

/// How many random orders each run tries, of a few Deferreds.
const ORDERS: usize = 100;

/// How many Deferreds are ready together in one more.
const MANY: usize = 300;

/// How many callbacks the long chains have.
const LONG: usize = 25_000;

trials::answer!("exercises/deferred-then-catch.rs");

#[test]
fn a_chain_does_what_a_fold_over_results_does() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let wrong = |chain: &Chain| chain.play().is_err();
    let mut leaking = None;
    for n in 0..CHAINS {
        let chain = Chain::random(&mut dice, 1 + n / 20);
        let before = allocated();
        match chain.play() {
            Ok(0) if allocated() == before => {}
            Ok(_) => leaking = leaking.or(Some(chain)),
            Err(why) => {
                let chain = smallest(chain, Chain::smaller, wrong);
                let why = chain.play().err().unwrap_or(why + ONCE);
                panic!("wrong answer: {chain}: {why} {again}");
            }
        }
    }
    judge_nested();
    for n in 0..ORDERS {
        judge_order(Order::random(&mut dice, 1 + n / 8), &again);
    }
    judge_order(Order::of_many(&mut dice), &again);
    // After these: what is never called is not dropped either.
    if let Some(chain) = leaking.filter(Chain::leaks) {
        let chain = smallest(chain, Chain::smaller, Chain::leaks);
        let what = match chain.play() {
            Ok(left @ 1..) => format!(
                "so many callbacks, values, or queues are not dropped: {left}"
            ),
            _ => "there is memory that is not freed".to_owned(),
        };
        panic!("wrong answer: {chain}: everything is over, and {what} {again}");
    }
    judge_stack(&mut dice);
    judge.end();
}

/// What is added if it is right when it is done again.
const ONCE: &str = "; done once more, it is right";

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

/// What happens to one chain, step by step.
#[derive(Clone)]
struct Chain {
    steps: Vec<Step>,
    /// What the texts of all its errors are.
    texts: Texts,
}

#[derive(Clone, Copy, PartialEq)]
enum Texts {
    /// They say which callback they are from.
    Short,
    /// The same, repeated a number of times.
    Long(usize),
    Empty,
}

impl Texts {
    fn error(self, number: usize) -> String {
        match self {
            Texts::Short => format!("error {number}"),
            Texts::Long(times) => format!("error {number}, ").repeat(times),
            Texts::Empty => String::new(),
        }
    }
}

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
        let texts = match dice.below(8) {
            0 => Texts::Empty,
            1 => Texts::Long(2 + dice.below(40)),
            // More than two bytes can count.
            2 if dice.below(20) == 0 => Texts::Long(9000),
            _ => Texts::Short,
        };
        Chain { steps, texts }
    }

    /// With one step less, or one that does not fail.
    fn smaller(&self) -> Vec<Chain> {
        let mut all = Vec::new();
        let texts = match self.texts {
            Texts::Short => vec![],
            Texts::Long(times @ 3..) => {
                vec![
                    Texts::Short,
                    Texts::Long(times / 2),
                    Texts::Long(times - 1),
                ]
            }
            _ => vec![Texts::Short],
        };
        all.extend(texts.into_iter().map(|texts| {
            let steps = self.steps.clone();
            Chain { steps, texts }
        }));
        for n in 0..self.steps.len() {
            let mut less = self.clone();
            less.steps.remove(n);
            all.push(less);
            let mut less = self.clone();
            match &mut less.steps[n] {
                Step::Then { fails }
                | Step::Catch { fails }
                | Step::Settle { fails }
                    if *fails =>
                {
                    *fails = false;
                }
                _ => continue,
            }
            all.push(less);
        }
        all
    }

    /// Set if something is left each time that it is played.
    fn leaks(&self) -> bool {
        (0..3).all(|_| {
            let before = allocated();
            match self.play() {
                Ok(left) => left > 0 || allocated() > before,
                Err(_) => false,
            }
        })
    }

    /// The calls that are due after the first `steps` steps, by a fold.
    fn expected(&self, steps: usize) -> Vec<(usize, Given)> {
        let steps = &self.steps[..steps];
        let settled = steps.iter().find_map(|step| match step {
            Step::Settle { fails } => Some(*fails),
            _ => None,
        });
        let Some(fails) = settled else { return Vec::new() };
        let result_of = |number, fails| match fails {
            true => Err(self.texts.error(number)),
            false => Ok(number),
        };
        let mut result = result_of(0, fails);
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
                result = result_of(number, fails);
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
        for (n, step) in self.steps.iter().chain(&end).enumerate() {
            match *step {
                Step::Settle { fails } => {
                    let _alive = alive.clone();
                    let result = match fails {
                        true => Err(self.texts.error(0)),
                        false => Ok(Gift { from: 0, _alive }),
                    };
                    let Some(resolver) = resolver.take() else { continue };
                    log.during("`settle`", || resolver.settle(result));
                }
                Step::Then { fails } => {
                    number += 1;
                    let error = fails.then(|| self.texts.error(number));
                    let callback = make_callback(number, error, &log, &alive);
                    deferred = log.during("`then`", || {
                        deferred.then(move |gift: Gift| callback(Ok(gift)))
                    });
                }
                Step::Catch { fails } => {
                    number += 1;
                    let error = fails.then(|| self.texts.error(number));
                    let callback = make_callback(number, error, &log, &alive);
                    deferred = log.during("`catch`", || {
                        deferred.catch(move |error| callback(Err(error)))
                    });
                }
                Step::Run => {
                    run(&queue, self.steps.len())?;
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
        let steps: Vec<_> = self.steps.iter().map(Step::to_string).collect();
        f.write_str(&steps.join(", "))?;
        match self.texts {
            Texts::Short => Ok(()),
            Texts::Long(times) => {
                write!(f, ", with errors that say {times} times where from")
            }
            Texts::Empty => f.write_str(", with errors that are empty texts"),
        }
    }
}

/// Makes a callback that notes what it is called with.
fn make_callback(
    number: usize,
    error: Option<String>,
    log: &Rc<Log>,
    alive: &Rc<()>,
) -> impl FnOnce(Result<Gift, String>) -> Result<Gift, String> + 'static {
    let (log, alive) = (log.clone(), alive.clone());
    move |given| {
        log.call(number, given.map(|gift| gift.from));
        match error {
            Some(error) => Err(error),
            None => Ok(Gift { from: number, _alive: alive }),
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
        Err(error) => match error.char_indices().nth(40) {
            None => format!("{error:?}"),
            Some((at, _)) => {
                format!("{:?}… ({} bytes)", &error[..at], error.len())
            }
        },
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
        let all = log.calls.take();
        // In which order the chains go on is left open.
        let mut calls = Vec::new();
        for number in 1..=4 {
            calls.extend(all.iter().filter(|it| it.0 == number).cloned());
        }
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

/// Several Deferreds of two queues, with a callback each. What is ready first,
/// is called first, and by its own queue alone.
#[derive(Clone)]
struct Order(Vec<Plan>);

/// How a Deferred becomes ready.
#[derive(Clone, Copy)]
struct Plan {
    queue: usize,
    before: Before,
    /// The callback that does the rest, one of those before it; or the check.
    by: Option<usize>,
    /// Set if its callback calls what is in its queue.
    runs: bool,
}

/// What is done before anything else, and both queues run after that.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    Attached,
    Settled,
    Nothing,
}

impl Order {
    fn random(dice: &mut Dice, count: usize) -> Order {
        let plans = (0..count).map(|n| Plan {
            queue: dice.below(2),
            before: dice.one_of(&[
                Before::Attached,
                Before::Settled,
                Before::Nothing,
            ]),
            by: (n > 0 && dice.below(2) == 0).then(|| dice.below(n)),
            runs: dice.below(6) == 0,
        });
        Order(plans.collect())
    }

    /// Many that are ready together, in one queue.
    fn of_many(dice: &mut Dice) -> Order {
        let mut order = Order::random(dice, MANY);
        for plan in &mut order.0 {
            (plan.queue, plan.by, plan.runs) = (0, None, false);
        }
        order
    }

    /// The same with a little less in it, in each way there is.
    fn smaller(&self) -> Vec<Order> {
        let mut all = Vec::new();
        let count = self.0.len();
        for parts in [2, 4, 8, 16] {
            let size = count.div_ceil(parts);
            let starts = (0..count).step_by(size.max(1));
            all.extend(starts.map(|n| self.without(n, size)));
        }
        let changes: [fn(&mut Plan) -> bool; 4] = [
            |it| mem::take(&mut it.runs),
            |it| it.by.take().is_some(),
            |it| mem::take(&mut it.queue) > 0,
            |it| {
                let before = mem::replace(&mut it.before, Before::Attached);
                before != Before::Attached
            },
        ];
        // There would be too many, and each takes its time.
        for n in (0..count).filter(|_| count <= FEW) {
            for change in changes {
                let mut less = self.clone();
                if change(&mut less.0[n]) {
                    all.push(less);
                }
            }
        }
        all
    }

    /// Without `size` of them, from number `n` on.
    fn without(&self, n: usize, size: usize) -> Order {
        let mut less = self.clone();
        let end = self.0.len().min(n + size);
        less.0.drain(n..end);
        for plan in &mut less.0 {
            plan.by = match plan.by {
                Some(by) if by >= end => Some(by - (end - n)),
                Some(by) if by >= n => None,
                by => by,
            };
        }
        less
    }

    /// Those that the check, or a callback, makes ready.
    fn made_ready(&self, by: Option<usize>) -> Vec<usize> {
        let plans = self.0.iter().enumerate();
        let own = plans.filter(|(_, plan)| plan.by == by);
        own.map(|(number, _)| number).collect()
    }

    /// Which are called, and by which queue.
    fn expected(&self) -> Vec<(usize, usize)> {
        let mut model = Model::default();
        for number in self.made_ready(None) {
            model.queues[self.0[number].queue].push_back(number);
        }
        for round in 0..ROUNDS * self.0.len() {
            model.run(self, round % 2);
        }
        model.calls
    }

    /// Does it with the answer's Deferreds.
    fn play(&self) -> Result<(), String> {
        let world = Rc::new(World {
            order: self.clone(),
            queues: Default::default(),
            running: Cell::new(0),
            calls: RefCell::default(),
            resolvers: RefCell::default(),
            deferreds: RefCell::default(),
        });
        for (number, plan) in self.0.iter().enumerate() {
            let (resolver, deferred) = Deferred::new(&world.queues[plan.queue]);
            world.resolvers.borrow_mut().push(Some(resolver));
            world.deferreds.borrow_mut().push(Some(deferred));
            match plan.before {
                Before::Attached => world.attach(number),
                Before::Settled => world.settle(number),
                Before::Nothing => {}
            }
        }
        world.run(0)?;
        world.run(1)?;
        for number in self.made_ready(None) {
            world.make_ready(number);
        }
        for round in 0..ROUNDS * self.0.len() {
            world.run(round % 2)?;
        }
        // They are all attached by now, or else they own the world.
        world.deferreds.take();
        world.resolvers.take();
        let (calls, expected) = (world.calls.take(), self.expected());
        match calls == expected {
            true => Ok(()),
            false => Err(compare(&calls, &expected)),
        }
    }
}

/// How often each queue runs, for each Deferred: a callback of one queue may
/// make another one of the other ready.
const ROUNDS: usize = 2;

/// How many Deferreds are listed, at most.
const FEW: usize = 16;

fn judge_order(order: Order, again: &str) {
    if let Err(why) = order.play() {
        let order = smallest(order, Order::smaller, |it| it.play().is_err());
        let why = order.play().err().unwrap_or(why + ONCE);
        panic!("wrong answer: {order}: {why} {again}");
    }
}

/// Says what is wrong with the calls.
fn compare(calls: &[(usize, usize)], expected: &[(usize, usize)]) -> String {
    for (number, queue) in calls {
        let own = expected.iter().find(|(other, _)| other == number);
        if let Some((_, own)) = own.filter(|(_, own)| own != queue) {
            return format!(
                "callback {} was called by queue {}, and its own is {}",
                number + 1,
                queue + 1,
                own + 1
            );
        }
    }
    let numbers = |calls: &[(usize, usize)]| {
        let all = calls.iter().map(|(number, _)| (number + 1).to_string());
        let all: Vec<_> = all.collect();
        match all.len() {
            ..=FEW => all.join(", "),
            len => format!("{}, … ({len} in all)", all[..FEW].join(", ")),
        }
    };
    format!(
        "the callbacks are ready in this order: {}; these were called: {}",
        numbers(expected),
        numbers(calls)
    )
}

impl Display for Order {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0.len() > FEW {
            return write!(f, "{} callbacks are in a queue", self.0.len());
        }
        let parts = self.0.iter().enumerate().map(|(n, plan)| {
            let what = match plan.before {
                Before::Attached => "settles the Deferred of callback",
                Before::Settled => "attaches, to what is settled, callback",
                Before::Nothing => "settles, and attaches to it, callback",
            };
            let by = match plan.by {
                None => "the check".to_owned(),
                Some(by) => format!("callback {}", by + 1),
            };
            let runs = if plan.runs { ", which runs its queue" } else { "" };
            let queue = ["", " of the second queue"][plan.queue];
            format!("{by} {what} {}{queue}{runs}", n + 1)
        });
        f.write_str(&parts.collect::<Vec<_>>().join("; "))
    }
}

/// What the callbacks of an order share.
struct World {
    order: Order,
    queues: [Queue; 2],
    /// The queue that runs.
    running: Cell<usize>,
    /// Which were called, and by which queue.
    calls: RefCell<Vec<(usize, usize)>>,
    resolvers: RefCell<Vec<Option<Resolver<()>>>>,
    deferreds: RefCell<Vec<Option<Deferred<()>>>>,
}

impl World {
    fn run(&self, queue: usize) -> Result<(), String> {
        let outer = self.running.replace(queue);
        let ran = run(&self.queues[queue], self.order.0.len());
        self.running.set(outer);
        ran
    }

    fn settle(&self, number: usize) {
        let resolver = self.resolvers.borrow_mut()[number].take();
        if let Some(resolver) = resolver {
            resolver.settle(Ok(()));
        }
    }

    fn attach(self: &Rc<World>, number: usize) {
        let deferred = self.deferreds.borrow_mut()[number].take();
        let world = self.clone();
        if let Some(deferred) = deferred {
            deferred.then(move |()| {
                world.call(number);
                Ok(())
            });
        }
    }

    fn make_ready(self: &Rc<World>, number: usize) {
        self.settle(number);
        self.attach(number);
    }

    fn call(self: &Rc<World>, number: usize) {
        self.calls.borrow_mut().push((number, self.running.get()));
        for other in self.order.made_ready(Some(number)) {
            self.make_ready(other);
        }
        let Plan { queue, runs, .. } = self.order.0[number];
        if runs {
            // If it does not end, the check finds that out as well.
            let _ended = self.run(queue);
        }
    }
}

/// What has to happen: two lists.
#[derive(Default)]
struct Model {
    queues: [VecDeque<usize>; 2],
    calls: Vec<(usize, usize)>,
}

impl Model {
    fn run(&mut self, order: &Order, queue: usize) {
        while let Some(number) = self.queues[queue].pop_front() {
            self.calls.push((number, queue));
            for other in order.made_ready(Some(number)) {
                self.queues[order.0[other].queue].push_back(other);
            }
            if order.0[number].runs {
                self.run(order, queue);
            }
        }
    }
}

/// How a result comes through a long chain.
#[derive(Clone, Copy, PartialEq)]
enum Through {
    /// Each callback is called.
    Calls,
    /// Some fail, and the next one is left out.
    Errors,
    /// It is a value, and they are all `catch`.
    Value,
    /// It is an error, and they are all `then`.
    Error,
}

/// Where the stack was: the lowest address and the highest.
#[derive(Clone)]
struct Stack(Rc<Cell<(usize, usize)>>);

impl Stack {
    fn note(&self) {
        let here = 0_u8;
        let here = (&raw const here).addr();
        let (low, high) = self.0.get();
        self.0.set((low.min(here), high.max(here)));
    }
}

/// A callback that is left out is dropped, and this is part of it.
impl Drop for Stack {
    fn drop(&mut self) {
        self.note();
    }
}

/// A long chain, which must not need more stack than a short one.
fn judge_stack(dice: &mut Dice) {
    use Through::{Calls, Error, Errors, Value};
    // Those of a thousand first: they do not overflow the stack.
    for through in [Calls, Errors, Value, Error] {
        judge_long(1000, through, false);
        judge_long(1000, through, true);
    }
    for through in [Calls, Errors, Error] {
        judge_long(LONG, through, dice.below(2) == 0);
    }
}

fn judge_long(callbacks: usize, through: Through, is_early: bool) {
    /// Far less than a thousand calls inside one another need.
    const MOST: usize = 100_000;

    let queue = Queue::default();
    let stack = Stack(Rc::new(Cell::new((usize::MAX, 0))));
    let make_note = || {
        let stack = stack.clone();
        move |n: usize| {
            stack.note();
            Ok::<_, String>(n + 1)
        }
    };
    let (resolver, mut chain): (Resolver<usize>, _) = Deferred::new(&queue);
    let mut resolver = Some(resolver);
    let mut settle = || {
        let result = match through {
            Through::Error => Err("0".to_owned()),
            _ => Ok(0),
        };
        if let Some(resolver) = resolver.take() {
            resolver.settle(result);
        }
    };
    if is_early {
        settle();
    }
    let (parts, added) = match through {
        Through::Calls => (callbacks, callbacks),
        Through::Errors => (callbacks / 3, callbacks / 3),
        Through::Value | Through::Error => (callbacks, 0),
    };
    for _ in 0..parts {
        let note = make_note();
        chain = match through {
            Through::Calls | Through::Error => chain.then(note),
            // An error goes past the second, and comes back as a value.
            Through::Errors => chain
                .then(|n| Err(n.to_string()))
                .then(Ok)
                .catch(move |n| note(n.parse().expect("a number"))),
            Through::Value => chain.catch(move |_| note(0)),
        };
    }
    settle();
    while queue.call_next() {}
    let (low, high) = stack.0.get();
    let needed = high.saturating_sub(low);
    let how = match through {
        Through::Calls | Through::Errors => "are called inside one another",
        _ => "are gone past by calls inside one another",
    };
    assert!(
        needed < MOST,
        "right answer, wrong way: the callbacks of a chain of {callbacks} \
         {how}: that took {needed} bytes of stack, and a longer one overflows \
         it"
    );
    let ended: Rc<Cell<Option<usize>>> = Rc::default();
    let end = ended.clone();
    // What has come past all of them, and what they have counted.
    chain.catch(|n| Ok(n.parse().expect("a number"))).then(move |n| {
        end.set(Some(n));
        Ok(())
    });
    while queue.call_next() {}
    let ended = ended.take();
    let comes = ended.map_or("nothing".to_owned(), |n| n.to_string());
    assert!(
        ended == Some(added),
        "wrong answer: after a chain of {callbacks}, of which {added} add one, \
         comes {comes}"
    );
}
