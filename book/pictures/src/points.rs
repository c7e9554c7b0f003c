//! What a picture points at, besides what it shows: in words below the lanes,
//! and where it happens.

use crate::picture::Picture;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use timeline::{Asked, Mark, Recording, State, Track};

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
                    let (dead, next) = (name(dead.0), name(next.0));
                    points.said.push(format!("{dead} dies, {next} follows"));
                }
                Mark::Lost(track) => {
                    let lost = format!("{}: a wake-up is lost", name(track));
                    points.said.push(lost);
                }
            }
        }
        if let Some(said) = said_of_pages(&pages) {
            points.said.push(said);
        }
        points
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
    let step = (recording.length - from) / (tracks.len() as u32 + 1) / 4;
    let mut arrows = Vec::new();
    for (n, &track) in tracks.iter().enumerate() {
        let next = tracks[(n + 1) % tracks.len()];
        let at = recording.length - step * (tracks.len() - n) as u32;
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
