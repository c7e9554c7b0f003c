//! Draws a recording for a page.
//!
//! The book alone needs this. What every crawl needs, the picture for a
//! terminal and the trace for Perfetto, `timeline` draws itself.
//!
//! Positions across are percentages and heights are pixels, so the picture is
//! not scaled but laid out anew: letters are as large on a phone as on a desk.
//!
//! It is complete as it is. For a script that lays it out again when a reader
//! zooms in, each shape also has its times in microseconds (`data-t`), and some
//! of those that are too short to be seen are in it as well (`lanes-fine`).

mod bars;
mod crowded;
mod front;
mod history;
mod hues;
mod mountains;
mod picture;
mod points;
mod rows;
mod shapes;
mod together;
mod words;

pub use bars::of_run;
pub use front::compare;
pub use history::history;
pub use hues::Hues;
pub use shapes::Escaped;
pub use together::on_one_axis;

use picture::Picture;
use points::Points;
use std::collections::HashMap;
use std::time::Duration;
use timeline::{Flow, Link, Recording};
use words::describe;

/// Up to [`FEW`] arrows are drawn whatever they mean, and more than [`MANY`]
/// are not drawn at all.
const FEW: usize = 16;
const MANY: usize = 60;

/// Up to this many lanes are drawn one by one.
const MOST_LANES: usize = 60;

/// Draws the lanes as one SVG of any width, to stand in a page or by itself.
///
/// Shapes show what a lane does, and colours what it is about: a lock, a page.
/// What went wrong is said below the lanes. The text form is in `<desc>`.
///
/// ```
/// let events = "0 7 1 1 0 spawn thread - main\n9000 7 1 1 9000 done\n";
/// let recording = timeline::Recording::parse(events);
/// let picture = pictures::svg(&recording, "It runs, and that is all");
/// assert!(picture.contains("<desc>1 thread in 9.0 µs."));
/// ```
pub fn svg(recording: &Recording, title: &str) -> String {
    // What is drawn: the first lanes, the others together, and the site if it
    // saw anything.
    let lanes = recording.tracks.iter().filter(|it| it.kind != "site").count();
    let (drawn, rest) =
        recording.tracks[..lanes].split_at(lanes.min(MOST_LANES));
    let site = recording.of_kind("site").next();
    let site = site.filter(|_| !recording.flight.is_empty());

    let names = drawn.iter().chain(site).map(|track| track.name.chars());
    let queues =
        recording.queues.iter().map(|it| it.name.len() + " queued".len());
    let longest = names.map(Iterator::count).chain(queues).max().unwrap_or(0);
    let hues = Hues::of(recording);
    let points = Points::of(recording, drawn.len());
    let mut picture = Picture::new(longest, recording.length, hues);
    picture.fold(drawn);

    // From the top down; the arrows over the lanes.
    for (index, track) in drawn.iter().enumerate() {
        if picture.crowded {
            picture.draw_crowded_lane(track, drawn);
            continue;
        }
        picture.draw_lane((index, track), &causes(recording, index), &points);
    }
    for flow in choose_arrows(&recording.flows, drawn.len()) {
        picture.used.insert("lanes-arrow");
        let class = match points.lost.contains(&flow.to) {
            true => "lanes-flow lanes-point",
            false => "lanes-flow",
        };
        picture.draw_arrow(class, flow.from, flow.to);
    }
    for &(from, to) in &points.arrows {
        picture.draw_arrow("lanes-flow lanes-point", from, to);
    }
    if !rest.is_empty() {
        picture.draw_rest(rest, recording);
    }
    for queue in &recording.queues {
        picture.draw_queue(queue, recording);
    }
    if let Some(site) = site {
        picture.draw_flight(site, recording);
    }
    picture.draw_axis();
    picture.draw_points(&points);
    picture.draw_legend();
    let mut words = describe(recording);
    for said in &points.said {
        words += &format!(" {said}.");
    }
    picture.finish(title, &words, "")
}

/// What ended the waits of a lane, by the time at which it did.
fn causes(recording: &Recording, index: usize) -> HashMap<Duration, String> {
    let mut causes = HashMap::new();
    for flow in recording.flows.iter().filter(|flow| flow.to.0 == index) {
        let by = &recording.tracks[flow.from.0].name;
        let did = match flow.link {
            Link::Spawn => "made",
            Link::Release => "released",
            Link::Notify => "notified",
            Link::Wake => "woke",
        };
        let cause = format!("{by} {did} it");
        if flow.link == Link::Wake {
            // The wait ends here; the task runs later.
            causes.insert(flow.from.1, cause.clone());
        }
        causes.insert(flow.to.1, cause);
    }
    causes
}

/// The arrows that are drawn, between drawn lanes. If there are many, only
/// those that hand a lock on or notify are; if these are many, too, none is.
fn choose_arrows(flows: &[Flow], drawn: usize) -> Vec<&Flow> {
    let seen = |flow: &&Flow| flow.from.0 < drawn && flow.to.0 < drawn;
    let hands_on =
        |flow: &&Flow| matches!(flow.link, Link::Release | Link::Notify);
    let all: Vec<_> = flows.iter().filter(seen).collect();
    if all.len() <= FEW {
        return all;
    }
    let some: Vec<_> = all.into_iter().filter(hands_on).collect();
    if some.len() <= MANY { some } else { Vec::new() }
}

#[cfg(test)]
mod tests;
