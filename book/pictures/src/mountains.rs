//! Rows that show how many: requests in flight, lanes that are not drawn one by
//! one, what is in a queue.

use crate::picture::{DESK, LANE, LETTER, Picture};
use crate::shapes::when;
use std::fmt::Write;
use std::time::Duration;
use timeline::{Queue, Recording, State, Track, format_duration};

/// How high the highest place of a row is, in pixels, and where it stands.
const HEIGHT: f64 = 20.0;
const FOOT: f64 = 10.0;

/// In percent: of several steps narrower than this, the highest is drawn; and
/// so it is beside crowded lanes.
const STEP: f64 = 0.25;
const LONG_STEP: f64 = 0.5;

impl Picture {
    /// Draws how many requests were in flight, as the site saw it.
    pub fn draw_flight(&mut self, site: &Track, recording: &Recording) {
        let peak = most(&recording.flight);
        let label = format!("{}: {peak}", site.name);
        self.open_row((&label, &site.name), &site.kind, LANE);
        let what = |n| format!("sees {n} request{} in flight", plural(n));
        let steps = self.steps(&recording.flight, recording);
        self.draw_steps("lanes-flight", &steps, peak, what);
        self.close_row();
    }

    /// Draws how many were in a queue, and when it was full.
    pub fn draw_queue(&mut self, queue: &Queue, recording: &Recording) {
        let Queue { name, room, lengths } = queue;
        let peak = most(lengths).max(*room);
        let label = format!("{name} queued");
        self.open_row((&label, &label), "queue", LANE);
        let steps = self.steps(lengths, recording);
        let (full, other): (Vec<_>, Vec<_>) =
            steps.into_iter().partition(|step| step.2 >= *room);
        let what = |n| match n >= *room {
            true => format!("is full, with {n} in it"),
            false => format!("holds {n}, and has room for {room}"),
        };
        self.draw_steps("lanes-flight", &other, peak, what);
        self.draw_steps("lanes-flight lanes-bad", &full, peak, what);
        // The longest time that it was full, but for moments.
        let mut stretches: Vec<(Duration, Duration, usize)> = Vec::new();
        for step in full {
            match stretches.last_mut() {
                Some(last) if step.0 - last.1 < recording.length / 50 => {
                    (last.1, last.2) = (step.1, last.2.max(step.2));
                }
                _ => stretches.push(step),
            }
        }
        let longest = stretches.iter().max_by_key(|it| it.1 - it.0);
        if let Some(&(from, to, n)) = longest {
            self.draw_over(
                (from, to),
                &format!("full: {n}"),
                " lanes-bad lanes-on",
            );
        }
        self.close_row();
    }

    /// Draws what the other lanes did together: how many ran, and how many
    /// waited at the same time.
    pub fn draw_rest(&mut self, rest: &[Track], recording: &Recording) {
        let waits = count(rest, |state| {
            matches!(state, State::Wait(_) | State::Blocked(_) | State::Ready)
        });
        let runs = count(rest, State::runs);
        let (peak, n) = (most(&waits).max(most(&runs)), rest.len());
        let kind = &rest[0].kind;
        let label = match rest.iter().all(|track| track.kind == *kind) {
            true => format!("{n} more {kind}{}", plural(n)),
            false => format!("{n} more lanes"),
        };
        let name = format!(
            "{label}: at most {} at once, and {}",
            waits_now(most(&waits)),
            runs_now(most(&runs))
        );
        self.open_row((&label, &name), kind, LANE);
        let steps = self.steps(&waits, recording);
        self.draw_steps("lanes-flight", &steps, peak, waits_now);
        let steps = self.steps(&runs, recording);
        self.draw_steps("lanes-many", &steps, peak, runs_now);
        let all = (Duration::ZERO, recording.length);
        let words = format!("{} at once", waits_now(most(&waits)));
        self.draw_over(all, &words, "");
        self.close_row();
    }

    /// Steps of one height: from, to, and the number.
    fn steps(
        &self,
        counts: &[(Duration, usize)],
        recording: &Recording,
    ) -> Vec<(Duration, Duration, usize)> {
        let least = if self.crowded { LONG_STEP } else { STEP };
        let mut steps: Vec<(Duration, Duration, usize)> = Vec::new();
        for (from, to, n) in recording.stretches(counts) {
            match steps.last_mut() {
                Some(last)
                    if n == last.2 || self.x(to) - self.x(last.0) < least =>
                {
                    (last.1, last.2) = (to, last.2.max(n));
                }
                _ => steps.push((from, to, n)),
            }
        }
        steps
    }

    fn draw_steps(
        &mut self,
        class: &str,
        steps: &[(Duration, Duration, usize)],
        peak: usize,
        what: impl Fn(usize) -> String,
    ) {
        for &(from, to, n) in steps.iter().filter(|step| step.2 > 0) {
            let (x, t) = (self.x(from), when(from, to));
            let height = HEIGHT * n as f64 / peak.max(1) as f64;
            let (y, width) = (FOOT - height, self.x(to) - x);
            let title = format!("{}: {}", what(n), format_duration(to - from));
            let _ = writeln!(
                self.body,
                "<rect class='{class}' data-t='{t}' x='{x:.2}%' \
                 y='{y:.1}' width='{width:.2}%' height='{height:.1}'>\
                 <title>{title}</title></rect>"
            );
        }
    }

    /// Writes over such a row, in the middle of these times, if there is room.
    fn draw_over(
        &mut self,
        (from, to): (Duration, Duration),
        words: &str,
        hue: &str,
    ) {
        let [a, b] = [from, to].map(|at| self.x(at));
        let needed = words.chars().count() as f64 * LETTER + 8.0;
        if (b - a) / 100.0 * DESK < needed {
            return;
        }
        // What is not seen is there so that a script lays the words out again.
        let (t, x) = (when(from, to), (a + b) / 2.0);
        let _ = writeln!(
            self.body,
            "<line class='lanes-over' data-t='{t}' x1='{a:.2}%' x2='{b:.2}%'/>\n\
             <text class='lanes-what{hue}' x='{x:.2}%' y='4'>{words}</text>"
        );
    }
}

/// How many of these lanes were in such a state, from a time on.
fn count(
    lanes: &[Track],
    is_such: impl Fn(&State) -> bool,
) -> Vec<(Duration, usize)> {
    let spans = lanes.iter().flat_map(|lane| &lane.spans);
    let such = spans.filter(|span| is_such(&span.state));
    let mut changes: Vec<_> =
        such.flat_map(|span| [(span.from, 1), (span.to, -1)]).collect();
    changes.sort_unstable();
    let mut now = 0_isize;
    let mut counts = Vec::new();
    for (at, change) in changes {
        now += change;
        counts.push((at, now as usize));
    }
    counts
}

/// The highest count.
fn most(counts: &[(Duration, usize)]) -> usize {
    counts.iter().map(|&(_, n)| n).max().unwrap_or(0)
}

fn waits_now(n: usize) -> String {
    format!("{n} wait{}", if n == 1 { "s" } else { "" })
}

fn runs_now(n: usize) -> String {
    format!("{n} run{}", if n == 1 { "s" } else { "" })
}

fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}
