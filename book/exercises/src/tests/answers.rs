//! All answers of ours, in one program for each rung: its test target
//! `answers` includes what is written here.

use crate::target::{Target, compile};
use crate::tree::Tree;
use crate::{Exercise, all_exercises};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The program with the answers to an exercise, and to the others of its rung.
pub fn compiled(exercise: &Exercise) -> Arc<Target> {
    static COMPILED: Mutex<BTreeMap<String, Arc<Target>>> =
        Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let package = exercise.package.clone();
    let target = compiled.entry(package).or_insert_with(|| {
        write_all(&exercise.package);
        let target = compile(exercise, "answers").unwrap();
        let target = target.unwrap_or_else(|said| panic!("{said}"));
        assert_eq!(target.warnings, "", "{}", exercise.package);
        Arc::new(target)
    });
    Arc::clone(target)
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
            write!(root, "\n#[path = \"{file}\"]\nmod {module};").unwrap();
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
