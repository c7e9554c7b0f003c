//! The reader as its user starts it, on a port of its own.

use super::workspace::{IN_ORDER, book};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, PoisonError};
use std::time::{Duration, Instant};
use watchdog::{self, Watching};

/// A reader that is up; it is ended as by Ctrl-C when dropped.
pub struct Reader {
    process: Child,
    /// One that is shared has none: each test limits what it waits for.
    _limit: Option<Watching>,
    url: String,
}

impl Reader {
    pub fn start() -> Reader {
        let in_order = IN_ORDER.read().unwrap_or_else(PoisonError::into_inner);
        let reader = Reader::of(book());
        drop(in_order);
        reader
    }

    /// One for all tests that run no program there and change nothing, and to
    /// which it makes no difference that others do the same. (One of them runs
    /// a step, and no other looks at that step's page.)
    pub fn shared() -> &'static Reader {
        static SHARED: LazyLock<(Reader, Child)> = LazyLock::new(|| {
            let mut reader = Reader::start();
            reader._limit = None;
            let minder = end_with_this_process(reader.id());
            (reader, minder)
        });
        &SHARED.0
    }

    /// The reader of another workspace than the copy of ours.
    pub fn start_in(root: &Path) -> Reader {
        let mut book = Command::new(env!("CARGO_BIN_EXE_book"));
        book.current_dir(root).env("CARGO_TARGET_DIR", root.join("target"));
        Reader::of(book)
    }

    /// A reader that believes to have a screen, and starts a browser.
    pub fn with_screen(mut book: Command) -> Reader {
        let in_order = IN_ORDER.read().unwrap_or_else(PoisonError::into_inner);
        let reader = Reader::up(book.env("DISPLAY", ":0"));
        drop(in_order);
        reader
    }

    /// The reader that this command starts, without a screen.
    pub fn of(mut book: Command) -> Reader {
        let book = book.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        Reader::up(book)
    }

    fn up(book: &mut Command) -> Reader {
        let mut process =
            book.stdout(Stdio::piped()).spawn().expect("the reader starts");
        let limit = watchdog::kill_after(&process, Duration::from_secs(300));
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line[line.find("http://")?..].to_owned()));
        let url = url.expect("the reader prints its address");
        Reader { process, _limit: Some(limit), url }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it in this way, and waits for its end.
    pub fn end_by(mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
        self.wait();
    }

    pub fn port(&self) -> u16 {
        let (_, port) = self.url.split_once("127.0.0.1:").unwrap();
        let (port, _) = port.split_once('/').unwrap();
        port.parse().unwrap()
    }

    pub fn token(&self) -> &str {
        self.url.split_once("token=").unwrap().1
    }

    pub fn cookie(&self) -> String {
        format!("taking-turns-{}={}", self.port(), self.token())
    }

    /// The address of a page, with the token.
    pub fn url_of(&self, page: &str) -> String {
        self.url.replace("/?", &format!("/{page}?"))
    }

    fn wait(&mut self) {
        let patience = Instant::now() + Duration::from_secs(10);
        while self.process.try_wait().unwrap().is_none() {
            if Instant::now() > patience {
                self.process.kill().unwrap();
                panic!("the reader does not end when it is told to");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Has a shell end a process once this one has ended, whatever has ended it:
/// then nobody holds the other end of the shell's input. (What is static is not
/// dropped at the end of the tests.)
fn end_with_this_process(id: u32) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill \"$0\"", &id.to_string()])
        .stdin(Stdio::piped())
        .spawn()
        .expect("there is a shell")
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            kill_process(Pid::from_child(&self.process), Signal::TERM).unwrap();
            self.wait();
        }
    }
}
