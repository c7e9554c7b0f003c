//! The rows: lanes, and what the site saw.

use super::shapes::Escaped;
use super::{DESK, LANE, LETTER, LONGEST, PHONE, Picture};
use crate::record::axis::said;
use crate::record::spans::{Span, Track};
use std::fmt::Write;
use std::time::Duration;

/// The narrowest run that can be seen, and the narrowest of what may go
/// unseen, in percent.
const NARROWEST: f64 = 0.35;
const UNSEEN: f64 = 0.05;

impl Picture {
    /// Opens the group of a row, whose middle is at height 0.
    pub fn open(&mut self, name: &str) {
        let mut short = name.to_owned();
        if name.chars().count() > LONGEST {
            short = name.chars().take(LONGEST - 1).chain(['…']).collect();
        }
        let middle = self.top + LANE / 2;
        let [name, short] = [name, &short].map(Escaped);
        let _ = writeln!(
            self.body,
            "<g transform='translate(0 {middle})'>\
             <text y='4'>{short}<title>{name}</title></text>"
        );
    }

    pub fn close(&mut self) {
        self.body += "</g>\n";
        self.top += LANE;
    }

    pub fn lane(&mut self, track: &Track) {
        self.open(&track.name);
        for held in &track.held {
            let from = self.x(held.from);
            let to = self.x(held.to).max(from + NARROWEST);
            let what = format!("holds {}", held.lock);
            self.line("lanes-held", from, to, &what, held.to - held.from);
        }
        let mut last = None;
        for span in &track.spans {
            self.span(span, &mut last);
        }
        if let Some((at, why)) = &track.panicked {
            let (x, why) = (self.x(*at), Escaped(why));
            let side = if x > 80.0 { " lanes-end" } else { "" };
            let _ = writeln!(
                self.body,
                "<text class='lanes-panic{side}' x='{x:.2}%' y='-8'>\
                 panics<title>{why}</title></text>"
            );
        }
        self.close();
    }

    /// Draws a span, unless it is too short to be seen beside its like.
    fn span(&mut self, span: &Span, last: &mut Option<(&'static str, f64)>) {
        let mut class = span.state.class();
        let (from, mut to) = (self.x(span.from), self.x(span.to));
        let short = to - from < NARROWEST;
        // Runs are to be seen, and so is a wait that has only begun.
        if short && span.state.runs() {
            (class, to) = ("lanes-run", from + NARROWEST);
        } else if span.from == span.to {
            to = from + NARROWEST;
        }
        let seen = last.is_some_and(|(c, end)| c == class && to <= end);
        if to - from < UNSEEN || seen {
            return;
        }
        *last = Some((class, to));
        let time = span.to - span.from;
        self.line(class, from, to, &span.state.name(), time);

        let what = span.state.what().unwrap_or_default();
        let needed = what.chars().count() as f64 * LETTER + 8.0;
        let share = (to - from) / 100.0;
        let wide = match () {
            () if what.is_empty() || share * DESK < needed => return,
            () if share * PHONE < needed => " lanes-wide",
            () => "",
        };
        let lock = if span.state.is_blocked() { " lanes-lock" } else { "" };
        let (middle, what) = ((from + to) / 2.0, Escaped(what));
        let _ = writeln!(
            self.body,
            "<text class='lanes-what{wide}{lock}' x='{middle:.2}%' y='-4'>\
             {what}</text>"
        );
    }

    fn line(
        &mut self,
        class: &'static str,
        from: f64,
        to: f64,
        what: &str,
        time: Duration,
    ) {
        self.used.insert(class);
        let (what, time) = (Escaped(what), said(time));
        let _ = writeln!(
            self.body,
            "<line class='{class}' x1='{from:.2}%' x2='{to:.2}%'>\
             <title>{what}: {time}</title></line>"
        );
    }

    /// How many requests were in flight, as a mountain.
    pub fn flight(&mut self, name: &str, flight: &[(Duration, usize)]) {
        let peak = flight.iter().map(|&(_, n)| n).max().unwrap_or(0).max(1);
        self.open(&format!("{name}: {peak}"));
        let ends = flight.iter().skip(1).map(|&(at, _)| at);
        let ends = ends.chain([self.length]);
        let mut steps: Vec<(f64, f64, usize)> = Vec::new();
        for (&(from, n), to) in flight.iter().zip(ends) {
            let (from, to) = (self.x(from), self.x(to));
            match steps.last_mut() {
                // Finer than this nobody sees: of several, the most.
                Some(last) if n == last.2 || to - last.0 < 0.25 => {
                    (last.1, last.2) = (to, last.2.max(n));
                }
                _ => steps.push((from, to, n)),
            }
        }
        for (from, to, n) in steps.into_iter().filter(|step| step.2 > 0) {
            let height = 20.0 * n as f64 / peak as f64;
            let (y, width) = (10.0 - height, to - from);
            let _ = writeln!(
                self.body,
                "<rect class='lanes-flight' x='{from:.2}%' y='{y:.1}' \
                 width='{width:.2}%' height='{height:.1}'>\
                 <title>{n} in flight</title></rect>"
            );
        }
        self.close();
    }
}
