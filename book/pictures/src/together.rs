//! Several runs on one axis, with all of their lanes: before and after an edit.

use crate::hues::Hues;
use crate::picture::Picture;
use crate::points::Points;
use crate::rows::MOST_TALL;
use crate::shapes::Escaped;
use crate::words::describe;
use std::collections::HashMap;
use std::fmt::Write;
use timeline::{Recording, Track, format_duration};

/// The height of a title, in pixels, and how many lanes of a run are drawn one
/// by one.
const TITLE: usize = 28;
const MOST_LANES: usize = 30;

/// Draws runs one below the other on one axis, each with a title and how long
/// it took. The same lock and the same page have the same colour in all.
///
/// ```
/// let events = ["0 7 1 1 0 run\n9000 7 1 1 0 done\n",
///     "0 7 1 1 0 run\n5000 7 1 1 0 done\n"];
/// let [one, two] = events.map(timeline::Recording::parse);
/// let runs = [("the run before", &one), ("this run", &two)];
/// let picture = pictures::on_one_axis(&runs, "Two runs");
/// assert!(picture.contains("this run: 5.0 µs"));
/// ```
pub fn on_one_axis(runs: &[(&str, &Recording)], title: &str) -> String {
    let length = runs.iter().map(|(_, it)| it.length).max();
    let hues = Hues::of_all(runs.iter().map(|(_, it)| *it));
    let drawn =
        |recording: &'_ Recording| lanes(recording).len().min(MOST_LANES);
    let tracks = runs.iter().flat_map(|(_, it)| &lanes(it)[..drawn(it)]);
    let longest = tracks.clone().map(|it| it.name.chars().count()).max();
    let mut picture =
        Picture::new(longest.unwrap_or(0), length.unwrap_or_default(), hues);
    let tracks: Vec<Track> = tracks.cloned().collect();
    picture.fold(&tracks);
    picture.thin = tracks.len() > MOST_TALL / 2;

    let mut words = Vec::new();
    for (title, recording) in runs {
        let time = format_duration(recording.length);
        words.push(format!("{title}: {time}. {}", describe(recording)));
        picture.draw_title(title, &time);
        let (drawn, rest) = lanes(recording).split_at(drawn(recording));
        let points = Points::of(recording, 0);
        for (index, track) in drawn.iter().enumerate() {
            match picture.crowded {
                true => picture.draw_crowded_lane(track, &tracks),
                false => {
                    picture.draw_lane((index, track), &HashMap::new(), &points);
                }
            }
        }
        if !rest.is_empty() {
            picture.draw_rest(rest, recording);
        }
        for queue in &recording.queues {
            picture.draw_queue(queue, recording);
        }
        let site = recording.of_kind("site").next();
        if let Some(site) = site.filter(|_| !recording.flight.is_empty()) {
            picture.draw_flight(site, recording);
        }
        picture.draw_points(&points);
    }
    picture.draw_axis();
    picture.draw_legend();
    picture.finish(title, &words.join(" "), include_str!("together.css"))
}

/// The tracks that are lanes: the site's come last.
fn lanes(recording: &Recording) -> &[Track] {
    let site = recording.of_kind("site").count();
    &recording.tracks[..recording.tracks.len() - site]
}

impl Picture {
    /// Writes a title over what follows, as a row of its own.
    fn draw_title(&mut self, title: &str, time: &str) {
        let middle = self.top + TITLE - 10;
        self.middles.push(middle);
        self.top += TITLE;
        let (title, time) = (Escaped(title), Escaped(time));
        let _ = writeln!(
            self.body,
            "<g class='lanes-row lanes-head' data-kind='' \
             data-height='{TITLE}' transform='translate(0 {middle})'>\
             <text class='lanes-title' y='4'>{time}<tspan dx='8'>{title}\
             </tspan><title>{title}</title></text></g>"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::on_one_axis;
    use timeline::Recording;

    const BEFORE: &str = "0 7 1 1 0 spawn thread - main\n0 7 1 1 0 wait /1\n\
        90000000 7 1 1 0 run\n90000000 7 1 1 0 done\n";
    const AFTER: &str = "0 7 1 1 0 spawn thread - main\n0 7 1 1 0 wait /1\n\
        45000000 7 1 1 0 run\n45000000 7 1 1 0 done\n";

    #[test]
    fn half_the_time_is_half_as_long() {
        let [before, after] = [BEFORE, AFTER].map(Recording::parse);
        let runs = [("the run before", &before), ("this run", &after)];
        let picture = on_one_axis(&runs, "Two runs");
        let wait = |t: &str| {
            let shape = format!(
                "<line class='lanes-wait lanes-hue lanes-1' \
                                 data-t='0 {t}'"
            );
            let (_, rest) = picture.split_once(&shape).expect(&picture);
            let x = |name: &str| -> f64 {
                let (_, rest) = rest.split_once(&format!("{name}='")).unwrap();
                rest.split_once('%').unwrap().0.parse().unwrap()
            };
            x("x2") - x("x1")
        };
        let ratio = wait("90000") / wait("45000");
        assert!((ratio - 2.0).abs() < 0.01, "{ratio}");
        for title in [">90 ms<tspan dx='8'>the run before<", ">45 ms<tspan"] {
            assert!(picture.contains(title), "{picture}");
        }
    }

    #[test]
    fn two_long_runs_are_no_larger_than_a_page_can_bear() {
        let mut text = String::new();
        for lane in 1..=100 {
            for page in 0..100 {
                let (at, to) = (page * 2_000_000, page * 2_000_000 + 1_900_000);
                text += &format!("{at} 7 {lane} {lane} 0 wait /{page}\n");
                text += &format!("{to} 7 {lane} {lane} 0 run\n");
            }
        }
        let run = Recording::parse(&text);
        let picture = on_one_axis(&[("a", &run), ("b", &run)], "");
        let elements = picture.matches('<').count();
        assert!(elements < 2_500, "{elements}");
        assert_eq!(picture.matches(">70 more threads<").count(), 2);
    }
}
