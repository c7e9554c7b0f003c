//! The site's process: how it starts, what it holds, and that it never stays.

use super::PROGRAM;
use super::served::{Served, until, whole};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, getrlimit, kill_process_group, setrlimit,
};
use std::fs;
use std::io::{BufRead, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use trials::alone;

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
    command.args(["-c", limited, PROGRAM]);
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
    let mut command = Command::new(PROGRAM);
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
        let ran = Command::new(PROGRAM).args(args).output().unwrap();
        let text = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{args:?}: {text}");
        assert_eq!(text.lines().count(), 1, "{args:?}: {text}");
        assert!(ran.stdout.is_empty());
    }
}

#[test]
fn help_lists_every_flag() {
    let ran = Command::new(PROGRAM).arg("--help").output().unwrap();
    let text = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success());
    for flag in command_line::SHAPE {
        assert!(text.contains(&format!("--{} ", flag.name)), "{text}");
    }
}

#[test]
fn a_program_that_reads_the_lines_may_stop_reading() {
    let mut command = Command::new(PROGRAM);
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
