//! A copy of this workspace, whose exercises and progress are nobody's.

use exercises::tree::prepare_cargo;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Once, RwLock};
use std::time::Duration;

/// Locked to write by a test that damages the copy for a while. No test starts
/// a reader meanwhile: it would not start.
pub static IN_ORDER: RwLock<()> = RwLock::new(());

/// The copy, as shipped when the first test asks for it.
pub fn workspace() -> PathBuf {
    static COPIED: Once = Once::new();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    // Always in the same place: what cargo has built for it is found again.
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workspace");
    COPIED.call_once(|| {
        mirror(ours, &copy);
        for rung in ["00-lab", "01-threads"] {
            let exercises = copy.join(rung).join("exercises");
            for file in files(&exercises) {
                let starter = file.with_extension("").join("starter.rs");
                if starter.exists() {
                    copy_if_new(&starter, &file.with_extension("rs"));
                }
            }
        }
        // Built once, here, or every test would wait for it to be built.
        let mut cargo = prepare_cargo();
        cargo.args(["build", "-q", "-p", "threads", "-p", "lab"]);
        cargo.args(["--bins", "--test", "check-then-insert"]);
        cargo.current_dir(&copy).env("CARGO_TARGET_DIR", copy.join("target"));
        let built = watchdog::run(&mut cargo, Duration::from_secs(600));
        let built = built.unwrap_or_else(|why| panic!("{why}"));
        assert!(built.status.success(), "{}", built.stderr);
    });
    copy
}

/// `cargo run`, in the copy, but for cargo. What it builds must not get among
/// what is built here: cargo tells packages apart by where they are in their
/// workspace, and not by which workspace that is.
pub fn book() -> Command {
    let mut book = Command::new(env!("CARGO_BIN_EXE_book"));
    book.current_dir(workspace());
    book.env("CARGO_TARGET_DIR", workspace().join("target"));
    book
}

/// Makes `to` what `from` is, without what is only here or only the reader's.
fn mirror(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let left_out = ["target", "backups", "progress.txt"];
    let is_left_out = |file: &Path| {
        name(file).starts_with('.') || left_out.contains(&name(file))
    };
    for file in files(from).into_iter().filter(|it| !is_left_out(it)) {
        let copy = to.join(name(&file));
        match file.is_dir() {
            true => mirror(&file, &copy),
            false => copy_if_new(&file, &copy),
        }
    }
    for copy in files(to) {
        let is_old = is_left_out(&copy) || !from.join(name(&copy)).exists();
        // What was built for it can be used again.
        if is_old && name(&copy) != "target" {
            let removed = match copy.is_dir() {
                true => fs::remove_dir_all(copy),
                false => fs::remove_file(copy),
            };
            removed.unwrap();
        }
    }
}

/// What is the same already need not be compiled again.
fn copy_if_new(from: &Path, to: &Path) {
    if fs::read(from).ok() != fs::read(to).ok() {
        fs::copy(from, to).unwrap();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| entry.path()).collect()
}

fn name(file: &Path) -> &str {
    file.file_name().unwrap().to_str().unwrap()
}
