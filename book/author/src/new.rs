//! The files of a new step or exercise, as far as they can be made without
//! their author.

use anyhow::{Context, Result, bail};
use exercises::Tree;
use exercises::Usage;
use exercises::files::cannot;
use exercises::tree::{Rung, in_order, names};
use std::fs::{self, File};
use std::io::Write;

/// One of the files in `templates`.
macro_rules! template {
    ($file:literal) => {
        include_str!(concat!("../templates/", $file))
    };
}

/// What stands before all that is still to be written.
pub const MARK: &str = "WRITE:";

/// Makes the files of a new step, and gives back what is left to do. Its name
/// begins with the number of its rung and that of its section.
///
/// # Errors
///
/// If the name is none for a step, or is taken, or a file cannot be made.
pub fn step(tree: &Tree, name: &str) -> Result<String> {
    let mut parts = name.splitn(3, '-');
    let numbers = [(); 2].map(|()| parts.next()?.parse::<u32>().ok());
    let ([Some(rung), Some(section)], Some(_)) = (numbers, parts.next()) else {
        bail!(Usage(format!(
            "a step is called like 1-3-lost-race: the number of its rung, that \
             of its section, its lesson; {name:?} is not"
        )));
    };
    let number = format!("{rung}-{section}");
    let rung = tree.rungs.iter().find(|it| it.number() == rung);
    let rung =
        rung.with_context(|| Usage(format!("there is no rung {name}")))?;
    let same = |it: &&String| it.starts_with(&format!("{number}-"));
    if let Some(taken) = rung.steps.iter().find(same) {
        bail!(Usage(format!("{number} is taken: {taken}")));
    }
    let is_before = |it: &&String| in_order(it) < in_order(name);
    // Steps are sorted, so the last one before it comes right before it.
    let before = rung.steps.iter().rfind(is_before).map_or("", String::as_str);
    let before = before.splitn(3, '-').take(2).collect::<Vec<_>>().join("-");
    let place = Place { tree, rung, name, number: &number, before: &before };
    place.make("{folder}/src/bin/{name}.rs", template!("step.rs"))?;
    place.make("book/chapters/{chapter}/{name}.md", template!("step.md"))?;
    Ok(place.fill(template!("step.txt")))
}

/// The same of a new exercise, of this package or else of the highest rung.
///
/// # Errors
///
/// As [`step`].
pub fn exercise(
    tree: &Tree,
    name: &str,
    package: Option<&str>,
) -> Result<String> {
    // Is it a name, and free? Which rung does it belong to?
    let is_word = |it: &str| it.bytes().all(|it| it.is_ascii_lowercase());
    if !name.split('-').all(|word| !word.is_empty() && is_word(word)) {
        bail!(Usage(format!(
            "an exercise is called like join-all, in small letters; {name:?} \
             is not"
        )));
    }
    let is_wanted =
        |it: &&Rung| package.is_none_or(|package| it.package == package);
    let rung = tree.rungs.iter().rfind(is_wanted).with_context(|| {
        Usage(format!("there is no package {:?}", package.unwrap_or_default()))
    })?;
    let mut all = tree.rungs.iter().flat_map(|rung| &rung.exercises);
    if all.any(|it| it == name) {
        bail!(Usage(format!("{name} is taken")));
    }

    // Make its files: the reader's own begins as a copy of the starter.
    let place = Place { tree, rung, name, number: "", before: "" };
    let inside = "{folder}/exercises/{name}";
    place.make(&format!("{inside}.rs"), template!("starter.rs"))?;
    for (file, template) in [
        ("starter.rs", template!("starter.rs")),
        ("solution.rs", template!("solution.rs")),
        ("check.rs", template!("check.rs")),
    ] {
        place.make(&format!("{inside}/{file}"), template)?;
    }
    let page = "book/chapters/{chapter}/exercise-{name}.md";
    place.make(page, template!("exercise.md"))?;
    Ok(place.fill(template!("exercise.txt")))
}

/// Where something new belongs, and what it is called there.
struct Place<'a> {
    tree: &'a Tree,
    rung: &'a Rung,
    name: &'a str,
    /// `1-3`
    number: &'a str,
    /// The number of the step before it.
    before: &'a str,
}

impl Place<'_> {
    /// Writes a file, and says so. A file that is there already stays as it is.
    fn make(&self, path: &str, template: &str) -> Result<()> {
        let path = self.fill(path);
        let file = self.tree.root.join(&path);
        let made = (|| {
            fs::create_dir_all(file.parent().expect("it is in the tree"))?;
            File::create_new(&file)?.write_all(self.fill(template).as_bytes())
        })();
        made.map_err(|why| cannot("make", &file, &why))?;
        println!("made {path}");
        Ok(())
    }

    /// A template with the names in it.
    fn fill(&self, template: &str) -> String {
        let chapters = names(&self.tree.book().join("chapters"), "");
        let start = format!("{}-", self.rung.number());
        let mut chapters = chapters.into_iter();
        let chapter = chapters.find(|name| name.starts_with(&start));
        template
            .replace("{name}", self.name)
            .replace("{number}", self.number)
            .replace("{before}", self.before)
            .replace("{folder}", &self.rung.folder)
            .replace("{package}", &self.rung.package)
            .replace("{chapter}", &chapter.unwrap_or(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use timeline::private::Folder;

    /// A workspace of one rung with one step.
    fn workspace(root: &Path) -> Tree {
        for (file, text) in [
            ("Cargo.toml", "members = [\"01-threads\"]"),
            ("01-threads/Cargo.toml", "name = \"threads\""),
            ("01-threads/src/bin/1-9-pool.rs", ""),
            ("book/chapters/1-threads/README.md", ""),
        ] {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Tree::at(root)
    }

    #[test]
    fn a_step_is_made_once_and_where_it_belongs() {
        let folder = Folder::new().unwrap();
        let tree = workspace(folder.path());
        let left = step(&tree, "1-10-select").unwrap();
        assert!(left.contains("(1-threads/1-10-select.md)"), "{left}");
        let page = "book/chapters/1-threads/1-10-select.md";
        let page = fs::read_to_string(folder.path().join(page)).unwrap();
        assert!(page.contains("What changed since 1-9<"), "{page}");
        assert!(page.contains("--bin 1-10-select\n"), "{page}");
        assert!(!page.contains("{name}"), "{page}");

        let tree = Tree::at(folder.path());
        let why = step(&tree, "1-10-again").unwrap_err().to_string();
        assert_eq!(why, "1-10 is taken: 1-10-select");
        for name in ["select", "1-select", "9-1-select", "1-11", ""] {
            let why = step(&tree, name).unwrap_err();
            assert!(why.is::<Usage>(), "{name}: {why}");
        }
    }

    #[test]
    fn a_new_exercise_has_all_its_files() {
        let folder = Folder::new().unwrap();
        let tree = workspace(folder.path());
        let left = exercise(&tree, "join-all", None).unwrap();
        assert!(left.contains("name = \"join-all\""), "{left}");
        let inside = folder.path().join("01-threads/exercises");
        let read = |file: &str| fs::read_to_string(inside.join(file)).unwrap();
        assert_eq!(read("join-all.rs"), read("join-all/starter.rs"));
        for file in ["join-all/solution.rs", "join-all/check.rs"] {
            assert!(read(file).contains("join-all") || file.contains("sol"));
            assert!(read(file).contains(MARK), "{file}");
        }
        let before = read("join-all.rs");
        assert!(exercise(&tree, "join-all", None).is_err());
        assert_eq!(read("join-all.rs"), before);
        for (name, package) in
            [("Join", None), ("x--y", None), ("x", Some("y"))]
        {
            let why = exercise(&tree, name, package).unwrap_err();
            assert!(why.is::<Usage>(), "{name}: {why}");
        }
    }
}
