//! Bodies: compressed, damaged, too large, cut off, and such as never end.

use super::{CRAWL, End, Reply, Server, html, links, status};
use flate2::Compression;
use flate2::write::GzEncoder;
use lab::site::Fault;
use lab::{Shape, Site};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use trials::watchdog;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: Vec<u8>) -> Reply {
    html(body).header("content-encoding", "gzip")
}

#[test]
fn what_is_compressed_is_undone_within_limits() {
    const MIB: usize = 1 << 20;
    let zeros = gzip(&[0; MIB]);
    let plain = b"<a href=/bomb><a href=/damaged><a href=/cut><a href=/full>\
                  <a href=/brotli><a href=/empty><a href=/plain>";
    let server = Server::start(move |path, _| match path {
        "/robots.txt" => status(404),
        // Two streams in a row are one.
        "/" => gzipped([gzip(&plain[..20]), gzip(&plain[20..])].concat()),
        "/full" => gzipped(zeros.repeat(16)),
        "/bomb" => gzipped(zeros.repeat(1000)),
        "/damaged" => gzipped(b"not in gzip at all".to_vec()),
        "/cut" => gzipped(zeros[..zeros.len() - 9].to_vec()),
        "/brotli" => html("?").header("content-encoding", "br"),
        "/empty" => gzipped(Vec::new()),
        _ => html("").header("content-encoding", "identity"),
    });
    let report = server.crawl("--retries 0 --timeout 20000");
    assert_eq!(report.why("/bomb"), "body over 16 MiB");
    assert_eq!(report.why("/damaged"), "body is not in its content coding");
    assert_eq!(report.why("/cut"), "body is not in its content coding");
    let why = "content coding \"br\" is not supported";
    assert_eq!(report.why("/brotli"), why);
    assert_eq!(report.number("pages"), 4);
    assert_eq!(report.number("bytes"), (plain.len() + 16 * MIB) as u64);
    // The bomb alone would be a thousand.
    assert!(report.number("max_rss_kb") < 200 * 1024);
}

#[test]
fn a_body_over_16_mib_is_given_up() {
    let reply = |path: &str, _| match path {
        "/robots.txt" => status(404),
        "/" => links(&["/promised", "/endless"]),
        "/promised" => Reply { end: End::Stalls, ..html("") }
            .header("content-length", (16 << 20) + 1),
        _ => html(vec![b'x'; (16 << 20) + 1]),
    };
    for server in [Server::start(reply), Server::start_http1(reply)] {
        let report = server.crawl("--timeout 20000");
        assert_eq!(report.why("/promised"), "body over 16 MiB");
        assert_eq!(report.why("/endless"), "body over 16 MiB");
    }
}

#[test]
fn a_body_that_breaks_off_or_stalls_is_tried_again_and_fails() {
    let reply = |path: &str, _| match path {
        "/robots.txt" => status(404),
        "/" => links(&["/breaks", "/stalls", "/whole"]),
        "/breaks" => Reply { end: End::Breaks, ..html("half") }
            .header("content-length", 8),
        "/stalls" => Reply { end: End::Stalls, ..html("half") },
        _ => html("whole"),
    };
    let http1 = (Server::start_http1(reply), "connection closed after 4 of 8");
    for (server, why) in [http1, (Server::start(reply), "stream error")] {
        let report = server.crawl("--timeout 400 --retries 1");
        assert_eq!(report.number("pages"), 2);
        assert!(report.why("/breaks").contains(why), "{}", report.json);
        assert_eq!(report.why("/stalls"), "timed out");
        assert_eq!((server.hits("/breaks"), server.hits("/stalls")), (2, 2));
    }
}

/// Crawls without TLS, at an address of this machine that does not say so.
/// Gives back the sentence.
fn fail_without_tls(port: u16, path: &str, retries: &str) -> String {
    let mut crawl = Command::new(CRAWL);
    crawl.args(["--site", &format!("http://0.0.0.0:{port}{path}")]);
    crawl.args(["--delay", "0", "--retries", retries]);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    ran.stderr
}

#[test]
fn a_connection_that_is_closed_too_early_says_how_much_has_come() {
    let faults = vec![Fault::WrongLength];
    let latency = Duration::from_millis(1);
    let shape = Shape { pages: 1, latency, faults, ..Shape::default() };
    let site = Site::in_thread(shape);
    let page = site.url().join("/wrong-length-1").unwrap();
    let sentence = fail_without_tls(page.port().unwrap(), page.path(), "0");
    let words = ": connection closed after ";
    assert!(sentence.contains(words), "{sentence}");
    site.end();
}

#[test]
fn a_connection_that_is_closed_without_an_answer_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (asked, requests) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // It is closed when the whole request has been read.
            let lines = BufReader::new(stream.unwrap()).lines();
            let mut lines = lines.map_while(Result::ok);
            let request = lines.next();
            lines.find(String::is_empty);
            asked.send(request).unwrap();
        }
    });
    let sentence = fail_without_tls(port, "/", "2");
    assert!(
        sentence.ends_with(": connection closed without an answer\n"),
        "{sentence}"
    );
    let requests: Vec<_> = requests.try_iter().flatten().collect();
    assert_eq!(requests, ["GET /robots.txt HTTP/1.1"; 3]);
}
