//! Odd servers, as they are met on the web: browsers, curl, wget and Python
//! understand their answers all the same.

use crate::{program, twin};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process;
use std::thread;
use std::time::Duration;

/// Has a rung's program `crawl`, which may have arguments, visit such servers.
///
/// # Panics
///
/// If it does not understand what is understood elsewhere, or does not say why
/// it cannot.
pub fn crawl_understands(crawl: &str) {
    what_browsers_understand_is_understood(crawl);
    a_path_is_asked_for_in_utf_8(crawl);
    a_user_in_the_address_makes_no_other_site(crawl);
    what_cannot_be_understood_fails_with_its_reason(crawl);
}

/// Has a rung's program `crawl` and its Python twin `script` crawl sites of
/// such servers, and compares what they find.
///
/// # Panics
///
/// If the twin finds less.
pub fn twin_understands(crawl: &str, script: &str) {
    let link = b"<a href=\"/b\">b</a>";
    let utf_16 = "\u{feff}<a href='/b'>b</a>".encode_utf16();
    let utf_16: Vec<_> = utf_16.flat_map(u16::to_le_bytes).collect();
    let cafe = b"<a href='/caf\xe9'>";
    let meta = b"<meta charset=latin1><a href='//me@HOST/caf\xe9#x'>";
    for page in [
        html("Content-Encoding: identity\r\n", link),
        html("", b"\xef\xbb\xbf<a href=/b>"),
        typed("text/html; charset=utf-16le", "", &utf_16),
        typed("text/plain", "Content-Type: text/html\r\n", link),
        typed("text/html; charset=iso-8859-1", "", cafe),
        typed("text/html", "", cafe),
        typed("text/html", "", meta),
        raw("HTTP/1.1 200 OK\nContent-Length: 16\n\n"),
    ] {
        let shown = String::from_utf8_lossy(&page).into_owned();
        let site = Odd::serve(move |host| {
            // The host's name has another length than `HOST`, so this answer
            // names no length.
            let at = page.windows(4).position(|four| four == b"HOST");
            let Some(at) = at else { return page.clone() };
            let head = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n";
            let body = page.iter().position(|byte| *byte == b'<').unwrap();
            let body = [&page[body..at], host.as_bytes(), &page[at + 4..]];
            [&head[..], &body.concat()].concat()
        });
        let url = format!("http://{}/", site.address);
        let Some(report) = twin::run_python(script, &[&url]) else { return };
        let report: Value = serde_json::from_str(&report).expect("a report");
        assert_eq!(report["pages"], 2, "{shown}: {report}");
        assert_eq!(site.listed(crawl).len(), 2, "{shown}");
    }
}

/// `<a href="/b">b</a>`, by `gzip -9n`.
const GZIPPED: &[u8] =
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xb3\x49\x54\xc8\x28\x4a\
    \x4d\xb3\x55\xd2\x4f\x52\xb2\x4b\xb2\xd1\x4f\xb4\x03\x00\xf8\xbf\
    \x65\x6f\x12\x00\x00\x00";

/// A site of raw bytes: a first page, which these tests are about, and leaves
/// below it.
struct Odd {
    address: String,
}

impl Odd {
    /// Serves to the end of this test's process.
    fn serve(first: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Odd {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let host = address.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &first(&host));
            }
        });
        Odd { address }
    }

    /// The paths that a crawl lists, each with its status.
    fn listed(&self, crawl: &str) -> BTreeSet<String> {
        let name = format!("odd-{}-{}", process::id(), self.address);
        let list = std::env::temp_dir().join(name);
        let site = format!("http://{}/", self.address);
        let mut crawl = program(crawl);
        crawl.args(["--json", "--site", &site, "--list"]).arg(&list);
        let ran = watchdog::run(&mut crawl, Duration::from_secs(60));
        let ran = ran.unwrap_or_else(|why| panic!("{why}"));
        let listed = fs::read_to_string(&list).unwrap_or_default();
        fs::remove_file(&list).expect("there is a list");
        assert!(ran.status.success(), "{}{}", ran.stderr, ran.stdout);
        let site = site.trim_end_matches('/');
        listed.lines().map(|line| line.replace(site, "")).collect()
    }
}

/// Answers one request.
fn answer(mut stream: TcpStream, first: &[u8]) {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => request.extend(&buffer[..n]),
            _ => return,
        }
    }
    let path = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    let leaf = html("", b"leaf");
    let none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec();
    let _ = stream.write_all(match path {
        b"/" => first,
        b"/b" | b"/caf%C3%A9" => &leaf,
        _ => &none,
    });
}

/// A page with these headers besides the usual.
fn html(headers: &str, body: &[u8]) -> Vec<u8> {
    typed("text/html; charset=utf-8", headers, body)
}

fn typed(media: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n{headers}\
         Content-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn raw(head: &str) -> Vec<u8> {
    format!("{}<a href=/b>b</a>", head.replace('\n', "\r\n")).into_bytes()
}

fn what_browsers_understand_is_understood(crawl: &str) {
    let link = b"<a href=\"/b\">b</a>";
    let utf_16 = "\u{feff}<a href='/b'>b</a>".encode_utf16();
    let utf_16: Vec<_> = utf_16.flat_map(u16::to_le_bytes).collect();
    let length = "Content-Type: text/html\nContent-Length: 16\n";
    let cases = [
        html("", b"<svg viewBox='0 0 9 9'><style/></svg><a href=/b>"),
        html("", b"<svg><title>T <a href=/b>b</a></title></svg>"),
        html(
            "",
            b"<svg><foreignObject><textarea><a href=/no></textarea>\
              </foreignObject></svg><a href=/b>",
        ),
        html("", b"<style/><a href=/no></style><a href=/b>"),
        html("Content-Encoding: identity\r\n", link),
        html("", b"\xef\xbb\xbf<a href=/b>"),
        html("Access-Control-Allow-Credentials : true\r\n", link),
        html("what is this\r\n", link),
        typed("text/html; charset=utf-16le", "", &utf_16),
        typed("text/plain", "Content-Type: text/html\r\n", link),
        raw(&format!(
            "HTTP/1.1 200 OK\nTransfer-Encoding: identity\n{length}\n"
        )),
        raw(&format!("HTTP/1.1 200 OK\nContent-Length: 16\n{length}\n")),
        raw(&format!("HTTP/1.1  200 OK\n{length}\n")),
        raw("HTTP/1.1 200 OK\nContent-Length: 16\n\n"),
    ];
    for case in cases {
        let shown = String::from_utf8_lossy(&case).into_owned();
        let site = Odd::serve(move |_| case.clone());
        let reached = ["200\t/", "200\t/b"].map(str::to_owned);
        assert_eq!(site.listed(crawl), BTreeSet::from(reached), "{shown}");
    }
}

fn a_path_is_asked_for_in_utf_8(crawl: &str) {
    let media = "text/html; charset=iso-8859-1";
    let page = typed(media, "", b"<a href='/caf\xe9'>");
    let site = Odd::serve(move |_| page.clone());
    let reached = ["200\t/", "200\t/caf%C3%A9"].map(str::to_owned);
    assert_eq!(site.listed(crawl), BTreeSet::from(reached));
}

fn a_user_in_the_address_makes_no_other_site(crawl: &str) {
    let site = Odd::serve(|host| {
        html("", format!("<a href=http://me:word@{host}/b>").as_bytes())
    });
    let reached = ["200\t/", "200\t/b"].map(str::to_owned);
    assert_eq!(site.listed(crawl), BTreeSet::from(reached));

    // As a start it is refused, since the crawl would not log in.
    let mut crawl = program(crawl);
    crawl.args(["--site", &format!("http://me:word@{}/", site.address)]);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("a user or a password"), "{}", ran.stderr);
}

fn what_cannot_be_understood_fails_with_its_reason(crawl: &str) {
    for (page, why) in [
        (html("Content-Encoding: br\r\n", b"\x0b\x02\x80"), "\"br\""),
        (html("Content-Encoding: gzip\r\n", GZIPPED), "\"gzip\""),
        (typed("text/html; charset=x", "", b"<a href=/b>"), "charset"),
        (html("Content-Length 5\r\n", b"<a href=/b>"), "header"),
    ] {
        let site = Odd::serve(move |_| page.clone());
        let mut crawl = program(crawl);
        crawl.args(["--site", &format!("http://{}/", site.address)]);
        let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
        assert!(ran.stderr.contains(why), "{why}: {}", ran.stderr);
    }
}
