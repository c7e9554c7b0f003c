//! A program that serves the slow site, as its parent and its clients see it.

use super::PROGRAM;
use lab::Url;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::yield_now;
use std::time::{Duration, Instant};
use trials::watchdog::{self, Watching};

/// A running program that serves a site, and is killed when its test ends.
pub struct Served {
    pub process: Child,
    _limit: Watching,
    pub url: Url,
    orders: ChildStdin,
    pub answers: Option<BufReader<ChildStdout>>,
}

impl Served {
    pub fn start(mut command: Command) -> Served {
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
    pub fn alone(args: &[&str]) -> Served {
        let mut command = Command::new(PROGRAM);
        command.arg("slow-site").args(args);
        Served::start(command)
    }

    pub fn ask(&self, path: &str) -> TcpStream {
        let mut socket = self.connect();
        write!(socket, "GET {path} HTTP/1.1\r\n\r\n").unwrap();
        socket
    }

    pub fn connect(&self) -> TcpStream {
        let address = lab::address(&self.url).unwrap();
        TcpStream::connect(address).expect("the site is up")
    }

    /// What it has seen, as JSON.
    pub fn end(&mut self) -> serde_json::Value {
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

/// All that is sent, up to the end.
pub fn whole(mut socket: TcpStream) -> String {
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).expect("an answer");
    text
}

/// Waits for something that happens soon.
pub fn until(what: &str, done: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < patience, "never: {what}");
        yield_now();
    }
}
