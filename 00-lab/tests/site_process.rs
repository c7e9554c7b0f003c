//! The site's process: how it starts, what it holds, and that it never stays.

use lab::Url;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, getrlimit, kill_process_group, setrlimit,
};
use std::fs;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};
use trials::alone;
use trials::watchdog::{self, Watching};

const MEET: &str = env!("CARGO_BIN_EXE_0-1-meet-the-slow-site");

/// A running program that serves a site, and is killed when its test ends.
struct Served {
    process: Child,
    _limit: Watching,
    url: Url,
    orders: ChildStdin,
    answers: Option<BufReader<ChildStdout>>,
}

impl Served {
    fn start(mut command: Command) -> Served {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let _limit = watchdog::kill_after(&process, Duration::from_secs(120));
        let orders = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut url = String::new();
        answers.read_line(&mut url).unwrap();
        let url = url.trim().parse().expect("the first line is the address");
        Served { process, _limit, url, orders, answers: Some(answers) }
    }

    /// Starts the site's process; its parent is this test.
    fn alone(args: &[&str]) -> Served {
        let mut command = Command::new(MEET);
        command.arg("slow-site").args(args);
        Served::start(command)
    }

    fn ask(&self, path: &str) -> TcpStream {
        let mut socket = self.connect();
        write!(socket, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
        socket
    }

    fn connect(&self) -> TcpStream {
        let address = lab::address(&self.url).unwrap();
        TcpStream::connect(address).expect("the site is up")
    }

    /// What it has seen, as JSON.
    fn end(&mut self) -> serde_json::Value {
        self.orders.write_all(b"end\n").unwrap();
        let mut seen = String::new();
        self.answers.as_mut().unwrap().read_line(&mut seen).unwrap();
        serde_json::from_str(&seen).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn whole(mut socket: TcpStream) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).expect("an answer");
    text
}

fn until(what: &str, done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < patience, "never: {what}");
        yield_now();
    }
}

#[test]
fn ten_thousand_connections_are_held_and_others_answered_meanwhile() {
    alone(|| {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
            .unwrap();
        let many =
            maximum.map_or(10_000, |most| 10_000.min(most as usize - 200));

        let faults = ["--latency", "0", "--faults", "stall"];
        let mut site = Served::alone(&faults);
        let held: Vec<_> = (0..many).map(|_| site.ask("/stall-1")).collect();
        for mut socket in &held {
            // The answer has begun.
            socket.read_exact(&mut [0; 8]).unwrap();
        }
        for _ in 0..100 {
            assert!(whole(site.ask("/")).starts_with("HTTP/1.1 200 OK"));
        }
        let seen = site.end();
        assert_eq!(seen["hits"]["/stall-1"], many);
        assert_eq!(seen["peak"], many + 1);
    });
}

#[test]
fn without_a_free_descriptor_clients_wait_and_the_site_does_not_spin() {
    let mut command = Command::new("sh");
    let limited = "ulimit -n 24 && exec \"$0\" slow-site --latency 0";
    command.args(["-c", limited, MEET]);
    let site = Served::start(command);

    let mut idle: Vec<_> = (0..40).map(|_| site.connect()).collect();
    let mut late = site.ask("/");
    let timeout = Duration::from_millis(500);
    late.set_read_timeout(Some(timeout)).unwrap();
    let why = late.read(&mut [0]).expect_err("it is not accepted yet").kind();
    assert!([ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&why));
    // Only Linux has the CPU time of a process in a file.
    if let Some(used) = cpu_of(site.process.id()) {
        assert!(used < timeout / 2, "{used:?} of CPU time for nothing");
    }
    idle.clear();
    assert!(whole(late).starts_with("HTTP/1.1 200 OK"));
}

fn cpu_of(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    let nanos = stat.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanos))
}

/// A step whose temporary files are in a directory of its own.
fn step(name: &str) -> (Served, PathBuf) {
    let directory = format!("lab-site-{name}-{}", std::process::id());
    let directory = std::env::temp_dir().join(directory);
    fs::create_dir(&directory).unwrap();
    let mut command = Command::new(MEET);
    command.env("TMPDIR", &directory).env_remove("LAB_RECORDING");
    command.process_group(0);
    let served = Served::start(command);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1, "a recording");
    (served, directory)
}

fn nothing_is_left(site: &Served, directory: &PathBuf) {
    let address = lab::address(&site.url).unwrap();
    until("the port is free", || TcpStream::connect(address).is_err());
    let files = || fs::read_dir(directory).unwrap().count();
    until("the recording is removed", || files() == 0);
    fs::remove_dir(directory).unwrap();
}

#[test]
fn a_killed_step_leaves_neither_its_site_nor_a_file() {
    let (mut site, directory) = step("killed");
    site.process.kill().unwrap();
    nothing_is_left(&site, &directory);
}

#[test]
fn what_ends_a_group_leaves_neither_the_site_nor_a_file() {
    // A terminal sends them to the whole group, and so does `timeout`.
    for signal in [Signal::INT, Signal::QUIT, Signal::HUP, Signal::TERM] {
        let (site, directory) = step("interrupted");
        let group = Pid::from_raw(site.process.id() as i32).unwrap();
        kill_process_group(group, signal).unwrap();
        nothing_is_left(&site, &directory);
    }
}

/// Until the site is up, no other process can remove what this one leaves.
#[test]
fn of_a_program_that_is_killed_as_it_begins_the_next_one_clears_away() {
    let directory = timeline::private::Folder::new().unwrap();
    let files = || fs::read_dir(directory.path()).unwrap().count();
    let crawl = |latency: &str| {
        let mut crawl = Command::new(env!("CARGO_BIN_EXE_lab"));
        crawl
            .args(["--pages", "1", "--latency", latency])
            .stdout(Stdio::null());
        crawl.env("TMPDIR", directory.path()).env_remove("LAB_RECORDING");
        let crawl = crawl.spawn().unwrap();
        let limit = watchdog::kill_after(&crawl, Duration::from_secs(60));
        (crawl, limit)
    };
    let (mut killed, _limit) = crawl("1900");
    until("there is a folder", || files() > 0);
    killed.kill().unwrap();
    killed.wait().unwrap();
    // However early that was, here is one that nothing else removes.
    fs::create_dir(directory.path().join("taking-turns.killed")).unwrap();

    let (mut next, _limit) = crawl("1");
    assert!(next.wait().unwrap().success());
    until("all is cleared away", || files() == 0);
}

#[test]
fn wrong_flags_are_met_with_a_sentence() {
    let wrong: [&[&str]; 10] = [
        &["--pages", "0"],
        &["--pages", "100001"],
        &["--pages", "many"],
        &["--pages"],
        &["--latency", "-1"],
        &["--latency", "60001"],
        &["--work", "10001"],
        &["--seed", "0x1"],
        &["--at-once", "3"],
        &["surplus"],
    ];
    for args in wrong {
        let ran = Command::new(MEET).args(args).output().unwrap();
        let text = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{args:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn help_lists_every_flag() {
    let ran = Command::new(MEET).arg("--help").output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success());
    for flag in command_line::SHAPE {
        assert!(text.contains(&format!("--{} ", flag.name)), "{text}");
    }
}

#[test]
fn a_step_whose_output_is_closed_ends_without_a_panic() {
    let step = env!("CARGO_BIN_EXE_0-2-one-page-at-a-time");
    let (reads, closed) = io::pipe().unwrap();
    drop(reads);
    let mut outputs = vec![(Stdio::from(closed), 0, "")];
    // Linux has `/dev/full`, a disk that is always full.
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        outputs.push((full.into(), 1, "cannot print: No space left on device"));
    }
    for (stdout, status, says) in outputs {
        let ran = Command::new(step).stdout(stdout).output().unwrap();
        let text = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(status), "{text}");
        assert!(text.contains(says), "{text}");
        assert_eq!(text.lines().count(), usize::from(!says.is_empty()));
    }
}

/// Help goes to standard output like all else. If standard error is closed, the
/// status still shows that something went wrong.
#[test]
fn whatever_is_printed_the_pipe_may_be_closed() {
    let broken = || {
        let (reads, closed) = io::pipe().unwrap();
        drop(reads);
        Stdio::from(closed)
    };
    let programs = [
        env!("CARGO_BIN_EXE_lab"),
        env!("CARGO_BIN_EXE_0-2-one-page-at-a-time"),
    ];
    for program in programs {
        for (flag, status) in [("--help", 0), ("--nonsense", 2)] {
            let mut command = Command::new(program);
            command.arg(flag).stdout(broken());
            let ran = command.output().unwrap();
            assert_eq!(ran.status.code(), Some(status), "{flag}");
            let text = String::from_utf8_lossy(&ran.stderr);
            assert!(!text.contains("panicked"), "{flag}: {text}");
            let ran = command.stdout(broken()).stderr(broken()).status();
            assert_eq!(ran.unwrap().code(), Some(status), "{flag}");
        }
    }
}

#[test]
fn a_program_that_reads_the_lines_may_stop_reading() {
    let mut command = Command::new(MEET);
    command.stderr(Stdio::piped());
    let mut site = Served::start(command);
    let mut answers = site.answers.take().unwrap();
    answers.read_line(&mut String::new()).unwrap();
    drop(answers);

    // The first line that cannot be written ends the step.
    let address = lab::address(&site.url).unwrap();
    until("it ends", || match TcpStream::connect(address) {
        Ok(mut socket) => {
            let _ = write!(socket, "GET / HTTP/1.1\r\n\r\n");
            let _ = socket.read(&mut [0; 4096]);
            false
        }
        Err(_) => true,
    });
    let mut text = String::new();
    site.process.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}
