//! What is judged is what is in the file, whatever its time says: cargo goes by
//! the time, and would run the program of an answer that was there before.

use super::workshop::{Workshop, with_check};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

const WRONG: &str = "pub fn answer() -> i32 { 6 + 6 }";
const RIGHT: &str = "pub fn answer() -> i32 { 7 * 6 }";

fn answer(shop: &Workshop) -> PathBuf {
    shop.path("01-threads/exercises/six-times-seven.rs")
}

/// Sees what the verdict is, and that it is the one which is remembered.
#[track_caller]
fn is_judged(shop: &Workshop, verdict: &str) {
    let ran = shop.run("check six-times-seven");
    let said = format!("six-times-seven: {verdict}");
    assert!(ran.stdout.contains(&said), "not {verdict}:\n{}", ran.stdout);
    let table = shop.run("check").stdout;
    let line = format!("six-times-seven  {verdict}\n");
    assert!(table.contains(&line), "not {verdict}:\n{table}");
}

/// A file of years ago.
fn old(file: &Path, text: &str) {
    fs::write(file, with_check(text)).unwrap();
    let then = UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    File::options().write(true).open(file).unwrap().set_modified(then).unwrap();
}

#[test]
fn a_wrong_answer_that_undo_puts_back_is_not_solved() {
    let shop = Workshop::new();
    shop.answer(WRONG);
    is_judged(&shop, "wrong answer");
    shop.run("reset six-times-seven");
    shop.answer(RIGHT);
    is_judged(&shop, "solved");
    shop.run("undo six-times-seven");
    is_judged(&shop, "wrong answer");
}

#[test]
fn a_wrong_answer_that_is_older_than_the_right_one_is_not_solved() {
    let shop = Workshop::new();
    let answer = answer(&shop);
    let aside = shop.path("aside.rs");

    shop.answer(RIGHT);
    is_judged(&shop, "solved");
    // As `cp -p` does.
    old(&answer, WRONG);
    is_judged(&shop, "wrong answer");

    shop.answer(RIGHT);
    is_judged(&shop, "solved");
    // As `mv` does.
    old(&aside, WRONG);
    fs::rename(&aside, &answer).unwrap();
    is_judged(&shop, "wrong answer");

    shop.answer(RIGHT);
    is_judged(&shop, "solved");
    old(&aside, WRONG);
    fs::remove_file(&answer).unwrap();
    symlink(&aside, &answer).unwrap();
    is_judged(&shop, "wrong answer");
    // And what it points to.
    fs::write(&aside, with_check(RIGHT)).unwrap();
    is_judged(&shop, "solved");
    old(&aside, WRONG);
    is_judged(&shop, "wrong answer");
}

#[test]
fn a_right_answer_that_is_older_than_the_wrong_one_is_solved() {
    let shop = Workshop::new();
    shop.answer(WRONG);
    is_judged(&shop, "wrong answer");
    old(&answer(&shop), RIGHT);
    is_judged(&shop, "solved");
}
