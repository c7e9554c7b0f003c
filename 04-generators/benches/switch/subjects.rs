//! What is timed: the same loop, paused in each style.
//!
//! Each takes a number and hands one out, twenty thousand times in a round. Two
//! calls deep, what pauses is called by a function which the loop calls.

use crate::time::Subject;
use corosensei::{Coroutine, CoroutineResult};
use generators::{AsyncYielder, Generator, Greenlet, Resumed, Yielder};
use std::hint::black_box;
use std::thread;

/// How often each is resumed in a round.
const PAUSES: u32 = 20_000;

/// A loop which is resumed by `resume`, as a subject.
fn pauses(
    name: &'static str,
    mut resume: impl FnMut(u64) -> u64 + 'static,
) -> Subject {
    let run = move || {
        let mut sum = 0;
        for number in 0..PAUSES {
            sum += resume(u64::from(number));
        }
        black_box(sum);
    };
    Subject { name, times: PAUSES, run: Box::new(run) }
}

/// What was handed out. None of these loops ends.
#[inline(always)]
fn handed_out(resumed: Resumed<u64, ()>) -> u64 {
    match resumed {
        Resumed::Yielded(out) => out,
        Resumed::Returned(()) => unreachable!("it pauses for ever"),
    }
}

type Control = Yielder<u64, u64>;
type AsyncControl = AsyncYielder<u64, u64>;
type TheirControl = corosensei::Yielder<u64, u64>;

#[inline(never)]
fn outer(y: &Control, number: u64) -> u64 {
    inner(y, number) ^ 1
}

#[inline(never)]
fn inner(y: &Control, number: u64) -> u64 {
    y.suspend(number) + 1
}

#[inline(never)]
async fn async_outer(y: &AsyncControl, number: u64) -> u64 {
    async_inner(y, number).await ^ 1
}

#[inline(never)]
async fn async_inner(y: &AsyncControl, number: u64) -> u64 {
    y.suspend(number).await + 1
}

#[inline(never)]
fn their_outer(y: &TheirControl, number: u64) -> u64 {
    their_inner(y, number) ^ 1
}

#[inline(never)]
fn their_inner(y: &TheirControl, number: u64) -> u64 {
    y.suspend(number) + 1
}

/// A loop by hand: the only thing it knows while it is paused is its number.
struct ByHand(u64);

impl ByHand {
    #[inline(never)]
    fn resume(&mut self, number: u64) -> u64 {
        let out = self.0;
        self.0 = number;
        out
    }
}

/// One that calls another.
struct Outer(Inner);

struct Inner(ByHand);

impl Outer {
    #[inline(never)]
    fn resume(&mut self, number: u64) -> u64 {
        self.0.resume(number) ^ 1
    }
}

impl Inner {
    #[inline(never)]
    fn resume(&mut self, number: u64) -> u64 {
        self.0.resume(number) + 1
    }
}

fn greenlet(is_deep: bool) -> Greenlet<u64, u64, ()> {
    let run = move |mut number, y: &Control| {
        if is_deep {
            loop {
                number = outer(y, number);
            }
        }
        loop {
            number = y.suspend(number);
        }
    };
    Greenlet::new("is resumed", run).expect("there is memory for a stack")
}

fn generator(is_deep: bool) -> Generator<u64, u64, ()> {
    Generator::new(move |mut number, y: AsyncControl| async move {
        loop {
            number = match is_deep {
                true => async_outer(&y, number).await,
                false => y.suspend(number).await,
            };
        }
    })
}

fn coroutine(is_deep: bool) -> Coroutine<u64, u64, ()> {
    Coroutine::new(move |y: &TheirControl, mut number| {
        if is_deep {
            loop {
                number = their_outer(y, number);
            }
        }
        loop {
            number = y.suspend(number);
        }
    })
}

/// Those that are there to be resumed, flat or deep.
fn loops(is_deep: bool) -> Vec<Subject> {
    let mut generator = generator(is_deep);
    let mut plain = greenlet(is_deep);
    let mut keeping = greenlet(is_deep).keeping_control_words();
    let mut coroutine = coroutine(is_deep);
    vec![
        pauses("generator", move |n| handed_out(generator.resume(n))),
        pauses("greenlet", move |n| handed_out(plain.resume(n))),
        pauses("greenlet, control words kept", move |n| {
            handed_out(keeping.resume(n))
        }),
        pauses("corosensei", move |n| match coroutine.resume(n) {
            CoroutineResult::Yield(out) => out,
            CoroutineResult::Return(()) => unreachable!("it pauses for ever"),
        }),
    ]
}

/// The loop itself pauses.
pub fn in_one_frame() -> Vec<Subject> {
    let mut by_hand = ByHand(0);
    let mut subjects = loops(false);
    subjects.insert(0, pauses("enum", move |n| by_hand.resume(n)));
    subjects
}

/// What pauses is called by what the loop calls.
pub fn two_calls_deep() -> Vec<Subject> {
    let mut by_hand = Outer(Inner(ByHand(0)));
    let mut subjects = loops(true);
    subjects.insert(0, pauses("enum", move |n| by_hand.resume(n)));
    subjects
}

/// As a subject, what `live` does from beginning to end.
fn life(name: &'static str, live: impl Fn() + 'static) -> Subject {
    const LIVES: u32 = 10;
    let run = move || {
        for _ in 0..LIVES {
            live();
        }
    };
    Subject { name, times: LIVES, run: Box::new(run) }
}

/// Created, resumed twice, and ended.
pub fn whole_lives() -> Vec<Subject> {
    let generator = || {
        let run =
            |(), y: AsyncYielder<(), ()>| async move { y.suspend(()).await };
        let mut generator = Generator::new(run);
        generator.resume(());
        generator.resume(());
    };
    let greenlet = |ends: bool| {
        let run = |(), y: &Yielder<(), ()>| y.suspend(());
        let mut greenlet = Greenlet::new("lives", run).expect("a stack");
        greenlet.resume(());
        if ends {
            greenlet.resume(());
        }
    };
    let coroutine = || {
        let run = |y: &corosensei::Yielder<(), ()>, ()| y.suspend(());
        let mut coroutine = Coroutine::new(run);
        coroutine.resume(());
        coroutine.resume(());
    };
    let thread = || thread::spawn(|| black_box(0)).join().unwrap();
    vec![
        life("generator", generator),
        life("greenlet, its stack used again", move || greenlet(true)),
        life("greenlet, dropped before its end", move || greenlet(false)),
        life("corosensei, a stack of 1 MiB each time", coroutine),
        life("thread", move || _ = thread()),
    ]
}
