//! Nothing that a reader wrote is lost, whenever we are killed.

use super::workshop::{STARTER, Workshop, files, with_check};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::SystemTime;

/// So many have to be killed before they have come to their end.
const CUT_SHORT: u32 = 100;

const COMMANDS: [&str; 3] =
    ["reset six-times-seven", "undo six-times-seven", "hint"];

#[test]
fn whatever_is_killed_whenever_no_answer_is_lost() {
    let shop = Workshop::new();
    let answer = shop.path("01-threads/exercises/six-times-seven.rs");
    // How often files change if no process is killed.
    let changes = COMMANDS.map(|command| {
        shop.answer(STARTER);
        let mut book = start(&shop, command);
        let changes = watch(&shop, &mut book, u32::MAX);
        book.wait().unwrap();
        changes
    });
    let changes = changes.into_iter().max().unwrap();

    let (mut round, mut cut_short, mut gone) = (0, 0, 0);
    while cut_short < CUT_SHORT {
        // Some get to their end all the same, more of them on a busy machine.
        assert!(round < 20 * CUT_SHORT, "only {cut_short} were cut short");
        let command = COMMANDS[round as usize % COMMANDS.len()];
        // What the reader overwrites is the reader's affair.
        let text = with_check(&format!("// of round {round}"));
        fs::write(&answer, &text).unwrap();
        let before = kept(&shop, &answer);
        let hints = hints(&shop);

        // After one change to the files after another; before the first, too.
        let at = round / COMMANDS.len() as u32 % (changes + 1);
        let mut book = start(&shop, command);
        watch(&shop, &mut book, at);
        book.kill().unwrap();
        cut_short += u32::from(book.wait().unwrap().code().is_none());

        gone += u32::from(!answer.exists());
        let after = kept(&shop, &answer);
        let lost: Vec<_> = before.difference(&after).collect();
        assert!(lost.is_empty(), "{command}, change {at}: lost {lost:?}");

        let now = self::hints(&shop);
        assert!(now == hints || now == hints + 1, "{hints}, then {now}");
        if !answer.exists() {
            assert!(shop.run("reset six-times-seven").status.success());
            assert!(answer.exists());
        }
        round += 1;
    }
    println!("{cut_short} of {round} cut short; {gone} left no answer");
}

fn start(shop: &Workshop, command: &str) -> Child {
    let mut book = shop.book(command);
    book.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Watches the files change until they have changed `most` times, or the
/// command is over; gives back how often they did.
fn watch(shop: &Workshop, book: &mut Child, most: u32) -> u32 {
    let mut changes = 0;
    let mut known = look(shop);
    while changes < most && book.try_wait().unwrap().is_none() {
        let now = look(shop);
        changes += u32::from(now != known);
        known = now;
    }
    changes
}

/// The files there are, how long they are, and when they were written.
fn look(shop: &Workshop) -> BTreeSet<(PathBuf, u64, Option<SystemTime>)> {
    let folders = [".", "backups", "01-threads/exercises"];
    let files = folders.into_iter().flat_map(|it| files(&shop.path(it)));
    let files = files.filter_map(|file| {
        let about = file.metadata().ok()?;
        Some((file, about.len(), about.modified().ok()))
    });
    files.collect()
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
    let lines = text.lines().map(|line| line.parse::<Value>().unwrap());
    let mut exercises = lines.map(|line| line["exercise"].clone());
    let ours = exercises.find(|exercise| exercise[0] == "six-times-seven");
    let Some(exercise) = ours else {
        assert!(text.is_empty(), "{text}");
        return 0;
    };
    exercise[1]["hints"].as_u64().unwrap() as u32
}
