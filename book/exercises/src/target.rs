//! A test target with an answer in it: compiled by cargo.

use crate::exercise::Exercise;
use crate::tree::{Tree, prepare_cargo};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use watchdog::Ran;

/// How much is kept of what a test prints, in bytes, and of what the compiler
/// says: it is to be read, in a terminal or on a page.
pub const MOST: usize = 64 * 1024;

/// How long one test may take. Most take a tenth of a second.
pub const LIMIT: Duration = Duration::from_secs(8);

/// How long the compiler may take, to build all that is needed.
const COMPILING: Duration = Duration::from_secs(15 * 60);

/// A test target that compiled.
#[derive(Debug)]
pub struct Target {
    pub program: PathBuf,
    pub folder: PathBuf,
    /// Set if cargo has built nothing: it took the program to be up to date.
    pub is_fresh: bool,
    /// Its tests, by their whole names.
    pub tests: Vec<String>,
    /// What the compiler remarked on.
    pub warnings: String,
}

/// Compiles a test target of an exercise's package. The inner error is what
/// the compiler said.
///
/// # Errors
///
/// If something fails that is not the compiler.
pub fn compile(
    exercise: &Exercise,
    target: &str,
) -> Result<Result<Target, String>> {
    // A file with a name that cargo cannot use would stop it, and it would not
    // say which one that is.
    let programs = exercise.rung.join("src/bin");
    let strangers = Tree::at(&exercise.root).strangers;
    if let Some(stranger) =
        strangers.iter().find(|it| it.starts_with(&programs))
    {
        let stranger = exercise.seen(stranger);
        bail!("cargo cannot build {stranger}, by its name; move it elsewhere");
    }
    let package = ["-p", &exercise.package];
    let built = build(&exercise.root, &package, &[target])?;
    built.target_in(&exercise.rung, target)
}

/// Has cargo build the test targets of these names in some packages.
///
/// # Errors
///
/// If it cannot be run.
pub fn build(
    root: &Path,
    packages: &[&str],
    targets: &[&str],
) -> Result<Built> {
    // It says in JSON what it does.
    let mut cargo = prepare_cargo();
    cargo
        .args(["test", "--no-run", "--message-format=json"])
        .args(packages)
        .args(targets.iter().flat_map(|target| ["--test", target]))
        .current_dir(root);
    Ok(Built(watchdog::run(&mut cargo, COMPILING)?))
}

/// What cargo has said of test targets.
#[derive(Debug)]
pub struct Built(Ran);

impl Built {
    /// The target of this name, of the package in this folder. The inner error
    /// is what the compiler said.
    ///
    /// # Errors
    ///
    /// If something has failed that is not the compiler.
    pub fn target_in(
        &self,
        folder: &Path,
        target: &str,
    ) -> Result<Result<Target, String>> {
        let Built(cargo) = self;
        // A whole path may go by a link, and ours by another.
        let rung = folder.file_name().unwrap_or_default();
        let manifest = Path::new(rung).join("Cargo.toml");
        // Each line of its output has what the compiler has said, or what cargo
        // has built.
        let (mut warnings, mut errors) = (String::new(), String::new());
        let (mut program, mut is_fresh) = (None, false);
        let messages = cargo.stdout.lines().filter_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            Some(message)
        });
        for message in messages {
            let path = message["manifest_path"].as_str().unwrap_or_default();
            let is_target = message["target"]["name"] == target
                && Path::new(path).ends_with(&manifest);
            if let Some(path) = message["executable"].as_str()
                && is_target
            {
                program = Some(PathBuf::from(path));
                is_fresh = message["fresh"] == true;
            }
            let text = message["message"]["rendered"].as_str();
            let text = text.unwrap_or_default();
            match message["message"]["level"].as_str() {
                Some("warning") if is_target => warnings += text,
                // In any package: this one cannot be built without it.
                Some("error" | "error: internal compiler error") => {
                    errors += text;
                }
                // "For more information about this error, try …"
                Some("failure-note") => errors += text,
                _ => {}
            }
        }

        // If the compiler has said no error, cargo itself has failed.
        let warnings = watchdog::abridge(&warnings, MOST);
        match program {
            Some(program) if cargo.status.success() => {
                let folder = folder.to_owned();
                let tests = list_tests(&program, &folder)?;
                Ok(Ok(Target { program, folder, is_fresh, tests, warnings }))
            }
            _ if !errors.is_empty() => {
                Ok(Err(warnings + &watchdog::abridge(&errors, MOST)))
            }
            _ => bail!("cargo cannot build it:\n{}", cargo.stderr.trim_end()),
        }
    }
}

/// The names of the tests in a program.
fn list_tests(program: &Path, folder: &Path) -> Result<Vec<String>> {
    let mut list = Command::new(program);
    list.args(["--list", "--format", "terse"]).current_dir(folder);
    let list = watchdog::run_keeping(MOST, &mut list, LIMIT)
        .context("lists no tests")?;
    let names = list.stdout.lines();
    let names = names.filter_map(|line| line.strip_suffix(": test"));
    Ok(names.map(str::to_owned).collect())
}
