//! The pages, made again whenever something that they are made of is saved.

use crate::bundle::Bundle;
use crate::tree::Tree;
use crate::{pages, strict};
use anyhow::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// How often we look whether something was saved.
const PAUSE: Duration = Duration::from_millis(300);

/// Makes pages, and has those that are shown.
pub struct Press {
    root: PathBuf,
    /// Each edition has a folder of its own in here.
    folder: PathBuf,
    edition: Mutex<(usize, Arc<Bundle>)>,
    /// In which edition a page was last changed, after the first one; and what
    /// is in the way of another.
    news: watch::Sender<Value>,
}

/// When each file was written that the pages are made of, and its length.
type Sources = BTreeMap<PathBuf, (SystemTime, u64)>;

impl Press {
    /// Makes the first edition.
    ///
    /// # Errors
    ///
    /// If it cannot be made.
    pub fn new(tree: &Tree, folder: &Path) -> Result<Press> {
        let first = place(folder, 0);
        pages::build(&tree.book(), Some(&first))?;
        let bundle = Arc::new(Bundle::of(&first)?);
        Ok(Press {
            root: tree.root.clone(),
            folder: folder.to_owned(),
            edition: Mutex::new((0, bundle)),
            news: watch::Sender::new(json!({ "pages": {}, "faults": [] })),
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
        news
    }

    /// Makes another edition whenever something is saved, as long as somebody
    /// listens to the news. Never ends.
    pub async fn watch(&self) {
        let mut printed = sources(&self.root);
        loop {
            sleep(PAUSE).await;
            if self.news.receiver_count() == 0 {
                continue;
            }
            let now = sources(&self.root);
            if now == printed {
                continue;
            }
            printed = now;
            let (number, before) = self.pages();
            let number = number + 1;
            let (root, now) = (self.root.clone(), place(&self.folder, number));
            let made = move || edition(&root, &now, &before);
            let made = match spawn_blocking(made).await {
                Ok(Ok(made)) => made,
                Ok(Err(why)) => Err(vec![format!("{why:#}")]),
                Err(why) => Err(vec![why.to_string()]),
            };
            let made = made.map(|(bundle, pages)| {
                *self.edition.lock().unwrap() = (number, Arc::new(bundle));
                // Of the one before, a page may still be under way.
                if let Some(old) = number.checked_sub(2) {
                    let _ = fs::remove_dir_all(place(&self.folder, old));
                }
                pages
            });
            self.news.send_modify(|news| {
                let faults = made.as_ref().err();
                news["faults"] = json!(faults.cloned().unwrap_or_default());
                for page in made.into_iter().flatten() {
                    news["pages"][page] = number.into();
                }
            });
        }
    }
}

fn place(folder: &Path, edition: usize) -> PathBuf {
    folder.join(format!("pages-{edition}"))
}

/// An edition's bundle, and the pages that are not as before; or what the strict
/// check finds.
type Made = Result<(Bundle, Vec<String>), Vec<String>>;

/// Makes an edition.
fn edition(root: &Path, place: &Path, before: &Path) -> Result<Made> {
    let tree = Tree::at(root);
    let faults = strict::faults(&tree);
    if !faults.is_empty() {
        return Ok(Err(faults.iter().map(ToString::to_string).collect()));
    }
    pages::build(&tree.book(), Some(place))?;
    let mut files = Sources::new();
    collect(place, &mut files)?;
    let pages = files.into_keys().filter_map(|file| {
        let page = file.strip_prefix(place).ok()?;
        let is_page = page.extension().is_some_and(|end| end == "html");
        let is_new = || text_of(&file) != text_of(&before.join(page));
        (is_page && is_new()).then(|| page.display().to_string())
    });
    Ok(Ok((Bundle::of(place)?, pages.collect())))
}

/// What is on a page itself. Around it, mdBook puts the names of its scripts,
/// and the index for the search has another one with every change.
fn text_of(page: &Path) -> Option<String> {
    let page = fs::read_to_string(page).ok()?;
    Some(page.split("<main>").nth(1)?.split("</main>").next()?.to_owned())
}

/// Everything that a page may show.
fn sources(root: &Path) -> Sources {
    let book = ["chapters", "recorded", "theme", "book.toml"];
    let rung = ["src", "exercises", "solutions", "python", "tests"];
    let mut sources = Sources::new();
    for folder in Tree::at(root).rungs.iter().map(|rung| &rung.folder) {
        for part in rung {
            // Not every rung has every room.
            let _ = collect(&root.join(folder).join(part), &mut sources);
        }
    }
    for part in book {
        let _ = collect(&root.join("book").join(part), &mut sources);
    }
    sources
}

fn collect(file: &Path, sources: &mut Sources) -> io::Result<()> {
    let about = fs::metadata(file)?;
    if about.is_dir() {
        for entry in fs::read_dir(file)? {
            collect(&entry?.path(), sources)?;
        }
    } else {
        let written = about.modified()?;
        sources.insert(file.to_owned(), (written, about.len()));
    }
    Ok(())
}
