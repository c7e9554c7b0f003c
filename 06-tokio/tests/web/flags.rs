//! The flags that only a crawl on the web takes.

use super::CRAWL;
use std::process::{Command, Output};

fn crawl(flags: &str) -> Output {
    Command::new(CRAWL).args(flags.split_whitespace()).output().unwrap()
}

#[test]
fn help_names_them() {
    let help = String::from_utf8(crawl("--help").stdout).unwrap();
    assert_eq!(crawl("-h").stdout, help.as_bytes());
    for flag in ["--delay MS", "--retries N", "--contact ADDRESS"] {
        assert!(help.contains(&format!("\n  {flag} ")), "{help}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 80), "{help}");
}

#[test]
fn a_wrong_value_is_met_with_a_sentence() {
    for (flags, words) in [
        ("--delay 600001", "takes a number from 0 to 600000"),
        ("--retries 11", "takes a number from 0 to 10"),
        ("--retries", "missing argument"),
        ("--contact (me)", "takes a mail address or a URL"),
        // Nobody would look at these.
        ("--delay 1", "for https and other machines"),
        ("--site http://[::1]:9/ --retries 1", "for https and other machines"),
        ("--site https://me:word@localhost/", "a user or a password"),
        ("--site ftp://localhost/", "is not on the web"),
    ] {
        let ran = crawl(flags);
        let why = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(2), "{flags}: {why}");
        assert_eq!(why.lines().count(), 1, "{why}");
        assert!(why.contains(words), "{flags}: {why}");
    }
}
