//! No site is asked faster than it wants, or than we were told.

use super::{CRAWL, Server, html, links, text};
use lab::{Shape, Site};
use serde_json::Value;
use std::process::Command;
use std::time::Duration;
use trials::watchdog;

/// Five requests, with the one for the rules.
fn server(robots: &'static str) -> Server {
    Server::start(move |path, _| match path {
        "/robots.txt" => text(robots),
        "/" => links(&["/1", "/2", "/3"]),
        _ => html(path),
    })
}

/// Whatever the machine does, four delays have passed. It might hold up one
/// request, so that the next seems to come early, but not many.
fn assert_apart(server: &Server, elapsed: u64, delay: u64) {
    assert!(elapsed >= 4 * delay, "{elapsed} ms");
    let mut gaps = server.gaps();
    gaps.sort();
    let median = gaps[gaps.len() / 2];
    assert!(median >= Duration::from_millis(delay / 2), "{gaps:?}");
}

#[test]
fn requests_come_a_delay_apart() {
    let server = server("");
    let report = server.crawl("--delay 200");
    assert_eq!(report.number("pages"), 4);
    assert_apart(&server, report.number("elapsed_ms"), 200);
}

#[test]
fn the_sites_own_delay_counts_if_it_is_longer() {
    let server = server("User-agent: *\nCrawl-delay: 0.3");
    let report = server.crawl("--delay 100");
    assert_eq!(report.number("pages"), 4);
    assert_apart(&server, report.number("elapsed_ms"), 300);
}

#[test]
fn a_crawl_that_waits_ends_at_its_deadline() {
    let server = server("User-agent: *\nCrawl-delay: 60");
    let report = server.crawl("--deadline 1");
    assert_eq!(report.number("pages"), 0);
    assert_eq!(report.number("not_reached"), 1);
    assert!(report.number("elapsed_ms") < 10_000);
    assert_eq!(server.hits("/"), 0);
}

/// This address means this machine, too, but does not say so.
#[test]
fn another_machine_is_asked_twice_a_second_even_without_tls() {
    let latency = Duration::from_millis(1);
    let pages = 3;
    let site = Site::in_thread(Shape { pages, latency, ..Shape::default() });
    let port = site.url().port().unwrap();
    let mut crawl = Command::new(CRAWL);
    crawl.args(["--json", "--site", &format!("http://0.0.0.0:{port}/")]);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    let report: Value = serde_json::from_str(&ran.stdout).expect(&ran.stderr);
    assert_eq!(report["pages"], 3, "{report}");
    // Three pages after the rules.
    assert!(report["elapsed_ms"].as_f64().unwrap() >= 1500.0, "{report}");
    site.end();
}
