//! The picture for a page: one SVG, that fits any width.
//!
//! Positions across are percentages and heights are pixels, so the picture is
//! not scaled but laid out anew: letters are as large on a phone as on a desk.
//!
//! It is complete as it is. For a script that lays it out again when a reader
//! zooms in, each shape also has its times in microseconds (`data-t`), and up
//! to [`FINE`] shapes that are too short to be seen are there (`lanes-fine`).

mod rows;
mod shapes;

use super::axis::round_times;
use super::cells::Cell;
use super::spans::{Flow, Link, Recording};
use shapes::{Escaped, MORE, when};
use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::time::Duration;

/// Scoped by a class, and without ids, so that several pictures share a page.
/// Colours are the page's, or those of the reader's system.
const STYLE: &str = include_str!("svg/style.css");

/// The height of a lane, and of the axis above the first, in pixels.
const LANE: usize = 28;
const TOP: usize = 22;
/// The longest name, in letters.
const LONGEST: usize = 16;
/// Widths in pixels: of a phone's picture, a desk's, and a letter.
const PHONE: f64 = 340.0;
const DESK: f64 = 700.0;
const LETTER: f64 = 6.6;

/// Up to [`FEW`] arrows are drawn whatever they mean, and more than [`MANY`]
/// are not drawn at all.
const FEW: usize = 16;
const MANY: usize = 60;

/// The most shapes in a picture that are too short to be seen.
const FINE: usize = 200;

/// A picture being drawn, from the top down.
struct Picture {
    body: String,
    /// The part of the width that the names take, in percent.
    margin: f64,
    /// The time from the left end to the right.
    length: Duration,
    /// Where the next row begins.
    top: usize,
    /// The classes that occur, for the legend.
    used: BTreeSet<&'static str>,
    /// How many shapes are in it that are too short to be seen.
    fine: usize,
}

impl Recording {
    /// Draws the lanes as SVG, to stand in a page or by itself.
    ///
    /// Shapes show what a lane does, and not colours alone; the text form is in
    /// `<desc>`.
    pub fn svg(&self, title: &str) -> String {
        // What is drawn: the first lanes, and the site if it saw anything.
        let (drawn, left) = self.drawn_tracks();
        let site = self.of_kind("site").next();
        let site = site.filter(|_| !self.flight.is_empty());

        let names = drawn.iter().chain(site).map(|track| track.name.chars());
        let longest = names.map(Iterator::count).max().unwrap_or(0);
        // The names have room on a phone as well.
        let margin = longest.min(LONGEST) as f64 * LETTER + 6.0;
        let margin = margin / PHONE * 100.0;
        let mut picture = Picture {
            body: String::new(),
            margin,
            length: self.length,
            top: TOP,
            used: BTreeSet::new(),
            fine: 0,
        };

        // From the top down; the arrows over the lanes.
        picture.draw_axis(drawn.len() + usize::from(site.is_some()));
        for (index, track) in drawn.iter().enumerate() {
            picture.draw_lane(track, &self.causes(index));
        }
        for flow in choose_arrows(&self.flows, drawn.len()) {
            picture.draw_arrow(flow);
        }
        if left > 0 {
            let more = format!("… and {left} more");
            picture.open_row(&more, &more, "");
            picture.close_row();
        }
        if let Some(site) = site {
            picture.draw_flight(site, self);
        }
        picture.draw_legend();
        picture.finish(title, &self.describe())
    }

    /// What ended the waits of a lane, by the time at which it did.
    fn causes(&self, index: usize) -> HashMap<Duration, String> {
        let mut causes = HashMap::new();
        for flow in self.flows.iter().filter(|flow| flow.to.0 == index) {
            let by = &self.tracks[flow.from.0].name;
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

impl Picture {
    /// Where a time is across the picture, in percent.
    fn x(&self, time: Duration) -> f64 {
        let part = time.as_secs_f64() / self.length.as_secs_f64().max(1e-9);
        self.margin + part * (99.6 - self.margin)
    }

    fn draw_axis(&mut self, lanes: usize) {
        let (top, bottom) = (TOP - 6, TOP + lanes * LANE);
        for (at, label) in round_times(self.length, 5) {
            let x = self.x(at);
            let class = if x > 90.0 { "lanes-end" } else { "lanes-axis" };
            let _ = writeln!(
                self.body,
                "<line class='lanes-grid' x1='{x:.2}%' x2='{x:.2}%' \
                 y1='{top}' y2='{bottom}'/>\
                 <text class='{class}' x='{x:.2}%' y='12'>{label}</text>"
            );
        }
    }

    /// Draws an arrow from cause to effect.
    fn draw_arrow(&mut self, flow: &Flow) {
        self.used.insert("lanes-arrow");
        let [(a, from), (b, to)] = [flow.from, flow.to];
        let y = |lane| TOP + lane * LANE + LANE / 2;
        // It ends at the edge of the lane, where its head is.
        let (y2, head) = match a < b {
            true => (y(b) - 7, "M-3.5-5h7L0 1z"),
            false => (y(b) + 7, "M-3.5 5h7L0-1z"),
        };
        let (x1, x2, y1) = (self.x(from), self.x(to), y(a));
        let t = when(from, to);
        let _ = writeln!(
            self.body,
            "<g class='lanes-flow' data-t='{t}' data-rows='{a} {b}'>\
             <line class='lanes-arrow' x1='{x1:.2}%' y1='{y1}' \
             x2='{x2:.2}%' y2='{y2}'/>\
             <svg class='lanes-head' x='{x2:.2}%' y='{y2}'>\
             <path d='{head}'/></svg></g>"
        );
    }

    /// Draws what the shapes mean, of those that were used, three in a row.
    fn draw_legend(&mut self) {
        let used = |(class, _): &(&str, &str)| self.used.contains(class);
        let cells = Cell::LEGEND.map(|(_, _, class, meaning)| (class, meaning));
        let entries = cells.into_iter().chain(MORE).filter(used);
        let entries: Vec<_> = entries.collect();
        self.top += 4;
        for row in entries.chunks(3) {
            let middle = self.top + 9;
            let _ = write!(
                self.body,
                "<g class='lanes-legend' transform='translate(0 {middle})'>"
            );
            for (place, (class, meaning)) in row.iter().enumerate() {
                let x = place * 34;
                let (end, text) = (x + 4, x + 5);
                let _ = write!(
                    self.body,
                    "<line class='{class}' x1='{x}%' x2='{end}%'/>\
                     <text x='{text}%' y='4'>{meaning}</text>"
                );
            }
            self.body += "</g>\n";
            self.top += 18;
        }
    }

    fn finish(self, title: &str, description: &str) -> String {
        let Picture { body, margin, .. } = self;
        let (length, height) = (self.length.as_micros(), self.top + 4);
        let [title, description] = [title, description].map(Escaped);
        // No blank line: it would end the HTML block of a Markdown page.
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' class='lanes-svg' \
             role='img' width='100%' height='{height}' \
             data-length='{length}' data-margin='{margin:.2}'>\n\
             <title>{title}</title>\n<desc>{description}</desc>\n\
             <style>\n{STYLE}</style>\n{body}</svg>\n"
        )
    }
}

#[cfg(test)]
mod tests;
