//! Judges the lists of what can be printed: all that some schedule prints, and
//! nothing else. The right lists are not written here: they are found by trying
//! all schedules, for several numbers of additions and of threads.
//!
//! As shipped: `add` with `times` 1 can also print 1

use super::{SAY_AB, SAY_AB_IN_ONE, add_can_print, visit_can_print};
use super::{add, say_ab, say_ab_in_one, visit};
use lab::Dice;
use lab::sync::Mutex;
use std::sync::Barrier;
use std::sync::atomic::AtomicU32;
use std::thread;
use threads::interleave::{End, Step, Turn, all_ends, ends};
use trials::Adversary;
use trials::judge::Judge;

trials::answer!("exercises/predict-interleavings.rs");

/// How often each of the twenty runs runs each program for real: this many
/// times with an adversary, and as many without.
const RUNS: usize = 3;

#[test]
fn all_that_can_be_printed_is_listed_and_nothing_else() {
    let judge = Judge::of(ANSWER);
    // A formula may be right for small numbers only, or for all but none.
    let more = 4 + Dice::random().below(3) as u32;
    for times in [1, 2, 3, more, 0] {
        add_program(times).judge(&add_can_print(times));
    }
    say_ab_program().judge(SAY_AB);
    say_ab_in_one_program().judge(SAY_AB_IN_ONE);
    // To try all schedules of six threads takes most of a second.
    for threads in [1, 2, 3, more.min(5)] {
        visit_program(threads).judge(&visit_can_print(threads));
    }
    judge.end();
}

/// What some threads do, each the same.
struct Program {
    /// What it is called in a sentence.
    name: String,
    threads: usize,
    steps: Vec<Step<Memory>>,
    /// What is printed in the end.
    printed: fn(&Memory) -> String,
    /// Runs it with real threads, and gives back what is printed.
    run: Box<dyn Fn() -> String>,
}

/// All that the programs share, and a register for each of two threads.
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
    fn judge(&self, listed: &[impl ToString]) {
        let Program { name, threads, steps, printed, run } = self;
        let listed: Vec<_> = listed.iter().map(|it| it.to_string()).collect();
        let threads = vec![steps.as_slice(); *threads];
        let start = Memory::default();
        let right = all_ends(&start, &threads, printed);
        for end in &right {
            let End::All(print) = end else { unreachable!("no deadlock") };
            if !listed.contains(print) {
                let schedule = &ends(&start, &threads, printed)[end];
                panic!(
                    "wrong answer: {name} can also print {print}:\n\n{schedule}"
                );
            }
        }
        let is_possible =
            |print: &String| right.contains(&End::All(print.clone()));
        for print in &listed {
            assert!(
                is_possible(print),
                "wrong answer: {name} never prints {}: of all schedules there \
                 are, none ends so",
                if print.is_empty() { "nothing at all" } else { print }
            );
        }
        for round in 0..2 * RUNS {
            let _adversary =
                (round < RUNS).then(|| Adversary::among(threads.len()));
            let print = run();
            assert!(
                is_possible(&print),
                "wrong answer: {name} has just printed {print}, which as \
                 shipped it never does: has the function been changed?"
            );
        }
    }
}

fn add_program(times: u32) -> Program {
    Program {
        name: format!("`add` with `times` {times}"),
        threads: 2,
        steps: (0..times).flat_map(|_| [LOAD, STORE]).collect(),
        printed: |memory| memory.x.to_string(),
        run: Box::new(move || {
            let x = AtomicU32::new(0);
            run_at_once(2, || add(&x, times));
            x.into_inner().to_string()
        }),
    }
}

fn say_ab_program() -> Program {
    Program {
        name: "`say_ab`".to_owned(),
        threads: 2,
        steps: vec![PUSH_A, PUSH_B],
        printed: |memory| memory.out.clone(),
        run: Box::new(|| {
            let out = Mutex::new(String::new());
            run_at_once(2, || say_ab(&out));
            out.into_inner().unwrap()
        }),
    }
}

fn say_ab_in_one_program() -> Program {
    Program {
        name: "`say_ab_in_one`".to_owned(),
        threads: 2,
        steps: vec![LOCK, PUSH_A, PUSH_B, UNLOCK],
        printed: |memory| memory.out.clone(),
        run: Box::new(|| {
            let out = Mutex::new(String::new());
            run_at_once(2, || say_ab_in_one(&out));
            out.into_inner().unwrap()
        }),
    }
}

fn visit_program(threads: u32) -> Program {
    let many = if threads == 1 { "thread" } else { "threads" };
    Program {
        name: format!("`visit` with {threads} {many}"),
        threads: threads as usize,
        steps: vec![RETURN_IF_KNOWN, MAKE_KNOWN, FETCH],
        printed: |memory| memory.fetched.to_string(),
        run: Box::new(move || {
            let (known, fetched) = (Mutex::new(false), AtomicU32::new(0));
            run_at_once(threads as usize, || visit(&known, &fetched));
            fetched.into_inner().to_string()
        }),
    }
}

/// Runs this on `threads` threads, which begin at the same time.
fn run_at_once(threads: usize, run: impl Fn() + Sync) {
    let all = Barrier::new(threads);
    let wait_and_run = || {
        all.wait();
        run();
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(wait_and_run);
        }
    });
}

const LOAD: Step<Memory> = Step::new("r = x", |memory, me| {
    memory.r[me] = memory.x;
    Turn::Next
});

const STORE: Step<Memory> = Step::new("x = r + 1", |memory, me| {
    memory.x = memory.r[me] + 1;
    // It is not read before the next load: so there is one state less to try.
    memory.r[me] = 0;
    Turn::Next
});

// What one thread does under a lock is one step: no other can come in between.

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
