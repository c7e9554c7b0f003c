//! The rows of the picture: the lanes, and the requests that the site saw.

use crate::crowded::CROWDED;
use crate::picture::{
    DESK, LANE, LETTER, LONGEST, NARROWEST, PHONE, Picture, THIN,
};
use crate::points::{Points, nth_fetch};
use crate::shapes::{Escaped, bar, class_of, describe_state, when};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;
use timeline::{Held, Kept, Span, State, Track, format_duration, shorten};

/// In percent: anything narrower than this is left to those who zoom in.
const UNSEEN: f64 = 0.05;

/// Of more lanes than this, each is thin.
pub const MOST_TALL: usize = 24;

/// The room below a lane for an arrow of a circle, and for what is kept in a
/// pause, in pixels.
const GAP: usize = 22;
const DEEP: usize = 18;

/// The most shapes in a picture that are too short to be seen.
pub const FINE: usize = 200;

impl Picture {
    /// Makes lanes thin if there are many, and has fewer shapes in each if
    /// there would be too many for a page.
    pub fn fold(&mut self, lanes: &[Track]) {
        self.thin = lanes.len() > MOST_TALL;
        let kept = lanes.iter().flat_map(|lane| &lane.kept);
        let kept = kept.filter(|it| is_stack(it));
        self.most_kept = kept.map(|it| it.bytes).max().unwrap_or(0);
        let spans: usize = lanes.iter().map(|lane| lane.spans.len()).sum();
        self.crowded = spans > CROWDED;
    }

    /// Opens the group of a row, whose middle is at height 0, and which has
    /// this height.
    pub fn open_row(
        &mut self,
        (label, name): (&str, &str),
        kind: &str,
        height: usize,
    ) {
        let short = shorten(label, LONGEST);
        let middle = self.top + height.min(LANE) / 2;
        self.middles.push(middle);
        self.top += height;
        let thin = if height == THIN { " lanes-thin" } else { "" };
        let [name, short, kind] = [name, &short, kind].map(Escaped);
        let _ = writeln!(
            self.body,
            "<g class='lanes-row{thin}' data-kind='{kind}' \
             data-height='{height}' transform='translate(0 {middle})'>\
             <text y='4'>{short}<title>{name}</title></text>"
        );
    }

    pub fn close_row(&mut self) {
        self.body += "</g>\n";
    }

    /// Draws the lane of a track, which has this index; `causes` are what ended
    /// its waits, by the time.
    pub fn draw_lane(
        &mut self,
        (index, track): (usize, &Track),
        causes: &HashMap<Duration, String>,
        points: &Points,
    ) {
        let height = match () {
            () if self.thin => THIN,
            () if points.is_above_an_arrow(index) => LANE + GAP,
            () if track.kept.iter().any(is_stack) => LANE + DEEP / 2,
            () => LANE,
        };
        self.open_row((&track.name, &track.name), &track.kind, height);
        if !self.thin {
            self.draw_stacks(&track.kept);
        }
        for held in &track.held {
            self.draw_held(held);
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
            let mut note = points.note(index, span);
            let nth = nth_fetch(
                &points.again,
                index,
                track,
                (span.from, span.to),
                &span.state,
            );
            if let Some(nth) = nth {
                let page = span.state.what().unwrap_or_default();
                note = Some(format!("{page} ×{nth}"));
            }
            // Late since the middle of a wait, it is ready from there on.
            let since = points.late_since(index, span);
            if let Some(since) = since.filter(|_| span.state.waits()) {
                let own = title.split("; ").next().unwrap_or_default();
                let wait = Span { to: since, ..span.clone() };
                self.draw_span(&wait, own, None, &mut last);
                let state = State::Ready;
                let late = Span { from: since, state, ..span.clone() };
                let what = format!("{own}, and that is here");
                self.draw_span(&late, &what, note.as_deref(), &mut last);
                continue;
            }
            self.draw_span(span, &title, note.as_deref(), &mut last);
        }
        self.draw_ends(track);
        self.close_row();
    }

    /// Draws a lock that it holds, below its spans.
    pub fn draw_held(&mut self, held: &Held) {
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

    /// Writes that a lane panicked or died, where it did.
    pub fn draw_ends(&mut self, track: &Track) {
        let is_zombie =
            track.spans.last().is_some_and(|it| it.state == State::Zombie);
        // Where it says that it is a zombie, it need not say that it died.
        let died = track.died.as_ref().filter(|_| !is_zombie);
        for (what, end) in [("panics", track.panicked.as_ref()), ("dies", died)]
        {
            if let Some((at, why)) = end {
                self.draw_end(what, *at, why);
            }
        }
    }

    /// Draws how much of its stack a lane keeps while it has paused: below its
    /// line, the deeper the more that is. If that is always the same, it is
    /// drawn once.
    fn draw_stacks(&mut self, kept: &[Kept]) {
        let kept: Vec<_> = kept.iter().filter(|it| is_stack(it)).collect();
        let [first, .., last] = kept[..] else {
            return kept.iter().for_each(|it| self.draw_pause(it, None));
        };
        if kept.iter().all(|it| it.bytes == first.bytes) {
            let whole = Kept { to: last.to, ..Kept::clone(first) };
            return self.draw_pause(&whole, None);
        }
        for (n, pause) in kept.iter().enumerate() {
            self.draw_pause(pause, kept.get(n + 1).copied());
        }
    }

    /// Draws what is kept in a pause, and how many bytes that is, if there is
    /// room before the next.
    fn draw_pause(&mut self, pause: &Kept, next: Option<&Kept>) {
        const LEAST: f64 = 1.2;
        let Kept { place, bytes, from, .. } = pause;
        let to = pause.to.unwrap_or(self.length());
        let (x, t) = (self.x(*from), when(*from, to));
        let width = (self.x(to) - x).max(LEAST);
        let share = *bytes as f64 / self.most_kept.max(1) as f64;
        let height = (share * DEEP as f64).max(3.0);
        let title = format!("keeps {place}, {bytes} bytes");
        self.used.insert("lanes-kept");
        let _ = writeln!(
            self.body,
            "<rect class='lanes-kept' data-t='{t}' x='{x:.2}%' y='2' \
             width='{width:.2}%' height='{height:.1}'>\
             <title>{title}</title></rect>",
            title = Escaped(&title)
        );
        // Beside it if it is narrow, and else in it.
        let words = match next {
            None => format!("{place}, {bytes} bytes"),
            Some(_) => format!("{bytes}"),
        };
        let needed = words.chars().count() as f64 * LETTER + 8.0;
        let end = next.map_or(99.6, |next| self.x(next.from));
        let dx = if width > 2.0 * LEAST { 4 } else { 12 };
        if (end - x) / 100.0 * DESK > needed + f64::from(dx) {
            let t = when(*from, *from);
            let room = next.map_or(self.length(), |next| next.from).as_micros();
            let _ = writeln!(
                self.body,
                "<text class='lanes-what lanes-begin lanes-wide' data-t='{t}' \
                 data-room='{room}' x='{x:.2}%' dx='{dx}' y='16'>{words}\
                 <title>{title}</title></text>",
                words = Escaped(&words),
                title = Escaped(&title)
            );
        }
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
        note: Option<&str>,
        last: &mut Option<(&'static str, f64)>,
    ) {
        if span.state == State::Idle {
            return;
        }
        // The shape and the ends of its line.
        let own = class_of(&span.state);
        let mut class = own;
        let what = note.map_or_else(|| label_of(span), str::to_owned);
        let mut hue = self.hues.class(span.state.what().unwrap_or_default());
        if note.is_some() || span.state == State::Zombie {
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
        let more = match span.state {
            State::Lost => " lanes-panic",
            // On a bar.
            State::Run { .. } => " lanes-on",
            _ => "",
        };
        let is_line = span.state.waits() || span.state == State::Zombie;
        let y = if is_line { -4 } else { 4 };
        let what = Escaped(what);
        let _ = writeln!(
            self.body,
            "<text class='lanes-what{class}{more}' x='{x:.2}%' y='{y}'>\
             {what}</text>"
        );
    }
}

/// Set if it is a stack, whose depth changes. The size of a future does not.
fn is_stack(kept: &Kept) -> bool {
    kept.place.starts_with("stack")
}

/// What is written at a span: what it waits for, or how long for its turn.
fn label_of(span: &Span) -> String {
    let what = span.state.what().unwrap_or_default();
    match &span.state {
        State::Blocked(lock) => format!("wants {lock}"),
        State::Ready => {
            format!("ready {}", format_duration(span.to - span.from))
        }
        State::Zombie => {
            format!("a zombie, {}", format_duration(span.to - span.from))
        }
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
