//! Judges `Table::dine`: all eat, no two with the same fork, and nobody waits
//! but for a fork.
//!
//! As shipped: a circle: philosopher 1 waits for philosopher 2

use super::Table;
use lab::judge::Judge;
use lab::record::{self, Track};
use lab::sync::Adversary;
use lab::{cpu_time, waiting};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

lab::answer!("exercises/philosophers.rs");

const SEATS: usize = 5;
const MEALS: usize = 2;
/// Whoever can eat does so within this time.
const PLENTY: Duration = Duration::from_secs(1);
/// Whoever waits takes up no more than so many forks meanwhile.
const FEW: usize = 10;
/// Whoever has to wait is found waiting within this time.
const SOON: Duration = Duration::from_millis(100);

#[test]
fn everybody_eats_and_nobody_waits_but_for_a_fork() {
    let judge = Judge::of(ANSWER.recorded());
    let table = Table::new(SEATS);
    the_unlucky_moment(&table);
    for seat in 0..SEATS {
        a_long_meal(&table, seat);
    }
    judge.end();
}

/// All are hungry, and each has one fork before anybody has two.
fn the_unlucky_moment(table: &Table) {
    let eaten = [0; SEATS].map(Mutex::new);
    let adversary = Adversary::each_holds_one(SEATS);
    thread::scope(|scope| {
        for (seat, eaten) in eaten.iter().enumerate() {
            philosopher(scope, seat, move || {
                for _ in 0..MEALS {
                    table.dine(seat, || *eaten.lock().unwrap() += 1);
                }
            });
        }
    });
    drop(adversary);
    for (seat, eaten) in eaten.into_iter().enumerate() {
        let (name, eaten) = (name(seat), eaten.into_inner().unwrap());
        assert_eq!(
            eaten, MEALS,
            "wrong answer: {name} was to eat {MEALS} times, and ate {eaten}"
        );
    }
}

/// One is at it for as long as it takes to see what the others do meanwhile.
fn a_long_meal(table: &Table, seat: usize) {
    let [right, left] = [1, SEATS - 1].map(|n| (seat + n) % SEATS);
    let others = [2, 3].map(|n| (seat + n) % SEATS);
    thread::scope(|scope| {
        let (begin, begun) = channel();
        // Dropped at the end, or by a panic: the meal is over.
        let (_end, ended) = channel::<()>();
        philosopher(scope, seat, move || {
            table.dine(seat, || {
                begin.send(()).expect("the check listens");
                let _waiting = waiting("the end of the meal");
                let _ = ended.recv();
            });
        });
        begun.recv().expect("a meal");

        let (eat, ate) = channel();
        let dine = |seat| {
            let eat = eat.clone();
            philosopher(scope, seat, move || {
                table.dine(seat, || eat.send(seat).unwrap_or_default());
            });
        };
        for other in others {
            dine(other);
            assert!(
                ate.recv_timeout(PLENTY) == Ok(other),
                "right answer, wrong way: while {} ate, {} did not, though \
                 both of her forks lay there: two never eat at once",
                name(seat),
                name(other)
            );
        }

        dine(right);
        dine(left);
        let (began, cpu) = (Instant::now(), cpu_time());
        let mut pause = Duration::from_millis(1);
        let mut tracks = alive([right, left]);
        while tracks.iter().filter(waits).count() < 2 && began.elapsed() < SOON
        {
            if let Ok(neighbour) = ate.recv_timeout(pause) {
                panic!(
                    "wrong answer: {} and {} share a fork, and ate at the \
                     same time",
                    name(seat),
                    name(neighbour)
                );
            }
            // A recording that grows is not to be read too often.
            pause *= 2;
            tracks = alive([right, left]);
        }
        let (waited, cpu) = (began.elapsed(), cpu_time() - cpu);
        let forks: usize = tracks.iter().map(|track| track.held.len()).sum();
        assert!(
            waited < SOON || forks <= FEW && cpu < SOON / 4,
            "right answer, wrong way: {} and {} had nothing to do until {} \
             had eaten; in {waited:.0?} they took up {forks} forks and used \
             {cpu:.0?} of CPU: they ask again and again instead of waiting",
            name(right),
            name(left),
            name(seat)
        );
    });
}

fn philosopher<'s>(
    scope: &'s Scope<'s, '_>,
    seat: usize,
    live: impl FnOnce() + Send + 's,
) {
    let thread = thread::Builder::new().name(name(seat));
    thread.spawn_scoped(scope, live).expect("a thread");
}

/// What these two have done so far, as far as it is recorded.
fn alive(seats: [usize; 2]) -> Vec<Track> {
    let names = seats.map(name);
    let mut tracks = record::so_far().expect("a recording").tracks;
    tracks.retain(|track| !track.ended && names.contains(&track.name));
    tracks
}

fn waits(track: &&Track) -> bool {
    let last = track.spans.last().map(|span| &span.state);
    last.is_some_and(|state| state.waits() || state.is_blocked())
}

fn name(seat: usize) -> String {
    format!("philosopher {}", seat + 1)
}
