//! The Python twin finds what we find, and the GIL does what the book says.

use lab::{Shape, Site, twin, watchdog};
use std::process::Command;
use std::time::Duration;

#[test]
fn the_twin_agrees() {
    let latency = Duration::from_millis(10);
    let site = Site::in_thread(Shape { latency, ..Shape::default() });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/crawl.py");
    twin::agrees(script, site, 8);
}

#[test]
fn threads_overlap_their_waits_and_not_their_computing() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/gil.py");
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI needs python3");
        println!("skipped: there is no python3 here");
        return;
    }
    let mut python = Command::new("python3");
    let limit = Duration::from_secs(60);
    let ran = watchdog::run(python.arg(script), limit).unwrap();
    let ratio = |job: &str| -> f64 {
        let line = ran.stdout.lines().find(|line| line.starts_with(job));
        let ratio = line.and_then(|line| line.split(' ').next_back());
        ratio.expect(&ran.stdout).parse().unwrap()
    };
    // 1 is together, 4 is one after another; other programs blur both.
    assert!(ratio("wait") < 2.0, "{}", ran.stdout);
    if ran.stdout.contains("with a GIL") {
        assert!(ratio("compute") > 2.0, "{}", ran.stdout);
    }

    // The output in the book is of this program.
    let words = |text: &str| -> Vec<String> {
        let lines = text.lines().skip(1);
        lines
            .map(|line| line.replace(|c: char| c.is_ascii_digit(), ""))
            .collect()
    };
    assert_eq!(words(&ran.stdout), words(include_str!("../python/gil.txt")));
}
