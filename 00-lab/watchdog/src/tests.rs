//! Recording for real, in processes of their own: some of them hang, some are
//! killed. What they run are the ignored tests at the end.

use crate::alone::command_of_test;
use crate::{run, run_keeping, run_unless, threads, watch_this_process};
use locks::{Condvar, Mutex};
use std::cell::Cell;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{env, fs, thread};
use timeline::{Lane, Recording, State, What, waiting};

const PLENTY: Duration = Duration::from_secs(60);

/// This program, to run the ignored test with this name.
fn part(name: &str) -> Command {
    command_of_test(&format!("tests::{name}"))
}

#[test]
fn processes_share_a_file_and_no_line_is_torn() {
    let file = env::temp_dir().join(format!("lab-shared-{}", record_id()));
    let start = || {
        let mut command = part("writes_many_events");
        command.env(timeline::VARIABLE, &file).stdout(Stdio::null());
        command.spawn().expect("it starts")
    };
    for mut child in [start(), start(), start()] {
        assert!(child.wait().expect("it ends").success());
    }
    let recording = Recording::read(&file).expect("a recording");
    fs::remove_file(&file).expect("the file was there");
    assert_eq!(recording.skipped, 0);
    assert_eq!(recording.asked.len(), 3 * 4 * 500);
    let writers = recording.tracks.iter();
    let writers = writers.filter(|track| track.name.contains("writer"));
    assert_eq!(writers.filter(|track| track.ended).count(), 3 * 4);
}

#[test]
fn a_deadlock_is_explained_after_the_kill() {
    let limit = Duration::from_secs(2);
    let hung = run(&mut part("hangs_in_every_way"), limit);
    let hung = hung.expect_err("it hangs");
    let why = &hung.to_string();
    assert!(why.starts_with("still running after 2.0 s\n"), "{why}");
    for sentence in [
        "left waits for lock Fork 2, which right holds",
        "right waits for lock Fork 1, which left holds",
        "a circle: left waits for right, which waits for left",
        "patient waits for condvar 1, which no thread has notified",
        "reader waits for /stall-1",
        "spins has recorded nothing for ",
    ] {
        assert!(why.contains(sentence), "{sentence}\nis not in\n{why}");
    }
    // Up to the kill, not up to the last event, of another lane.
    let seconds = ["for 1.8 s", "for 1.9 s", "for 2."];
    assert!(seconds.iter().any(|time| why.contains(time)), "{why}");
    assert!(why.contains("--- stdout\n"), "{why}");
    assert_eq!(hung.recording.skipped, 0);
}

/// Nothing is recorded, but only since each thread waits for a core.
#[cfg(target_os = "linux")]
#[test]
fn a_program_that_gets_no_core_is_not_silent() {
    let ran = run(&mut part("shares_a_core"), PLENTY).expect("it ends");
    assert!(ran.status.success(), "{}", ran.stderr);
}

/// All is read, and little is kept: it must not fill the memory.
#[test]
fn of_a_program_that_prints_for_ever_both_ends_are_kept() {
    let limit = Duration::from_secs(2);
    let mut command = part("prints_for_ever");
    let hung = run_keeping(1000, &mut command, limit);
    let hung = hung.expect_err("it never ends");
    assert!(
        hung.why.starts_with("still running after 2.0 s\n"),
        "{}",
        hung.why
    );
    assert!(hung.stdout.contains("the beginning"), "{}", hung.stdout);
    assert!(hung.stdout.contains(" MB left out …\n"), "{}", hung.stdout);
    assert!(hung.stdout.len() < 1100, "{}", hung.stdout.len());

    let mut command = part("prints_a_lot");
    let ran = run_keeping(1000, &mut command, PLENTY).unwrap();
    assert!(ran.status.success());
    assert!(ran.stdout.contains("the beginning"), "{}", ran.stdout);
    assert!(ran.stdout.contains("the end"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n… 10.0 MB left out …\n"), "{}", ran.stdout);
}

#[test]
fn a_program_that_is_called_off_is_ended_at_once() {
    let asked = Cell::new(0);
    let call_off = || asked.replace(asked.get() + 1) > 2;
    let began = Instant::now();
    let mut command = Command::new("sleep");
    let hung = run_unless(&call_off, 1000, command.arg("600"), PLENTY);
    let hung = hung.expect_err("it runs for ten minutes");
    assert!(hung.why.starts_with("called off\n"), "{}", hung.why);
    assert!(began.elapsed() < PLENTY);
}

#[test]
fn a_program_that_records_for_ever_is_ended_long_before_the_disk_is_full() {
    let mut command = part("records_for_ever");
    let began = Instant::now();
    let hung = run(&mut command, PLENTY).expect_err("it never ends");
    let words = "goes on after 25.2 MB of recording\n";
    assert!(hung.why.starts_with(words), "{}", hung.why);
    assert!(!hung.recording.asked.is_empty());
    println!("after {:?}", began.elapsed());
}

#[test]
fn a_recording_ends_before_the_disk_is_full_and_its_process_goes_on() {
    let file = env::temp_dir().join(format!("lab-long-{}", record_id()));
    let mut command = part("records_too_much");
    command.env(timeline::VARIABLE, &file).stdout(Stdio::null());
    let status = command.status().expect("it starts");
    let size = fs::metadata(&file).expect("a recording").len();
    fs::remove_file(&file).expect("the file was there");
    assert!(status.success());
    assert!((127 << 20..=128 << 20).contains(&size), "{size}");
}

#[test]
fn a_process_can_watch_itself() {
    let mut command = part("waits_for_ever_but_is_watched");
    let ran = run(&mut command, PLENTY).expect("it ends itself");
    assert_eq!(ran.status.code(), Some(101));
    assert!(ran.stderr.contains("nothing has happened for "), "{}", ran.stderr);
    assert!(ran.stderr.contains(" waits for Godot\n"), "{}", ran.stderr);
    if cfg!(target_os = "linux") {
        let idle = "(and it used next to no CPU)\n";
        assert!(ran.stderr.contains(idle), "{}", ran.stderr);
    }
}

#[test]
fn a_process_that_watches_itself_ends_at_a_deadlock_not_at_the_silence() {
    let mut command = part("deadlocks_but_is_watched");
    let ran = run(&mut command, PLENTY).expect("it ends itself");
    assert_eq!(ran.status.code(), Some(101));
    assert!(ran.stderr.contains("ended: deadlock\n"), "{}", ran.stderr);
    let circle = "a circle: left waits for right, which waits for left\n";
    assert!(ran.stderr.contains(circle), "{}", ran.stderr);
}

#[test]
fn a_process_may_outlive_the_deadlock_of_its_child() {
    let mut command = part("kills_its_child_and_is_watched");
    let ran = run(&mut command, PLENTY).expect("it ends");
    assert!(ran.status.success(), "{}", ran.stderr);
}

#[test]
fn much_output_does_not_hang_the_program() {
    let mut command = Command::new("sh");
    command.args(["-c", "head -c 999999 /dev/zero; echo oh >&2"]);
    let ran = run(&mut command, PLENTY).expect("it ends");
    assert_eq!((ran.stdout.len(), ran.stderr.as_str()), (999_999, "oh\n"));
    assert!(ran.recording.tracks.is_empty());
}

#[test]
fn a_process_left_behind_is_found_and_ended() {
    let mut command = Command::new("sh");
    command.args(["-c", "sleep 600 & echo $!"]);
    let began = Instant::now();
    let hung = run(&mut command, Duration::from_secs(1));
    let why = hung.expect_err("something is left").why;
    assert!(why.starts_with("ended, but a process is left"), "{why}");
    assert!(began.elapsed() < PLENTY);
}

#[test]
fn what_cannot_be_started_is_an_error() {
    let mut command = Command::new("/no/such/program");
    let why = run(&mut command, PLENTY).expect_err("there is none");
    assert!(why.to_string().starts_with("cannot start /no/such/program: "));
}

#[test]
fn a_full_disk_is_remembered_and_nothing_worse() {
    if Path::new("/dev/full").exists() {
        let mut command = part("finds_the_disk_full");
        command.env(timeline::VARIABLE, "/dev/full").stdout(Stdio::null());
        assert!(command.status().expect("it starts").success());
    }
}

#[test]
fn a_file_of_its_own_is_removed_at_the_end() {
    let mut command = part("tells_where_it_records");
    command.env_remove(timeline::VARIABLE);
    let output = command.output().expect("it starts");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let path = stdout.lines().find_map(|line| line.strip_prefix("into "));
    let path = Path::new(path.expect("it says so"));
    assert!(path.is_absolute());
    assert!(!path.exists(), "{} is left", path.display());
}

/// It is told by a clock, and in a file.
#[test]
fn the_time_of_a_thread_is_the_one_that_the_system_tells() {
    let Some(own) = threads::this_thread() else { return };
    let time = || threads::time_of(&own).unwrap();
    let before = time();
    while time() < before + 1_000_000 {}

    let (end, ended) = channel::<()>();
    let (number, sleeps) = channel();
    let thread = thread::spawn(move || {
        number.send(threads::this_thread().unwrap()).unwrap();
        ended.recv()
    });
    let number = sleeps.recv().unwrap();
    while !threads::state_of(&number).unwrap().is_asleep {
        thread::yield_now();
    }
    let file = format!("/proc/self/task/{number}/schedstat");
    let told = fs::read_to_string(file).unwrap();
    let told = told.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(threads::time_of(&number), Some(told));
    assert_eq!(threads::look_at(&number).unwrap().ran, told);
    drop(end);
    thread.join().unwrap().unwrap_err();
}

#[test]
fn a_task_keeps_its_lane_on_whatever_thread_it_runs() {
    let ran = run(&mut part("moves_a_task"), PLENTY);
    let recording = ran.expect("it ends").recording;
    let task = recording.of_kind("task").next().expect("a task");
    let states = task.spans.iter().map(|span| format!("{:?}", span.state));
    let states: Vec<String> = states.collect();
    assert!(states.iter().any(|state| state == "Wait(\"/3\")"), "{states:?}");
    assert!(task.ended);
    let threads = task
        .spans
        .iter()
        .filter(|span| matches!(span.state, State::Run { .. }));
    let mut threads: Vec<_> = threads.map(|span| span.thread).collect();
    threads.dedup();
    assert_eq!(threads.len(), 2, "{:?}", task.spans);
}

/// Different for each process.
fn record_id() -> u32 {
    std::process::id()
}

#[test]
#[ignore = "a part in another test"]
fn writes_many_events() {
    timeline::start().unwrap();
    thread::scope(|s| {
        for n in 0..4 {
            let writer = thread::Builder::new().name(format!("writer {n}"));
            let write = || {
                for _ in 0..500 {
                    timeline::event(What::Ask("/a-path-of-some-length?a=b"));
                }
            };
            writer.spawn_scoped(s, write).unwrap().join().unwrap();
        }
    });
    assert!(timeline::error().is_none());
}

/// Two threads, each with the lock that the other waits for.
fn deadlock() -> Vec<JoinHandle<()>> {
    struct Fork;
    let forks = Arc::new([Mutex::new(Fork), Mutex::new(Fork)]);
    let both = Arc::new(Barrier::new(2));
    let eater = |(name, mine, other): (&str, usize, usize)| {
        let (forks, both) = (Arc::clone(&forks), Arc::clone(&both));
        let eat = move || {
            let _mine = forks[mine].lock().unwrap();
            both.wait();
            drop(forks[other].lock());
        };
        thread::Builder::new().name(name.to_owned()).spawn(eat).unwrap()
    };
    [("left", 0, 1), ("right", 1, 0)].map(eater).into()
}

#[test]
#[ignore = "a part in another test"]
fn hangs_in_every_way() {
    timeline::start().unwrap();
    let mut threads = deadlock();
    let mut start = |name: &str, run: Box<dyn FnOnce() + Send>| {
        let thread = thread::Builder::new().name(name.to_owned());
        threads.push(thread.spawn(run).unwrap());
    };
    let patient = || {
        let (hungry, food) = (Mutex::new(true), Condvar::new());
        let hungry = hungry.lock().unwrap();
        drop(food.wait_while(hungry, |hungry| *hungry));
    };
    start("patient", Box::new(patient));
    let read = || {
        let _until_then = waiting("/stall-1");
        thread::park_timeout(PLENTY);
    };
    start("reader", Box::new(read));
    let spin = || {
        timeline::event(What::Run);
        let end = Instant::now() + PLENTY;
        while Instant::now() < end {
            std::hint::spin_loop();
        }
    };
    start("spins", Box::new(spin));
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
#[ignore = "a part in another test"]
fn prints_for_ever() {
    println!("the beginning");
    loop {
        println!("{}", "x".repeat(999));
    }
}

#[test]
#[ignore = "a part in another test"]
fn prints_a_lot() {
    println!("the beginning");
    (0..10_000).for_each(|_| println!("{}", "x".repeat(999)));
    println!("the end");
}

#[test]
#[ignore = "a part in another test"]
fn records_for_ever() {
    timeline::start().unwrap();
    loop {
        timeline::event(What::Ask("/a-path-of-some-length?a=b"));
    }
}

#[test]
#[ignore = "a part in another test"]
fn records_too_much() {
    timeline::start().unwrap();
    let long = "x".repeat(10_000);
    // Of a long text the beginning is recorded.
    (0..10_000_000)
        .take_while(|_| timeline::is_on())
        .for_each(|_| timeline::event(What::Ask(&long)));
    let why = timeline::error().expect("there is no end to it");
    assert_eq!(why.kind(), std::io::ErrorKind::FileTooLarge);
    assert!(!timeline::is_on());
}

#[test]
#[ignore = "a part in another test"]
fn waits_for_ever_but_is_watched() {
    timeline::start().unwrap();
    let _watch = watch_this_process(Duration::from_millis(300));
    let _until_then = waiting("Godot");
    thread::park_timeout(PLENTY);
}

#[test]
#[ignore = "a part in another test"]
fn deadlocks_but_is_watched() {
    timeline::start().unwrap();
    let _watch = watch_this_process(2 * PLENTY);
    for thread in deadlock() {
        thread.join().unwrap();
    }
}

#[test]
#[ignore = "a part in another test"]
fn deadlocks() {
    timeline::start().unwrap();
    for thread in deadlock() {
        thread.join().unwrap();
    }
}

#[test]
#[ignore = "a part in another test"]
fn kills_its_child_and_is_watched() {
    timeline::start().unwrap();
    let _watch = watch_this_process(PLENTY);
    let mut child = part("deadlocks").envs(timeline::env()).spawn().unwrap();
    while timeline::so_far().unwrap().circles().is_empty() {
        thread::sleep(Duration::from_millis(10));
    }
    // For the watch to look at it.
    thread::sleep(Duration::from_millis(500));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
#[ignore = "a part in another test"]
fn finds_the_disk_full() {
    timeline::start().unwrap();
    timeline::event(What::Run);
    let why = timeline::error().expect("nothing can be written");
    assert_eq!(why.kind(), std::io::ErrorKind::StorageFull);
    assert!(!timeline::is_on());
    timeline::event(What::Run);
}

#[test]
#[ignore = "a part in another test"]
fn tells_where_it_records() {
    let path = timeline::start().unwrap();
    timeline::event(What::Run);
    assert!(path.exists() && timeline::is_temporary());
    println!("\ninto {}", path.display());
}

#[test]
#[ignore = "a part in another test"]
fn moves_a_task() {
    timeline::start().unwrap();
    let task = Lane::new("task");
    let main = timeline::current();
    task.runs();
    assert_eq!(timeline::current(), task.id());
    task.waits("/3");
    assert_eq!(timeline::current(), main);
    task.ready();
    thread::spawn(move || {
        task.runs();
        timeline::event(What::Ask("/3"));
        drop(task);
    })
    .join()
    .unwrap();
}

/// Six threads compute on one core for four times as long as the program may be
/// silent: five sixths of the time each of them waits for the core.
#[cfg(target_os = "linux")]
#[test]
#[ignore = "a part in another test"]
fn shares_a_core() {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

    timeline::start().unwrap();
    let watching = watch_this_process(Duration::from_millis(400));
    let all = sched_getaffinity(None).expect("a set of cores");
    let core = (0..CpuSet::MAX_CPU).find(|&core| all.is_set(core));
    let mut one = CpuSet::new();
    one.set(core.expect("it runs on one"));
    sched_setaffinity(None, &one).expect("a core of its own");
    let begun = Instant::now();
    let spins = move || while begun.elapsed() < Duration::from_millis(1600) {};
    let threads: Vec<_> = (0..6).map(|_| thread::spawn(spins)).collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
    drop(watching);
}
