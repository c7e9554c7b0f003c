//! What a picture points at, besides what it shows: in words below the lanes,
//! and where it happens.

use crate::picture::Picture;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use timeline::{
    Asked, Late, Mark, Recording, Span, State, Track, format_duration,
};

/// For the page that a track asks for at a time: for the how-many-th time.
pub type Again = HashMap<(usize, Duration), usize>;

/// What a picture has to point at.
#[derive(Default)]
pub struct Points {
    /// Pages that were asked for before.
    pub again: Again,
    /// Arrows, from a track and a time to another.
    pub arrows: Vec<((usize, Duration), (usize, Duration))>,
    /// Sentences.
    pub said: Vec<String>,
    /// The tracks of circles.
    pub circle: Vec<usize>,
    /// Where and when a track was woken in vain.
    pub lost: Vec<(usize, Duration)>,
    /// Runs for which others are late, by track and beginning.
    slow: Vec<(usize, Duration)>,
    /// Those that are late.
    late: Vec<Late>,
    /// What tracks did last that died.
    last: Vec<(usize, Duration)>,
}

impl Points {
    pub fn of(recording: &Recording, drawn: usize) -> Points {
        let mut points = Points::default();
        let name = |index: usize| recording.tracks[index].name.as_str();
        let mut pages = BTreeMap::<String, usize>::new();
        for mark in recording.marks() {
            match mark {
                Mark::Circle(tracks) => {
                    if tracks.iter().all(|&index| index < drawn) {
                        points.arrows.extend(circle(recording, &tracks));
                        points.circle.extend(&tracks);
                    }
                    let none = match tracks.len() {
                        1 => "it waits for itself",
                        2 => "neither can go on",
                        _ => "none can go on",
                    };
                    points.said.push(format!("a circle: {none}"));
                }
                Mark::Again { track, at, page, nth } => {
                    points.again.insert((track, at), nth);
                    pages.insert(page, nth);
                }
                Mark::Succeeds { dead, next } => {
                    if dead.0.max(next.0) < drawn {
                        points.arrows.push((dead, next));
                    }
                    let wait = last_wait(&recording.tracks[dead.0]);
                    let at = wait.and_then(|wait| wait.state.what());
                    let at = at.map_or("".to_owned(), |it| format!(" at {it}"));
                    let (dead, next) = (name(dead.0), name(next.0));
                    let said = format!("{dead} dies{at}, {next} follows");
                    points.said.push(said);
                }
                Mark::Lost(track) => {
                    let woken = recording.tracks[track].spans.last();
                    points.lost.extend(woken.map(|it| (track, it.from)));
                    points.said.push(format!(
                        "{} is woken, and then its thread goes to sleep: \
                         the wake-up is lost",
                        name(track)
                    ));
                }
                Mark::Zombie { track, from, to } => {
                    points.said.push(format!(
                        "{} is dead for {} before its parent asks: a zombie",
                        name(track),
                        format_duration(to - from)
                    ));
                }
                Mark::Slow { track, from, to, late } => {
                    points.slow.push((track, from));
                    let most = late.iter().map(|it| it.to - it.from).max();
                    let most = format_duration(most.unwrap_or_default());
                    let late_ones = match &late[..] {
                        [one] => format!("{} is {most} late", name(one.track)),
                        many => {
                            let n = many.len();
                            format!("{n} others are late, by up to {most}")
                        }
                    };
                    points.said.push(format!(
                        "{} runs for {}: {late_ones}",
                        name(track),
                        format_duration(to - from)
                    ));
                    points.late.extend(late);
                }
                Mark::Crowded { late, by } => {
                    points.said.push(format!(
                        "{} is {} late: {} runs again and again",
                        name(late.track),
                        format_duration(late.to - late.from),
                        name(by)
                    ));
                    points.late.push(late);
                }
            }
        }
        for (index, track) in recording.tracks.iter().enumerate() {
            let last = track.spans.last();
            let killed = last.is_some_and(|it| it.state == State::Zombie);
            if track.died.is_some() && !killed {
                let wait = last_wait(track);
                points.last.extend(wait.map(|wait| (index, wait.from)));
            }
        }
        if let Some(said) = said_of_pages(&pages) {
            points.said.push(said);
        }
        points
    }
}

impl Points {
    /// What is written in red at a span of the track with this index, if there
    /// is something to point at.
    pub fn note(&self, index: usize, span: &Span) -> Option<String> {
        let key = (index, span.from);
        let time = format_duration(span.to - span.from);
        if self.slow.contains(&key) {
            return Some(format!("runs {time}"));
        }
        if self.last.contains(&key) {
            return Some(span.state.what().unwrap_or_default().to_owned());
        }
        let since = self.late_since(index, span)?;
        Some(format!("late {}", format_duration(span.to - since)))
    }

    /// Set if the arrows of a circle need room below this track.
    pub fn is_above_an_arrow(&self, index: usize) -> bool {
        let last = self.circle.iter().max();
        self.circle.contains(&index) && last.is_some_and(|&last| index < last)
    }

    /// Since when the track with this index could run that does not in a span.
    pub fn late_since(&self, index: usize, span: &Span) -> Option<Duration> {
        let mut late = self.late.iter();
        let own = |it: &&Late| {
            it.track == index && it.from >= span.from && it.to == span.to
        };
        late.find(own).map(|it| it.from)
    }
}

fn said_of_pages(pages: &BTreeMap<String, usize>) -> Option<String> {
    let (page, nth) = pages.first_key_value()?;
    Some(match (pages.len(), nth) {
        (1, 2) => format!("{page} is fetched twice"),
        (1, n) => format!("{page} is fetched {n} times"),
        (n, _) => format!("{n} pages are fetched more than once"),
    })
}

/// What a track waited for last.
fn last_wait(track: &Track) -> Option<&Span> {
    track.spans.iter().rfind(|it| it.state.waits())
}

/// The arrows of a circle, one beside the other, where its lanes wait.
fn circle(
    recording: &Recording,
    tracks: &[usize],
) -> Vec<((usize, Duration), (usize, Duration))> {
    let since = |index: &usize| {
        let last = recording.tracks[*index].spans.last();
        last.map_or(Duration::ZERO, |span| span.from)
    };
    let from = tracks.iter().map(since).max().unwrap_or_default();
    let mut arrows = Vec::new();
    for (n, &track) in tracks.iter().enumerate() {
        let next = tracks[(n + 1) % tracks.len()];
        // From one end to the other, a little within.
        let parts = tracks.len().max(2) as u32 - 1;
        let step = (recording.length - from) * 9 / 10 / parts;
        let at = from + (recording.length - from) / 20 + step * n as u32;
        if next != track {
            arrows.push(((track, at), (next, at)));
        }
    }
    arrows
}

/// For the how-many-th time the page is fetched that this span waits for, if it
/// was fetched before.
pub fn nth_fetch(
    again: &Again,
    index: usize,
    track: &Track,
    (from, to): (Duration, Duration),
    state: &State,
) -> Option<usize> {
    let page = state.what()?;
    let mut asked = track.asked.iter();
    let here =
        |it: &&Asked| it.page == page && from <= it.from && it.from <= to;
    again.get(&(index, asked.find(here)?.from)).copied()
}

impl Picture {
    /// Writes below the lanes what the picture points at.
    pub fn draw_points(&mut self, points: &Points) {
        const MOST: usize = 3;
        for said in points.said.iter().take(MOST) {
            self.draw_said(said);
        }
        if points.said.len() > MOST {
            let more = points.said.len() - MOST;
            self.draw_said(&format!("… and {more} more"));
        }
    }
}
