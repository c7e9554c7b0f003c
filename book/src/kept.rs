//! The pages of the last start, kept for the next one: to make them takes
//! seconds, and mostly nothing has been edited in between.

use crate::pages::copy_others;
use crate::press::this_program;
use exercises::changes::fingerprint;
use exercises::files::is_hidden;
use rustix::io::Errno;
use rustix::process::{Pid, getpid, test_kill_process};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

/// What is no page's: what is built, and what is the reader's alone.
const OTHERS: [&str; 3] = ["target", "backups", "progress.txt"];

/// Where the pages are kept that are made of what is there now.
#[derive(PartialEq)]
pub struct Kept {
    /// In here are the pages of one edition, usually.
    folder: PathBuf,
    /// They are in a folder with the fingerprint of what they are made of for
    /// a name. So another reader may replace them while they are being copied:
    /// a copy is whole, or it fails.
    place: PathBuf,
}

impl Kept {
    /// Looks at all files of the workspace in `root`, and at this program.
    ///
    /// # Errors
    ///
    /// If it cannot.
    pub fn of(root: &Path) -> io::Result<Kept> {
        let entries = fs::read_dir(root)?.flatten().map(|it| it.path());
        let is_others = |it: &Path| {
            let name = it.file_name().unwrap_or_default();
            is_hidden(it) || OTHERS.iter().any(|other| name == *other)
        };
        let mut made_of: Vec<_> = entries.filter(|it| !is_others(it)).collect();
        // Where it lies: each process has a link to it of its own.
        made_of.push(this_program()?.canonicalize()?);
        let folder = root.join("target/pages");
        let place = folder.join(format!("{:016x}", fingerprint(&made_of)));
        Ok(Kept { folder, place })
    }

    /// Puts a copy of the pages into a folder that is not there yet.
    ///
    /// # Errors
    ///
    /// If there are none, or the disk fails.
    pub fn take(&self, to: &Path) -> io::Result<()> {
        let taken = copy(&self.place, to);
        if taken.is_err() {
            let _ = fs::remove_dir_all(to);
        }
        taken
    }

    /// Keeps a copy of these pages, instead of those that are kept.
    ///
    /// # Errors
    ///
    /// If the disk fails.
    pub fn keep(&self, pages: &Path) -> io::Result<()> {
        let aside = self.folder.join(format!("{ASIDE}{}", process::id()));
        let kept =
            copy(pages, &aside).and_then(|()| fs::rename(&aside, &self.place));
        for old in fs::read_dir(&self.folder)?.flatten() {
            let old = old.path();
            if old == self.place || is_in_use(&old) {
                continue;
            }
            // Gone at once: nobody copies what is left of it.
            let _ = fs::rename(&old, &aside);
            let _ = fs::remove_dir_all(&aside);
        }
        kept
    }
}

/// How the name of a folder begins with which a process works, before its
/// number.
const ASIDE: &str = "new-";

/// Set if another process works with this folder.
fn is_in_use(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let number = name.strip_prefix(ASIDE).and_then(|it| it.parse().ok());
    let process = number.and_then(Pid::from_raw);
    process.is_some_and(|it| {
        it != getpid() && test_kill_process(it) != Err(Errno::SRCH)
    })
}

/// Copies these pages, and all that belongs to them.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    copy_others(from, to)?;
    // If they are not there any more, some were gone before we looked.
    fs::metadata(from)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use timeline::private::Folder;

    #[test]
    fn pages_are_taken_until_something_is_saved_that_they_are_made_of() {
        let folder = Folder::new().unwrap();
        let root = folder.path().join("root");
        let save = |file: &str, text: &str| {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        };
        let (pages, to) = (folder.path().join("p"), folder.path().join("to"));
        let is_taken = || {
            let taken = Kept::of(&root).unwrap().take(&to).is_ok();
            assert_eq!(taken, to.exists());
            let _ = fs::remove_dir_all(&to);
            taken
        };
        fs::create_dir_all(pages.join("part")).unwrap();
        fs::write(pages.join("part/page.html"), "text").unwrap();
        save("book/chapters/page.md", "one");
        assert!(!is_taken(), "there are none");

        Kept::of(&root).unwrap().keep(&pages).unwrap();
        Kept::of(&root).unwrap().take(&to).unwrap();
        let page = fs::read_to_string(to.join("part/page.html")).unwrap();
        assert_eq!(page, "text");
        fs::remove_dir_all(&to).unwrap();
        for others in ["target/debug/x", "backups/x", "progress.txt", ".x"] {
            save(others, "");
            assert!(is_taken(), "{others}");
        }
        for part in ["book/chapters/page.md", "1-rung/src/x.rs", "README.md"] {
            let before = Kept::of(&root).unwrap();
            save(part, "two");
            assert!(!is_taken(), "{part}");
            Kept::of(&root).unwrap().keep(&pages).unwrap();
            assert!(is_taken(), "{part}");
            assert!(before.take(&to).is_err(), "only one is kept");
        }
    }

    #[test]
    fn what_another_process_works_with_stays_and_what_one_left_does_not() {
        let folder = Folder::new().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("pages-0")).unwrap();
        fs::write(root.join("pages-0/page.html"), "").unwrap();
        let kept = root.join("target/pages");
        // Process 1 is always there, and no process has the highest number.
        let [works, left] = [1, i32::MAX].map(|pid| {
            let aside = kept.join(format!("{ASIDE}{pid}"));
            fs::create_dir_all(&aside).unwrap();
            aside
        });
        Kept::of(root).unwrap().keep(&root.join("pages-0")).unwrap();
        assert!(works.exists());
        assert!(!left.exists());
    }
}
