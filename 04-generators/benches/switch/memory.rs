//! How much memory takes what is paused, ten thousand at once.

use corosensei::Coroutine;
use corosensei::stack::DefaultStack;
use generators::{AsyncYielder, Generator, Greenlet, Yielder};
use std::env;
use std::fs;
use std::hint::black_box;
use std::io;
use std::process::Command;

/// Makes this program a child that pauses many and says what they take.
pub const FLAG: &str = "--pause-many";

const MANY: usize = 10_000;

/// What is paused, each kind in a process of its own.
const KINDS: [&str; 6] = [
    "enum",
    "generator",
    "greenlet, 16 KiB",
    "greenlet, 64 KiB",
    "greenlet, 1024 KiB",
    "corosensei, 64 KiB",
];

/// Prints what each kind takes.
pub fn print_table() {
    if env::consts::OS != "linux" {
        return println!(
            "\nHow much memory they take is read as Linux tells it."
        );
    }
    println!("\n10,000 paused at once, bytes each     memory   page tables");
    for kind in KINDS.iter().chain([&"greenlets, as many as there can be"]) {
        let program = env::current_exe().expect("it runs from a file");
        let output = Command::new(program).args([FLAG, kind]).output();
        let output = output.expect("it starts itself");
        print!("{}", String::from_utf8_lossy(&output.stdout));
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Pauses many of this kind, and prints what they take.
pub fn pause_many(kind: &str) {
    let before = Taken::now();
    let size = kind.split(' ').find_map(|word| word.parse::<usize>().ok());
    let size = size.unwrap_or(64) << 10;
    match kind.split(',').next() {
        Some("enum") => keep(kind, before, || Waits::Line(7)),
        Some("generator") => keep(kind, before, || {
            let run = |(), y: AsyncYielder<(), ()>| async move {
                async_outer(&y).await;
            };
            let mut generator = Generator::new(run);
            generator.resume(());
            generator
        }),
        Some("greenlet") => {
            keep(kind, before, || greenlet(size).expect("memory for a stack"));
        }
        Some("corosensei") => keep(kind, before, || {
            let stack = DefaultStack::new(size).expect("memory for a stack");
            let run = |y: &corosensei::Yielder<(), ()>, ()| their_outer(y);
            let mut coroutine = Coroutine::with_stack(stack, run);
            coroutine.resume(());
            coroutine
        }),
        _ => {
            let before = maps();
            let all: Vec<_> =
                (0..100_000).map_while(|_| greenlet(64 << 10).ok()).collect();
            let more = maps() - before;
            println!(
                "{} greenlets at once: {more} more entries in the kernel's \
                 list of what is mapped",
                all.len()
            );
        }
    }
}

fn keep<T>(kind: &str, before: Taken, pause: impl Fn() -> T) {
    let mut all = Vec::with_capacity(MANY);
    for _ in 0..MANY {
        all.push(pause());
    }
    let now = Taken::now();
    let resident = (now.resident - before.resident) / MANY;
    let tables = (now.tables - before.tables) / MANY;
    println!("{kind:30} {resident:13} {tables:13}");
    black_box(&all);
}

fn greenlet(size: usize) -> io::Result<Greenlet<(), (), ()>> {
    let run = |(), y: &Yielder<(), ()>| outer(y);
    let mut greenlet = Greenlet::with_stack_size("paused", size, run)?;
    greenlet.resume(());
    Ok(greenlet)
}

/// What a fetch that was written by hand knows while it waits.
#[expect(dead_code, reason = "it is only kept")]
enum Waits {
    Line(u64),
    Body(u64),
}

#[inline(never)]
fn outer(y: &Yielder<(), ()>) {
    inner(y);
    black_box(());
}

#[inline(never)]
fn inner(y: &Yielder<(), ()>) {
    y.suspend(());
    black_box(());
}

async fn async_outer(y: &AsyncYielder<(), ()>) {
    async_inner(y).await;
    black_box(());
}

async fn async_inner(y: &AsyncYielder<(), ()>) {
    y.suspend(()).await;
    black_box(());
}

#[inline(never)]
fn their_outer(y: &corosensei::Yielder<(), ()>) {
    their_inner(y);
    black_box(());
}

#[inline(never)]
fn their_inner(y: &corosensei::Yielder<(), ()>) {
    y.suspend(());
    black_box(());
}

/// What this process takes, in bytes.
struct Taken {
    resident: usize,
    tables: usize,
}

impl Taken {
    fn now() -> Taken {
        let status = fs::read_to_string("/proc/self/status").expect("Linux");
        let kib = |field: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(field));
            let number = line.and_then(|line| line.split_whitespace().nth(0));
            let number: Option<usize> = number.and_then(|kib| kib.parse().ok());
            number.expect("Linux tells it") << 10
        };
        Taken { resident: kib("VmRSS:"), tables: kib("VmPTE:") }
    }
}

/// How many entries the kernel's list of what is mapped has.
fn maps() -> usize {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
    maps.lines().count()
}
