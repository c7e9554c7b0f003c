//! Each kind of verdict, of answers that earn it.

use super::workshop::Workshop;

#[test]
fn each_kind_of_answer_meets_its_verdict() {
    let shop = Workshop::new();
    let judged = |answer: &str, wanted: &[&str]| {
        shop.answer(answer);
        let ran = shop.run("check six-times-seven");
        let said = format!("{}{}", ran.stdout, ran.stderr);
        for wanted in wanted {
            assert!(said.contains(wanted), "{wanted:?} is not in:\n{said}");
        }
        let solved = wanted[0] == "six-times-seven: solved";
        assert_eq!(ran.status.code(), Some((!solved).into()), "{said}");
    };

    judged(
        "pub fn answer() -> i32 { 6+7 }",
        &[
            "six-times-seven: wrong answer",
            // Without what `assert_eq` says itself.
            "13 is not 42\n\nusually",
            "usually: you have added where you ought to have multiplied.",
        ],
    );
    judged(
        "pub fn answer() -> i32 { println!(\"six\"); dbg!(6) + 6 }",
        &[
            "six-times-seven: wrong answer",
            "12 is not 42",
            "it printed:\n  six\n",
            "] 6 = 6\n",
        ],
    );
    judged(
        "pub fn answer() -> i32 { -42 }",
        &["six-times-seven: right answer, wrong way", "the sign is wrong"],
    );
    judged(
        "pub fn answer() -> i32 { 42_u8 }",
        &[
            "six-times-seven: does not compile",
            "error[E0308]: mismatched types",
            "expected `i32`, found `u8`",
            "rustc --explain E0308",
            "usually: numbers of different types.",
        ],
    );
    judged(
        "pub fn answer() -> i32 { let unread = 1; panic!(\"no idea\") }",
        &[
            "six-times-seven: panics",
            "unused variable: `unread`",
            "exercises/six-times-seven.rs:1:",
            ": no idea",
        ],
    );
    judged(
        "pub fn answer() -> i32 { std::process::exit(0) }",
        &["six-times-seven: panics", "it ends the whole process"],
    );
    judged(
        "pub fn answer() -> i32 {
             std::panic::set_hook(Box::new(|_| {}));
             41
         }",
        &["six-times-seven: panics", "`panic::set_hook`"],
    );
    judged(
        "pub fn answer() -> i32 { std::process::abort() }",
        &["six-times-seven: panics", "signal: 6"],
    );
    judged(
        "pub fn answer() -> i32 { loop { std::thread::park() } }",
        &[
            "six-times-seven: hangs",
            "still running after",
            "usually: nobody will wake it.",
        ],
    );
    judged(
        // Right the first time and never again.
        "pub fn answer() -> i32 {
             let first = std::fs::File::create_new(\"been-here\").is_ok();
             if first { 42 } else { 41 }
         }",
        &[
            "six-times-seven: flaky",
            "the second of 20 runs failed (and 18 more): wrong answer: 41 is \
             not 42",
        ],
    );
    judged(
        "pub fn answer() -> i32 { 7 * 6 }",
        &["six-times-seven: solved", "each of 20 runs passed"],
    );
}

/// Gives back how many of its runs are under way at once. Waits for another,
/// but not for ever.
const COUNTS_RUNS: &str = "
    fn runs() -> usize {
        use std::os::unix::net::{UnixListener, UnixStream};
        use std::time::{Duration, Instant};
        let name = format!(\"run-{}.socket\", std::process::id());
        let _open_as_long_as_it_runs = UnixListener::bind(name).unwrap();
        let began = Instant::now();
        loop {
            let files = std::fs::read_dir(\".\").unwrap().flatten();
            let sockets = files.map(|file| file.file_name());
            let sockets = sockets.filter(|name| {
                let name = name.to_string_lossy();
                name.ends_with(\".socket\") && UnixStream::connect(&*name).is_ok()
            });
            let count = sockets.count();
            if count > 1 || began.elapsed() > Duration::from_millis(800) {
                return count;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }";

#[test]
fn what_is_wrong_is_said_of_a_run_that_had_no_others_beside_it() {
    let shop = Workshop::new();
    shop.answer(&format!(
        "pub fn answer() -> i32 {{ runs().try_into().unwrap() }} {COUNTS_RUNS}"
    ));
    let ran = shop.run("check six-times-seven");
    assert!(ran.stdout.contains("six-times-seven: wrong answer"), "{ran:?}");
    assert!(ran.stdout.contains("\n  1 is not 42\n"), "{ran:?}");
}

#[test]
fn an_answer_that_is_wrong_only_beside_others_is_flaky() {
    let shop = Workshop::new();
    shop.answer(&format!(
        "pub fn answer() -> i32 {{ if runs() > 1 {{ 41 }} else {{ 42 }} }} \
         {COUNTS_RUNS}"
    ));
    let ran = shop.run("check six-times-seven");
    assert!(ran.stdout.contains("six-times-seven: flaky"), "{ran:?}");
    assert!(ran.stdout.contains(" of 20 runs failed"), "{ran:?}");
    assert!(ran.stdout.contains("41 is not 42"), "{ran:?}");
}

#[test]
fn an_untouched_file_is_met_with_what_to_do_and_no_verdict() {
    let shop = Workshop::new();
    let ran = shop.run("check six-times-seven");
    assert_eq!(ran.status.code(), Some(1));
    for wanted in [
        "○ six-times-seven: not started",
        "01-threads/exercises/six-times-seven.rs is as shipped; edit it",
        "cargo run -- check six-times-seven",
        "cargo test -p threads --test six-times-seven",
    ] {
        assert!(ran.stdout.contains(wanted), "{wanted}: {}", ran.stdout);
    }
    let said = ran.stdout + &ran.stderr;
    for unwanted in ["wrong answer", "13 is not 42", "usually", "hint"] {
        assert!(!said.contains(unwanted), "{unwanted}: {said}");
    }
}

#[test]
fn what_cannot_be_judged_is_said_with_what_to_do() {
    let shop = Workshop::new();
    let answer = shop.path("01-threads/exercises/six-times-seven.rs");
    std::fs::write(&answer, "pub fn answer() -> i32 { 42 }").unwrap();
    let ran = shop.run("check six-times-seven");
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains("put back"), "{}", ran.stderr);

    let manifest = shop.path("01-threads/Cargo.toml");
    std::fs::write(&manifest, "[package]\nname = ").unwrap();
    let ran = shop.run("check six-times-seven");
    assert_eq!(ran.status.code(), Some(1));
    assert!(ran.stderr.contains("Cargo.toml"), "{}", ran.stderr);

    std::fs::remove_file(&answer).unwrap();
    for command in ["check six-times-seven", "check"] {
        let ran = shop.run(command);
        let said = ran.stdout + &ran.stderr;
        assert!(said.contains("-- reset six-times-seven"), "{said}");
    }
}

/// Readers' answers are compiled with the lints of the workspace. Those ask for
/// nothing that is a matter of style.
#[test]
fn a_right_answer_is_met_with_no_lint() {
    let shop = Workshop::new();
    let append = |file: &str, text: &str| {
        let file = shop.path(file);
        let manifest = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, manifest + text).unwrap();
    };
    let ours = include_str!("../../../Cargo.toml");
    let start = ours.find("[workspace.lints").expect("there are lints");
    let end = start + ours[start..].find("\n[profile").unwrap();
    append("Cargo.toml", &ours[start..end]);
    append("01-threads/Cargo.toml", "\n[lints]\nworkspace = true\n");
    shop.answer(
        "//! Six times seven.

         use std::sync::{Mutex, MutexGuard};

         fn twice(number: MutexGuard<i32>) -> i32 {
             *number * 2
         }

         pub fn answer() -> i32 {
             let number = std::sync::Mutex::new(21);
             let other: Mutex<i32> = std::default::Default::default();
             twice(number.lock().unwrap()) + *other.lock().unwrap()
         }",
    );
    let ran = shop.run("check six-times-seven");
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "", "{}", ran.stdout);
}
