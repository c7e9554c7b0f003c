//! The text that a run was compiled from. Its events name lines of that, and
//! not of what a reader has saved since.

use exercises::Tree;
use exercises::files::{all_in, has_extension};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The sources of all rungs, at one moment. A file is called as the compiler
/// calls it, by its path in the workspace.
#[derive(Clone, Debug, Default)]
pub struct Sources(BTreeMap<String, Arc<str>>);

impl Sources {
    /// Reads them. What is the same as `before` is kept once.
    pub fn read(tree: &Tree, before: &Sources) -> Sources {
        let rungs = tree.rungs.iter();
        let folders =
            rungs.map(|rung| tree.root.join(&rung.folder).join("src"));
        let mut files: Vec<_> =
            folders.flat_map(|folder| all_in(&folder)).collect();
        files.retain(|file| has_extension("rs", file));
        let texts = files.iter().filter_map(|file| {
            let name = file.strip_prefix(&tree.root).ok()?.to_str()?;
            let text = fs::read_to_string(file).ok()?;
            let same = before.0.get(name).filter(|it| ***it == *text);
            let text = same.cloned().unwrap_or_else(|| text.into());
            Some((name.to_owned(), text))
        });
        Sources(texts.collect())
    }

    /// Forgets those that are not the same any more: they were saved while they
    /// were compiled, and it is not known which text was.
    pub fn forget_what_has_changed(&mut self, root: &Path) {
        self.0.retain(|name, text| {
            let now = fs::read_to_string(root.join(name));
            now.is_ok_and(|now| *now == **text)
        });
    }

    /// The text of a file, if it is known.
    pub fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|text| (**text).to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::private::Folder;

    #[test]
    fn a_text_is_known_if_it_was_the_same_before_and_after_the_build() {
        let folder = Folder::new().unwrap();
        let root = folder.path();
        let rung = root.join("07-more");
        fs::create_dir_all(rung.join("src/bin")).unwrap();
        let manifest = "[package]\nname = \"more\"\n";
        fs::write(rung.join("Cargo.toml"), manifest).unwrap();
        let members = "members = [\"07-more\"]\n";
        fs::write(root.join("Cargo.toml"), members).unwrap();
        let names = ["main.rs", "bin/7-1-x.rs", "lib.rs"];
        let names = names.map(|it| format!("07-more/src/{it}"));
        for name in &names {
            fs::write(root.join(name), format!("// {name}")).unwrap();
        }
        let tree = Tree::at(root);
        let first = Sources::read(&tree, &Sources::default());
        let mut second = Sources::read(&tree, &first);
        for name in &names {
            assert_eq!(first.text(name), Some(format!("// {name}")));
            // It is the same text, and not a second one.
            assert!(Arc::ptr_eq(&first.0[name], &second.0[name]));
        }
        // Saved meanwhile, removed meanwhile.
        fs::write(root.join(&names[0]), "// other").unwrap();
        fs::remove_file(root.join(&names[2])).unwrap();
        second.forget_what_has_changed(root);
        let known = names.each_ref().map(|name| second.text(name).is_some());
        assert_eq!(known, [false, true, false]);
        // The next run has the text of its own time.
        let third = Sources::read(&tree, &first);
        assert_eq!(third.text(&names[0]).as_deref(), Some("// other"));
    }
}
