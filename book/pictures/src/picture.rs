//! The picture, and what it has besides its rows: an axis, arrows, a legend.

use crate::hues::Hues;
use crate::shapes::{Escaped, bar, legend, when};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;
use timeline::round_times;

/// Scoped by a class, and without ids, so that several pictures share a page.
/// Colours are the page's, or those of the reader's system.
const STYLE: &str = include_str!("style.css");

/// The height of a lane, of one among many, and of the axis above the first, in
/// pixels.
pub const LANE: usize = 30;
pub const THIN: usize = 14;
const TOP: usize = 22;
/// In percent: a run is drawn no narrower than this.
pub const NARROWEST: f64 = 0.35;
/// The longest name, in letters.
pub const LONGEST: usize = 16;
/// Widths in pixels: of a phone's picture, a desk's, and a letter.
pub const PHONE: f64 = 340.0;
pub const DESK: f64 = 700.0;
pub const LETTER: f64 = 7.2;

/// The most letters of a line of a sentence.
const SENTENCE: usize = 48;

/// The heads of arrows.
const DOWN: &str = "M-3.5-5h7L0 1z";
const UP: &str = "M-3.5 5h7L0-1z";

/// A picture being drawn, from the top down.
pub struct Picture {
    pub body: String,
    /// What is behind all that.
    axis: String,
    /// The middle of each row so far.
    pub middles: Vec<usize>,
    /// The part of the width that the names take, in percent.
    margin: f64,
    /// The time from the left end to the right.
    length: Duration,
    /// Where the next row begins.
    pub top: usize,
    /// The classes that occur, for the legend.
    pub used: BTreeSet<&'static str>,
    /// The colours of locks and pages.
    pub hues: Hues,
    /// How many shapes are in it that are too short to be seen.
    pub fine: usize,
    /// Set if its lanes are thin.
    pub thin: bool,
    /// Set if its lanes have too many spans to draw them all.
    pub crowded: bool,
    /// The most bytes that a lane keeps in a pause.
    pub most_kept: u64,
}

impl Picture {
    /// An empty one, with room for names of `longest` letters.
    pub fn new(longest: usize, length: Duration, hues: Hues) -> Picture {
        // They have room on a phone as well.
        let margin = longest.min(LONGEST) as f64 * LETTER + 6.0;
        Picture {
            body: String::new(),
            axis: String::new(),
            middles: Vec::new(),
            margin: margin / PHONE * 100.0,
            length,
            top: TOP,
            used: BTreeSet::new(),
            hues,
            fine: 0,
            thin: false,
            crowded: false,
            most_kept: 0,
        }
    }

    /// The time from the left end to the right.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Where the lanes begin, in percent of the width.
    pub fn margin(&self) -> f64 {
        self.margin
    }

    /// Where a time is across the picture, in percent.
    pub fn x(&self, time: Duration) -> f64 {
        let part = time.as_secs_f64() / self.length.as_secs_f64().max(1e-9);
        self.margin + part * (99.6 - self.margin)
    }

    /// Draws the axis behind all rows so far.
    pub fn draw_axis(&mut self) {
        let (top, bottom) = (TOP - 6, self.top);
        for (at, label) in round_times(self.length, 5) {
            let x = self.x(at);
            let class = match x {
                ..4.0 => "lanes-begin",
                // On a phone it would meet the one before.
                90.0.. => "lanes-end lanes-wide",
                _ => "lanes-axis",
            };
            let _ = writeln!(
                self.axis,
                "<line class='lanes-grid' x1='{x:.2}%' x2='{x:.2}%' \
                 y1='{top}' y2='{bottom}'/>\
                 <text class='{class}' x='{x:.2}%' y='12'>{label}</text>"
            );
        }
    }

    /// Draws an arrow from a lane and a time to another.
    pub fn draw_arrow(
        &mut self,
        class: &str,
        (a, from): (usize, Duration),
        (b, to): (usize, Duration),
    ) {
        let y = |lane: usize| self.middles[lane];
        // It ends at the edge of the lane, where its head is. What is pointed
        // at, and from where, is left to be seen, with the lock below it.
        let points = class.contains("lanes-point");
        let (above, below) = if points { (8, 14) } else { (7, 7) };
        let (y1, y2, head) = match a < b {
            true if points => (y(a) + below, y(b) - above, DOWN),
            true => (y(a), y(b) - above, DOWN),
            false if points => (y(a) - above, y(b) + below, UP),
            false => (y(a), y(b) + below, UP),
        };
        let (x1, x2) = (self.x(from), self.x(to));
        let t = when(from, to);
        let _ = writeln!(
            self.body,
            "<g class='{class}' data-t='{t}' data-rows='{a} {b}'>\
             <line class='lanes-arrow' x1='{x1:.2}%' y1='{y1}' \
             x2='{x2:.2}%' y2='{y2}'/>\
             <svg class='lanes-head' x='{x2:.2}%' y='{y2}'>\
             <path d='{head}'/></svg></g>"
        );
    }

    /// Writes a sentence below the lanes, in lines that fit on a phone.
    pub fn draw_said(&mut self, said: &str) {
        let mut lines = vec![String::new()];
        for word in said.split(' ') {
            let last = lines.len() - 1;
            let letters = lines[last].chars().count() + word.chars().count();
            match &mut lines[last] {
                line if line.is_empty() => *line = word.to_owned(),
                line if letters < SENTENCE => *line += &format!(" {word}"),
                _ => lines.push(word.to_owned()),
            }
        }
        for line in &lines {
            let (middle, line) = (self.top + 12, Escaped(line));
            let _ = writeln!(
                self.body,
                "<g class='lanes-legend lanes-said' \
                 transform='translate(0 {middle})'>\
                 <text y='4'>{line}</text></g>"
            );
            self.top += 17;
        }
        self.top += 3;
    }

    /// Draws what the shapes mean, of those that were used, three in a row.
    pub fn draw_legend(&mut self) {
        let used = |(class, _): &(&str, &str)| self.used.contains(class);
        let entries: Vec<_> = legend().filter(used).collect();
        self.top += 4;
        for row in entries.chunks(3) {
            let middle = self.top + 9;
            let _ = write!(
                self.body,
                "<g class='lanes-legend' transform='translate(0 {middle})'>"
            );
            for (place, (class, meaning)) in row.iter().enumerate() {
                let x = place as u8 * 34;
                let (end, text) = (x + 4, x + 5);
                let bar = bar(class, (x.into(), end.into()), "", "");
                let _ = write!(
                    self.body,
                    "{bar}<text x='{text}%' y='4'>{meaning}</text>"
                );
            }
            self.body += "</g>\n";
            self.top += 18;
        }
    }

    /// The whole, with more rules for its style.
    pub fn finish(self, title: &str, description: &str, style: &str) -> String {
        let Picture { body, axis, margin, .. } = self;
        let (length, height) = (self.length.as_micros(), self.top + 4);
        let [title, description] = [title, description].map(Escaped);
        // No blank line: it would end the HTML block of a Markdown page.
        format!(
            "<svg xmlns='http://www.w3.org/2000/svg' class='lanes-svg' \
             role='img' width='100%' height='{height}' \
             data-length='{length}' data-margin='{margin:.2}'>\n\
             <title>{title}</title>\n<desc>{description}</desc>\n\
             <style>\n{STYLE}{style}</style>\n{axis}{body}</svg>\n"
        )
    }
}
