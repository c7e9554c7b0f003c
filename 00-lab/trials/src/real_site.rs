//! A site that was not written for this book: the documentation that comes with
//! Rust, behind Python's web server, crawled by us and by the Python twin.

use crate::program;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use watchdog::{self, Ran, Watching};

/// A book of some hundred pages with links of all kinds.
const BOOK: &str = "share/doc/rust/html/reference";

/// Has a rung's program `crawl`, which may have arguments, and its Python twin
/// `script` crawl that site.
///
/// # Panics
///
/// If they do not find the same pages.
pub fn check_real_site(crawl: &str, script: &str) {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(sysroot.unwrap().stdout).unwrap();
    let book = PathBuf::from(sysroot.trim()).join(BOOK);
    if !book.exists() || Command::new("python3").arg("-V").output().is_err() {
        println!("skipped: needs python3 and {}", book.display());
        return;
    }
    let server = Server::start(&book);

    // On a machine with much else to do, two seconds are little for a page.
    let limits = ["--timeout", "30000", "--deadline", "200"];
    let ours = ["--json", "--site", &server.url];
    let ours = run(program(crawl), &[&ours[..], &limits].concat());
    let mut python = Command::new("python3");
    python.env("TIMEOUT", "30");
    let theirs = run(python, &[script, &server.url]);

    let ours: Value = serde_json::from_str(&ours.stdout).unwrap();
    let theirs: Value = serde_json::from_str(&theirs.stdout).unwrap();
    assert!(ours["pages"].as_u64().unwrap() > 100, "{ours}");
    for field in ["pages", "checksum", "bytes"] {
        assert_eq!(ours[field], theirs[field], "{field}");
    }
}

struct Server {
    python: Child,
    _limit: Watching,
    url: String,
}

impl Server {
    /// Python's own server: HTTP/1.0, one thread a connection.
    fn start(folder: &PathBuf) -> Server {
        let mut python = Command::new("python3")
            .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let _limit = watchdog::kill_after(&python, Duration::from_secs(600));
        let mut line = String::new();
        let mut stdout = BufReader::new(python.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        // Serving HTTP on 127.0.0.1 port 40001 (http://127.0.0.1:40001/) ...
        let url = line.split(['(', ')']).nth(1).expect("an address");
        Server { python, _limit, url: url.to_owned() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.python.kill().and_then(|()| self.python.wait()).expect("it ends");
    }
}

fn run(mut command: Command, args: &[&str]) -> Ran {
    command.args(args);
    let ran = watchdog::run(&mut command, Duration::from_secs(240));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stderr, ran.stdout);
    ran
}
