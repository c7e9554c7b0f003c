//! All answers of ours, in one program for each rung: a test target of the
//! package `answers`, which includes what is written here.

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

/// The program with the answers to an exercise, and to the others of its rung.
pub fn compiled(exercise: &Exercise) -> &'static Target {
    &COMPILED.answers[&exercise.package]
}

/// The program with an exercise's file, as it was shipped.
pub fn compiled_as_shipped(exercise: &Exercise) -> Target {
    target_in(&COMPILED.built, &exercise.rung, &exercise.name)
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(compile_all);

struct Compiled {
    built: Built,
    /// By the packages of their rungs.
    answers: BTreeMap<String, Target>,
}

/// All programs are built at once: the compiler does most of its work on one
/// core for each.
fn compile_all() -> Compiled {
    let exercises = exercises_to_judge();
    let rungs = exercises.iter().map(|it| (it.package.clone(), it));
    let rungs: BTreeMap<_, _> = rungs.collect();
    for package in rungs.keys() {
        write_all(package);
    }
    let packages: Vec<_> = match env::var_os("ANSWERS_OF") {
        Some(_) => {
            let rungs = rungs.keys().flat_map(|it| ["-p", it]);
            rungs.chain(["-p", "answers"]).collect()
        }
        // So they need what all tests need, which has been built for them.
        None => vec!["--workspace"],
    };
    // A reader's own need not compile.
    let shipped = exercises.iter().filter(|it| !it.is_started().unwrap());
    let names = shipped.map(|it| it.name.as_str());
    let answers = rungs.keys().map(String::as_str);
    let targets: Vec<_> = answers.chain(names).collect();
    let root = Tree::here().root;
    let built = build(&root, &packages, &targets).unwrap();
    let folder = root.join("book/exercises/answers");
    let answers = rungs.into_iter().map(|(package, exercise)| {
        let target = target_in(&built, &folder, &package);
        assert_eq!(target.warnings, "", "{package}");
        // They run where a reader's does.
        (package, Target { folder: exercise.rung.clone(), ..target })
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

/// Writes the answers of a rung as readers would: beside a folder of the
/// exercise's name, in which is its check.
fn write_all(package: &str) {
    let tree = Tree::here();
    let folder = tree.root.join("target/answers").join(package);
    fs::create_dir_all(&folder).unwrap();
    let shown = folder.display();
    let mut root = format!("trials::answers_in!(\"{shown}\");\n");
    let exercises = all_exercises(&tree).into_iter();
    for exercise in exercises.filter(|it| it.package == package) {
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
