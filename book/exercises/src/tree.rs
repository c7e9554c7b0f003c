//! What there is to run: rungs, their steps and their exercises.

use crate::files::{all_in, has_extension, is_hidden, read_text};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace, as far as the book is about it.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Where `Cargo.toml` is.
    pub root: PathBuf,
    /// In order of their numbers.
    pub rungs: Vec<Rung>,
    /// Files and folders among them that are not the book's, as their names
    /// say: copies made by hand, or by programs that keep folders the same.
    pub strangers: Vec<PathBuf>,
}

/// A rung: a folder with a number, and the package in it.
#[derive(Clone, Debug)]
pub struct Rung {
    /// `01-threads`
    pub folder: String,
    /// `threads`
    pub package: String,
    /// `1-3-lost-race`, …, sorted.
    pub steps: Vec<String>,
    /// `check-then-insert`, …, sorted.
    pub exercises: Vec<String>,
}

/// A program that a reader can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program<'a> {
    /// A rung's answer to the whole problem.
    Crawl(&'a str),
    /// The package, and the step.
    Step(&'a str, &'a str),
}

/// Cargo, to be started as by a terminal: without what another cargo has said
/// of the package whose program we are. The build script of `ring` looks at
/// that; whenever page and terminal took turns, it was run again, and all that
/// needs it was compiled again.
pub fn prepare_cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    for (name, _) in env::vars_os() {
        let shown = name.to_string_lossy();
        if OF_A_PACKAGE.iter().any(|start| shown.starts_with(start)) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// What names of variables begin with that say something of a package.
const OF_A_PACKAGE: [&str; 2] = ["CARGO_MANIFEST_", "CARGO_PKG_"];

impl Tree {
    /// The workspace around the current folder; if there is none, the one that
    /// this program was built in.
    pub fn here() -> Tree {
        let current = env::current_dir().unwrap_or_default();
        let mut above = current.ancestors();
        let is_ours = |it: &&Path| it.join("book/chapters/SUMMARY.md").exists();
        let built = Path::new(env!("CARGO_MANIFEST_DIR"));
        let built = built.ancestors().nth(2).expect("it lies in `book`");
        Tree::at(above.find(is_ours).unwrap_or(built))
    }

    /// The workspace at `root`. What is not there is left out.
    pub fn at(root: &Path) -> Tree {
        let folders = names(root, "").into_iter().filter(|folder| {
            folder.starts_with(|c: char| c.is_ascii_digit())
                && root.join(folder).join("Cargo.toml").exists()
        });
        let members = read_text(&root.join("Cargo.toml")).unwrap_or_default();
        let is_member = |folder: &String| {
            is_ours(folder) && members.contains(&format!("\"{folder}\""))
        };
        let (folders, others): (Vec<_>, Vec<_>) = folders.partition(is_member);
        let mut strangers: Vec<_> =
            others.iter().map(|folder| root.join(folder)).collect();
        let mut rungs = Vec::new();
        for folder in folders {
            rungs.push(Rung::at(root, folder, &mut strangers));
        }
        Tree { root: root.to_owned(), rungs, strangers }
    }

    /// The book's own folder.
    pub fn book(&self) -> PathBuf {
        self.root.join("book")
    }

    /// Its chapters, and `SUMMARY.md`, sorted.
    pub fn chapters(&self) -> Vec<PathBuf> {
        let mut files = all_in(&self.book().join("chapters"));
        files.retain(|file| has_extension("md", file));
        files
    }

    /// Every program, crawls first on each rung.
    pub fn programs(&self) -> impl Iterator<Item = Program<'_>> {
        self.rungs.iter().flat_map(Rung::programs)
    }

    /// The program of this name.
    pub fn program(&self, name: &str) -> Option<Program<'_>> {
        self.programs().find(|program| program.name() == name)
    }

    /// The rung that a program of this tree belongs to.
    ///
    /// # Panics
    ///
    /// If it is another tree's.
    pub fn rung_of(&self, program: Program<'_>) -> &Rung {
        let mut rungs = self.rungs.iter();
        let rung = rungs.find(|rung| rung.programs().any(|it| it == program));
        rung.expect("it is a program of this tree")
    }

    /// The source of such a program, as the compiler names it.
    ///
    /// # Panics
    ///
    /// If it is another tree's.
    pub fn source_of(&self, program: Program<'_>) -> String {
        format!("{}/{}", self.rung_of(program).folder, program.source())
    }
}

impl Rung {
    fn at(root: &Path, folder: String, strangers: &mut Vec<PathBuf>) -> Rung {
        let inside = root.join(&folder);
        let manifest = read_text(&inside.join("Cargo.toml"));
        let package = package_name(&manifest.unwrap_or_default());
        let mut sources = |folder: &str| {
            let folder = inside.join(folder);
            let (ours, others): (Vec<_>, Vec<_>) =
                names(&folder, ".rs").into_iter().partition(|it| is_ours(it));
            let others = others.iter().map(|it| format!("{it}.rs"));
            strangers.extend(others.map(|it| folder.join(it)));
            ours
        };
        // It is known by its starter: the reader's own file may be gone.
        let exercises = inside.join("exercises");
        let is_exercise = |name: &String| {
            is_ours(name) && exercises.join(name).join("starter.rs").exists()
        };
        let folders = names(&exercises, "").into_iter();
        Rung {
            steps: sources("src/bin"),
            exercises: folders.filter(is_exercise).collect(),
            package,
            folder,
        }
    }

    /// 1, of `01-threads`.
    pub fn number(&self) -> u32 {
        let digits = self.folder.split('-').next().unwrap_or_default();
        digits.parse().unwrap_or_default()
    }

    /// Its programs, the crawl first.
    pub fn programs(&self) -> impl Iterator<Item = Program<'_>> {
        let package = self.package.as_str();
        let steps = self.steps.iter();
        let steps = steps.map(move |step| Program::Step(package, step));
        [Program::Crawl(package)].into_iter().chain(steps)
    }

    /// The tests of the package that can be run by name.
    pub fn tests(&self) -> impl Iterator<Item = &str> {
        self.exercises.iter().map(String::as_str).chain(["tests"])
    }
}

impl<'a> Program<'a> {
    /// How it is called everywhere: a crawl by its package.
    pub fn name(self) -> &'a str {
        match self {
            Program::Crawl(name) | Program::Step(_, name) => name,
        }
    }

    /// What tells cargo which program to build or to run.
    pub fn selection(self) -> [&'a str; 4] {
        let (Program::Crawl(package) | Program::Step(package, _)) = self;
        ["-p", package, "--bin", self.name()]
    }

    /// What a reader types to run it.
    pub fn command(self) -> String {
        match self {
            Program::Crawl(package) => format!("cargo run -p {package}"),
            Program::Step(package, step) => {
                format!("cargo run -p {package} --bin {step}")
            }
        }
    }

    /// What the picture of a run of it is called.
    pub fn title(self) -> String {
        match self {
            Program::Crawl(package) => format!("A crawl by {package}"),
            Program::Step(_, step) => format!("A run of {step}"),
        }
    }

    /// Its source, in the folder of its rung.
    pub fn source(self) -> String {
        match self {
            Program::Crawl(_) => "src/main.rs".to_owned(),
            Program::Step(_, step) => format!("src/bin/{step}.rs"),
        }
    }
}

/// The value of the first `name = "…"`.
fn package_name(manifest: &str) -> String {
    let mut lines = manifest.lines();
    let name = lines.find_map(|line| line.strip_prefix("name = \""));
    name.unwrap_or_default().trim_end_matches('"').to_owned()
}

/// Set if it is a name as we give them, and as cargo takes them. "x copy" is
/// not.
pub fn is_ours(name: &str) -> bool {
    name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

/// The names of what lies in a folder and ends so, without the end, sorted.
pub fn names(folder: &Path, end: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries
        .filter(|entry| !is_hidden(&entry.path()))
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(end)?.to_owned())
        })
        .collect();
    names.sort_by_key(|name| in_order(name));
    names
}

/// What names are sorted by: 1-9 comes before 1-10.
pub fn in_order(name: &str) -> Vec<(u32, String)> {
    let parts = name.split('-');
    let parts = parts.map(|part| (part.parse().unwrap_or(0), part.to_owned()));
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::{in_order, prepare_cargo};
    use std::ffi::OsStr;

    #[test]
    fn cargo_is_not_told_in_which_package_we_are() {
        let cargo = prepare_cargo();
        let removed = (OsStr::new("CARGO_MANIFEST_DIR"), None);
        assert!(cargo.get_envs().any(|it| it == removed));
    }

    #[test]
    fn numbers_in_names_are_numbers() {
        let mut names = ["1-10-b", "2-1-c", "1-9-z", "a-1"];
        names.sort_by_key(|name| in_order(name));
        assert_eq!(names, ["a-1", "1-9-z", "1-10-b", "2-1-c"]);
    }
}
