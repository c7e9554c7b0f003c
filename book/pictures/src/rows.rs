//! The rows of the picture: the lanes, and the requests that the site saw.

use crate::picture::{DESK, LANE, LETTER, LONGEST, PHONE, Picture};
use crate::points::{Points, nth_fetch};
use crate::shapes::{Escaped, bar, class_of, describe_state, when};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;
use timeline::{Held, Recording, Span, State, Track, format_duration, shorten};

/// In percent: a run is drawn no narrower than [`NARROWEST`], and anything
/// narrower than [`UNSEEN`] is left to those who zoom in.
const NARROWEST: f64 = 0.35;
const UNSEEN: f64 = 0.05;

/// The most shapes in a picture that are too short to be seen.
pub const FINE: usize = 200;

impl Picture {
    /// Opens the group of a row, whose middle is at height 0.
    pub fn open_row(&mut self, label: &str, name: &str, kind: &str) {
        let short = shorten(label, LONGEST);
        let middle = self.top + LANE / 2;
        let [name, short, kind] = [name, &short, kind].map(Escaped);
        let _ = writeln!(
            self.body,
            "<g class='lanes-row' data-kind='{kind}' \
             transform='translate(0 {middle})'>\
             <text y='4'>{short}<title>{name}</title></text>"
        );
    }

    pub fn close_row(&mut self) {
        self.body += "</g>\n";
        self.top += LANE;
    }

    /// Draws the lane of a track, which has this index; `causes` are what ended
    /// its waits, by the time.
    pub fn draw_lane(
        &mut self,
        (index, track): (usize, &Track),
        causes: &HashMap<Duration, String>,
        points: &Points,
    ) {
        self.open_row(&track.name, &track.name, &track.kind);
        // The locks that it holds, below the spans.
        for held in &track.held {
            let from = self.x(held.from);
            let to = self.x(held.to).max(from + NARROWEST);
            let what = format!("holds {}", held.lock);
            let title = with_duration(&what, held.from, held.to);
            let t = when(held.from, held.to);
            self.used.insert("lanes-held");
            let class = format!("lanes-held{}", self.hues.class(&held.lock));
            self.draw_line(&class, (from, to), &t, &title);
            if held.kept {
                self.draw_kept(held);
            }
        }
        // The spans.
        let mut last = None;
        for span in &track.spans {
            let what = describe_state(&span.state);
            let mut title = with_duration(&what, span.from, span.to);
            if let Some(cause) = causes.get(&span.to) {
                match span.state {
                    // A run ends without a cause.
                    State::Run { .. } => {}
                    State::Ready => title += &format!("; {cause}"),
                    _ => title += &format!("; then {cause}"),
                }
            }
            let nth = nth_fetch(
                &points.again,
                index,
                track,
                (span.from, span.to),
                &span.state,
            );
            self.draw_span(span, &title, nth, &mut last);
        }
        for (what, end) in [("panics", &track.panicked), ("dies", &track.died)]
        {
            if let Some((at, why)) = end {
                self.draw_end(what, *at, why);
            }
        }
        self.close_row();
    }

    /// Writes before a lock that is never released that it is held, if there is
    /// room: it explains most.
    fn draw_kept(&mut self, held: &Held) {
        let (x, t) = (self.x(held.from), when(held.from, held.from));
        let words = format!("holds {}", held.lock);
        let needed = words.chars().count() as f64 * LETTER + 8.0;
        let hue = self.hues.class(&held.lock);
        let words = Escaped(&words);
        if (x - self.margin()) / 100.0 * DESK > needed {
            let _ = writeln!(
                self.body,
                "<text class='lanes-holds lanes-end lanes-wide{hue}' \
                 data-t='{t}' x='{x:.2}%' dx='-4' y='4'>{words}\
                 <title>{words}</title></text>"
            );
        }
    }

    /// Writes at the end of a lane that panicked or died why it did.
    fn draw_end(&mut self, what: &str, at: Duration, why: &str) {
        let (x, why, t) = (self.x(at), Escaped(why), when(at, at));
        // Behind the end of the lane, or below it.
        let (side, dx, y) = match x > 92.0 {
            true => (" lanes-end", 0, 14),
            false => ("", 4, 4),
        };
        let _ = writeln!(
            self.body,
            "<text class='lanes-panic{side}' data-t='{t}' x='{x:.2}%' \
             dx='{dx}' y='{y}'>{what}<title>{what}: {why}</title></text>"
        );
    }

    /// Draws a span. It is left to those who zoom in if it is too short to be
    /// seen, or hidden behind the `last` one drawn: its class, and where it
    /// ended.
    fn draw_span(
        &mut self,
        span: &Span,
        title: &str,
        nth: Option<usize>,
        last: &mut Option<(&'static str, f64)>,
    ) {
        if span.state == State::Idle {
            return;
        }
        // The shape and the ends of its line.
        let own = class_of(&span.state);
        let mut class = own;
        let what = label_of(span, nth);
        let mut hue = self.hues.class(span.state.what().unwrap_or_default());
        if nth.is_some() {
            hue = " lanes-bad";
        }
        let (from, mut to) = (self.x(span.from), self.x(span.to));
        let short = to - from < NARROWEST;
        // A run is always seen, and so is a wait that has only begun.
        if short && (span.state.runs() || own == "lanes-unknown") {
            (class, to) = ("lanes-run", from + NARROWEST);
        } else if span.from == span.to {
            to = from + NARROWEST;
        }
        let mut t = when(span.from, span.to);
        if class != own {
            // Zoomed in, it is wide enough for its own shape.
            t += &format!("' data-class='{own}");
        }
        let seen = last.is_some_and(|(c, end)| c == class && to <= end);
        if to - from < UNSEEN || seen {
            if self.fine < FINE {
                self.fine += 1;
                let class = format!("{class}{hue} lanes-fine");
                self.draw_line(&class, (from, to), &t, title);
                self.draw_label(
                    span,
                    &what,
                    &format!("{hue} lanes-fine"),
                    from,
                );
            }
            return;
        }
        *last = Some((class, to));
        self.used.insert(class);
        self.draw_line(&format!("{class}{hue}"), (from, to), &t, title);

        // What it waits for: on a desk or a phone only where it fits.
        let needed = what.chars().count() as f64 * LETTER + 8.0;
        let share = (to - from) / 100.0;
        let fit = match () {
            () if share * DESK < needed => " lanes-fine",
            () if share * PHONE < needed => " lanes-wide",
            () => "",
        };
        let class = format!("{hue}{fit}");
        self.draw_label(span, &what, &class, (from + to) / 2.0);
    }

    fn draw_line(&mut self, class: &str, x: (f64, f64), t: &str, title: &str) {
        let title = format!("<title>{}</title>", Escaped(title));
        let bar = bar(class, x, &format!(" data-t='{t}'"), &title);
        self.body += &bar;
        self.body.push('\n');
    }

    /// Writes what a span waits for above its line, or into its box. A script
    /// expects it right after the shape.
    fn draw_label(&mut self, span: &Span, what: &str, class: &str, x: f64) {
        if what.is_empty() {
            return;
        }
        let more = if span.state == State::Lost { " lanes-panic" } else { "" };
        let y = if span.state.waits() { -4 } else { 4 };
        let what = Escaped(what);
        let _ = writeln!(
            self.body,
            "<text class='lanes-what{class}{more}' x='{x:.2}%' y='{y}'>\
             {what}</text>"
        );
    }

    /// Draws how many requests were in flight, as a mountain.
    pub fn draw_flight(&mut self, site: &Track, recording: &Recording) {
        let peak =
            recording.flight.iter().map(|&(_, n)| n).max().unwrap_or(0).max(1);
        let label = format!("{}: {peak}", site.name);
        self.open_row(&label, &site.name, &site.kind);
        // Steps of one height: from, to, and the number.
        let mut steps: Vec<(Duration, Duration, usize)> = Vec::new();
        for (from, to, n) in recording.stretches(&recording.flight) {
            match steps.last_mut() {
                // Of several steps too narrow to be seen, the highest.
                Some(last)
                    if n == last.2 || self.x(to) - self.x(last.0) < 0.25 =>
                {
                    (last.1, last.2) = (to, last.2.max(n));
                }
                _ => steps.push((from, to, n)),
            }
        }
        for (from, to, n) in steps.into_iter().filter(|step| step.2 > 0) {
            let (x, t) = (self.x(from), when(from, to));
            let height = 20.0 * n as f64 / peak as f64;
            let (y, width) = (10.0 - height, self.x(to) - x);
            let s = if n == 1 { "" } else { "s" };
            let what = format!("sees {n} request{s} in flight");
            let title = with_duration(&what, from, to);
            let _ = writeln!(
                self.body,
                "<rect class='lanes-flight' data-t='{t}' x='{x:.2}%' \
                 y='{y:.1}' width='{width:.2}%' height='{height:.1}'>\
                 <title>{title}</title></rect>"
            );
        }
        self.close_row();
    }
}

/// What is written at a span: what it waits for, or how long for its turn. If
/// that is a page which is fetched again, for the how-many-th time.
fn label_of(span: &Span, nth: Option<usize>) -> String {
    let what = span.state.what().unwrap_or_default();
    match (&span.state, nth) {
        (State::Blocked(lock), _) => format!("wants {lock}"),
        (State::Ready, _) => {
            format!("ready {}", format_duration(span.to - span.from))
        }
        (_, Some(nth)) => format!("{what} ×{nth}"),
        _ => what.to_owned(),
    }
}

/// What went on, and for how long if that is known.
fn with_duration(what: &str, from: Duration, to: Duration) -> String {
    match to - from {
        Duration::ZERO => what.to_owned(),
        time => format!("{what}: {}", format_duration(time)),
    }
}
