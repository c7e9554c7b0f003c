//! Several programs on one axis: the same pages, fetched in several ways.

use crate::hues::Hues;
use crate::picture::Picture;
use crate::shapes::{Escaped, bar, class_of};
use std::fmt::Write;
use std::time::Duration;
use timeline::{Recording, State, Track, format_duration};

/// What only such a picture has.
const STYLE: &str = include_str!("front.css");

/// The height of a lane, and of a title, in pixels.
const LANE: usize = 11;
const TITLE: usize = 24;

/// How much slower than in truth the picture plays.
const SLOWER: f64 = 10.0;

/// Draws programs that fetched the same pages, each with a title, one below the
/// other on one axis. A lane is drawn if it waited for pages.
///
/// The picture plays, ten times as slow as the programs were, for those who
/// have not asked for less motion: what is to come is covered. Pages have the
/// same colours in all programs.
pub fn compare(programs: &[(&str, &Recording)], title: &str) -> String {
    let length = programs.iter().map(|(_, it)| end(it)).max();
    let length = length.unwrap_or_default();
    let hues = Hues::of_all(programs.iter().map(|(_, it)| *it));
    let mut picture = Picture::new(0, length, hues);
    // Over what covers the lanes.
    let mut titles = String::new();
    for (title, recording) in programs {
        titles += &picture.draw_program(title, recording);
    }
    let words = programs.iter().map(|(title, recording)| {
        format!("{title}: {}.", format_duration(end(recording)))
    });
    let words: Vec<_> = words.collect();
    picture.draw_axis();
    picture.draw_curtain();
    picture.body += &titles;
    let seconds = length.as_secs_f64() * SLOWER;
    let style = format!(
        "{STYLE}.lanes-svg .lanes-curtain {{ animation-duration: {seconds:.1}s; }}\n"
    );
    picture.finish(title, &words.join(" "), &style)
}

/// The lanes that waited for pages.
fn fetchers(recording: &Recording) -> impl Iterator<Item = &Track> {
    let waits = |track: &&Track| track.spans.iter().any(|it| page(&it.state));
    recording.tracks.iter().filter(waits)
}

/// When the last page was there.
fn end(recording: &Recording) -> Duration {
    let ends = fetchers(recording).flat_map(|track| &track.spans);
    let ends = ends.filter(|it| page(&it.state)).map(|it| it.to);
    ends.max().unwrap_or_default()
}

/// Set if it waits for a page.
fn page(state: &State) -> bool {
    matches!(state, State::Wait(what) if what.starts_with('/'))
}

impl Picture {
    /// Draws the lanes of a program; gives back its title.
    fn draw_program(&mut self, title: &str, recording: &Recording) -> String {
        let end = end(recording);
        let y = self.top + TITLE - 6;
        let (title, time) = (Escaped(title), format_duration(end));
        let title = format!(
            "<text class='lanes-title' x='1%' y='{y}'>{time}\
             <tspan dx='8'>{title}</tspan></text>\n"
        );
        self.top += TITLE;
        for track in fetchers(recording) {
            let middle = self.top + LANE / 2;
            let _ = write!(
                self.body,
                "<g class='lanes-small' transform='translate(0 {middle})'>"
            );
            for span in &track.spans {
                let (from, to) = (self.x(span.from), self.x(span.to.min(end)));
                let class = class_of(&span.state);
                let is_seen = page(&span.state) || span.state.runs();
                if span.from >= end || !is_seen {
                    continue;
                }
                let what = span.state.what().unwrap_or_default();
                let class = format!("{class}{}", self.hues.class(what));
                let line = bar(&class, (from, to.max(from + 0.3)), "", "");
                self.body += &line;
            }
            self.body += "</g>\n";
            self.top += LANE;
        }
        title
    }

    /// Draws what covers the lanes, and goes away from the left to the right.
    fn draw_curtain(&mut self) {
        let (x, height) = (self.margin(), self.top - 18);
        let _ = writeln!(
            self.body,
            "<rect class='lanes-curtain' x='{x:.2}%' y='18' \
             width='{:.2}%' height='{height}'/>",
            100.0 - x
        );
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use timeline::Recording;

    const ONE: &str = "0 7 1 1 0 spawn thread - main\n0 7 1 1 0 wait /\n\
        50000000 7 1 1 0 run\n50100000 7 1 1 0 wait /1\n\
        90000000 7 1 1 0 run\n99000000 7 1 1 0 done\n";
    const TWO: &str = "0 7 1 1 0 spawn thread - main\n\
        0 7 2 2 0 spawn thread - one\n0 7 2 2 0 wait /1\n\
        0 7 3 3 0 spawn thread - two\n0 7 3 3 0 wait /\n\
        40000000 7 2 2 0 run\n40000000 7 2 2 0 done\n\
        50000000 7 3 3 0 run\n50000000 7 3 3 0 done\n\
        60000000 7 1 1 0 done\n";

    #[test]
    fn the_same_pages_have_the_same_colours_on_one_axis() {
        let [one, two] = [ONE, TWO].map(Recording::parse);
        let picture = compare(&[("one", &one), ("two", &two)], "both");
        let waits = picture.matches("class='lanes-wait lanes-hue lanes-1'");
        assert_eq!(waits.count(), 2, "{picture}");
        // `main` of the second waits for no page.
        assert_eq!(picture.matches("'lanes-small'").count(), 3, "{picture}");
        for time in [">90 ms<tspan", ">50 ms<tspan"] {
            assert!(picture.contains(time), "{picture}");
        }
        assert!(picture.contains("<desc>one: 90 ms. two: 50 ms.</desc>"));
    }
}
