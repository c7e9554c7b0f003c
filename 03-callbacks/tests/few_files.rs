//! A crawl that may have fewer open files than pages at once.

use serde_json::Value;
use std::process::Command;
use std::time::Duration;
use trials::watchdog;

/// Crawls after `ulimit`. The site is a child, which has no more files: it
/// leaves connections in the kernel's queue that it cannot accept.
fn crawl(ulimit: &str, arguments: &str) -> (Option<i32>, String, String) {
    let crawl = env!("CARGO_BIN_EXE_callbacks");
    let code = format!("ulimit {ulimit}; exec {crawl} {arguments}");
    let mut shell = Command::new("sh");
    shell.args(["-c", &code]);
    let ran = watchdog::run(&mut shell, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    (ran.status.code(), ran.stdout, ran.stderr)
}

#[test]
fn without_files_for_all_fewer_are_fetched_at_once_and_none_fails() {
    for (ulimit, at_once, latency) in [("-n 256", 400, 100), ("-n 64", 100, 0)]
    {
        let arguments = format!(
            "--pages 900 --at-once {at_once} --latency {latency} \
             --timeout 20000 --json"
        );
        let (status, stdout, stderr) = crawl(ulimit, &arguments);
        assert_eq!(status, Some(0), "{stderr}");
        let report: Value = serde_json::from_str(&stdout).expect("a report");
        assert_eq!(report["right"], true, "{report}");
        assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
        if latency > 0 {
            // That there were too few is said once, and there were not far too
            // few.
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

#[test]
fn the_report_says_so_too() {
    let (_, stdout, _) =
        crawl("-n 64", "--pages 200 --at-once 100 --latency 200");
    let room = stdout.lines().find(|line| line.contains("  room "));
    let room = room.unwrap_or_else(|| panic!("{stdout}"));
    assert!(room.contains("at once; out of resources: "), "{room}");
    assert!(stdout.contains("The answer is right"), "{stdout}");
}

#[test]
fn a_limit_that_we_may_raise_is_none() {
    for (limit, pages, at_once) in [(256, 900, 400), (1024, 2000, 1200)] {
        let ulimit = format!("-S -n {limit}");
        let arguments = format!(
            "--pages {pages} --at-once {at_once} --latency 100 --timeout 20000"
        );
        let (status, stdout, stderr) = crawl(&ulimit, &arguments);
        assert_eq!((status, stderr.as_str()), (Some(0), ""));
        assert!(stdout.contains("The answer is right"), "{stdout}");
    }
}

#[test]
fn a_thousand_pages_are_under_way_at_once_and_none_fails() {
    // The limit of a page is for a busy machine. They wait together since the
    // site answers none of a thousand before the last of them has begun.
    let (status, stdout, stderr) = crawl(
        "-S -n 1024",
        "--pages 5000 --at-once 1000 --latency 500 --timeout 30000 \
         --deadline 55 --json",
    );
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&stdout).expect("a report");
    assert_eq!(report["peak_in_flight"], 1000, "{report}");
    assert_eq!(report["failed"], Value::Array(Vec::new()), "{report}");
    assert_eq!(report["threads"], 1, "{report}");
}
