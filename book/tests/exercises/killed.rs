//! Nothing that a reader wrote is lost, whenever we are killed.

use crate::workshop::{STARTER, Workshop, files, with_check};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

const KILLS: u32 = 200;

const COMMANDS: [&str; 3] =
    ["reset six-times-seven", "undo six-times-seven", "hint"];

#[test]
fn whatever_is_killed_whenever_no_answer_is_lost() {
    let shop = Workshop::new();
    let answer = shop.path("01-threads/exercises/six-times-seven.rs");
    let (mut cut_short, mut gone) = (0, 0);
    // How long one takes that nobody ends.
    let length = COMMANDS.map(|command| {
        shop.answer(STARTER);
        let began = Instant::now();
        shop.book(command).stdout(Stdio::null()).status().unwrap();
        began.elapsed()
    });
    let length = length.into_iter().max().unwrap();

    for round in 0..KILLS {
        let command = COMMANDS[round as usize % COMMANDS.len()];
        // What the reader overwrites is the reader's affair.
        let text = with_check(&format!("// of round {round}"));
        fs::write(&answer, &text).unwrap();
        let before = kept(&shop, &answer);
        let hints = hints(&shop);

        // At one point after another, from its beginning to its end.
        let at = length * (round % 40) / 40;
        let mut book = shop.book(command);
        let mut book =
            book.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while began.elapsed() < at {
            std::hint::spin_loop();
        }
        book.kill().unwrap();
        cut_short += u32::from(book.wait().unwrap().code().is_none());

        gone += u32::from(!answer.exists());
        let after = kept(&shop, &answer);
        let lost: Vec<_> = before.difference(&after).collect();
        assert!(lost.is_empty(), "{command}, after {at:?}: lost {lost:?}");

        let now = self::hints(&shop);
        assert!(now == hints || now == hints + 1, "{hints}, then {now}");
        if !answer.exists() {
            assert!(shop.run("reset six-times-seven").status.success());
            assert!(answer.exists());
        }
    }
    println!("{cut_short} of {KILLS} cut short; {gone} left no answer");
    assert!(cut_short > KILLS / 4, "only {cut_short} were cut short");
}

/// The reader's texts, wherever they are now.
fn kept(shop: &Workshop, answer: &Path) -> BTreeSet<String> {
    let mut files = files(&shop.path("backups"));
    files.extend(answer.exists().then(|| answer.to_owned()));
    let texts = files.into_iter().map(|file| fs::read_to_string(file).unwrap());
    texts.filter(|text| text.starts_with("// of round ")).collect()
}

/// How many hints have been seen; 0 if there is no progress yet.
fn hints(shop: &Workshop) -> u32 {
    let text = fs::read_to_string(shop.path("progress.txt"));
    let text = text.unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("six-times-seven "));
    let Some(line) = line else {
        assert!(text.is_empty(), "{text}");
        return 0;
    };
    let word = line.split(' ').find_map(|word| word.strip_prefix("hints="));
    word.unwrap().parse().unwrap()
}
