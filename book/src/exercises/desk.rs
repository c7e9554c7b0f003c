//! The exercises as the pages see them: judged whenever they are saved, as long
//! as a page is open.

use super::judge::Stage;
use super::page::Page;
use super::progress::{self, Progress, hash};
use super::terminal::{Solution, judged, solution_of};
use super::verdict::{Kind, Verdict};
use super::{Exercise, all};
use crate::changes::{PAUSE, fingerprint};
use crate::files::{read, read_text};
use crate::plain::plain;
use crate::tree::Tree;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;
use tokio::sync::{Notify, watch};
use tokio::time::sleep;

/// How many bytes of an answer a page lists. Those that we ship have 2 KiB.
const LISTED: usize = 64 * 1024;

/// Where answers are handed in.
pub struct Desk {
    root: PathBuf,
    all: Vec<Exercise>,
    looks: Mutex<Vec<Look>>,
    /// What all pages are shown, as JSON.
    shown: watch::Sender<String>,
    orders: Sender<usize>,
    /// A page has begun to listen.
    arrived: Notify,
}

/// What we know of an answer besides what is in the progress.
#[derive(Default)]
struct Look {
    /// The answer that was last handed in, judged or not.
    handed_in: Option<String>,
    /// Set while it waits to be judged, or is.
    judging: Option<Judging>,
    /// The latest verdict, or why there is none.
    found: Option<Found>,
}

/// What is being done for an answer, and since when.
struct Judging {
    began: Instant,
    /// None while others are judged before it.
    stage: Option<Stage>,
}

struct Found {
    /// The answer that it is about.
    answer: Option<String>,
    verdict: Result<Verdict>,
}

impl Desk {
    /// All exercises, and a thread that judges one answer at a time.
    ///
    /// # Errors
    ///
    /// If there can be no such thread.
    pub fn open(tree: &Tree) -> Result<Arc<Desk>> {
        let (orders, ordered) = channel();
        let all = all(tree);
        let desk = Arc::new(Desk {
            root: tree.root.clone(),
            looks: Mutex::new(all.iter().map(|_| Look::default()).collect()),
            all,
            shown: watch::Sender::default(),
            orders,
            arrived: Notify::new(),
        });
        let judge = desk.clone();
        thread::Builder::new()
            .name("judge".to_owned())
            .spawn(move || judge.work(&ordered))
            .context("cannot start the judge")?;
        desk.show();
        Ok(desk)
    }

    /// Looks at the files for as long as somebody looks at a page. Never ends.
    pub async fn look(&self) {
        let answers = self.all.iter().flat_map(|it| [it.answer(), it.check()]);
        let files: Vec<_> =
            answers.chain([progress::file(&self.root)]).collect();
        let mut seen = None;
        loop {
            if self.shown.receiver_count() == 0 {
                self.arrived.notified().await;
            }
            let now = Some(fingerprint(&files));
            if now != seen {
                seen = now;
                self.hand_in_what_is_new();
                self.show();
            }
            sleep(PAUSE).await;
        }
    }

    /// Judges the answer to an exercise as it is now; the pages are told when it
    /// is done. `false` if there is no exercise of that name.
    pub fn hand_in(&self, name: &str) -> bool {
        let found = self.all.iter().position(|it| it.name == name);
        found.inspect(|&n| self.order(n)).is_some()
    }

    /// Notes that one more hint was looked at: so many by now. If that cannot be
    /// noted, the pages say so.
    ///
    /// # Errors
    ///
    /// If the exercise's page cannot be read.
    pub fn hint(&self, name: &str, hints: usize) -> Result<bool> {
        let Some(exercise) = self.named(name) else { return Ok(false) };
        let most = Page::of(exercise)?.hints.len();
        Progress::note(&self.root, |progress| {
            let seen = &mut progress.of_mut(exercise).hints;
            *seen = (*seen).max(hints.min(most));
        });
        self.show();
        Ok(true)
    }

    /// Our solution beside the reader's answer; the inner `None` if it is not
    /// due, and `anyway` is not set. The outer one if there is no such exercise.
    ///
    /// # Errors
    ///
    /// If a file cannot be read.
    pub fn solution(
        &self,
        name: &str,
        anyway: bool,
    ) -> Result<Option<Option<Solution>>> {
        let Some(exercise) = self.named(name) else { return Ok(None) };
        let solution = solution_of(exercise, anyway)?;
        self.show();
        Ok(Some(solution))
    }

    /// The reader's file as it is now, as JSON: `text`, and how many bytes are
    /// `left_out` at its end. `None` if there is no such exercise.
    ///
    /// # Errors
    ///
    /// If it cannot be read.
    pub fn answer(&self, name: &str) -> Result<Option<Value>> {
        let Some(exercise) = self.named(name) else { return Ok(None) };
        let bytes = read(&exercise.answer())?;
        let shown = &bytes[..bytes.len().min(LISTED)];
        Ok(Some(json!({
            "text": String::from_utf8_lossy(shown),
            "left_out": bytes.len() - shown.len(),
        })))
    }

    /// The picture of the run that the latest verdict is about.
    pub fn picture(&self, name: &str) -> Option<String> {
        let n = self.all.iter().position(|it| it.name == name)?;
        let looks = self.looks.lock().unwrap();
        let verdict = looks[n].found.as_ref()?.verdict.as_ref().ok()?;
        Some(verdict.drawable()?.svg(&format!("A run of your {name}")))
    }

    /// Notes which page of the book is open.
    pub fn is_at(&self, page: &str) {
        // It is a convenience; the page is sent all the same.
        let _ = Progress::update(&self.root, |progress| {
            progress.page = Some(page.to_owned());
        });
    }

    /// What is shown, at once and then whenever it changes.
    pub fn listen(&self) -> watch::Receiver<String> {
        let mut shown = self.shown.subscribe();
        shown.mark_changed();
        self.arrived.notify_one();
        shown
    }

    fn named(&self, name: &str) -> Option<&Exercise> {
        self.all.iter().find(|exercise| exercise.name == name)
    }

    /// Hands in every answer that nobody has judged yet, once.
    fn hand_in_what_is_new(&self) {
        let progress = Progress::read(&self.root);
        for (n, exercise) in self.all.iter().enumerate() {
            let Ok(answer) = hash(exercise) else { continue };
            let known = progress.of(exercise).verdict;
            let is_known = known.is_some_and(|(_, judged)| judged == answer);
            let is_started = exercise.is_started().unwrap_or(false);
            let handed_in = self.looks.lock().unwrap()[n].handed_in.clone();
            if is_started && !is_known && handed_in != Some(answer) {
                self.order(n);
            }
        }
    }

    fn order(&self, n: usize) {
        let mut looks = self.looks.lock().unwrap();
        looks[n].handed_in = hash(&self.all[n]).ok();
        if looks[n].judging.is_none() {
            looks[n].judging =
                Some(Judging { began: Instant::now(), stage: None });
            self.orders.send(n).expect("the judge lives as long as we do");
        }
        drop(looks);
        self.show();
    }

    /// What the judge does all day.
    fn work(&self, ordered: &Receiver<usize>) {
        for n in ordered {
            let exercise = &self.all[n];
            let before = hash(exercise).ok();
            let verdict = judged(exercise, &|stage| {
                let mut looks = self.looks.lock().unwrap();
                if let Some(judging) = &mut looks[n].judging {
                    judging.stage = Some(stage);
                }
                drop(looks);
                self.show();
            });
            let answer = match &verdict {
                Ok(verdict) => verdict.answer.clone(),
                Err(_) => before,
            };
            let mut looks = self.looks.lock().unwrap();
            looks[n].judging = None;
            // What was saved meanwhile is new again.
            looks[n].handed_in = answer.clone();
            looks[n].found = Some(Found { answer, verdict });
            drop(looks);
            self.show();
        }
    }

    /// Tells the pages, if there is news.
    fn show(&self) {
        // Locked first: of two that tell at once, the later knows more.
        let looks = self.looks.lock().unwrap();
        let progress = Progress::read(&self.root);
        let told = self.all.iter().zip(&*looks);
        let told = told.map(|(exercise, look)| tell(exercise, look, &progress));
        let told = json!({
            "exercises": told.collect::<Vec<_>>(),
            "page": progress.page,
            "remark": progress::remark(),
        });
        let told = told.to_string();
        self.shown.send_if_modified(|shown| {
            let is_news = *shown != told;
            *shown = told;
            is_news
        });
    }
}

/// What a page is told of an exercise.
fn tell(exercise: &Exercise, look: &Look, progress: &Progress) -> Value {
    let entry = progress.of(exercise);
    let now = hash(exercise).ok();
    let kind = match (&entry.verdict, exercise.is_started()) {
        (_, Err(_)) => None,
        (_, Ok(false)) => Some(Kind::NotStarted),
        (Some((kind, answer)), _) if Some(answer) == now.as_ref() => {
            Some(*kind)
        }
        _ => None,
    };
    let answer = exercise.answer();
    let mut told = json!({
        "name": exercise.name,
        "page": exercise.address(),
        "file": exercise.seen(&answer),
        "line": first_line(exercise),
        "state": kind,
        "said": kind.map(|kind| kind.to_string()),
        "sign": kind.map(Kind::sign),
        "judging": look.judging.as_ref().map(Judging::tell),
        "answer": now,
        "hints": entry.hints,
        "solved": entry.solved,
        "shown": entry.shown,
    });
    if let Err(why) = exercise.can_be_judged() {
        told["why"] = why.to_string().into();
    }
    let found = look.found.as_ref().filter(|found| found.answer == now);
    if let Some(Found { verdict, .. }) = found {
        match verdict {
            Ok(verdict) => {
                let page = Page::of(exercise).unwrap_or_default();
                told["found"] = verdict.kind.to_string().into();
                told["warnings"] = plain(&verdict.warnings).into();
                told["why"] = plain(&verdict.why).into();
                told["printed"] = plain(&verdict.printed).into();
                // What we have shipped is no mistake of the reader's.
                if kind != Some(Kind::NotStarted) {
                    told["usually"] = page.cause(verdict).into();
                }
                let shows =
                    matches!(verdict.kind, Kind::WrongWay | Kind::Hangs);
                told["drawn"] = (shows && verdict.drawable().is_some()).into();
            }
            Err(why) => told["why"] = format!("{why:#}").into(),
        }
    }
    told
}

impl Judging {
    fn tell(&self) -> Value {
        let stage = match self.stage {
            Some(stage) => stage.to_string(),
            None => "waiting for the one before".to_owned(),
        };
        json!({"stage": stage, "ms": self.began.elapsed().as_millis() as u64})
    }
}

/// The first line below what is said at the top.
fn first_line(exercise: &Exercise) -> usize {
    let text = read_text(&exercise.answer()).unwrap_or_default();
    let said = text.lines().take_while(|it| it.starts_with("//!")).count();
    let blank = text.lines().skip(said).take_while(|it| it.is_empty()).count();
    1 + said + blank
}

#[cfg(test)]
mod tests {
    use super::super::keep::tests::begun;
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::fs;
    use timeline::Recording;

    #[test]
    fn a_page_asks_for_no_picture_where_nothing_was_recorded() {
        let (_folder, exercise) = begun();
        let drawn = |recording: Option<Recording>| {
            let mut verdict = Verdict::new(Kind::Hangs, "waits");
            verdict.recording = recording;
            let answer = hash(&exercise).ok();
            let found = Some(Found { answer, verdict: Ok(verdict) });
            let look = Look { found, ..Look::default() };
            tell(&exercise, &look, &Progress::default())["drawn"].clone()
        };
        assert_eq!(drawn(None), false);
        assert_eq!(drawn(Some(Recording::default())), false);
    }

    #[test]
    fn of_an_answer_that_cannot_be_read_a_page_says_why() {
        let (_folder, exercise) = begun();
        let answer = exercise.answer();
        let why = |exercise: &Exercise| {
            let (look, progress) = (Look::default(), Progress::default());
            tell(exercise, &look, &progress)["why"].to_string()
        };
        assert_eq!(why(&exercise), "null");
        fs::remove_file(&answer).unwrap();
        assert!(why(&exercise).contains("is gone; "), "{}", why(&exercise));
        mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert!(why(&exercise).contains("not a regular file"));
    }
}
