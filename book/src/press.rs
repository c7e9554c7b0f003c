//! The pages, made again whenever something that they are made of is saved.

use crate::bundle::Bundle;
use crate::notices::Notices;
use crate::strict::Fault;
use crate::tree::{Tree, is_nobodys};
use crate::{pages, strict};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::{env, fs, io};
use tokio::process::Command;
use tokio::sync::{Notify, watch};

/// Makes pages, and has those that are shown.
pub struct Press {
    root: PathBuf,
    sources: Vec<PathBuf>,
    /// Each edition has a folder of its own in here.
    folder: PathBuf,
    edition: Mutex<(usize, Arc<Bundle>)>,
    /// In which edition a page was last changed, after the first one; and what
    /// is in the way of another.
    news: watch::Sender<Value>,
    /// Somebody has begun to listen to them.
    asked: Notify,
}

impl Press {
    /// Makes the first edition.
    ///
    /// # Errors
    ///
    /// If it cannot be made. What the strict check finds is said on standard
    /// error.
    pub async fn new(tree: &Tree, folder: &Path) -> Result<Press> {
        let first = place(folder, 0);
        let made = made(&tree.root, &first, &first).await?;
        let Made { faults, remarks, .. } = made;
        faults.iter().for_each(|fault| eprintln!("{fault}"));
        remarks.iter().for_each(|remark| eprintln!("not ours: {remark}"));
        strict::verdict(faults.len())?;
        let bundle = Arc::new(Bundle::of(&first)?);
        Ok(Press {
            root: tree.root.clone(),
            sources: sources(tree),
            folder: folder.to_owned(),
            edition: Mutex::new((0, bundle)),
            news: watch::Sender::new(json!({ "pages": {}, "faults": [] })),
            asked: Notify::new(),
        })
    }

    /// The number of the latest edition, and where its pages are.
    pub fn pages(&self) -> (usize, PathBuf) {
        let (edition, _) = *self.edition.lock().unwrap();
        (edition, place(&self.folder, edition))
    }

    /// Its styles and its scripts.
    pub fn bundle(&self) -> Arc<Bundle> {
        self.edition.lock().unwrap().1.clone()
    }

    /// What has changed, `{"pages": {PAGE: EDITION}, "faults": [SENTENCE]}`: at
    /// once, and then whenever it does.
    pub fn news(&self) -> watch::Receiver<Value> {
        let mut news = self.news.subscribe();
        news.mark_changed();
        self.asked.notify_one();
        news
    }

    /// Makes another edition whenever something is saved, as long as somebody
    /// listens to the news. Never ends.
    pub async fn watch(&self) {
        let mut printed = fingerprint(&self.sources);
        let mut files = Vec::new();
        for source in &self.sources {
            // What is not there is not watched.
            let _ = all_in(source, &mut files);
        }
        let notices = Notices::of(&files);
        drop(files);
        loop {
            if self.news.receiver_count() == 0 {
                self.asked.notified().await;
            }
            notices.next().await;
            let now = fingerprint(&self.sources);
            if now == printed {
                continue;
            }
            printed = now;
            let (number, before) = self.pages();
            let number = number + 1;
            let now = place(&self.folder, number);
            let faults = match self.print(number, &now, &before).await {
                Ok(faults) => faults,
                Err(why) => vec![format!("{why:#}")],
            };
            self.news.send_modify(|news| news["faults"] = json!(faults));
        }
    }

    /// Makes edition `number`, unless the strict check finds faults.
    async fn print(
        &self,
        number: usize,
        now: &Path,
        before: &Path,
    ) -> Result<Vec<String>> {
        let Made { faults, pages, .. } = made(&self.root, now, before).await?;
        if faults.is_empty() {
            let bundle = Arc::new(Bundle::of(now)?);
            *self.edition.lock().unwrap() = (number, bundle);
            // Of the one before, a page may still be under way.
            if let Some(old) = number.checked_sub(2) {
                let _ = fs::remove_dir_all(place(&self.folder, old));
            }
            self.news.send_modify(|news| {
                for page in pages {
                    news["pages"][page] = number.into();
                }
            });
        }
        Ok(faults)
    }
}

fn place(folder: &Path, edition: usize) -> PathBuf {
    folder.join(format!("pages-{edition}"))
}

/// An edition: the pages that are not as before; or what the strict check finds.
struct Made {
    faults: Vec<String>,
    /// What it finds and is in nobody's way.
    remarks: Vec<String>,
    pages: Vec<String>,
}

/// Has an edition made by a process of its own: what mdBook takes in memory,
/// the system gets back.
async fn made(root: &Path, place: &Path, before: &Path) -> Result<Made> {
    let ran = Command::new(this_program()?)
        .arg("edition")
        .args([root, place, before])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start the press")?;
    let said = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "no pages: {}", said.trim());
    let told: Value = serde_json::from_slice(&ran.stdout)?;
    let texts = |name: &str| {
        let texts = told[name].as_array().into_iter().flatten();
        texts.filter_map(|it| Some(it.as_str()?.to_owned())).collect()
    };
    Ok(Made {
        faults: texts("faults"),
        remarks: texts("remarks"),
        pages: texts("pages"),
    })
}

/// This very program, also if cargo has put another in its place.
fn this_program() -> io::Result<PathBuf> {
    let own = Path::new("/proc/self/exe");
    if own.exists() { Ok(own.to_owned()) } else { env::current_exe() }
}

/// That process: makes an edition, and tells of it as JSON.
///
/// # Errors
///
/// If it cannot be made.
pub fn edition(root: &Path, place: &Path, before: &Path) -> Result<Value> {
    let tree = Tree::at(root);
    let (faults, remarks) = strict::for_readers(strict::faults(&tree));
    let sentences = |faults: &[Fault]| {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    if !faults.is_empty() {
        return Ok(json!({ "faults": sentences(&faults) }));
    }
    pages::build(&tree.book(), Some(place))?;
    let mut files = Vec::new();
    all_in(place, &mut files)?;
    let pages = files.into_iter().filter_map(|file| {
        let page = file.strip_prefix(place).ok()?;
        let is_page = page.extension().is_some_and(|end| end == "html");
        let is_new = || text_of(&file) != text_of(&before.join(page));
        (is_page && is_new()).then(|| page.display().to_string())
    });
    let pages = pages.collect::<Vec<_>>();
    Ok(json!({ "pages": pages, "remarks": sentences(&remarks) }))
}

/// What is on a page itself. Around it, mdBook puts the names of its scripts,
/// and the index for the search has another one with every change.
fn text_of(page: &Path) -> Option<String> {
    let page = fs::read_to_string(page).ok()?;
    Some(page.split("<main>").nth(1)?.split("</main>").next()?.to_owned())
}

/// Where everything is that a page may show.
fn sources(tree: &Tree) -> Vec<PathBuf> {
    let rung = ["src", "exercises", "python", "tests"];
    let rungs = tree.rungs.iter().map(|rung| tree.root.join(&rung.folder));
    let rungs = rungs.flat_map(|folder| rung.map(|part| folder.join(part)));
    let book = ["chapters", "recorded", "theme", "book.toml"];
    rungs.chain(book.map(|part| tree.book().join(part))).collect()
}

/// A number that is another one when a file in these is saved, comes or goes.
fn fingerprint(sources: &[PathBuf]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        // Not every rung has every room; and a file may go while we look.
        let _ = note(source, &mut hasher);
    }
    hasher.finish()
}

fn note(file: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    let about = fs::metadata(file)?;
    if about.is_dir() {
        for entry in fs::read_dir(file)?.flatten() {
            let file = entry.path();
            // Nor is every one a file: an editor's lock is a link to nowhere.
            if !is_nobodys(&file) {
                let _ = note(&file, hasher);
            }
        }
    }
    (file.as_os_str(), about.len(), about.ctime(), about.ctime_nsec())
        .hash(hasher);
    Ok(())
}

/// A file, or all in a folder.
fn all_in(file: &Path, all: &mut Vec<PathBuf>) -> io::Result<()> {
    if file.is_dir() {
        for entry in fs::read_dir(file)? {
            all_in(&entry?.path(), all)?;
        }
    } else {
        all.push(file.to_owned());
    }
    Ok(())
}
