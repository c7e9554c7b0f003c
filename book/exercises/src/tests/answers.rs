//! All answers of ours, in one program for each rung, and one for each large
//! exercise: a test target of the package `answers`, which includes what is
//! written here.

use super::exercises_to_judge;
use crate::target::{Built, Target, build};
use crate::tree::Tree;
use crate::{Exercise, all_exercises};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Those whose answers are a program of their own. It is compiled on one core
/// for the most part, and a whole rung of such would be the last to be done.
const OF_THEIR_OWN: [&str; 5] = [
    "timers-in-order",
    "exactly-once",
    "wake-the-loop",
    "missing-register",
    "greenlet-channel",
];

/// The name of the program with the answers to an exercise.
fn program(exercise: &Exercise) -> &str {
    match OF_THEIR_OWN.contains(&exercise.name.as_str()) {
        true => &exercise.name,
        false => &exercise.package,
    }
}

/// The program with the answers to an exercise, and perhaps to others of its
/// rung.
pub fn compiled(exercise: &Exercise) -> &'static Target {
    &COMPILED.answers[program(exercise)]
}

/// The program with an exercise's file, as it was shipped.
pub fn compiled_as_shipped(exercise: &Exercise) -> Target {
    target_in(&COMPILED.built, &exercise.rung, &exercise.name)
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(compile_all);

struct Compiled {
    built: Built,
    /// By their names.
    answers: BTreeMap<String, Target>,
}

/// All programs are built at once: the compiler does most of its work on one
/// core for each.
fn compile_all() -> Compiled {
    let exercises = exercises_to_judge();
    let programs = exercises.iter().map(|it| (program(it), it));
    let programs: BTreeMap<_, _> = programs.collect();
    for name in programs.keys() {
        write_all(name);
    }
    let packages: Vec<_> = match env::var_os("ANSWERS_OF") {
        Some(_) => {
            vec!["-p", &exercises[0].package, "-p", "answers"]
        }
        // So they need what all tests need, which has been built for them.
        None => vec!["--workspace"],
    };
    // A reader's own need not compile.
    let shipped = exercises.iter().filter(|it| !it.is_started().unwrap());
    let names = shipped.map(|it| it.name.as_str());
    let targets: Vec<_> = programs.keys().copied().chain(names).collect();
    let root = Tree::here().root;
    let built = build(&root, &packages, &targets).unwrap();
    let folder = root.join("book/exercises/answers");
    let answers = programs.iter().map(|(name, exercise)| {
        let target = target_in(&built, &folder, name);
        assert_eq!(target.warnings, "", "{name}");
        // They run where a reader's does.
        let folder = exercise.rung.clone();
        ((*name).to_owned(), Target { folder, ..target })
    });
    Compiled { answers: answers.collect(), built }
}

fn target_in(built: &Built, folder: &Path, name: &str) -> Target {
    let target = built.target_in(folder, name).unwrap();
    target.unwrap_or_else(|said| panic!("{name}: {said}"))
}

/// `check_then_insert_wrong_insert_after_fetch`
pub fn module(exercise: &Exercise, answer: &Path) -> String {
    file_name(exercise, answer).replace('-', "_")
}

/// `check-then-insert-wrong-insert-after-fetch`
fn file_name(exercise: &Exercise, answer: &Path) -> String {
    let file = answer.strip_prefix(exercise.in_exercises("")).unwrap();
    file.with_extension("").to_str().unwrap().replace('/', "-")
}

/// Writes the answers of a program as readers would: beside a folder of the
/// exercise's name, in which is its check.
fn write_all(name: &str) {
    let tree = Tree::here();
    let folder = tree.root.join("target/answers").join(name);
    fs::create_dir_all(&folder).unwrap();
    let shown = folder.display();
    let mut root = format!("trials::answers_in!(\"{shown}\");\n");
    let exercises = all_exercises(&tree).into_iter();
    for exercise in exercises.filter(|it| program(it) == name) {
        link(&exercise.in_folder(""), &folder.join(&exercise.name));
        let mut answers = vec![exercise.solution()];
        answers.extend(exercise.right());
        answers.extend(exercise.wrong());
        for answer in answers {
            let inside = answer.strip_prefix(exercise.in_folder("")).unwrap();
            let name = inside.with_extension("");
            let text = crate::answers::answer(
                &exercise.in_folder(""),
                name.to_str().unwrap(),
            );
            let text = text.unwrap_or_else(|why| panic!("{why}"));
            let file = format!("{}.rs", file_name(&exercise, &answer));
            write_if_new(folder.join(&file), &text);
            let module = module(&exercise, &answer);
            // How a wrong answer is written is no matter of taste.
            let when = match inside.starts_with("wrong") {
                true => "\n#[cfg(not(clippy))]",
                false => "",
            };
            let mount = format!("{when}\n#[path = \"{file}\"]\nmod {module};");
            root += &mount;
        }
    }
    write_if_new(folder.join("main.rs"), &(root + "\n"));
}

/// What is the same already need not be compiled again.
fn write_if_new(file: PathBuf, text: &str) {
    if fs::read_to_string(&file).ok().as_deref() != Some(text) {
        fs::write(file, text).unwrap();
    }
}

fn link(to: &Path, from: &Path) {
    if fs::read_link(from).ok().as_deref() != Some(to) {
        let _ = fs::remove_file(from);
        symlink(to, from).unwrap();
    }
}
