//! Python twins: the same crawl in another language, on the same site.

use crate::watchdog;
use lab::Site;
use serde_json::Value;
use std::env;
use std::process::Command;
use std::time::Duration;

/// Lets the Python program `script` crawl `site`; what it finds must be right,
/// with as many requests in flight as `at_once` says.
///
/// # Panics
///
/// If the twin ends badly, or its answer is not the site's.
pub fn agrees(script: &str, site: Site, at_once: usize) {
    let Some(stdout) = output(script, &[site.url().as_str()]) else { return };
    let answer = site.answer().clone();
    let seen = site.end();
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["checksum"], answer.checksum.as_str(), "{report}");
    assert_eq!(seen.peak, at_once, "requests in flight");
    assert!(seen.hits.values().all(|&hits| hits == 1), "{:?}", seen.hits);
}

/// What a Python program says. Without Python there is nothing to compare; only
/// CI insists on it.
///
/// # Panics
///
/// If it ends badly, or not within a minute.
pub fn output(script: &str, arguments: &[&str]) -> Option<String> {
    if Command::new("python3").arg("--version").output().is_err() {
        assert!(env::var_os("CI").is_none(), "CI needs python3");
        println!("skipped: there is no python3 here");
        return None;
    }
    let mut python = Command::new("python3");
    python.arg(script).args(arguments);
    let ran = watchdog::run(&mut python, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stderr, ran.stdout);
    Some(ran.stdout)
}
