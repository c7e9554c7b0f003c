//! Which functions are under way at a place.

use std::backtrace::Backtrace;
use std::env;
use std::sync::Mutex;

static NOTED: Mutex<Vec<(&str, Backtrace)>> = Mutex::new(Vec::new());

/// Notes which functions are under way, at the first call with each title.
pub fn note_callers(title: &'static str) {
    let mut noted = NOTED.lock().unwrap();
    if noted.iter().all(|it| it.0 != title) {
        noted.push((title, Backtrace::force_capture()));
    }
}

/// Prints what was noted, the innermost function first. To find their names
/// takes longer than a page does, so this comes at the end.
pub fn print_callers() {
    for (title, trace) in NOTED.lock().unwrap().drain(..) {
        println!("{title}:");
        for name in ours(&trace.to_string()) {
            println!("    {name}");
        }
    }
}

/// The functions of this package: those of a step by their names, and what is
/// the loop's in one line.
fn ours(trace: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let lines: Vec<_> = trace.lines().map(str::trim_start).collect();
    for two in lines.windows(2) {
        // `1: the_step::receive` and `at ./03-callbacks/src/bin/step.rs:103:9`
        let name = two[0].split_once(": ");
        let file = two[1].strip_prefix("at ").and_then(file_of_ours);
        let (Some((_, name)), Some(file)) = (name, file) else { continue };
        match file.split('/').next() {
            Some("bin") => names.push(described(name)),
            _ if file.starts_with("steps/blocking.rs") => {
                names.push(described(name));
            }
            // `note_callers` itself.
            Some("steps") => {}
            _ if names.last().is_some_and(|it| it == LOOP) => {}
            _ => names.push(LOOP.to_owned()),
        }
    }
    names
}

/// The part of a path behind this package's `src`, if it is in there. A
/// backtrace gives the paths of files below the current folder without it.
fn file_of_ours(path: &str) -> Option<String> {
    let folder = env::current_dir().unwrap_or_default();
    let path = folder.join(path.strip_prefix("./").unwrap_or(path));
    let path = path.to_str()?;
    let (_, file) = path.split_once("/03-callbacks/src/")?;
    Some(file.to_owned())
}

const LOOP: &str = "the loop";

/// `receive` of `the_step::Fetch::receive`.
fn described(name: &str) -> String {
    let whole = name.trim_end_matches("::{{closure}}");
    let last = whole.rsplit("::").next().unwrap_or(whole);
    match whole == name {
        true => last.to_owned(),
        false => format!("a closure of {last}"),
    }
}
