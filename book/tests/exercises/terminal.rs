//! What is typed, and what comes of it.

use super::workshop::{STARTER, Workshop, files, with_check};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

const RIGHT: &str = "pub fn answer() -> i32 { 7 * 6 }";

#[test]
fn the_table_says_where_one_is_and_what_comes_next() {
    let shop = Workshop::new();
    let ran = shop.run("check");
    assert!(ran.status.success(), "{}", ran.stderr);
    assert!(ran.stdout.contains("○ six-times-seven  not started\n"));
    assert!(ran.stdout.contains("0 of 1 solved"));
    assert!(ran.stdout.contains("cargo run -- check six-times-seven"));

    // It is judged on the way, since it was not judged before.
    shop.answer(RIGHT);
    let ran = shop.run("check");
    assert!(
        ran.stdout.contains("✓ six-times-seven  solved\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("1 of 1 solved\nthat was the last one"));

    // Whatever becomes of the file, the next check makes it again.
    fs::write(shop.path("progress.txt"), b"\xff\xfe\x00 solved\n").unwrap();
    let ran = shop.run("check");
    assert!(
        ran.stdout.contains("✓ six-times-seven  solved\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn hints_come_one_by_one_and_the_solution_when_it_is_due() {
    let shop = Workshop::new();
    for hint in ["Not plus.", "Times.", "Times."] {
        assert!(shop.run("hint").stdout.contains(hint), "{hint}");
    }
    let refused = shop.run("solution six-times-seven");
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stderr.contains("--anyway"), "{}", refused.stderr);

    let shown = shop.run("solution six-times-seven --anyway").stdout;
    assert!(shown.starts_with("Solution.\n\nTimes.\n\n--- yours"), "{shown}");
    assert!(shown.contains("-pub fn answer() -> i32 { 6 + 7 }\n"), "{shown}");
    assert!(shown.contains("+pub fn answer() -> i32 { 6 * 7 }\n"), "{shown}");
    // Asked for once is remembered.
    assert!(shop.run("solution").status.success());
}

#[test]
fn a_reset_keeps_what_was_there_and_undo_puts_it_back() {
    let shop = Workshop::new();
    let answer = shop.path("01-threads/exercises/six-times-seven.rs");
    let read = || fs::read_to_string(&answer).unwrap();
    assert!(shop.run("reset six-times-seven").stdout.contains("as shipped"));
    assert!(files(&shop.path("backups")).is_empty());

    shop.answer(RIGHT);
    let said = shop.run("reset six-times-seven").stdout;
    assert_eq!(read(), with_check(STARTER));
    let [backup] = &files(&shop.path("backups"))[..] else { panic!("one") };
    assert_eq!(fs::read_to_string(backup).unwrap(), with_check(RIGHT));
    let name = backup.file_name().unwrap().to_str().unwrap();
    assert!(said.contains(name), "{name} is not in:\n{said}");

    assert!(shop.run("undo six-times-seven").status.success());
    assert_eq!(read(), with_check(RIGHT));
    assert!(files(&shop.path("backups")).is_empty());
    assert_eq!(shop.run("undo six-times-seven").status.code(), Some(1));

    // What was written after the reset is kept by the undo.
    shop.run("reset six-times-seven");
    shop.answer("// second thoughts");
    shop.run("undo six-times-seven");
    assert_eq!(read(), with_check(RIGHT));
    shop.run("undo six-times-seven");
    assert_eq!(read(), with_check("// second thoughts"));
}

#[test]
fn a_name_that_is_none_is_one_sentence_and_status_2() {
    let shop = Workshop::new();
    for command in ["check", "hint", "solution", "reset", "undo"] {
        let ran = shop.run(&format!("{command} six-times-eight"));
        assert_eq!(ran.status.code(), Some(2), "{command}");
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stderr.contains("six-times-seven"), "{}", ran.stderr);
    }
    for command in ["reset", "undo", "watch all", "hint a b"] {
        assert_eq!(shop.run(command).status.code(), Some(2), "{command}");
    }
}

#[test]
fn a_watch_judges_what_is_saved_and_ends_with_all_it_runs() {
    let shop = Workshop::new();
    let mut command = shop.book("watch");
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watch = command.spawn().unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let _limit = watchdog::kill_after(&watch, Duration::from_secs(60));
    let mut until = |piece: &str| {
        let mut lines = lines.by_ref().map(Result::unwrap);
        let found = lines.find(|line| line.contains(piece));
        assert!(found.is_some(), "the watch ended before {piece:?}");
    };
    until("six-times-seven: not started");
    shop.answer(RIGHT);
    until("six-times-seven: solved");

    // Ended in the middle of a test that would go on.
    let mark = shop.path("01-threads/began");
    shop.answer(
        "pub fn answer() -> i32 {
             std::fs::write(\"began\", std::process::id().to_string()).unwrap();
             loop { std::thread::park() }
         }",
    );
    let began = Instant::now();
    while fs::read_to_string(&mark).unwrap_or_default().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(30), "it never began");
        std::thread::yield_now();
    }
    let test: i32 = fs::read_to_string(&mark).unwrap().parse().unwrap();
    let pid = Pid::from_raw(watch.id() as i32).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    assert_eq!(watch.wait().unwrap().code(), Some(130));
    let began = Instant::now();
    while std::path::Path::new(&format!("/proc/{test}")).exists() {
        assert!(began.elapsed() < Duration::from_secs(5), "the test goes on");
        std::thread::yield_now();
    }
}

#[test]
fn whatever_is_said_nobody_need_read_it() {
    let shop = Workshop::new();
    let broken = || {
        let (reads, nobody_reads) = std::io::pipe().unwrap();
        drop(reads);
        Stdio::from(nobody_reads)
    };
    for (command, status) in [
        ("--help", 0),
        ("check", 0),
        ("hint", 0),
        ("reset six-times-seven", 0),
        ("solution", 1),
        ("undo six-times-seven", 1),
        ("nonsense", 2),
    ] {
        let mut book = shop.book(command);
        let ran = book.stdout(broken()).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!said.contains("panicked"), "{command}: {said}");
        assert_eq!(ran.status.code(), Some(status), "{command}: {said}");
        let ran = book.stdout(broken()).stderr(broken()).status();
        assert_eq!(ran.unwrap().code(), Some(status), "{command}");
    }
}
