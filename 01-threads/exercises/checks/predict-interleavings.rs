//! Judges what is said to be printed: all that some schedule prints, and
//! nothing else. The key is not written here; it is found by trying them all.
//!
//! As shipped: `add_two` can also print 2

use super::{ADD_TWO, SAY_AB, SAY_AB_IN_ONE, VISIT};
use super::{add_two, say_ab, say_ab_in_one, visit};
use lab::interleave::{End, Step, Turn, ends};
use lab::judge::Judge;
use lab::sync::{Adversary, Mutex};
use std::sync::Barrier;
use std::sync::atomic::AtomicU32;
use std::thread;

lab::answer!("exercises/predict-interleavings.rs");

/// How often each program is run for real, with and without an adversary.
const RUNS: usize = 20;

#[test]
fn all_that_can_be_printed_is_said_and_nothing_else() {
    let judge = Judge::of(ANSWER);
    for (program, said) in [
        (add_twice(), ADD_TWO),
        (say_a_and_b(), SAY_AB),
        (say_a_and_b_in_one(), SAY_AB_IN_ONE),
        (look_and_fetch(), VISIT),
    ] {
        program.judge(said);
    }
    judge.end();
}

/// What two threads do, each the same.
struct Program {
    name: &'static str,
    steps: &'static [Step<Memory>],
    /// What is printed in the end.
    printed: fn(&Memory) -> String,
    /// Runs it with real threads, and gives back what is printed.
    run: fn() -> String,
}

/// All that the programs share, and a register for each thread.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Memory {
    x: u32,
    r: [u32; 2],
    known: bool,
    fetched: u32,
    locked: bool,
    out: String,
}

impl Program {
    fn judge(&self, said: &[&str]) {
        let Program { name, steps, printed, run } = *self;
        let key = ends(&Memory::default(), &[steps, steps], printed);
        for (end, schedule) in &key {
            let End::All(print) = end else { unreachable!("no deadlock") };
            assert!(
                said.contains(&print.as_str()),
                "wrong answer: `{name}` can also print {print}:\n\n{schedule}"
            );
        }
        let is_possible = |print| key.contains_key(&End::All(print));
        for &print in said {
            assert!(
                is_possible(print.to_owned()),
                "wrong answer: `{name}` never prints {print}: of all schedules \
                 there are, none ends so"
            );
        }
        for round in 0..2 * RUNS {
            let _adversary = (round < RUNS).then(|| Adversary::among(2));
            let print = run();
            assert!(
                is_possible(print.clone()),
                "wrong answer: `{name}` has just printed {print}, which as \
                 shipped it never does: has the function been changed?"
            );
        }
    }
}

fn add_twice() -> Program {
    Program {
        name: "add_two",
        steps: &[LOAD, STORE, LOAD, STORE],
        printed: |memory| memory.x.to_string(),
        run: || {
            let x = AtomicU32::new(0);
            in_two_threads(|| add_two(&x));
            x.into_inner().to_string()
        },
    }
}

fn say_a_and_b() -> Program {
    Program {
        name: "say_ab",
        steps: &[PUSH_A, PUSH_B],
        printed: |memory| memory.out.clone(),
        run: || {
            let out = Mutex::new(String::new());
            in_two_threads(|| say_ab(&out));
            out.into_inner().unwrap()
        },
    }
}

fn say_a_and_b_in_one() -> Program {
    Program {
        name: "say_ab_in_one",
        steps: &[LOCK, PUSH_A, PUSH_B, UNLOCK],
        printed: |memory| memory.out.clone(),
        run: || {
            let out = Mutex::new(String::new());
            in_two_threads(|| say_ab_in_one(&out));
            out.into_inner().unwrap()
        },
    }
}

fn look_and_fetch() -> Program {
    Program {
        name: "visit",
        steps: &[RETURN_IF_KNOWN, MAKE_KNOWN, FETCH],
        printed: |memory| memory.fetched.to_string(),
        run: || {
            let (known, fetched) = (Mutex::new(false), AtomicU32::new(0));
            in_two_threads(|| visit(&known, &fetched));
            fetched.into_inner().to_string()
        },
    }
}

fn in_two_threads(run: impl Fn() + Sync) {
    let both = Barrier::new(2);
    let run = || {
        both.wait();
        run();
    };
    thread::scope(|scope| [(); 2].map(|()| drop(scope.spawn(run))));
}

const LOAD: Step<Memory> = Step::new("r = x", |memory, me| {
    memory.r[me] = memory.x;
    Turn::Next
});

const STORE: Step<Memory> = Step::new("x = r + 1", |memory, me| {
    memory.x = memory.r[me] + 1;
    Turn::Next
});

// Whatever is done under a lock of its own is one step: nobody can be between.

const PUSH_A: Step<Memory> = Step::new("push A", |memory, _| {
    memory.out.push('A');
    Turn::Next
});

const PUSH_B: Step<Memory> = Step::new("push B", |memory, _| {
    memory.out.push('B');
    Turn::Next
});

const RETURN_IF_KNOWN: Step<Memory> =
    Step::new(
        "known?",
        |memory, _| {
            if memory.known { Turn::Last } else { Turn::Next }
        },
    );

const MAKE_KNOWN: Step<Memory> = Step::new("known = true", |memory, _| {
    memory.known = true;
    Turn::Next
});

const FETCH: Step<Memory> = Step::new("fetched += 1", |memory, _| {
    memory.fetched += 1;
    Turn::Next
});

const LOCK: Step<Memory> = Step::new("lock", |memory, _| {
    if memory.locked {
        return Turn::Blocked;
    }
    memory.locked = true;
    Turn::Next
});

const UNLOCK: Step<Memory> = Step::new("unlock", |memory, _| {
    memory.locked = false;
    Turn::Next
});
