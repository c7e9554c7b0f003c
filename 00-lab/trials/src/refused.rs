//! Programs that the compiler refuses.

use std::fs;
use std::path::Path;
use std::process::Command;
use timeline::private::Folder;

/// Compiles `NAME.rs` in this folder, which needs no crate, and compares with
/// `NAME.stderr`, which the book shows.
///
/// # Panics
///
/// If the compiler takes it, or refuses it in other words.
pub fn is_refused(folder: &Path, name: &str, error: &str) {
    let made = Folder::new().expect("a folder for what is compiled");
    let output = Command::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "--out-dir"])
        .arg(made.path())
        .arg(format!("{name}.rs"))
        .current_dir(folder)
        .output()
        .expect("rustc runs");
    assert!(!output.status.success(), "{name} compiles");

    let errors = String::from_utf8_lossy(&output.stderr);
    let shown = folder.join(format!("{name}.stderr"));
    let shown = fs::read_to_string(shown).expect("what the book shows");
    // Other versions of rustc may draw it otherwise; the verdict stays.
    let verdict = shown.lines().next().expect("a verdict");
    assert!(verdict.starts_with(&format!("error[{error}]")), "{verdict}");
    assert!(errors.contains(verdict), "rustc said:\n{errors}");
}
