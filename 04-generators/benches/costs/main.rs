//! What a pause costs: memory while it lasts, and time.
//!
//!     cargo bench -p generators --bench costs
//!
//! It prints the charts of the chapter's page on costs.

#[cfg(target_arch = "x86_64")]
mod switches;

use generators::steps::greeting::{generator, greenlet, machine};
use generators::{AsyncYielder, Generator, Greenlet, Resumed, Yielder};
use lab::Usage;
use std::fs;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;

/// How many pause at once.
const AT_ONCE: usize = 10_000;
/// How often all that is compared takes turns. The median counts.
const ROUNDS: usize = 31;
const WIDEST: f64 = 18.0;

type Row = (&'static str, f64);

fn main() {
    // Memory comes first: later what was freed would be used again.
    let (mut kept, bytes) = Kept::new();
    chart("bytes each, 10,000 paused at once", &bytes);
    let times = kept.in_turns();
    chart("ns for a pause, 10,000 in turns", &times);
    let seconds = times.map(|(name, ns)| (name, 1000.0 / ns));
    chart("million pauses a second, 10,000 in turns", &seconds);
    drop(kept);

    chart("ns for a pause, one alone", &alone());
    chart("ns for a pause, with so many calls on the way", &by_depth());
    println!("ns for a pause of a thread: {:.0}\n", pause_of_thread());
    #[cfg(target_arch = "x86_64")]
    chart("ns to another stack and back", &switches::measured());
}

/// Prints a bar for each number.
fn chart(title: &str, rows: &[Row]) {
    println!("{title}");
    let most = rows.iter().map(|row| row.1).fold(0.0, f64::max);
    for (name, number) in rows {
        let bar = match (WIDEST * number / most) as usize {
            0 => "▏".to_owned(),
            width => "█".repeat(width),
        };
        let places = if *number < 100.0 { 1 } else { 0 };
        println!("  {name:<14} {number:>6.places$} {bar}");
    }
    println!();
}

/// The time of one pause, in nanoseconds: the median of all rounds. In each
/// round every row has its turn, and pauses `pauses` times.
fn measure<const N: usize>(
    pauses: u32,
    mut rows: [(&'static str, &mut dyn FnMut()); N],
) -> [Row; N] {
    let mut times = [const { Vec::new() }; N];
    for _ in 0..ROUNDS {
        for ((_, body), times) in rows.iter_mut().zip(&mut times) {
            let start = Instant::now();
            body();
            times.push(start.elapsed());
        }
    }
    let mut times = times.into_iter();
    rows.map(|(name, _)| {
        let mut times = times.next().expect("one for each row");
        times.sort();
        (name, times[ROUNDS / 2].as_nanos() as f64 / f64::from(pauses))
    })
}

/// Pauses again and again.
fn repeat<T>(pauses: u32, mut pause: impl FnMut() -> T) {
    for _ in 0..pauses {
        drop(pause());
    }
}

/// Lets each of them pause once more.
fn each<T, Out>(all: &mut [T], mut pause: impl FnMut(&mut T) -> Out) {
    for one in all {
        drop(pause(one));
    }
}

/// Ten thousand of each style, which pause two calls deep.
struct Kept {
    enums: Vec<machine::Greeting>,
    generators: Vec<Generator<char, (), String>>,
    greenlets: Vec<Greenlet<char, (), String>>,
}

impl Kept {
    /// All of them, and how much memory each takes.
    fn new() -> (Kept, [Row; 3]) {
        let (enums, enum_) = kept(machine::new, |it| it.resume('\r'));
        let (generators, generator) =
            kept(generator::new, |it| it.resume('\r'));
        let new = || greenlet::new().expect("there is memory for a stack");
        let (greenlets, greenlet) = kept(new, |it| it.resume('\r'));
        let bytes =
            [("enum", enum_), ("generator", generator), ("greenlet", greenlet)];
        (Kept { enums, generators, greenlets }, bytes)
    }

    fn in_turns(&mut self) -> [Row; 3] {
        let Kept { enums, generators, greenlets } = self;
        // This character is skipped: after the pause all is as it was.
        measure(
            AT_ONCE as u32,
            [
                ("enum", &mut || each(enums, |it| it.resume('\r'))),
                ("generator", &mut || each(generators, |it| it.resume('\r'))),
                ("greenlet", &mut || each(greenlets, |it| it.resume('\r'))),
            ],
        )
    }
}

/// Has ten thousand pause, and measures how much memory each takes.
fn kept<T>(
    new: impl Fn() -> T,
    begin: impl Fn(&mut T) -> Resumed<(), String>,
) -> (Vec<T>, f64) {
    let before = memory();
    let mut all = Vec::with_capacity(AT_ONCE);
    for _ in 0..AT_ONCE {
        let mut one = new();
        begin(&mut one);
        all.push(one);
    }
    (all, (memory() - before) as f64 / AT_ONCE as f64)
}

/// What this process takes, in bytes, with the tables in which the system looks
/// up its addresses, if it says how large these are.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmPTE:"));
    let tables = line.and_then(|it| it.split_whitespace().next());
    let tables = tables.and_then(|kib| kib.parse().ok()).unwrap_or(0);
    (Usage::so_far().max_rss_kb + tables) * 1024
}

/// One of each, which is resumed again and again.
fn alone() -> [Row; 3] {
    const PAUSES: u32 = 100_000;

    let mut machine = machine::new();
    let mut generator = generator::new();
    let mut greenlet = greenlet::new().expect("there is memory for a stack");
    measure(
        PAUSES,
        [
            ("enum", &mut || {
                // Not to be thought of as one long loop, in registers.
                repeat(PAUSES, || black_box(&mut machine).resume('\r'));
            }),
            ("generator", &mut || repeat(PAUSES, || generator.resume('\r'))),
            ("greenlet", &mut || repeat(PAUSES, || greenlet.resume('\r'))),
        ],
    )
}

/// Pauses with few and with many calls on the way.
fn by_depth() -> [Row; 6] {
    const PAUSES: u32 = 10_000;

    let [mut g2, mut g10, mut g100] = [2, 10, 100].map(|calls| {
        Generator::<(), (), ()>::new(move |(), y| async_calls(y, calls))
    });
    let [mut s2, mut s10, mut s100] = [2, 10, 100].map(|calls| {
        let body = move |(), y: &Yielder<(), ()>| plain_calls(y, calls);
        Greenlet::new("deep", body).expect("there is memory for a stack")
    });
    measure(
        PAUSES,
        [
            ("generator, 2", &mut || repeat(PAUSES, || g2.resume(()))),
            ("generator, 10", &mut || repeat(PAUSES, || g10.resume(()))),
            ("generator, 100", &mut || repeat(PAUSES, || g100.resume(()))),
            ("greenlet, 2", &mut || repeat(PAUSES, || s2.resume(()))),
            ("greenlet, 10", &mut || repeat(PAUSES, || s10.resume(()))),
            ("greenlet, 100", &mut || repeat(PAUSES, || s100.resume(()))),
        ],
    )
}

/// Pauses for ever, that many calls deep.
fn async_calls(
    y: AsyncYielder<(), ()>,
    calls: u32,
) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(async move {
        match calls {
            0 => loop {
                y.suspend(()).await;
            },
            _ => async_calls(y, calls - 1).await,
        }
    })
}

fn plain_calls(y: &Yielder<(), ()>, calls: u32) {
    match calls {
        0 => loop {
            y.suspend(());
        },
        _ => black_box(plain_calls)(y, calls - 1),
    }
}

/// A thread that waits for another one, which does nothing but answer.
fn pause_of_thread() -> f64 {
    const PAUSES: u32 = 1_000;

    let (ask, asked) = sync_channel(0);
    let (answer, answered) = sync_channel(0);
    let other = thread::spawn(move || {
        while let Ok(()) = asked.recv() {
            answer.send(()).expect("it is waited for");
        }
    });
    let mut ask_and_wait = || {
        ask.send(()).expect("it answers");
        answered.recv().expect("it answers");
    };
    let mut body = || repeat(PAUSES, &mut ask_and_wait);
    let [(_, time)] = measure(PAUSES, [("thread", &mut body)]);
    drop(ask);
    other.join().unwrap();
    time
}
