//! Servers that are asked to end by a signal, each in a process of its own.

// `main` and what it shows are not used here.
#[allow(dead_code, reason = "it is the whole program, and has a `main`")]
#[path = "../src/bin/6-11-sigterm-loses-nothing.rs"]
mod step;

use futures_util::FutureExt;
use lab::{Shape, Site};
use rustix::process::{Pid, Signal, kill_process};
use std::env;
use std::io::{BufRead, BufReader, Read, Write, stdin};
use std::net::{SocketAddr, TcpStream};
use std::pin::pin;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};
use trials::alone;
use trials::watchdog::kill_after;

const LIMIT: Duration = Duration::from_secs(60);

/// In the process of a server: where the site is.
const SITE: &str = "SIGTERM_SITE";

#[test]
fn no_client_gets_a_part_of_a_page_and_no_page_is_lost() {
    alone(|| {
        let latency = Duration::from_millis(20);
        let site = Site::in_thread(Shape { latency, ..Shape::default() });
        let mut server = Part::start("serves", &[(SITE, site.url().as_str())]);
        let to: SocketAddr = server.line_after("listens: ").parse().unwrap();

        server.begin();
        let whole = AtomicUsize::new(0);
        thread::scope(|scope| {
            for visitor in 0..8 {
                let whole = &whole;
                // The odd ones ask for several pages on a connection.
                let pages = if visitor % 2 == 0 { 1 } else { 5 };
                scope.spawn(move || {
                    while let Some(n) = visit(to, pages) {
                        whole.fetch_add(n, Relaxed);
                    }
                });
            }
            while whole.load(Relaxed) < 40 {
                thread::yield_now();
            }
            server.send(Signal::TERM);
        });
        assert_eq!(server.line_after("  given up: "), "0");
        server.assert_ends_well();
        let seen = site.end();
        // A page that was fetched was given.
        assert_eq!(seen.requests as usize, whole.into_inner());
        assert_eq!(seen.cut, 0);
    });
}

#[test]
fn what_was_sent_before_the_signal_is_answered_though_nobody_has_read_it() {
    alone(|| {
        let site = Site::in_thread(Shape::default());
        let mut server =
            Part::start("serves_on_one_thread", &[(SITE, site.url().as_str())]);
        let to: SocketAddr = server.line_after("listens: ").parse().unwrap();

        // The kernel has accepted them, and has what they have sent. With one
        // thread the server is told to end before it has read any of that.
        let mut visitors = Vec::new();
        for n in 1..=5 {
            let mut visitor = TcpStream::connect(to).unwrap();
            writeln!(visitor, "/{n}").unwrap();
            visitors.push(BufReader::new(visitor));
        }
        server.send(Signal::TERM);
        server.begin();
        for visitor in &mut visitors {
            assert!(read_page(visitor), "it gets a page");
        }
        assert_eq!(server.line_after("  given up: "), "0");
        server.assert_ends_well();
        assert_eq!(site.end().requests, 5);
    });
}

/// Asks for this many `pages` on one connection. Gives back how many came
/// before the server hung up, or `None` once it can no longer be reached.
///
/// # Panics
///
/// If a page comes in part.
fn visit(to: SocketAddr, pages: usize) -> Option<usize> {
    let stream = TcpStream::connect(to).ok()?;
    let mut server = BufReader::new(stream);
    for n in 0..pages {
        let sent = writeln!(server.get_mut(), "/{}", n + 1);
        if sent.is_err() || !read_page(&mut server) {
            return Some(n);
        }
    }
    Some(pages)
}

/// Set if a page comes, and not if the server hangs up instead.
///
/// # Panics
///
/// If it comes in part.
fn read_page(server: &mut BufReader<TcpStream>) -> bool {
    let mut length = String::new();
    if server.read_line(&mut length).unwrap_or(0) == 0 {
        return false;
    }
    let length = length.trim_end().parse().expect("the line is whole");
    let mut page = vec![0; length];
    server.read_exact(&mut page).expect("the page is whole");
    true
}

#[test]
#[ignore = "a part in another test"]
fn serves() {
    Runtime::new().unwrap().block_on(serve());
}

#[test]
#[ignore = "a part in another test"]
fn serves_on_one_thread() {
    let mut runtime = Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(serve());
}

async fn serve() {
    let site = env::var(SITE).expect("it is a part").parse().expect("a URL");
    let signals = signal(SignalKind::terminate()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("listens: {}", listener.local_addr().unwrap());
    // It does not look at anything before it is told.
    stdin().read_line(&mut String::new()).unwrap();
    step::serve(listener, &site, signals).await.unwrap();
}

#[test]
fn after_the_first_ctrl_c_the_next_does_not_end_a_program_by_itself() {
    let mut program = Part::start("awaits_one_ctrl_c", &[]);
    assert_eq!(program.line_after("waits for "), "one");
    program.send(Signal::INT);
    assert_eq!(program.line_after("waits no more"), "");
    program.send(Signal::INT);
    // It has had the signal before it has the line.
    writeln!(program.stdin, "are you there?").unwrap();
    assert_eq!(program.line_after("reads: "), "are you there?");
    program.assert_ends_well();
}

#[test]
#[ignore = "a part in another test"]
fn awaits_one_ctrl_c() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        let mut first = pin!(ctrl_c());
        // Once it is polled, it watches.
        assert!(first.as_mut().now_or_never().is_none());
        println!("waits for one");
        first.await.unwrap();
    });
    drop(runtime);
    println!("waits no more");
    let mut line = String::new();
    stdin().read_line(&mut line).unwrap();
    println!("reads: {}", line.trim_end());
}

/// Another process of this program, which runs one test only.
struct Part {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    _watching: trials::watchdog::Watching,
}

impl Part {
    fn start(test: &str, variables: &[(&str, &str)]) -> Part {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--include-ignored", "--exact", "--nocapture"])
            .arg(format!(
                "{}::{test}",
                module_path!().split_once("::").unwrap().1
            ))
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let _watching = kill_after(&child, LIMIT);
        Part { child, stdin, stdout, _watching }
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Tells it to begin.
    fn begin(&mut self) {
        writeln!(self.stdin).unwrap();
    }

    /// The rest of the next line that begins with these words.
    fn line_after(&mut self, words: &str) -> String {
        let mut line = String::new();
        while self.stdout.read_line(&mut line).unwrap() > 0 {
            if let Some(rest) = line.strip_prefix(words) {
                return rest.trim_end().to_owned();
            }
            line.clear();
        }
        panic!("no {words:?}: {:?}", self.child.wait());
    }

    fn assert_ends_well(mut self) {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {rest}");
    }
}
