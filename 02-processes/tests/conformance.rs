//! The test that every rung passes, and how the report names the ends of
//! workers that had a deadly page.

use serde_json::Value;
use std::process::Command;
use std::time::Duration;
use trials::watchdog;

#[test]
fn processes_conform() {
    trials::conformance(&processes::RUNG, env!("CARGO_BIN_EXE_processes"));
}

/// The report says which signal ended the workers that had a deadly page.
#[test]
fn the_reason_for_a_deadly_page_is_the_signal() {
    let mut crawl = Command::new(env!("CARGO_BIN_EXE_processes"));
    crawl.args(["--pages", "8", "--latency", "1", "--timeout", "1000"]);
    crawl.args(["--json", "--faults", "abort,eat,hang"]);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60)).unwrap();
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    let failed = report["failed"].as_array().unwrap();
    let of = |fault: &str| {
        let pages = failed.iter().filter(|it| {
            it["url"].as_str().unwrap().contains(&format!("/{fault}-"))
        });
        pages.map(|it| it["why"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(of("abort"), ["ends its worker: signal: 6 (SIGABRT)"; 2]);
    assert_eq!(of("eat"), ["ends its worker: signal: 6 (SIGABRT)"; 2]);
    let hung = "ends its worker: signal: 9 (SIGKILL), it gave no sign of life";
    assert!(of("hang").iter().all(|why| why.starts_with(hung)), "{report}");
    assert_eq!(of("hang").len(), 2);
}
