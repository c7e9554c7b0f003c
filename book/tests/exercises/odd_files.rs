//! Answers and disks that are not as one would wish.

use super::workshop::{STARTER, Workshop, files, with_check};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use timeline::private::Folder;

const ANSWER: &str = "01-threads/exercises/six-times-seven.rs";

#[test]
fn nothing_rests_on_hard_links_or_on_syncing_folders() {
    let shop = Workshop::new();
    let library = shop.path("odd_disks.so");
    let source =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/exercises/odd_disks.c");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", source, "-ldl", "-o"]).arg(&library);
    let Ok(built) = cc.status() else {
        println!("left out, since there is no C compiler");
        return;
    };
    assert!(built.success());
    let run = |args: &str| {
        let mut book = shop.book(args);
        book.env("LD_PRELOAD", &library);
        let limit = Duration::from_secs(60);
        let ran = watchdog::run(&mut book, limit).unwrap();
        assert!(ran.status.success(), "{args}: {}", ran.stderr);
    };
    let read = || fs::read_to_string(shop.path(ANSWER)).unwrap();

    shop.answer("// mine");
    run("reset six-times-seven");
    assert_eq!(read(), with_check(STARTER));
    run("undo six-times-seven");
    assert_eq!(read(), with_check("// mine"));
    run("hint");
}

#[test]
fn backups_may_be_on_another_file_system() {
    let shop = Workshop::new();
    let device = |path: &Path| fs::metadata(path).unwrap().dev();
    // On Linux, one in memory.
    let other = Folder::new_in(Path::new("/dev/shm")).ok();
    let other = other.filter(|it| device(it.path()) != device(&shop.root));
    let Some(other) = other else {
        println!("left out, since there is no other file system");
        return;
    };
    symlink(other.path(), shop.path("backups")).unwrap();
    let read = || fs::read_to_string(shop.path(ANSWER)).unwrap();
    let run = |args: &str| {
        let ran = shop.run(args);
        assert!(ran.status.success(), "{args}: {}", ran.stderr);
    };
    shop.answer("// mine");
    run("reset six-times-seven");
    assert_eq!(read(), with_check(STARTER));
    let [backup] = &files(other.path())[..] else { panic!("one backup") };
    let text = fs::read_to_string(backup).unwrap();
    assert_eq!(text, with_check("// mine"));

    shop.answer("// another");
    run("undo six-times-seven");
    assert_eq!(read(), with_check("// mine"));
    run("undo six-times-seven");
    assert_eq!(read(), with_check("// another"));

    // What cannot be copied stays, and it is said what can be done.
    let answer = shop.path(ANSWER);
    fs::remove_file(&answer).unwrap();
    mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let ran = shop.run("reset six-times-seven");
    assert_eq!(ran.status.code(), Some(1));
    let advice = "your answer stays where it is; backups/ is on another file \
                  system, so move it away yourself";
    assert!(ran.stderr.contains(advice), "{}", ran.stderr);
}

#[test]
fn an_answer_that_is_a_pipe_is_a_sentence_and_can_be_reset() {
    let shop = Workshop::new();
    let answer = shop.path(ANSWER);
    fs::remove_file(&answer).unwrap();
    mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
    let ran = shop.run("check six-times-seven");
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains("not a regular file"), "{}", ran.stderr);
    assert!(ran.stderr.contains("reset six-times-seven"), "{}", ran.stderr);
    assert!(shop.run("check").stdout.contains("not a regular file"));

    assert!(shop.run("reset six-times-seven").status.success());
    let text = fs::read_to_string(&answer).unwrap();
    assert_eq!(text, with_check(STARTER));

    // Where there is none, it does more than nothing.
    fs::remove_file(&answer).unwrap();
    let said = shop.run("reset six-times-seven").stdout;
    assert!(said.ends_with(" is as shipped again\n"), "{said}");
}

#[test]
fn a_byte_order_mark_and_other_line_ends_change_nothing() {
    let shop = Workshop::new();
    let windows = |text: &str| {
        format!("\u{feff}{}", with_check(text)).replace('\n', "\r\n")
    };
    let answer = shop.path(ANSWER);
    fs::write(&answer, windows(STARTER)).unwrap();
    let said = shop.run("reset six-times-seven").stdout;
    assert!(said.contains("nothing to do"), "{said}");

    fs::write(&answer, windows("//! Mine.\n\npub fn answer() -> i32 { 42 }"))
        .unwrap();
    let ran = shop.run("check six-times-seven");
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    let shown = shop.run("solution six-times-seven").stdout;
    assert!(!shown.contains("Mine."), "{shown}");
}

#[test]
fn progress_is_the_readers_alone() {
    let shop = Workshop::new();
    let progress = shop.path("progress.txt");
    fs::write(&progress, "").unwrap();
    fs::set_permissions(&progress, PermissionsExt::from_mode(0o644)).unwrap();
    shop.run("hint");
    let mode = fs::metadata(&progress).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_cannot_be_written_is_named() {
    let shop = Workshop::new();
    let named = |ran: watchdog::Ran, file: PathBuf| {
        let name = file.display().to_string();
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(&name), "{said}");
        ran
    };
    // No rights keep the superuser out; a file in the way does.
    shop.answer("pub fn answer() -> i32 { 42 }");
    fs::write(shop.path("backups"), "").unwrap();
    let ran = shop.run("reset six-times-seven");
    let ran = named(ran, shop.path("backups"));
    assert_eq!(ran.status.code(), Some(1));
    let text = fs::read_to_string(shop.path(ANSWER)).unwrap();
    assert!(text.contains("42"));

    // Without its folder a verdict is still a verdict.
    fs::create_dir(shop.path("progress.txt")).unwrap();
    let ran = shop.run("check six-times-seven");
    let ran = named(ran, shop.path("progress.txt"));
    assert!(ran.stdout.contains("six-times-seven: solved"), "{}", ran.stdout);
    assert!(files(&shop.path("progress.txt")).is_empty());

    // And what was asked for is shown. Which hint comes next is not known then.
    let ran = named(shop.run("hint"), shop.path("progress.txt"));
    assert!(ran.status.success(), "{}", ran.stderr);
    for hint in ["hint 1 of 2", "Not plus.", "hint 2 of 2", "Times."] {
        assert!(ran.stdout.contains(hint), "{}", ran.stdout);
    }
    let ran = shop.run("solution six-times-seven --anyway");
    let ran = named(ran, shop.path("progress.txt"));
    assert!(ran.status.success(), "{}", ran.stderr);
    assert!(ran.stdout.contains("+pub fn answer() -> i32 { 6 * 7 }"));
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn of_an_answer_that_prints_for_ever_one_is_shown_both_ends() {
    let shop = Workshop::new();
    shop.answer(
        "pub fn answer() -> i32 {
             println!(\"the beginning\");
             loop { println!(\"{}\", \"x\".repeat(200)) }
         }",
    );
    let ran = shop.run("check six-times-seven");
    let said = ran.stdout;
    assert!(said.contains("six-times-seven: hangs"), "{said}");
    assert!(said.contains("the beginning"), "{said}");
    assert!(said.contains(" MB left out …"), "{said}");
    // That, and not that it waits to be woken.
    assert!(said.contains("\n  it printed "), "{said}");
    assert!(said.contains(" MB and did not end\n"), "{said}");
    assert!(!said.contains("usually:"), "{said}");
    assert!(said.len() < 100_000, "{} bytes", said.len());
}

#[test]
fn a_copy_that_cargo_cannot_build_is_named() {
    let shop = Workshop::new();
    let programs = shop.path("01-threads/src/bin");
    fs::create_dir_all(&programs).unwrap();
    fs::write(programs.join("1-1-a-step copy.rs"), "fn main() {}").unwrap();
    symlink("me@here", programs.join(".#1-1.rs")).unwrap();
    shop.answer("pub fn answer() -> i32 { 42 }");
    let ran = shop.run("check six-times-seven");
    let name = "01-threads/src/bin/1-1-a-step copy.rs";
    assert!(ran.stderr.contains(name), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}
