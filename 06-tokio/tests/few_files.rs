//! A crawl that may have fewer open files than pages at once, and one that has
//! a thousand pages at once.

use serde_json::Value;
use trials::alone;
use trials::few_files::{check_at_once, check_few_files, crawl_within};

const CRAWL: &str = env!("CARGO_BIN_EXE_with-tokio");

#[test]
fn without_files_for_all_fewer_are_fetched_at_once_and_none_fails() {
    check_few_files(CRAWL);
}

#[test]
fn a_site_that_answers_only_when_a_thousand_ask_is_crawled() {
    alone(|| check_at_once(CRAWL, 1000));
}

#[test]
fn of_the_slow_site_a_thousand_pages_at_once_all_come() {
    check_thousand(1);
}

#[test]
fn so_they_do_on_two_threads() {
    check_thousand(2);
}

/// Crawls with this many worker threads, as tokio lets one choose.
fn check_thousand(workers: u64) {
    // The limit of a page is for a busy machine.
    let flags = "--pages 5000 --at-once 1000 --latency 500 --timeout 30000 \
                 --deadline 55 --json";
    let crawl = format!("env TOKIO_WORKER_THREADS={workers} {CRAWL}");
    let (status, stdout, stderr) = crawl_within("-S -n 1024", &crawl, flags);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&stdout).expect("a report");
    assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
    // And the first, which polls no page.
    assert_eq!(report["threads"], workers + 1, "{report}");
    // How many wait together depends on how fast they begin.
    let peak = report["peak_in_flight"].as_u64();
    assert!((Some(501)..=Some(1000)).contains(&peak), "{report}");
}
