//! Workers that are killed, and a parent that is: no page is lost, and no
//! process is left behind. The processes are found in `/proc`, so this is for
//! Linux only.
#![cfg(target_os = "linux")]

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use trials::watchdog::{self, Watching};

/// How long a child may be a zombie.
const ZOMBIE_LIMIT: Duration = Duration::from_millis(100);

struct Crawl {
    process: Child,
    _limit: Watching,
}

impl Crawl {
    fn start(arguments: &str) -> Crawl {
        let mut crawl = Command::new(env!("CARGO_BIN_EXE_processes"));
        crawl.args(arguments.split(' '));
        Crawl::of(crawl)
    }

    fn of(mut command: Command) -> Crawl {
        let process =
            command.stdout(Stdio::piped()).spawn().expect("it starts");
        let _limit = watchdog::kill_after(&process, Duration::from_secs(100));
        Crawl { process, _limit }
    }

    /// Its children: their numbers, whether they are zombies, and their command
    /// lines.
    fn children(&self) -> Vec<(Pid, bool, String)> {
        let parent = self.process.id();
        let all = fs::read_dir("/proc").unwrap().flatten();
        let children = all.filter_map(|entry| {
            let pid: i32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            // After the name, which is in brackets: the state, the parent.
            let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
            let (state, ppid) = (rest.next()?, rest.next()?.parse::<u32>());
            if ppid != Ok(parent) {
                return None;
            }
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            Some((Pid::from_raw(pid)?, state == "Z", line))
        });
        children.collect()
    }

    fn workers(&self) -> Vec<Pid> {
        let children = self.children().into_iter();
        let workers = children.filter(|(.., line)| line.contains(" worker "));
        workers.map(|(pid, ..)| pid).collect()
    }

    fn report(mut self) -> Value {
        let mut stdout = self.process.stdout.take().unwrap();
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        assert!(self.process.wait().unwrap().success());
        serde_json::from_str(&text).expect("a report")
    }

    fn is_over(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }
}

/// A crawl that may have `files` open files at once.
fn with_files(files: u32, arguments: &str) -> Command {
    let crawl = env!("CARGO_BIN_EXE_processes");
    let code = format!("ulimit -n {files}; exec {crawl} {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &code]);
    shell
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < patience, "never: {what}");
        sleep(Duration::from_millis(1));
    }
}

fn is_there(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid()));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Whether one of its threads is on a core, or waits for one.
fn computes(pid: Pid) -> bool {
    let threads = fs::read_dir(format!("/proc/{}/task", pid.as_raw_pid()));
    threads.into_iter().flatten().flatten().any(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat"));
        stat.is_ok_and(|stat| stat.contains(") R "))
    })
}

/// Looks at a crawl's children every few milliseconds until the crawl is over.
/// Returns the longest time for which one of them was a zombie.
fn longest_zombie(
    crawl: &mut Crawl,
    mut look: impl FnMut(&[(Pid, bool, String)]),
) -> Duration {
    let mut zombies = BTreeMap::<i32, Instant>::new();
    let mut longest = Duration::ZERO;
    // The report is short enough for the pipe, so it need not be read yet.
    while !crawl.is_over() {
        // A child that is a zombie in two looks was one at least from the end
        // of the first look to the beginning of the second.
        let begin = Instant::now();
        let children = crawl.children();
        let end = Instant::now();
        let dead = children.iter().filter(|(_, dead, _)| *dead);
        let dead: BTreeSet<_> =
            dead.map(|(pid, ..)| pid.as_raw_pid()).collect();
        zombies.retain(|pid, _| dead.contains(pid));
        for pid in dead {
            let since = zombies.entry(pid).or_insert(end);
            longest = longest.max(begin.saturating_duration_since(*since));
        }
        look(&children);
        sleep(Duration::from_millis(3));
    }
    longest
}

#[test]
fn any_worker_may_be_killed_at_any_time_and_none_stays_a_zombie() {
    let mut crawl = Crawl::start("--pages 2000 --latency 10 --json");
    let (mut kills, mut round) = (0, 0);
    let longest = longest_zombie(&mut crawl, |children| {
        let workers: Vec<_> = children
            .iter()
            .filter(|(_, dead, line)| !dead && line.contains(" worker "))
            .collect();
        round += 1;
        // In every other round, so that there is time to work in between.
        if round % 2 == 0 && kills < 300 && !workers.is_empty() {
            let (pid, ..) = workers[round / 2 % workers.len()];
            kills += u32::from(kill_process(*pid, Signal::KILL).is_ok());
        }
    });
    println!("{kills} kills; no zombie for longer than {longest:?}");
    assert!(kills > 50, "only {kills} kills");
    assert!(longest < ZOMBIE_LIMIT, "a zombie for {longest:?}");
    let report = crawl.report();
    assert_eq!(report["right"], true, "{report}");
    assert_eq!(report["pages"], 2000, "{report}");
}

#[test]
fn a_worker_that_dies_of_a_page_does_not_stay_a_zombie_either() {
    let arguments = "--faults abort,eat,hang --timeout 700 --json";
    let mut crawl = Crawl::start(arguments);
    let longest = longest_zombie(&mut crawl, |_| ());
    assert!(longest < ZOMBIE_LIMIT, "a zombie for {longest:?}");
    let report = crawl.report();
    assert_eq!(report["right"], true, "{report}");
    // Two pages of each kind, three tries for each.
    assert_eq!(report["failed"].as_array().unwrap().len(), 6, "{report}");
    assert!(report["processes"].as_u64() >= Some(1 + 18), "{report}");
}

#[test]
fn a_worker_killed_before_it_has_begun_is_no_reason_to_start_no_more() {
    let mut crawl =
        Crawl::start("--pages 40 --latency 400 --deadline 90 --json");
    let mut kills = 0;
    while kills < 300 && !crawl.is_over() {
        for pid in crawl.workers() {
            kills += u32::from(kill_process(pid, Signal::TERM).is_ok());
        }
    }
    assert!(kills >= 300, "it was over too early");
    let report = crawl.report();
    assert_eq!(report["right"], true, "{report}");
    assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
}

#[test]
fn a_worker_that_was_stopped_with_its_parent_has_not_hung() {
    let crawl =
        Crawl::start("--pages 16 --latency 0 --work 400 --timeout 1000 --json");
    // A page that is on its way while all stand still is late afterwards. So
    // all have to compute, and to be seen at it again and again, since one that
    // has to wait for a core to go on with a fetch looks the same.
    let mut looks = 0;
    until("eight workers that compute", || {
        let workers = crawl.workers();
        let compute = workers.len() == 8 && workers.into_iter().all(computes);
        looks = if compute { looks + 1 } else { 0 };
        looks == 10
    });
    // As Ctrl-Z does it, and `fg`: to all of them.
    let parent = Pid::from_child(&crawl.process);
    let children = crawl.children().into_iter().map(|(pid, ..)| pid);
    let all: Vec<_> = children.chain([parent]).collect();
    for signal in [Signal::STOP, Signal::CONT] {
        for pid in &all {
            kill_process(*pid, signal).expect("it is there");
        }
        sleep(Duration::from_millis(2500));
    }
    let report = crawl.report();
    assert_eq!(report["right"], true, "{report}");
    // No worker had to be replaced.
    assert_eq!(report["processes"], 1 + 8, "{report}");
}

#[test]
fn killing_the_parent_leaves_no_process_behind() {
    // Some wait for a page, one hangs, some have nothing to do.
    let hang = "--pages 3 --faults hang,stall --timeout 60000";
    let compute = "--pages 40 --latency 0 --work 5000";
    for arguments in [hang, compute] {
        let mut crawl = Crawl::start(arguments);
        until("eight workers", || crawl.workers().len() == 8);
        sleep(Duration::from_millis(300));
        let children = crawl.children();
        crawl.process.kill().unwrap();
        crawl.process.wait().unwrap();
        for (pid, _, line) in children {
            until(&format!("the end of {line}"), || !is_there(pid));
        }
    }
}

#[test]
fn a_worker_that_computes_at_the_deadline_is_killed() {
    let mut crawl = Command::new(env!("CARGO_BIN_EXE_processes"));
    crawl.args("--work 10000 --deadline 1 --json".split(' '));
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
    let report: Value = serde_json::from_str(&ran.stdout).expect("a report");
    let how = ran.recording.tracks.iter().filter_map(|it| it.died.as_ref());
    let how: Vec<_> = how.map(|(_, how)| how.as_str()).collect();
    assert!(!how.is_empty() && how.iter().all(|it| it.contains("SIGKILL")));
    // It is not the page's fault.
    assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
    assert_ne!(report["not_reached"], 0, "{report}");
}

#[test]
fn where_fewer_workers_can_start_or_none_the_reason_is_given() {
    let mut codes = BTreeSet::new();
    for files in [8, 9, 10, 12, 16] {
        let mut crawl = with_files(files, "--json");
        let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
        let why = ran.stderr.to_lowercase();
        assert!(why.contains("too many open files"), "{files}: {why}");
        assert_eq!(why.lines().count(), 1, "{files}: {why}");
        codes.insert(ran.status.code());
    }
    // No worker at all, and fewer workers.
    assert_eq!(codes, BTreeSet::from([Some(1), Some(0)]));
}

#[test]
fn where_files_are_few_a_worker_that_dies_is_replaced_too() {
    let mut replaced = 0;
    for files in 8..=13 {
        let command = with_files(files, "--pages 30 --latency 20 --json");
        let mut crawl = Crawl::of(command);
        let mut killed = BTreeSet::new();
        while !crawl.is_over() {
            let workers = crawl.workers();
            if killed.len() < 3
                && let Some(pid) = workers.first()
                && killed.insert(pid.as_raw_pid())
            {
                let _ = kill_process(*pid, Signal::KILL);
            }
            sleep(Duration::from_millis(30));
        }
        // With the fewest there can be no worker at all.
        if killed.is_empty() {
            continue;
        }
        let report = crawl.report();
        assert_eq!(report["right"], true, "{files} files: {report}");
        replaced += killed.len();
    }
    assert!(replaced > 0, "in each case there were too few files to begin");
}

#[test]
fn ps_shows_the_number_of_each_worker() {
    let mut crawl = Crawl::start("--at-once 3 --latency 2000");
    until("three workers", || crawl.workers().len() == 3);
    let lines: Vec<_> =
        crawl.children().into_iter().map(|(.., line)| line).collect();
    for end in [" worker 1 ", " worker 2 ", " worker 3 "] {
        assert_eq!(lines.iter().filter(|it| it.ends_with(end)).count(), 1);
    }
    let site = lines.iter().filter(|line| line.contains(" slow-site "));
    assert_eq!(site.count(), 1, "{lines:?}");
    crawl.process.kill().unwrap();
    crawl.process.wait().unwrap();
}
