//! Python twins: the same crawl in another language, on the same site.

use crate::Site;
use crate::watchdog;
use serde_json::Value;
use std::io::ErrorKind;
use std::process::Command;
use std::time::Duration;

/// Lets the Python program `script` crawl `site`; what it finds must be right,
/// with as many requests in flight as `at_once` says.
///
/// Without Python there is nothing to compare; only CI insists on it.
///
/// # Panics
///
/// If the twin ends badly, or its answer is not the site's.
pub fn agrees(script: &str, site: Site, at_once: usize) {
    let python = Command::new("python3").arg("--version").output();
    if matches!(&python, Err(why) if why.kind() == ErrorKind::NotFound)
        && std::env::var_os("CI").is_none()
    {
        println!("skipped: there is no python3 to compare with");
        return;
    }

    let mut twin = Command::new("python3");
    twin.args([script, site.url().as_str()]);
    let ran = watchdog::run(&mut twin, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stderr, ran.stdout);

    let answer = site.answer().clone();
    let seen = site.end();
    let report: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(report["checksum"], answer.checksum.as_str(), "{report}");
    assert_eq!(seen.peak, at_once, "requests in flight");
    assert!(seen.hits.values().all(|&hits| hits == 1), "{:?}", seen.hits);
}
