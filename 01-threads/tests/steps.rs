//! What each step of rung 1 claims, on its recording.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;
use timeline::{Link, Recording, Span, State};
use trials::waits_under_locks;
use trials::watchdog::{self, parse_time};

fn run(step: &str) -> (Recording, String) {
    let ran = watchdog::run(&mut Command::new(step), Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    (ran.recording, ran.stdout)
}

/// The two numbers of `40 pages, 52 requests`.
fn pages_and_requests(stdout: &str) -> (u32, u32) {
    let numbers = numbers(stdout.lines().last().unwrap());
    (numbers[0], numbers[1])
}

/// The numbers in a line, without their units; of `9.7`, the 9.
fn numbers(line: &str) -> Vec<u32> {
    let words = line.split(' ').filter_map(|word| {
        let end = word.find(|c: char| !c.is_ascii_digit());
        word[..end.unwrap_or(word.len())].parse().ok()
    });
    words.collect()
}

#[test]
fn two_threads_wait_at_the_same_time() {
    let (recording, _) = run(env!("CARGO_BIN_EXE_1-1-spawn-and-join"));

    assert_eq!(recording.of_kind("thread").count(), 2);
    assert_eq!(recording.most_at_once(State::waits), 2);
    assert!(recording.time_in(State::waits) > recording.length);
}

#[test]
fn eight_threads_wait_at_the_same_time() {
    let (recording, _) = run(env!("CARGO_BIN_EXE_1-2-thread-per-page"));

    // And `main`, which waits for them and for no page.
    assert_eq!(recording.of_kind("thread").count(), 9);
    assert_eq!(recording.peak_in_flight(), 8);
    assert!(recording.time_in(State::waits) > 3 * recording.length);
}

#[test]
fn the_race_is_lost_in_every_run() {
    for _ in 0..5 {
        let (_, stdout) = run(env!("CARGO_BIN_EXE_1-3-lost-race"));
        let (pages, requests) = pages_and_requests(&stdout);
        assert!(requests > pages, "{stdout}");
    }
}

#[test]
fn one_lock_for_both_fetches_each_page_once() {
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-4-one-lock-for-both"));
        let (pages, requests) = pages_and_requests(&stdout);
        assert_eq!(requests, pages, "{stdout}");
        assert!(recording.peak_in_flight() > 1, "the fetches overlap");
    }
}

#[test]
fn a_lock_across_the_fetch_lets_one_page_through_at_a_time() {
    let (recording, stdout) = run(env!("CARGO_BIN_EXE_1-5-lock-across-fetch"));
    let (pages, requests) = pages_and_requests(&stdout);
    assert_eq!(requests, pages, "{stdout}");
    assert!(stdout.contains(" 1 at once\n"), "{stdout}");

    assert_eq!(recording.most_at_once(State::waits), 1);
    let under = waits_under_locks(&recording);
    assert_eq!(under.len(), requests as usize, "each under the lock");
    let waited = recording.time_in(State::waits);
    assert!(waited > recording.length.mul_f64(0.7), "the total is the sum");
    // Eight threads, one of which has the lock.
    assert_eq!(recording.most_at_once(State::is_blocked), 7);
    assert!(recording.time_in(State::is_blocked) > 2 * recording.length);
}

#[test]
fn two_threads_wait_for_each_other_in_every_run() {
    for _ in 0..5 {
        let (recording, stdout) = run(env!("CARGO_BIN_EXE_1-6-deadlock"));
        for sentence in [
            "main waits for both threads\n",
            "crawler waits for lock Vec<Page>, which reporter holds\n",
            "reporter waits for lock HashSet<Url>, which crawler holds\n",
            "a circle: crawler waits for reporter, which waits for crawler\n",
        ] {
            assert!(stdout.contains(sentence), "no {sentence}{stdout}");
        }
        // Up to the end of the process, which ends them as well.
        assert_eq!(recording.circles().len(), 1);
        let stuck = recording.tracks.iter().filter(|track| {
            !track.ended && track.spans.last().unwrap().state.is_blocked()
        });
        let names: BTreeSet<_> = stuck.map(|it| it.name.as_str()).collect();
        assert_eq!(names, BTreeSet::from(["crawler", "reporter"]));
    }
}

#[test]
fn one_thread_panics_and_the_others_finish() {
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-7-panic-stays-until-join"));
        assert_eq!(stdout.matches(": added\n").count(), 7, "{stdout}");
        let why = "every page is there: status 404";
        assert!(stdout.contains(&format!("panicked: {why}\n")), "{stdout}");

        let (main, mut threads): (Vec<_>, Vec<_>) =
            recording.tracks.iter().partition(|track| track.name == "main");
        threads.retain(|track| track.kind == "thread");
        assert_eq!((main.len(), threads.len()), (1, 8));
        assert!(threads.iter().all(|thread| thread.ended), "{stdout}");
        assert!(main[0].panicked.is_none());
        threads.retain(|thread| thread.panicked.is_some());
        let [thread] = threads[..] else { panic!("{threads:?}") };
        let (at, message) = thread.panicked.as_ref().unwrap();
        assert_eq!(message, why);

        // It held the lock just then, and had counted the page.
        let total = &thread.held[0];
        assert!(total.lock == "Total" && total.from < *at && *at < total.to);
        assert!(stdout.contains("poisoned: true\n8 pages of "), "{stdout}");
    }
}

#[test]
fn a_notify_before_the_sleep_wakes_no_thread() {
    let mut most_looks = 0;
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-8-wait-until-changed"));
        let condvar = State::Wait("condvar 1".to_owned());
        let waits = |name: &str| -> Vec<&Span> {
            let track = recording.tracks.iter().find(|it| it.name == name);
            let spans = track.expect(&stdout).spans.iter();
            spans.filter(|span| span.state == condvar).collect()
        };
        let last = |start: &str| {
            let line = stdout.lines().find(|line| line.starts_with(start));
            numbers(line.expect(&stdout))
        };

        // Careful looks before each wait and after the last one.
        let careful = waits("careful");
        let looked = last("careful looked ");
        assert_eq!(looked, [careful.len() as u32 + 1, 2], "{stdout}");
        most_looks = most_looks.max(looked[0]);

        // The last notify was over before careless went to sleep.
        let [asleep] = waits("careless")[..] else { panic!("{stdout}") };
        let flows = recording.flows.iter();
        let notified = flows.filter(|flow| flow.link == Link::Notify);
        let notified = notified.map(|flow| flow.from.1).max();
        assert!(notified < Some(asleep.from), "{stdout}");
        let slept = asleep.to - asleep.from;
        assert!(slept >= Duration::from_millis(100), "{slept:?}: {stdout}");
        assert!(last("careless looked once, ")[0] >= 100, "{stdout}");
    }
    // Once before it slept, and once for each of two pages.
    assert_eq!(most_looks, 3);
}

#[test]
fn the_sender_waits_for_room_and_the_queue_stays_short() {
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-9-pool-with-back-pressure"));
        assert!(stdout.contains("3 workers: 3 at once\n"), "{stdout}");
        assert!(stdout.contains("room for 4: 4 queued at most\n"), "{stdout}");

        assert_eq!(recording.of_kind("thread").count(), 4);
        assert_eq!(recording.peak_in_flight(), 3);
        let main = recording.tracks.iter().find(|it| it.name == "main");
        let spans = main.unwrap().spans.iter();
        let room = State::Wait("room".to_owned());
        let waits = spans.filter(|span| span.state == room);
        let waited: Duration = waits.map(|span| span.to - span.from).sum();
        assert!(waited > recording.length / 2, "{waited:?} for room");
        // Meanwhile the queue is full.
        let [queue] = &recording.queues[..] else { panic!("{stdout}") };
        assert_eq!(queue.room, 4);
        let stretches = recording.stretches(&queue.lengths);
        let full = stretches.filter(|it| it.2 == queue.room);
        let full: Duration = full.map(|(from, to, _)| to - from).sum();
        assert!(full > recording.length / 3, "full for {full:?}");
    }
}

#[test]
fn some_pages_are_in_time_and_nothing_stops_the_others() {
    let (mut in_time, mut too_late, mut still_waiting) = (0, 0, 0);
    for _ in 0..5 {
        let (recording, stdout) =
            run(env!("CARGO_BIN_EXE_1-10-select-with-a-deadline"));
        let pages = numbers(stdout.lines().last().unwrap());
        assert_eq!(pages.iter().sum::<u32>(), 8, "{stdout}");
        in_time += pages[0];
        too_late += pages[1];

        let threads = recording.of_kind("thread");
        let (main, fetching): (Vec<_>, Vec<_>) =
            threads.partition(|track| track.name == "main");
        assert!(fetching.iter().all(|thread| thread.ended), "{stdout}");
        // A thread that is too late still waits when `main` has given up.
        let choice = State::Wait("page or deadline".to_owned());
        let mut spans = main[0].spans.iter();
        let gave_up = spans.rfind(|it| it.state == choice).unwrap().to;
        let waits = |it: &Span| it.state.waits() && it.to > gave_up;
        let late = fetching.iter().filter(|it| it.spans.iter().any(waits));
        // A thread that no longer waits may not have sent its page yet.
        let late = late.count() as u32;
        assert!(late <= pages[1], "{late}: {stdout}");
        still_waiting += late;
    }
    assert!(in_time > 0 && too_late > 0, "{in_time}, {too_late}");
    assert!(still_waiting > 0, "of {too_late}, none waited any more");
}

#[test]
fn cores_bound_what_can_be_computed() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_1-11-computing-needs-cores"));
    let cores = std::thread::available_parallelism().unwrap().get() as u32;
    assert_eq!(numbers(stdout.lines().next().unwrap()), [cores]);
    // `threads: 2, elapsed 306ms, CPU 608ms`
    let mut rows = Vec::new();
    for line in stdout.lines().skip(1).take(4) {
        let [threads, elapsed, cpu] = line.split(',').collect::<Vec<_>>()[..]
        else {
            panic!("{stdout}")
        };
        let threads = numbers(threads)[0];
        let at_best = parse_time(cpu) / threads.min(cores);
        assert!(parse_time(elapsed) > at_best * 9 / 10, "{threads}: {stdout}");
        rows.push(threads);
    }
    assert_eq!(rows, [1, 2, 4, 8]);
    assert_eq!(recording.of_kind("thread").count(), 1 + 1 + 2 + 4 + 8);
    // More threads than cores want to run, besides `main`. All eight of them do
    // not always: on a busy machine one may be done before another begins.
    let wants_to_run = |state: &State| matches!(state, State::Run { .. });
    let most = recording.most_at_once(wants_to_run) as u32;
    assert!(most > 1 + cores.min(7), "{most} want to run");
}

#[test]
fn a_thread_takes_little_time_against_a_page() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_1-12-what-a-thread-costs"));
    let [page, start, wait] =
        ["a page", "to start a thread", "to wait for another thread"].map(
            |what| {
                let line = stdout.lines().find(|it| it.starts_with(what));
                parse_time(line.expect(&stdout))
            },
        );
    assert!(start > Duration::ZERO && wait > Duration::ZERO, "{stdout}");
    assert!(page > 10 * start && page > 10 * wait, "{stdout}");
    assert_eq!(recording.of_kind("thread").count(), 1, "only main records");
}

#[test]
fn thousands_of_threads_can_be_kept_for_a_few_kilobytes_each() {
    let (recording, stdout) =
        run(env!("CARGO_BIN_EXE_1-13-what-a-thread-keeps"));
    let line = stdout.lines().find(|line| line.contains(" a thread keeps: "));
    let line = numbers(line.expect(&stdout));
    let refused = stdout.contains("the system gives us no more: ");
    assert!(line[0] == 10_000 || refused, "{stdout}");
    assert!((1..1024).contains(&line[1]), "{stdout}");
    assert_eq!(recording.of_kind("thread").count(), 1, "only main records");
}

#[test]
fn a_fetch_that_fails_ends_a_step_with_a_sentence() {
    let mut step = Command::new(env!("CARGO_BIN_EXE_1-2-thread-per-page"));
    // No page is here before its fetch gives up.
    step.args(["--latency", "60000"]);
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    assert_eq!(ran.stderr, "Error: timed out\n");
}
