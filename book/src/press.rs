//! The pages, made again whenever something that they are made of is saved.

use crate::kept::Kept;
use crate::pages::{self, pages_in};
use crate::shown::{Shown, look_at};
use crate::stage;
use anyhow::{Context, Result, ensure};
use author::strict::{self, Fault};
use exercises::Tree;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::{env, fs, io};
use tokio::process::Command;
use tokio::sync::watch;

/// Makes the pages, one edition after another, and knows which one is shown.
pub struct Press {
    root: PathBuf,
    sources: Arc<[PathBuf]>,
    /// Each edition has a folder of its own in here.
    folder: PathBuf,
    edition: AtomicUsize,
    state: Shown<State>,
}

/// What open pages are told: which pages have changed, and why there is no
/// newer edition.
#[derive(Default, Serialize)]
pub struct State {
    /// In which edition a page was last changed, after the first one.
    pages: BTreeMap<String, usize>,
    /// What is in the way of another edition, in sentences.
    faults: Vec<String>,
}

impl Press {
    /// Makes the first edition, if there is none that was kept.
    ///
    /// # Errors
    ///
    /// If it cannot be made. What the strict check finds is said on standard
    /// error.
    pub async fn new(tree: &Tree, folder: &Path) -> Result<Press> {
        let first = place(folder, 0);
        let kept = Kept::of(&tree.root);
        if !kept.as_ref().is_ok_and(|it| it.take(&first).is_ok()) {
            let made = make_edition(&tree.root, &first, &first).await?;
            made.remarks.iter().for_each(|it| eprintln!("not ours: {it}"));
            strict::fail_on(&made.faults)?;
            // What is remarked on is said at each start.
            if let Ok(kept) = kept
                && made.remarks.is_empty()
                && Kept::of(&tree.root).is_ok_and(|now| now == kept)
            {
                // Without it the next start takes longer, nothing else.
                let _ = kept.keep(&first);
            }
        }
        Ok(Press {
            root: tree.root.clone(),
            sources: sources(tree).into(),
            folder: folder.to_owned(),
            edition: AtomicUsize::new(0),
            state: Shown::default(),
        })
    }

    /// The number of the latest edition, and where its pages are.
    pub fn pages(&self) -> (usize, PathBuf) {
        let edition = self.edition.load(Relaxed);
        (edition, place(&self.folder, edition))
    }

    /// What has changed: at once, and then whenever it does.
    pub fn listen(&self) -> watch::Receiver<State> {
        self.state.listen()
    }

    /// Makes another edition whenever something is saved, as long as a page
    /// listens. Never ends.
    pub async fn watch(&self) {
        let seen = Some(look_at(&self.sources).await);
        let renew = async || {
            let (number, before) = self.pages();
            let faults = match self.print(number + 1, &before).await {
                Ok(Some(faults)) => faults,
                // The next look finds what was saved meanwhile.
                Ok(None) => return,
                Err(why) => vec![format!("{why:#}")],
            };
            self.state.now.send_modify(|state| state.faults = faults);
        };
        self.state.watch(&self.sources, seen, renew).await;
    }

    /// Makes edition `number`, unless the strict check finds faults. Gives back
    /// `None`, and shows nothing new, if something was saved meanwhile: then
    /// the check has read one text, perhaps, and the pages show another.
    async fn print(
        &self,
        number: usize,
        before: &Path,
    ) -> Result<Option<Vec<String>>> {
        let now = place(&self.folder, number);
        let sources = look_at(&self.sources).await;
        let Made { faults, pages, .. } =
            make_edition(&self.root, &now, before).await?;
        if look_at(&self.sources).await != sources {
            return Ok(None);
        }
        if faults.is_empty() {
            self.edition.store(number, Relaxed);
            // The one before stays: a page of it may still be being sent.
            if let Some(old) = number.checked_sub(2) {
                let _ = fs::remove_dir_all(place(&self.folder, old));
            }
            let pages = pages.into_iter().map(|page| (page, number));
            self.state.now.send_modify(|state| state.pages.extend(pages));
        }
        Ok(Some(faults))
    }
}

fn place(folder: &Path, edition: usize) -> PathBuf {
    folder.join(format!("pages-{edition}"))
}

/// What came of making an edition.
#[derive(Deserialize, Serialize)]
pub struct Made {
    /// What the strict check finds. If it finds anything, there are no pages.
    faults: Vec<String>,
    /// What it finds that does a reader no harm.
    remarks: Vec<String>,
    /// The pages that differ from those of the edition before.
    pages: Vec<String>,
}

/// Has an edition made by a process of its own. mdBook takes much memory, which
/// the system gets back when that process ends.
async fn make_edition(
    root: &Path,
    place: &Path,
    before: &Path,
) -> Result<Made> {
    let ran = Command::new(this_program()?)
        .arg("edition")
        .args([root, place, before])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start the press")?;
    let why = String::from_utf8_lossy(&ran.stderr);
    ensure!(ran.status.success(), "no pages: {}", why.trim());
    Ok(serde_json::from_slice(&ran.stdout)?)
}

/// This very program, even if cargo has put a newer file in its place.
pub fn this_program() -> io::Result<PathBuf> {
    let own = Path::new("/proc/self/exe");
    if own.exists() { Ok(own.to_owned()) } else { env::current_exe() }
}

/// What the process does that [`make_edition`] starts: makes an edition, and
/// gives back the [`Made`], as JSON.
///
/// # Errors
///
/// If it cannot be made.
pub fn edition(root: &Path, place: &Path, before: &Path) -> Result<String> {
    let tree = Tree::at(root);
    let (faults, remarks) = strict::for_readers(strict::faults(&tree));
    let mut pages = Vec::new();
    if faults.is_empty() {
        let add = |pages: &Path| stage::add(&tree, pages);
        pages::build(&tree.book(), Some(place), add)?;
        // Of the first edition, nobody asks what has changed.
        if place != before {
            pages = pages_in(place);
        }
    }
    let changed = pages.iter().filter_map(|file| {
        let page = file.strip_prefix(place).ok()?;
        let is_new = text_of(file) != text_of(&before.join(page));
        is_new.then(|| page.display().to_string())
    });
    let sentences = |faults: Vec<Fault>| {
        faults.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let made = Made {
        pages: changed.collect(),
        faults: sentences(faults),
        remarks: sentences(remarks),
    };
    Ok(serde_json::to_string(&made)?)
}

/// The content of a page. Around it, mdBook puts the names of its scripts, and
/// with every change the index for the search has another name.
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
