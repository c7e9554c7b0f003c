//! What the compiler refuses, it refuses in the words the book shows.

use std::process::Command;

#[test]
fn two_writers_of_one_set_are_refused() {
    let refused = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/refused");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "--out-dir"])
        .args([env!("CARGO_TARGET_TMPDIR"), "two-writers.rs"])
        .current_dir(refused)
        .output()
        .expect("rustc runs");
    assert!(!output.status.success());

    let said = String::from_utf8_lossy(&output.stderr);
    let shown = include_str!("refused/two-writers.stderr");
    // Other versions of rustc may draw it otherwise; the verdict stays.
    let verdict = shown.lines().next().unwrap();
    assert!(said.contains(verdict), "rustc said:\n{said}");
}
