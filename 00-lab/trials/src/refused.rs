//! Programs that the compiler refuses.

use std::fs;
use std::path::Path;
use std::process::Command;
use timeline::private::Folder;

/// Compiles `NAME.rs` in this folder, which needs no crate, and compares with
/// `NAME.stderr`, which the book shows. Some errors have no code.
///
/// # Panics
///
/// If the compiler takes it, or refuses it in other words.
pub fn is_refused<'a>(
    folder: &Path,
    name: &str,
    error: impl Into<Option<&'a str>>,
) {
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
    let begin = error.into().map(|code| format!("error[{code}]: "));
    let begin = begin.as_deref().unwrap_or("error: ");
    assert!(verdict.starts_with(begin), "{verdict}");
    assert!(errors.contains(verdict), "rustc said:\n{errors}");
}
