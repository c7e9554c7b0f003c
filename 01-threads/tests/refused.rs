//! What the compiler refuses, it refuses in the words the book shows.

use std::path::Path;
use std::process::Command;

#[test]
fn two_writers_of_one_set_are_refused() {
    is_refused("two-writers", "E0499");
}

#[test]
fn a_thread_that_borrows_from_its_function_is_refused() {
    is_refused("without-move", "E0373");
}

#[test]
fn an_rc_in_two_threads_is_refused() {
    is_refused("rc-in-two-threads", "E0277");
}

/// Compiles `tests/refused/NAME.rs`, and compares.
fn is_refused(name: &str, error: &str) {
    let refused = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "--out-dir"])
        .args([env!("CARGO_TARGET_TMPDIR"), &format!("{name}.rs")])
        .current_dir(&refused)
        .output()
        .expect("rustc runs");
    assert!(!output.status.success(), "{name} compiles");

    let errors = String::from_utf8_lossy(&output.stderr);
    let shown = refused.join(format!("{name}.stderr"));
    let shown = std::fs::read_to_string(shown).expect("what the book shows");
    // Other versions of rustc may draw it otherwise; the verdict stays.
    let verdict = shown.lines().next().expect("a verdict");
    assert!(verdict.starts_with(&format!("error[{error}]")), "{verdict}");
    assert!(errors.contains(verdict), "rustc said:\n{errors}");
}
