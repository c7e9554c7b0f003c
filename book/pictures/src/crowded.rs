//! Lanes with more spans than a page can bear. What is seen of one is drawn in
//! a few paths, and its spans are written down for a script, which draws them
//! again as a reader zooms.

use crate::picture::{NARROWEST, Picture, THIN};
use crate::shapes::{Escaped, class_of};
use std::collections::BTreeMap;
use std::fmt::Write;
use timeline::{Cell, Span, State, Track};

/// With more spans than this in all lanes, they are crowded; with many more,
/// only those that are drawn are written down.
pub const CROWDED: usize = 4_000;
const MOST_WRITTEN: usize = 60_000;

/// In percent: the least between two runs that are drawn though they are
/// narrow.
const GAP: f64 = 2.0 * NARROWEST;

/// How long the paths of a lane are. A script knows it, too.
const LENGTH: f64 = 10_000.0;

impl Picture {
    /// Draws a lane: of what is narrow, as many runs as there is room for.
    pub fn draw_crowded_lane(&mut self, track: &Track, lanes: &[Track]) {
        self.open_row((&track.name, &track.name), &track.kind, THIN);
        for held in &track.held {
            if self.x(held.to) - self.x(held.from) >= NARROWEST {
                self.draw_held(held);
            }
        }
        let drawn = self.choose_drawn(&track.spans);
        self.draw_paths(&drawn);
        let all: usize = lanes.iter().map(|lane| lane.spans.len()).sum();
        let spans = if all <= MOST_WRITTEN { &track.spans } else { &drawn };
        let spans = write_down(spans);
        let spans = Escaped(&spans);
        let _ = writeln!(self.body, "<desc class='lanes-all'>{spans}</desc>");
        self.draw_ends(track);
        self.close_row();
    }

    /// The spans that are drawn. Waits with little between them are one.
    fn choose_drawn(&self, spans: &[Span]) -> Vec<Span> {
        let mut drawn: Vec<Span> = Vec::new();
        let mut wait = None;
        let mut end = f64::MIN;
        for span in spans.iter().filter(|it| it.state != State::Idle) {
            let (from, to) = (self.x(span.from), self.x(span.to));
            if span.state.waits() {
                match wait.map(|n: usize| &mut drawn[n]) {
                    Some(last) if from - self.x(last.to) < GAP => {
                        last.to = span.to;
                        let many = "one thing after another";
                        last.state = State::Wait(many.into());
                    }
                    _ => {
                        wait = Some(drawn.len());
                        drawn.push(span.clone());
                    }
                }
                continue;
            }
            let runs = is_run(&span.state);
            if to - from >= NARROWEST || runs && from >= end + GAP {
                end = if runs { to } else { end };
                drawn.push(span.clone());
            }
        }
        drawn
    }

    /// Draws spans in a path for each shape, as long as all of the picture's
    /// time.
    fn draw_paths(&mut self, spans: &[Span]) {
        let (left, width) = (self.margin(), 99.6 - self.margin());
        let mut paths = BTreeMap::<&str, String>::new();
        for span in spans {
            let (from, mut to) = (self.x(span.from), self.x(span.to));
            let mut class = class_of(&span.state);
            if to - from < NARROWEST && !span.state.waits() {
                to = from + NARROWEST;
                class = "lanes-run";
            }
            self.used.insert(class);
            let [from, to] = [from, to].map(|x| (x - left) / width * LENGTH);
            let (from, to) = (from.round(), to.round());
            let long = to - from;
            let path = paths.entry(class).or_default();
            // What is only ready is an empty box.
            let _ = match class {
                "lanes-ready" => write!(path, "M{from}-3h{long}v6h-{long}z"),
                _ => write!(path, "M{from} 0h{long}"),
            };
        }
        let _ = write!(
            self.body,
            "<svg class='lanes-crowd' x='{left:.2}%' y='-15' \
             width='{width:.2}%' height='30' viewBox='0 -15 {LENGTH} 30' \
             preserveAspectRatio='none'>"
        );
        for (class, path) in paths {
            let _ = write!(self.body, "<path class='{class}' d='{path}'/>");
        }
        self.body += "</svg>\n";
    }
}

/// Set if it says that it runs, unless it is known to have no CPU.
fn is_run(state: &State) -> bool {
    matches!(state, State::Run { .. }) && !state.is_off_the_cpu()
}

/// Spans as text: of each a letter for its state, how many microseconds after
/// the end of the one before it begins and how many it takes, and what it is
/// about.
fn write_down(spans: &[Span]) -> String {
    let mut text = String::new();
    let mut end = 0;
    for span in spans {
        let letter = match Cell::of(&span.state) {
            Cell::Runs => 'r',
            Cell::RunsInPart => 'p',
            Cell::OffTheCpu => 'o',
            Cell::Unknown => 'u',
            Cell::Ready => 'y',
            Cell::Waits => 'w',
            Cell::Blocked => 'b',
            Cell::Zombie => 'z',
            _ => continue,
        };
        let [from, to] = [span.from, span.to].map(|at| at.as_micros() as i64);
        let what = span.state.what().unwrap_or_default().replace('|', "/");
        let _ = write!(text, "{letter}{} {} {what}|", from - end, to - from);
        end = to;
    }
    text
}
