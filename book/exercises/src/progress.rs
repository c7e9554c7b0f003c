//! How far the reader is: one text file, which git does not see, with an object
//! of JSON in each line.
//!
//! If it is lost, checking the answers makes most of it anew. Only this is
//! nowhere else: which hints and solutions the reader has asked for, and which
//! page was open last.

use crate::exercise::Exercise;
use crate::files::{cannot, read};
use crate::keep::{Lock, new_backup, write};
use crate::verdict::Kind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write, stderr};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What is known of every exercise that was ever looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Progress {
    exercises: BTreeMap<String, Entry>,
    /// The page that was open last, `1-threads/1-3-lost-race.html`.
    pub page: Option<String>,
    /// How many lines made no sense.
    unreadable: usize,
}

/// A line of the file.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Page(String),
    Exercise(String, Entry),
}

/// What is known of one exercise.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The latest verdict, and the answer that it is about.
    pub verdict: Option<(Kind, String)>,
    /// Set if an answer was ever right.
    pub solved: bool,
    /// Set if the reader has asked for the solution.
    pub shown: bool,
    /// How many hints the reader has seen.
    pub hints: usize,
}

/// The last remark on the file itself, if there was any.
static REMARK: Mutex<Option<String>> = Mutex::new(None);

/// A sentence, if since this program began some of the progress made no sense
/// or could not be noted.
pub fn last_remark() -> Option<String> {
    REMARK.lock().unwrap().clone()
}

/// Makes a remark in the terminal, and to the pages.
fn make_remark(remark: String) {
    // If standard error is closed, the pages still show it.
    let _ = writeln!(stderr(), "{remark}");
    *REMARK.lock().unwrap() = Some(remark);
}

impl Progress {
    /// What the file says. A file or a line that makes no sense says nothing.
    pub fn read(root: &Path) -> Progress {
        Progress::parse(&read(&file(root)).unwrap_or_default())
    }

    fn parse(text: &[u8]) -> Progress {
        let mut progress = Progress::default();
        let lines = text.split(|byte| *byte == b'\n');
        for line in lines.filter(|line| !line.is_empty()) {
            match serde_json::from_slice(line) {
                Ok(Line::Page(page)) => progress.page = Some(page),
                Ok(Line::Exercise(name, entry)) => {
                    progress.exercises.insert(name, entry);
                }
                Err(_) => progress.unreadable += 1,
            }
        }
        progress
    }

    /// Changes what is known.
    ///
    /// # Errors
    ///
    /// If the file cannot be read or written; it is unchanged then.
    pub fn update(
        root: &Path,
        change: impl FnOnce(&mut Progress),
    ) -> io::Result<()> {
        // A watch in one window and the reader in another may both do this.
        let _lock = Lock::on(root)?;
        let mut progress = match read(&file(root)) {
            Ok(text) => Progress::parse(&text),
            Err(why) if why.kind() == io::ErrorKind::NotFound => {
                Progress::default()
            }
            Err(why) => return Err(why),
        };
        if progress.unreadable > 0 {
            let unreadable = new_backup(root, "progress", "txt")?;
            fs::copy(file(root), &unreadable)
                .map_err(|it| cannot("write", &unreadable, &it))?;
            let kept =
                unreadable.strip_prefix(root).unwrap_or(&unreadable).display();
            make_remark(format!(
                "{} lines of progress.txt make no sense; as it was, it is now \
                 {kept}",
                progress.unreadable
            ));
        }
        change(&mut progress);
        write(&file(root), progress.text().as_bytes())
    }

    /// The same for what a reader has asked for and gets in any case. If it
    /// cannot be noted, says so and gives back `false`.
    pub fn note(root: &Path, change: impl FnOnce(&mut Progress)) -> bool {
        let noted = Progress::update(root, change);
        noted.map_err(|why| make_remark(describe_failed_update(&why))).is_ok()
    }

    /// The verdict on the answer as it is now; `None` if it is still to be
    /// judged.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn kind_of(&self, exercise: &Exercise) -> io::Result<Option<Kind>> {
        if !exercise.is_started()? {
            return Ok(Some(Kind::NotStarted));
        }
        let now = hash(exercise)?;
        let verdict = self.of(exercise).verdict;
        let verdict = verdict.filter(|(_, answer)| *answer == now);
        Ok(verdict.map(|(kind, _)| kind))
    }

    /// What is known of an exercise.
    pub fn of(&self, exercise: &Exercise) -> Entry {
        self.exercises.get(&exercise.name).cloned().unwrap_or_default()
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, exercise: &Exercise) -> &mut Entry {
        self.exercises.entry(exercise.name.clone()).or_default()
    }

    fn text(&self) -> String {
        let page = self.page.clone().map(Line::Page);
        let exercises = self.exercises.clone().into_iter();
        let exercises = exercises.map(|(name, it)| Line::Exercise(name, it));
        let lines = page.into_iter().chain(exercises);
        lines.map(|line| json!(line).to_string() + "\n").collect()
    }
}

/// A remark on an update that has failed.
pub fn describe_failed_update(why: &io::Error) -> String {
    format!("your progress could not be noted: {why}")
}

/// The hash of an answer and its check: if either of them changes, the answer
/// has to be judged again.
pub fn hash(exercise: &Exercise) -> io::Result<String> {
    let mut hash = Sha256::new();
    hash.update(read(&exercise.answer())?);
    hash.update(read(&exercise.check())?);
    let hash = hash.finalize();
    Ok(hash[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Where it is kept.
pub fn file(root: &Path) -> PathBuf {
    root.join("progress.txt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_damage_costs_the_damaged_line() {
        let answer = "0123456789abcdef".to_owned();
        let entry = Entry {
            verdict: Some((Kind::WrongWay, answer)),
            solved: true,
            shown: false,
            hints: 2,
        };
        let names = ["a", "b"].map(str::to_owned);
        let progress = Progress {
            exercises: names.map(|name| (name, entry.clone())).into(),
            page: Some("index.html".to_owned()),
            unreadable: 0,
        };
        let folder = timeline::private::Folder::new().unwrap();
        // The folder itself has its own lock.
        let root = &folder.path().join("root");
        fs::create_dir(root).unwrap();
        fs::write(file(root), progress.text()).unwrap();
        assert_eq!(Progress::read(root), progress);

        // A quotation mark that ends the answer too early, and other lines.
        let damaged = progress.text().replacen("0123", "\"", 1);
        let old = "sum solved 0123456789abcdef hints=0 solved\n";
        fs::write(file(root), damaged + "{}\n\n" + old + "\u{fffd}").unwrap();
        let read = Progress::read(root);
        assert_eq!(read.exercises.keys().collect::<Vec<_>>(), ["b"]);
        assert_eq!(read.exercises["b"], entry);
        assert_eq!(read.unreadable, 4);

        // What makes no sense to us may to somebody.
        let unreadable = fs::read(file(root)).unwrap();
        Progress::update(root, |_| {}).unwrap();
        let kept = fs::read_dir(root.join("backups")).unwrap();
        let [kept] = &kept.map(Result::unwrap).collect::<Vec<_>>()[..] else {
            panic!("one copy is kept")
        };
        assert_eq!(fs::read(kept.path()).unwrap(), unreadable);
        assert_eq!(Progress::read(root).unreadable, 0);
    }
}
