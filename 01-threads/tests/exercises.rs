//! Every exercise fails as shipped, and every wrong answer is met with the
//! sentence its first line promises.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs a test target of this package; gives back whether it passed, and all
/// that was said.
fn cargo_test(target: &str, filter: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO"))
        .args(["test", "-p", "threads", "--test", target, "--", filter])
        .output()
        .expect("cargo runs");
    let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
    said += &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[test]
fn every_wrong_answer_is_met_with_its_own_sentence() {
    let wrong = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/wrong");
    let mut met = 0;
    for folder in fs::read_dir(wrong).unwrap().map(Result::unwrap) {
        if !folder.file_type().unwrap().is_dir() {
            continue;
        }
        for answer in fs::read_dir(folder.path()).unwrap() {
            let answer = answer.unwrap().path();
            let text = fs::read_to_string(&answer).unwrap();
            let sentence = text
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("//! Met with: "))
                .expect("the first line says what the answer is met with");

            let module = format!(
                "{}-{}::check::",
                folder.file_name().to_str().unwrap(),
                answer.file_stem().unwrap().to_str().unwrap()
            );
            let (passed, said) = cargo_test("wrong", &module.replace('-', "_"));
            assert!(!passed, "{} passes its check", answer.display());
            assert!(said.contains(sentence), "{sentence:?} is not in:\n{said}");
            met += 1;
        }
    }
    assert_eq!(met, 2, "the wrong answers there are");
}

/// Not at the reader's, whose exercises may be solved, or half-written.
#[test]
fn every_starter_compiles_without_a_warning_and_fails_as_stated() {
    if std::env::var_os("CI").is_none() {
        println!("skipped: only a fresh clone has its exercises unsolved");
        return;
    }
    let (passed, said) = cargo_test("check-then-insert", "");
    assert!(!passed, "the exercise is solved as shipped");
    assert!(said.contains("was fetched more than once"), "{said}");
    assert!(!said.contains("warning:"), "{said}");
}
