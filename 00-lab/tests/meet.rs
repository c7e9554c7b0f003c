//! A site that stays up answers any client, and ends with its program.

use super::PROGRAM;
use lab::{Url, fetch};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};
use timeline::{Recording, State, VARIABLE};
use trials::watchdog::{self, Watching};

/// The running step, which is killed when its test ends.
struct Step {
    process: Child,
    _limit: Watching,
    url: Url,
    lines: BufReader<ChildStdout>,
}

impl Step {
    fn start() -> Step {
        Step::run(Command::new(PROGRAM).args(["--latency", "5"]))
    }

    fn run(command: &mut Command) -> Step {
        let mut process =
            command.stdout(Stdio::piped()).spawn().expect("the step starts");
        let _limit = watchdog::kill_after(&process, Duration::from_secs(60));
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let mut url = String::new();
        lines.read_line(&mut url).unwrap();
        let url = url.trim().parse().expect("the first line is the address");
        Step { process, _limit, url, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        let n = self.lines.read_line(&mut line).unwrap();
        assert!(n > 0, "it prints nothing more");
        line
    }

    /// Ends the step by SIGKILL, so that it cannot tidy up.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.kill();
    }
}

#[test]
fn every_request_is_a_line() {
    let mut step = Step::start();
    let hint = step.line();
    assert!(hint.contains(step.url.as_str()), "{hint}");

    for path in ["/", "/3"] {
        fetch(&step.url.join(path).unwrap()).unwrap();
        let line = step.line();
        assert!(line.split_whitespace().any(|word| word == path), "{line}");
    }
}

#[test]
fn it_waits_for_requests_and_does_not_run() {
    let events = format!("{}/meet-events", env!("CARGO_TARGET_TMPDIR"));
    let _ = fs::remove_file(&events);
    let mut step = Step::run(Command::new(PROGRAM).env(VARIABLE, &events));
    step.line();
    fetch(&step.url).unwrap();
    step.line();
    step.kill();

    let recording = Recording::read(events.as_ref()).unwrap();
    let main = recording.tracks.iter().find(|track| track.name == "main");
    let state = &main.unwrap().spans.last().unwrap().state;
    assert_eq!(*state, State::Wait("requests".to_owned()));
}

#[test]
fn nothing_is_left_when_the_step_is_killed() {
    let mut step = Step::start();
    let address = lab::address(&step.url).unwrap();
    TcpStream::connect(address).expect("the site is up");
    step.kill();

    let patience = Instant::now() + Duration::from_secs(5);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < patience, "the site outlives its step");
        yield_now();
    }
}
