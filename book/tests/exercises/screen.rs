//! What is seen on a terminal, and nowhere else.

use super::workshop::Workshop;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;
use std::time::Duration;

const RIGHT: &str = "pub fn answer() -> i32 { 7 * 6 }";

/// Waits until the test has seen it run.
const WAITS: &str = "pub fn answer() -> i32 {
    while !std::path::Path::new(\"seen\").exists() {
        std::thread::yield_now();
    }
    7 * 6
}";

/// The same on a terminal as most are.
fn book(shop: &Workshop, args: &str) -> Command {
    let mut book = shop.book(args);
    book.env("TERM", "xterm").env_remove("NO_COLOR");
    book
}

/// Runs it to its end on a terminal of its own; gives back all that was seen
/// there, and tells `see` of it as it comes.
fn on_screen(mut command: Command, mut see: impl FnMut(&str)) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    // Theirs, and not this test's as well.
    let theirs = File::options()
        .write(true)
        .custom_flags(OFlags::NOCTTY.bits() as i32)
        .open(name.to_str().unwrap())
        .unwrap();
    command.stdout(theirs.try_clone().unwrap()).stderr(theirs);
    let mut book = command.spawn().unwrap();
    let _limit = watchdog::kill_after(&book, Duration::from_secs(120));
    // It holds the other end, too, which must be closed to be at an end.
    drop(command);

    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    let mut ours = File::from(ours);
    // At the end Linux gives an error, others nothing.
    while let Ok(n @ 1..) = ours.read(&mut buffer) {
        seen.extend(&buffer[..n]);
        see(&String::from_utf8_lossy(&seen));
    }
    book.wait().unwrap();
    String::from_utf8(seen).unwrap()
}

#[test]
fn what_is_being_done_is_said_while_it_is_done() {
    let shop = Workshop::new();
    shop.answer(WAITS);
    let mark = shop.path("01-threads/seen");
    let seen = on_screen(book(&shop, "check six-times-seven"), |seen| {
        if seen.contains("\rsix-times-seven: run 1 of 20 … ") {
            File::create(&mark).unwrap();
        }
    });
    assert!(seen.contains("solved"), "{seen:?}");
    // Nothing is left of it.
    let last = seen.rsplit("\x1b[K").next().unwrap();
    assert!(!last.contains("run 1"), "{seen:?}");
    assert!(last.contains("six-times-seven: solved"), "{seen:?}");
}

#[test]
fn a_verdict_has_a_sign_and_a_color_where_there_are_colors() {
    let shop = Workshop::new();
    for (answer, sign, color, line) in [
        ("pub fn answer() -> i32 { 4", '✗', 31, "does not compile"),
        ("pub fn answer() -> i32 { -42 }", '◐', 33, "right answer, wrong way"),
        (RIGHT, '✓', 32, "solved"),
    ] {
        shop.answer(answer);
        let line = format!("{sign} six-times-seven: {line}");
        let seen = on_screen(book(&shop, "check six-times-seven"), |_| {});
        let painted = format!("\x1b[{color}m{line}\x1b[0m");
        assert!(seen.contains(&painted), "{painted:?} is not in {seen:?}");

        let plain = shop.run("check six-times-seven");
        assert!(plain.stdout.contains(&line), "{}", plain.stdout);
        assert!(!plain.stdout.contains('\x1b'), "{}", plain.stdout);
        assert!(!plain.stderr.contains('\x1b'), "{}", plain.stderr);
    }
    let seen = on_screen(book(&shop, "check"), |_| {});
    let line = "\x1b[32m✓ six-times-seven  solved\x1b[0m";
    assert!(seen.contains(line), "{seen:?}");

    shop.answer("pub fn answer() -> i32 { 42 }");
    let seen = on_screen(book(&shop, "solution --anyway"), |_| {});
    for line in [
        "\x1b[31m-pub fn answer() -> i32 { 42 }\x1b[0m",
        "\x1b[32m+pub fn answer() -> i32 { 6 * 7 }\x1b[0m",
    ] {
        assert!(seen.contains(line), "{line:?} is not in {seen:?}");
    }
}

#[test]
fn there_is_no_color_for_readers_who_want_none() {
    let shop = Workshop::new();
    shop.answer(RIGHT);
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let mut book = book(&shop, "check six-times-seven");
        book.env(name, value);
        let seen = on_screen(book, |_| {});
        assert!(seen.contains("✓ six-times-seven: solved"), "{seen:?}");
        assert!(!seen.contains("\x1b[3"), "{name}: {seen:?}");
    }
}
