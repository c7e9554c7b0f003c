//! What blocks a worker of the runtime, and where it should block instead.

use super::{lanes, run};
use std::time::Duration;
use timeline::{Recording, State, Track};
use trials::watchdog::parse_time;

/// The times in the lines that contain these words, one after another.
fn times_after(stdout: &str, words: &str) -> Vec<Duration> {
    let times = stdout.split(words).skip(1).map(|rest| {
        let end = rest.find([' ', ',', ']', '\n']).expect(stdout);
        parse_time(&rest[..end])
    });
    times.collect()
}

/// How long it was ready at most, before it ran.
fn longest_ready(track: &Track) -> Duration {
    let ready = track.spans.iter().filter(|it| it.state == State::Ready);
    ready.map(|span| span.to - span.from).max().unwrap_or_default()
}

#[test]
fn one_that_blocks_stops_others_while_a_worker_is_idle() {
    let step = env!("CARGO_BIN_EXE_6-5-an-idle-worker-does-not-help");
    let blocked = Duration::from_millis(60);
    let is_long = |ticks: &Track| longest_ready(ticks) > blocked / 2;
    let is_shown = |(recording, stdout): (Recording, String)| {
        let begun = times_after(&stdout, "has spawned begins after ");
        let slept = times_after(&stdout, "for 10 ms sleeps for ");
        let lanes = lanes(&recording, "ticks");
        let [alone, first, second] = begun[..] else { panic!("{stdout}") };
        let ([late, in_time], [before, after]) = (&slept[..], &lanes[..])
        else {
            panic!("{stdout}")
        };
        // What is spawned last waits for the worker that has spawned it.
        assert!(alone > blocked && second > blocked, "{stdout}");
        let is_late = late > &blocked && is_long(before);
        let is_in_time = in_time < &blocked && !is_long(after);
        is_late && is_one_idle(&stdout) && is_in_time && first < blocked
    };
    // If the machine is busy, the kernel may let the other worker run late: so
    // that it has not come to rest in the first half, or has not run in the
    // second. So it has five tries.
    let mut shown = (0..5).map(|_| is_shown(run(step)));
    assert!(shown.any(|it| it), "the idle worker helps with one, or never");
}

/// In the first half one worker was busy, and the other was not.
fn is_one_idle(stdout: &str) -> bool {
    let (_, busy) = stdout.split_once("busy for [").expect(stdout);
    let (busy, _) = busy.split_once(']').expect(stdout);
    let mut busy: Vec<_> = busy.split(", ").map(parse_time).collect();
    busy.sort_unstable();
    busy[1] > Duration::from_millis(60) && busy[0] < busy[1] / 2
}

#[test]
fn a_pool_computes_each_sum_sooner_and_all_no_later() {
    let step = env!("CARGO_BIN_EXE_6-6-wait-on-many-compute-on-few");
    let (recording, stdout) = run(step);
    let threads = |what: &str| -> usize {
        let (_, rest) = stdout.split_once(what).expect(&stdout);
        rest.lines().next().unwrap().parse().expect(&stdout)
    };
    let cores = std::thread::available_parallelism().unwrap().get();
    let few = cores.min(7);
    assert!(threads("waits on threads of tokio: ") > few, "{stdout}");
    assert!(threads("sums on threads of tokio: ") > few, "{stdout}");
    assert_eq!(threads("sums on a pool: "), cores.min(8), "{stdout}");
    // They wait together: the site sees all at once.
    assert!(stdout.contains("8 requests for 8 pages, 8 at once"));
    assert_eq!(recording.of_kind("job").count(), 3 * 8);
    if cores < 4 {
        let [_, many, few] = times_after(&stdout, "one takes ")[..] else {
            panic!("{stdout}")
        };
        assert!(few < many, "{stdout}");
    }
}
