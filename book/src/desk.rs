//! The exercises as the pages see them: judged whenever they are saved, as long
//! as a page is open.

mod known;

use self::known::{Found, Judging, Known};
use crate::shown::Shown;
use anyhow::{Context, Result};
use exercises::files::read;
use exercises::progress::{self, Progress, hash};
use exercises::{Exercise, Page, Solution, Tree};
use exercises::{all_exercises, judge_and_note, solution_of};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;
use tokio::sync::watch;

/// How many bytes of an answer a page lists. Those that we ship have 2 KiB.
const LISTED: usize = 64 * 1024;

/// Where answers are handed in.
pub struct Desk {
    root: PathBuf,
    all: Vec<Exercise>,
    /// What is known of the answer to each.
    answers: Mutex<Vec<Known>>,
    /// What all pages show, as JSON.
    shown: Shown<String>,
    /// The numbers of the exercises whose answers are to be judged.
    queue: Sender<usize>,
}

impl Desk {
    /// All exercises, and a thread that judges one answer at a time.
    ///
    /// # Errors
    ///
    /// If there can be no such thread.
    pub fn open(tree: &Tree) -> Result<Arc<Desk>> {
        let (queue, queued) = channel();
        let all = all_exercises(tree);
        let desk = Arc::new(Desk {
            root: tree.root.clone(),
            answers: Mutex::new(all.iter().map(|_| Known::default()).collect()),
            all,
            shown: Shown::default(),
            queue,
        });
        let judge = desk.clone();
        thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || judge.judge_all(&queued))
            .context("cannot start the judge")?;
        desk.show();
        Ok(desk)
    }

    /// Looks at the files as long as a page listens. Never ends.
    pub async fn watch(&self) {
        let answers = self.all.iter().flat_map(|it| [it.answer(), it.check()]);
        let files = answers.chain([progress::file(&self.root)]).collect();
        let renew = async || {
            self.hand_in_what_is_new();
            self.show();
        };
        self.shown.watch(&files, None, renew).await;
    }

    /// The number of the exercise of this name.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|exercise| exercise.name == name)
    }

    /// Has an answer judged as it is now. When that is done, the pages show the
    /// verdict.
    pub fn hand_in(&self, n: usize) {
        let answer = hash(&self.all[n]).ok();
        self.change(n, |known| {
            known.handed_in = answer;
            known.judging.get_or_insert_with(|| {
                self.queue.send(n).expect("the judge lives as long as we do");
                Judging { began: Instant::now(), stage: None }
            });
        });
    }

    /// Notes that this many hints have been looked at by now. If that cannot be
    /// noted, the pages say so.
    ///
    /// # Errors
    ///
    /// If the exercise's page cannot be read.
    pub fn note_hints(&self, n: usize, hints: usize) -> Result<()> {
        let exercise = &self.all[n];
        let most = Page::of(exercise)?.hints.len();
        Progress::note(&self.root, |progress| {
            let seen = &mut progress.of_mut(exercise).hints;
            *seen = (*seen).max(hints.min(most));
        });
        self.show();
        Ok(())
    }

    /// Our solution beside the reader's answer; `None` if it is not due, and
    /// `anyway` is not set.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn solution(&self, n: usize, anyway: bool) -> Result<Option<Solution>> {
        let solution = solution_of(&self.all[n], anyway)?;
        self.show();
        Ok(solution)
    }

    /// The reader's file as it is now, as JSON: `text`, and how many bytes are
    /// `left_out` at its end.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn answer(&self, n: usize) -> Result<Value> {
        let bytes = read(&self.all[n].answer())?;
        let listed = &bytes[..bytes.len().min(LISTED)];
        Ok(json!({
            "text": String::from_utf8_lossy(listed),
            "left_out": bytes.len() - listed.len(),
        }))
    }

    /// The reader's file.
    pub fn file(&self, n: usize) -> PathBuf {
        self.all[n].answer()
    }

    /// The picture of the run that the latest verdict is about.
    pub fn picture(&self, n: usize) -> Option<String> {
        let answers = self.answers.lock().unwrap();
        let verdict = answers[n].found.as_ref()?.verdict.as_ref().ok()?;
        let title = format!("A run of your {}", self.all[n].name);
        Some(pictures::svg(verdict.drawable()?, &title))
    }

    /// Notes which page of the book is open.
    pub fn note_page(&self, page: &str) {
        // It is a convenience; the page is sent all the same.
        let _ = Progress::update(&self.root, |progress| {
            progress.page = Some(page.to_owned());
        });
    }

    /// What the pages show, at once and then whenever it changes.
    pub fn listen(&self) -> watch::Receiver<String> {
        self.shown.listen()
    }

    /// Hands in every answer that has not been judged yet, once.
    fn hand_in_what_is_new(&self) {
        let progress = Progress::read(&self.root);
        for (n, exercise) in self.all.iter().enumerate() {
            let Ok(None) = progress.kind_of(exercise) else { continue };
            let handed_in = self.answers.lock().unwrap()[n].handed_in.clone();
            if handed_in != hash(exercise).ok() {
                self.hand_in(n);
            }
        }
    }

    /// What the judge's thread does.
    fn judge_all(&self, queued: &Receiver<usize>) {
        for n in queued {
            let exercise = &self.all[n];
            let before = hash(exercise).ok();
            let verdict = judge_and_note(exercise, &|stage| {
                self.change(n, |known| {
                    if let Some(judging) = &mut known.judging {
                        judging.stage = Some(stage);
                    }
                });
            });
            let answer = match &verdict {
                Ok(verdict) => verdict.answer.clone(),
                Err(_) => before,
            };
            self.change(n, |known| {
                known.judging = None;
                // An answer that was saved meanwhile is another, to be handed
                // in again.
                known.handed_in = answer.clone();
                known.found = Some(Found { answer, verdict });
            });
        }
    }

    /// Changes what is known of an answer, and shows it.
    fn change(&self, n: usize, change: impl FnOnce(&mut Known)) {
        change(&mut self.answers.lock().unwrap()[n]);
        self.show();
    }

    /// Has the pages show what is known, if that has changed.
    fn show(&self) {
        // Locked before the progress is read: of two threads that do this, the
        // one that comes later shows what is newer.
        let answers = self.answers.lock().unwrap();
        let progress = Progress::read(&self.root);
        let exercises = self.all.iter().zip(&*answers);
        let exercises =
            exercises.map(|(exercise, it)| it.describe(exercise, &progress));
        let now = json!({
            "exercises": exercises.collect::<Vec<_>>(),
            "page": progress.page,
            "remark": progress::last_remark(),
        });
        let now = now.to_string();
        self.shown.now.send_if_modified(|shown| {
            let has_changed = *shown != now;
            *shown = now;
            has_changed
        });
    }
}
