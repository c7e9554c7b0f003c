//! A command in the text must exist, flags and all.

use super::chapter::{Chapter, Code};
use super::check::Check;
use command_line::{CRAWL, SHAPE, WEB};
use exercises::Tree;
use exercises::tree::{Program, Rung};
use std::fs;

/// What `cargo run --` takes.
const COMMANDS: [&str; 10] = [
    "build", "record", "new", "help", "check", "watch", "hint", "solution",
    "reset", "undo",
];

/// Those of them that are about an exercise.
const ABOUT_ONE: [&str; 5] = ["check", "hint", "solution", "reset", "undo"];

/// The flags of a crawl that take no number, and whether they take a value.
const OTHERS: [(&str, bool); 6] = [
    ("site", true),
    ("faults", true),
    ("json", false),
    ("list", true),
    ("trace", true),
    ("style", true),
];

/// Finds commands of cargo that would fail because of what they name.
pub fn check(check: &mut Check<'_>, chapter: &Chapter) {
    for code in &chapter.code {
        for (line, command) in commands(code) {
            if let Err(why) = exists(check.tree, &command) {
                let why = format!("`{command}` does not work: {why}");
                check.fault(&chapter.file, line, why);
            }
        }
    }
}

/// The `cargo` commands in a piece of code, each with its line.
fn commands(code: &Code) -> Vec<(usize, String)> {
    let found = match code.language.as_deref() {
        None => vec![(code.line, code.text.clone())],
        Some("console") => typed(code),
        Some(_) => Vec::new(),
    };
    let commands = found.iter().filter_map(|(line, text)| {
        let text = text.strip_prefix("time ").unwrap_or(text);
        let text = text.split(" #").next()?.trim();
        // A variable may be set for it: `RUSTFLAGS=… cargo run`.
        let text = match text.split_once(' ') {
            Some((set, rest)) if set.contains('=') => rest,
            _ => text,
        };
        text.starts_with("cargo ").then(|| (*line, text.to_owned()))
    });
    commands.collect()
}

/// What stands behind a prompt, and goes on behind a backslash at the end of a
/// line.
fn typed(code: &Code) -> Vec<(usize, String)> {
    let mut typed = Vec::new();
    let mut lines = (code.line..).zip(code.text.lines());
    while let Some((n, line)) = lines.next() {
        let Some(line) = line.strip_prefix("$ ") else { continue };
        let mut command = line.to_owned();
        while command.ends_with('\\') {
            command.pop();
            command += lines.next().map_or("", |(_, line)| line);
        }
        typed.push((n, command));
    }
    typed
}

/// Checks that all that a command names is there. The error says what is not.
fn exists(tree: &Tree, command: &str) -> Result<(), String> {
    let (cargo, flags) = match command.split_once(" -- ") {
        Some((cargo, flags)) => (cargo, flags),
        None => (command.trim_end_matches(" --"), ""),
    };
    let mut words = cargo.split_whitespace().skip(1);
    let flags: Vec<_> = flags.split_whitespace().collect();
    match words.next() {
        Some("run") => run(tree, &words.collect::<Vec<_>>(), &flags),
        Some("test") => test(tree, &words.collect::<Vec<_>>()),
        // `cargo install mdbook` and the like are cargo's own affair.
        _ => Ok(()),
    }
}

fn run(tree: &Tree, words: &[&str], flags: &[&str]) -> Result<(), String> {
    // Without a package, it is a command of the book.
    let Some(package) = value(words, "-p") else {
        return match flags.first() {
            None => Ok(()),
            Some(flag) if ABOUT_ONE.contains(flag) => {
                exercises(tree, &flags[1..])
            }
            Some(flag) if COMMANDS.contains(flag) => Ok(()),
            Some(flag) => Err(format!("the book has no command {flag:?}")),
        };
    };
    // With a package, it runs a program, which takes certain flags.
    let rung = find_rung(tree, package)?;
    let program = match value(words, "--bin") {
        None => Program::Crawl(&rung.package),
        Some(bin) if rung.steps.iter().any(|step| step == bin) => {
            Program::Step(&rung.package, bin)
        }
        Some(bin) => return Err(format!("{package} has no step {bin:?}")),
    };
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        if is_for_the_web(tree, rung, program, flag) || takes(program, flag)? {
            let value = flags.next();
            let value = value.ok_or_else(|| format!("{flag} wants a value"))?;
            if *flag == "--style" && !has_style(tree, rung, value) {
                return Err(format!("{package} has no style {value:?}"));
            }
        }
    }
    Ok(())
}

/// Set if a rung says that it has a style of this name.
fn has_style(tree: &Tree, rung: &Rung, style: &str) -> bool {
    let text = says_of_itself(tree, rung);
    let styles =
        text.split_once("styles:").and_then(|it| it.1.split(']').next());
    styles.is_some_and(|them| them.contains(&format!("{style:?}")))
}

/// Set if it is a flag of a crawl on the web, and this crawl can be there. It
/// takes a value.
fn is_for_the_web(
    tree: &Tree,
    rung: &Rung,
    program: Program<'_>,
    flag: &str,
) -> bool {
    let name = flag.trim_start_matches("--");
    let is_such = name == "contact" || WEB.iter().any(|it| it.name == name);
    let is_crawl = matches!(program, Program::Crawl(_));
    is_such && is_crawl && says_of_itself(tree, rung).contains("web: true")
}

/// The file in which a rung says what it can do.
fn says_of_itself(tree: &Tree, rung: &Rung) -> String {
    let file = tree.root.join(&rung.folder).join("src/rung.rs");
    fs::read_to_string(file).unwrap_or_default()
}

/// Every name is that of an exercise; `NAME` stands for any.
fn exercises(tree: &Tree, names: &[&str]) -> Result<(), String> {
    let mut all = tree.rungs.iter().flat_map(|rung| &rung.exercises);
    let unknown = names.iter().find(|name| {
        !matches!(**name, "NAME" | "--anyway") && !all.any(|it| it == *name)
    });
    match unknown {
        Some(name) => Err(format!("there is no exercise {name:?}")),
        None => Ok(()),
    }
}

fn test(tree: &Tree, words: &[&str]) -> Result<(), String> {
    let Some(package) = value(words, "-p") else { return Ok(()) };
    let rung = find_rung(tree, package)?;
    match value(words, "--test") {
        Some(name) if !rung.tests().any(|test| test == name) => {
            Err(format!("{package} has no test {name:?}"))
        }
        _ => Ok(()),
    }
}

/// Whether a flag takes a value, if there is such a flag.
fn takes(program: Program<'_>, flag: &str) -> Result<bool, String> {
    let name = flag.trim_start_matches("--");
    if name == "help" || SHAPE.iter().any(|flag| flag.name == name) {
        return Ok(name != "help");
    }
    if let Program::Crawl(_) = program {
        let other = OTHERS.iter().find(|(other, _)| *other == name);
        if CRAWL.iter().any(|flag| flag.name == name) {
            return Ok(true);
        }
        if let Some((_, value)) = other {
            return Ok(*value);
        }
    }
    Err(format!("{} has no flag {flag:?}", program.name()))
}

fn find_rung<'a>(tree: &'a Tree, package: &str) -> Result<&'a Rung, String> {
    let found = tree.rungs.iter().find(|rung| rung.package == package);
    found.ok_or_else(|| format!("there is no package {package:?}"))
}

fn value<'a>(words: &[&'a str], flag: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == flag)?;
    words.get(at + 1).copied()
}
