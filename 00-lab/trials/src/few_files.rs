//! A crawl that may have fewer open files than pages at once, and one that has
//! very many pages at once.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// Has `crawl`, which may be a program with arguments, crawl under a limit that
/// `ulimit` sets. Gives back its status, and what it printed. Its site is a
/// child of it and has the same limit: connections that the site cannot accept
/// stay in the kernel's queue.
pub fn crawl_within(
    ulimit: &str,
    crawl: &str,
    arguments: &str,
) -> (Option<i32>, String, String) {
    let code = format!("ulimit {ulimit}; exec {crawl} {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &code]);
    let ran = watchdog::run(&mut shell, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    (ran.status.code(), ran.stdout, ran.stderr)
}

/// Has `crawl` fetch more pages at once than it may have files.
///
/// # Panics
///
/// If a page fails because of that, or if the crawl does not say that it had
/// too few files.
pub fn check_few_files(crawl: &str) {
    without_files_for_all_fewer_are_fetched_at_once_and_none_fails(crawl);
    the_report_says_so_too(crawl);
    a_limit_that_we_may_raise_is_none(crawl);
}

fn without_files_for_all_fewer_are_fetched_at_once_and_none_fails(crawl: &str) {
    for (ulimit, at_once, latency) in [("-n 256", 400, 500), ("-n 64", 100, 0)]
    {
        let arguments = format!(
            "--pages 900 --at-once {at_once} --latency {latency} \
             --timeout 20000 --json"
        );
        let (status, stdout, stderr) = crawl_within(ulimit, crawl, &arguments);
        assert_eq!(status, Some(0), "{stderr}");
        let report: Value = serde_json::from_str(&stdout).expect("a report");
        assert_eq!(report["right"], true, "{report}");
        assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
        if latency > 0 {
            // It says so once, and it has used most of the files that there
            // were.
            let remark = stderr.trim_end();
            assert!(
                remark.contains("open files; it went on with "),
                "{remark}"
            );
            assert_eq!(remark.lines().count(), 1, "{remark}");
            assert!(report["peak_in_flight"].as_u64() > Some(150), "{report}");
        }
    }
}

fn the_report_says_so_too(crawl: &str) {
    let (_, stdout, _) =
        crawl_within("-n 64", crawl, "--pages 200 --at-once 100 --latency 200");
    let room = stdout.lines().find(|line| line.contains("  room "));
    let room = room.unwrap_or_else(|| panic!("{stdout}"));
    assert!(room.contains("at once; out of resources: "), "{room}");
    assert!(stdout.contains("The answer is right"), "{stdout}");
}

fn a_limit_that_we_may_raise_is_none(crawl: &str) {
    for (limit, pages, at_once) in [(256, 900, 400), (1024, 2000, 1200)] {
        let ulimit = format!("-S -n {limit}");
        let arguments = format!(
            "--pages {pages} --at-once {at_once} --latency 100 --timeout 20000"
        );
        let (status, stdout, stderr) = crawl_within(&ulimit, crawl, &arguments);
        assert_eq!((status, stderr.as_str()), (Some(0), ""));
        assert!(stdout.contains("The answer is right"), "{stdout}");
    }
}

/// Has `crawl` visit a site that answers none of its pages before `at_once` are
/// asked for. It raises the limit of open files of this process: call it
/// [`alone`](crate::alone()).
///
/// # Panics
///
/// If it asks for fewer at once, or for more, or if a page fails.
pub fn check_at_once(crawl: &str, at_once: usize) {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let current = Some(maximum.map_or(4096, |most| most.min(4096)));
    setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    let localhost = SocketAddr::from(([127, 0, 0, 1], 0));
    listener.bind(&localhost.into()).unwrap();
    listener.listen(4096).unwrap();
    let listener = TcpListener::from(listener);
    let address = listener.local_addr().unwrap();
    let site = thread::spawn(move || serve_together(&listener, at_once));
    let arguments = format!(
        "--site http://{address}/ --at-once {at_once} --timeout 50000 \
         --deadline 55 --json"
    );
    let (status, stdout, stderr) =
        crawl_within("-S -n 4096", crawl, &arguments);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&stdout).expect("a report");
    assert_eq!(report["pages"], 2 * at_once + 1, "{report}");
    assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
    site.join().unwrap();
}

/// A first page with links to twice as many as are fetched at once, of which it
/// answers the first half together, when all of them have been asked for.
fn serve_together(listener: &TcpListener, at_once: usize) {
    let link = |n| format!("<a href=/{n}>{n}</a>");
    let links: String = (1..=2 * at_once).map(link).collect();
    answer(next_request(listener), &links);

    let held: Vec<_> = (0..at_once).map(|_| next_request(listener)).collect();
    // No more of them come, as long as none of these is answered.
    listener.set_nonblocking(true).unwrap();
    thread::sleep(Duration::from_millis(100));
    let one_more = listener.accept().map_err(|why| why.kind());
    assert!(matches!(one_more, Err(ErrorKind::WouldBlock)), "{one_more:?}");
    listener.set_nonblocking(false).unwrap();

    held.into_iter().for_each(|stream| answer(stream, ""));
    for _ in 0..at_once {
        answer(next_request(listener), "");
    }
}

/// The connection that comes next, once it has asked for a page.
fn next_request(listener: &TcpListener) -> TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.ends_with(b"\r\n\r\n") {
        let n = stream.read(&mut buffer).unwrap();
        assert!(n > 0, "{}", String::from_utf8_lossy(&request));
        request.extend(&buffer[..n]);
    }
    stream
}

fn answer(mut stream: TcpStream, body: &str) {
    let length = body.len();
    let page = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(page.as_bytes()).unwrap();
}
