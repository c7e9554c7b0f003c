//! A reader's start: what is left if it is told to end before it has begun, and
//! what it shows that was made before.

use super::looks::book_of_one_page;
use super::reader::Reader;
use super::workspace::{IN_ORDER, book};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use std::sync::PoisonError;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_reader_leaves_nothing_however_early_it_is_ended() {
    let _in_order = IN_ORDER.read().unwrap_or_else(PoisonError::into_inner);
    let temporary = timeline::private::Folder::new().unwrap();
    let count = || fs::read_dir(temporary.path()).unwrap().count();
    let until = |what: &str, done: &dyn Fn() -> bool| {
        let patience = Instant::now() + Duration::from_secs(30);
        while !done() {
            assert!(Instant::now() < patience, "never: {what}");
            thread::yield_now();
        }
    };
    let start = || {
        let mut book = book();
        book.env("TMPDIR", temporary.path());
        book.stdout(Stdio::null()).stderr(Stdio::null());
        book.spawn().unwrap()
    };
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut reader = start();
        let _limit = watchdog::kill_after(&reader, Duration::from_secs(60));
        until("there is a folder", &|| count() == 1);
        kill_process(Pid::from_child(&reader), signal).unwrap();
        assert!(reader.wait().unwrap().success(), "{signal:?}");
        assert_eq!(count(), 0, "{signal:?}");
    }

    // One that is killed cannot clear away; the next one does, once nothing is
    // written there any more.
    let mut killed = start();
    until("there is a folder", &|| count() == 1);
    killed.kill().unwrap();
    killed.wait().unwrap();
    until("what the dead has left is cleared away", &|| {
        let folder =
            timeline::private::Folder::new_in(temporary.path()).unwrap();
        drop(folder);
        count() == 0
    });
}

#[test]
fn pages_that_are_kept_are_shown_until_something_is_saved() {
    let root = book_of_one_page("kept");
    let kept = root.join("target/pages");
    let _ = fs::remove_dir_all(&kept);
    let shown = || {
        let reader = Reader::start_in(&root);
        let mut page = String::new();
        reader.ask("GET", "/", "", "").read_to_string(&mut page).unwrap();
        page
    };
    let mark = "<!-- kept -->";
    let made = shown();
    assert!(made.contains("</html>") && !made.contains(mark), "{made}");

    let edition = fs::read_dir(&kept).unwrap().next().unwrap().unwrap();
    let page = edition.path().join("index.html");
    fs::write(&page, fs::read_to_string(&page).unwrap() + mark).unwrap();
    assert_eq!(body(&shown()), body(&made) + mark);

    let chapter = root.join("book/chapters/README.md");
    let text = fs::read_to_string(&chapter).unwrap();
    fs::write(&chapter, text + "\nOne more sentence.\n").unwrap();
    let now = shown();
    assert!(now.contains("One more sentence."), "{now}");
    assert!(!now.contains(mark), "{now}");
}

/// What comes after the header lines.
fn body(answer: &str) -> String {
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
