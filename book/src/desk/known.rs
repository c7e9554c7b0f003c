//! What is known of an answer, and how a page shows it.

use crate::plain::plain;
use anyhow::Result;
use exercises::files::read_text;
use exercises::progress::{Progress, hash};
use exercises::{Exercise, Kind, Page, Stage, Verdict};
use serde_json::{Value, json};
use std::time::Instant;

/// What is known of an answer besides what is in the progress.
#[derive(Default)]
pub struct Known {
    /// The answer that was last handed in, judged or not.
    pub handed_in: Option<String>,
    /// Set while it waits to be judged, or is being judged.
    pub judging: Option<Judging>,
    /// The latest verdict, or why there is none.
    pub found: Option<Found>,
}

/// What is being done for an answer, and since when.
pub struct Judging {
    pub began: Instant,
    /// `None` while others are judged before it.
    pub stage: Option<Stage>,
}

/// What came of judging it.
pub struct Found {
    /// The answer that it is about.
    pub answer: Option<String>,
    pub verdict: Result<Verdict>,
}

impl Known {
    /// What a page shows of the exercise, as JSON.
    pub fn describe(&self, exercise: &Exercise, progress: &Progress) -> Value {
        let entry = progress.of(exercise);
        let now = hash(exercise).ok();
        // The verdict, if it is about the answer as it is now.
        let found = self.found.as_ref().filter(|found| found.answer == now);
        let judged = found.and_then(|found| found.verdict.as_ref().ok());
        // A check in a terminal may have noted another answer since.
        let noted = progress.kind_of(exercise).ok().flatten();
        let kind = noted.or(judged.map(|verdict| verdict.kind));
        let mut shown = json!({
            "name": exercise.name,
            "page": exercise.address(),
            "file": exercise.seen(&exercise.answer()),
            "line": first_line(exercise),
            "state": kind,
            "said": kind.map(|kind| kind.to_string()),
            "sign": kind.map(Kind::sign),
            "judging": self.judging.as_ref().map(Judging::describe),
            "answer": now,
            "hints": entry.hints,
            "solved": entry.solved,
            "shown": entry.shown,
        });
        if let Err(why) = exercise.can_be_judged() {
            shown["why"] = why.to_string().into();
        }
        match found {
            None => {}
            Some(Found { verdict: Err(why), .. }) => {
                shown["why"] = format!("{why:#}").into();
            }
            Some(Found { verdict: Ok(verdict), .. }) => {
                shown["found"] = verdict.kind.to_string().into();
                shown["warnings"] = plain(&verdict.warnings).into();
                shown["why"] = plain(&verdict.why).into();
                shown["printed"] = plain(&verdict.printed).into();
                // What the shipped file does is no mistake of the reader's.
                if kind != Some(Kind::NotStarted) {
                    let page = Page::of(exercise).unwrap_or_default();
                    shown["usually"] = page.cause(verdict).into();
                }
                let has_run =
                    matches!(verdict.kind, Kind::WrongWay | Kind::Hangs);
                shown["drawn"] =
                    (has_run && verdict.drawable().is_some()).into();
            }
        }
        shown
    }
}

impl Judging {
    fn describe(&self) -> Value {
        let stage = match self.stage {
            Some(stage) => stage.to_string(),
            None => "waiting for the one before".to_owned(),
        };
        json!({"stage": stage, "ms": self.began.elapsed().as_millis() as u64})
    }
}

/// The first line below the comment at the top.
fn first_line(exercise: &Exercise) -> usize {
    let text = read_text(&exercise.answer()).unwrap_or_default();
    let comment = text.lines().take_while(|it| it.starts_with("//!")).count();
    let below = text.lines().skip(comment);
    1 + comment + below.take_while(|it| it.is_empty()).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use std::fs;
    use timeline::Recording;
    use timeline::private::Folder;

    /// An exercise that is begun, in a folder of its own.
    fn begun() -> (Folder, Exercise) {
        let folder = Folder::new().unwrap();
        let root = folder.path().to_owned();
        let exercise = Exercise {
            name: "sum".to_owned(),
            package: "threads".to_owned(),
            rung: root.join("01-threads"),
            page: root.join("book/chapters/sum.md"),
            root,
        };
        fs::create_dir_all(exercise.check().parent().unwrap()).unwrap();
        fs::write(exercise.starter(), "// as shipped").unwrap();
        fs::write(exercise.answer(), "// mine").unwrap();
        (folder, exercise)
    }

    #[test]
    fn a_page_asks_for_no_picture_where_nothing_was_recorded() {
        let (_folder, exercise) = begun();
        let drawn = |recording: Option<Recording>| {
            let mut verdict = Verdict::new(Kind::Hangs, "waits");
            verdict.recording = recording;
            let answer = hash(&exercise).ok();
            let found = Some(Found { answer, verdict: Ok(verdict) });
            let known = Known { found, ..Known::default() };
            known.describe(&exercise, &Progress::default())["drawn"].clone()
        };
        assert_eq!(drawn(None), false);
        assert_eq!(drawn(Some(Recording::default())), false);
    }

    /// The reader goes back to the answer that the page has judged.
    #[test]
    fn a_verdict_stays_though_a_terminal_has_noted_another_answer() {
        let (_folder, exercise) = begun();
        let answer = hash(&exercise).ok();
        let verdict = Ok(Verdict::new(Kind::WrongWay, "one lock for all"));
        let found = Some(Found { answer, verdict });
        let known = Known { found, ..Known::default() };
        let mut progress = Progress::default();
        let another = (Kind::Solved, "of another answer".to_owned());
        progress.of_mut(&exercise).verdict = Some(another);
        let shown = known.describe(&exercise, &progress);
        assert_eq!(shown["said"], Kind::WrongWay.to_string());
        assert_eq!(shown["sign"], json!(Kind::WrongWay.sign()));
    }

    #[test]
    fn of_an_answer_that_cannot_be_read_a_page_says_why() {
        let (_folder, exercise) = begun();
        let answer = exercise.answer();
        let why = |exercise: &Exercise| {
            let (known, progress) = (Known::default(), Progress::default());
            known.describe(exercise, &progress)["why"].to_string()
        };
        assert_eq!(why(&exercise), "null");
        fs::remove_file(&answer).unwrap();
        assert!(why(&exercise).contains("is gone; "), "{}", why(&exercise));
        mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert!(why(&exercise).contains("not a regular file"));
    }
}
