//! Lanes with more spans than a page can bear: what is seen of them is drawn,
//! and all of them are written down for a script, which draws those that a
//! reader has zoomed in on.

use crate::picture::{NARROWEST, Picture, THIN};
use crate::shapes::{Escaped, bar, class_of, when};
use std::fmt::Write;
use std::time::Duration;
use timeline::{Cell, Span, State, Track};

/// With more spans than this in all lanes, they are crowded; with many more,
/// they are not even written down.
pub const CROWDED: usize = 4_000;
const MOST_WRITTEN: usize = 60_000;

/// How many shapes all lanes together have then.
const SHAPES: usize = 5_000;

impl Picture {
    /// Draws a lane that waits and runs in turn as one long wait, and on it as
    /// many of its runs as there is room for.
    pub fn draw_crowded_lane(&mut self, track: &Track, lanes: &[Track]) {
        let gap = 100.0 * lanes.len() as f64 / SHAPES as f64;
        let gap = gap.max(2.0 * NARROWEST);
        self.open_row((&track.name, &track.name), &track.kind, THIN);
        let spans = || track.spans.iter().filter(|it| it.state != State::Idle);
        let waits = |span: &&Span| !matches!(span.state, State::Run { .. });
        let first = spans().find(waits).map(|span| span.from);
        let last = spans().rfind(waits).map(|span| span.to);
        if let (Some(from), Some(to)) = (first, last) {
            self.draw_plain("lanes-wait", from, to, 0.0);
        }
        let mut end = f64::MIN;
        for span in spans() {
            let class = class_of(&span.state);
            let is_narrow = self.x(span.to) - self.x(span.from) < gap / 2.0;
            let runs = span.state.runs();
            let hides = self.x(span.from) < end + gap;
            if span.state.waits() || is_narrow && (!runs || hides) {
                continue;
            }
            end = self.x(span.to);
            let class = if is_narrow { "lanes-run" } else { class };
            self.draw_plain(class, span.from, span.to, NARROWEST);
        }
        for held in &track.held {
            if self.x(held.to) - self.x(held.from) >= gap / 2.0 {
                let class =
                    format!("lanes-held{}", self.hues.class(&held.lock));
                self.draw_plain(&class, held.from, held.to, NARROWEST);
                self.used.insert("lanes-held");
            }
        }
        let all: usize = lanes.iter().map(|lane| lane.spans.len()).sum();
        if all <= MOST_WRITTEN {
            let spans = write_down(track);
            let spans = Escaped(&spans);
            let _ =
                writeln!(self.body, "<desc class='lanes-all'>{spans}</desc>");
        }
        self.close_row();
    }

    fn draw_plain(
        &mut self,
        class: &str,
        from: Duration,
        to: Duration,
        least: f64,
    ) {
        let x = self.x(from);
        let ends = (x, self.x(to).max(x + least));
        let t = format!(" data-t='{}'", when(from, to));
        self.body += &bar(class, ends, &t, "");
        self.body.push('\n');
        if let Some(class) = class.split(' ').next().and_then(known) {
            self.used.insert(class);
        }
    }
}

/// The class as the legend has it.
fn known(class: &str) -> Option<&'static str> {
    crate::shapes::legend().map(|(it, _)| it).find(|it| *it == class)
}

/// All spans of a lane: of each a letter for its state, how many microseconds
/// after the end of the one before it begins and how many it takes, and what it
/// is about.
fn write_down(track: &Track) -> String {
    let mut text = String::new();
    let mut end = 0;
    for span in &track.spans {
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
        let [from, to] = [span.from, span.to].map(|at| at.as_micros());
        let what = span.state.what().unwrap_or_default().replace('|', "/");
        let _ = write!(text, "{letter}{} {} {what}|", from - end, to - from);
        end = to;
    }
    text
}
