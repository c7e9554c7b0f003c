//! Python twins: the same crawl in another language, on the same site.

use lab::Site;
use serde_json::Value;
use std::env;
use std::process::Command;
use std::time::Duration;

/// Has the Python program `script` crawl `site`, and checks that it finds what
/// is there, with `at_once` requests in flight.
///
/// # Panics
///
/// If the twin ends badly, or its answer is not the site's.
pub fn check_crawl(script: &str, site: Site, at_once: usize) {
    check_crawl_with("sys", script, site, at_once);
}

/// The same for a program that needs this module.
///
/// # Panics
///
/// As [`check_crawl`].
pub fn check_crawl_with(
    module: &str,
    script: &str,
    site: Site,
    at_once: usize,
) {
    let url = site.url().to_string();
    let Some(stdout) = run_python_with(module, script, &[&url]) else {
        return;
    };
    let answer = site.answer().clone();
    let seen = site.end();
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["checksum"], answer.checksum.as_str(), "{report}");
    assert_eq!(seen.peak, at_once, "requests in flight");
    assert!(seen.hits.values().all(|&hits| hits == 1), "{:?}", seen.hits);
}

/// Runs a Python program; gives back what it prints, or `None` where there is
/// no Python. In CI there has to be.
///
/// # Panics
///
/// If it ends badly, or not within a minute.
pub fn run_python(script: &str, arguments: &[&str]) -> Option<String> {
    run_python_with("sys", script, arguments)
}

/// The reader's own Python, and that of the system, which has the system's
/// packages.
const PYTHONS: [&str; 2] = ["python3", "/usr/bin/python3"];

/// The same for a program that needs this module.
///
/// # Panics
///
/// As [`run_python`].
pub fn run_python_with(
    module: &str,
    script: &str,
    arguments: &[&str],
) -> Option<String> {
    let import = format!("import {module}");
    let has_module = |python: &&str| {
        let output = Command::new(python).args(["-c", &import]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let Some(python) = PYTHONS.into_iter().find(has_module) else {
        assert!(env::var_os("CI").is_none(), "CI needs python3 with {module}");
        println!("skipped: there is no python3 with {module} here");
        return None;
    };
    let mut python = Command::new(python);
    python.arg(script).args(arguments);
    let ran = watchdog::run(&mut python, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stderr, ran.stdout);
    Some(ran.stdout)
}
