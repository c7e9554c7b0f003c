//! Which functions are under way where a greenlet goes on.

use std::backtrace::Backtrace;
use std::env;
use std::sync::OnceLock;

static NOTED: OnceLock<Backtrace> = OnceLock::new();

/// Notes which functions are under way, the first time that it is called.
pub fn note_callers() {
    NOTED.get_or_init(Backtrace::force_capture);
}

/// Prints what was noted, the innermost function first. To find their names
/// takes longer than a page does, so this comes at the end.
pub fn print_callers() {
    let Some(trace) = NOTED.get() else { return };
    println!("where it goes on:");
    for name in shown(&trace.to_string()) {
        println!("    {name}");
    }
}

/// The functions of the step, and those of std that have a page in its
/// documentation: what these call differs from version to version.
fn shown(trace: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let lines: Vec<_> = trace.lines().map(str::trim_start).collect();
    for two in lines.windows(2) {
        // `1: the_step::fetch` and `at ./04-generators/src/bin/step.rs:64:15`
        let name = two[0].split_once(": ").map(|(_, name)| described(name));
        let (Some(name), Some(file)) = (name, two[1].strip_prefix("at "))
        else {
            continue;
        };
        let name = match name.as_str() {
            "fill_buf" | "read_until" => format!("std's {name}"),
            _ if is_of_step(file) => name,
            _ => continue,
        };
        // What is generic shows up twice, as a method and as what it calls.
        if names.last() != Some(&name) {
            names.push(name);
        }
    }
    names
}

/// Set if a file belongs to a step of this rung. A backtrace gives the paths of
/// files below the current folder without it.
fn is_of_step(file: &str) -> bool {
    let folder = env::current_dir().unwrap_or_default();
    let file = folder.join(file.strip_prefix("./").unwrap_or(file));
    file.to_str().is_some_and(|it| it.contains("/04-generators/src/bin/"))
}

/// `fetch` of `the_step::fetch`, and of `fetch<generics::of_it>`.
fn described(name: &str) -> String {
    let whole = name.trim_end_matches("::{{closure}}");
    let plain = match whole.ends_with('>') {
        true => whole.split('<').next().unwrap_or(whole),
        false => whole,
    };
    let last = plain.rsplit("::").next().unwrap_or(plain);
    match whole == name {
        true => last.to_owned(),
        false => format!("a closure of {last}"),
    }
}
