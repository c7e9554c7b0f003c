//! Figures that a program prints, as bars: what a thread costs, a message.

use crate::hues::Hues;
use crate::picture::Picture;
use crate::shapes::Escaped;
use std::fmt::Write;
use std::time::Duration;
use timeline::Recording;

/// What only such a picture has.
const STYLE: &str = include_str!("bars.css");

/// The programs that measure: what they print is the picture, and not when they
/// did what.
const MEASURES: [&str; 8] = [
    "1-12-what-a-thread-costs",
    "1-13-what-a-thread-keeps",
    "2-7-shared-memory",
    "2-9-what-a-process-costs",
    "2-10-what-a-message-costs",
    "3-14-what-waiting-costs",
    "3-15-poll-against-epoll",
    "4-12-one-helper-three-ways",
];

/// What a figure is called that is not what was to be measured.
const COMPARED: &str = "to compare with";

/// If that is this many times as long as all others, their bars are points
/// beside it. So they are drawn once more, on an axis of their own.
const DWARFS: f64 = 20.0;

/// The height of a bar with its words, and what is between two axes.
const ROW: usize = 38;
const GAP: usize = 14;

/// Draws a run: what the program `name` has measured, if that is what it is
/// there for, and else its lanes.
pub fn of_run(
    name: &str,
    recording: &Recording,
    printed: &str,
    title: &str,
) -> String {
    let figures = MEASURES.contains(&name).then(|| figures(printed));
    match figures.filter(|groups| !groups.is_empty()) {
        Some(groups) => draw(&groups, title),
        None => crate::svg(recording, title),
    }
}

/// Something that was measured.
#[derive(Clone, Debug, PartialEq)]
struct Figure {
    /// Of what.
    what: String,
    /// As it is printed, with a blank before the unit: `29.9 µs`.
    printed: String,
    /// In the smallest unit of its kind, nanoseconds or bytes.
    value: f64,
}

/// The units, what one is in the smallest of its kind, and that.
const UNITS: [(&str, f64, &str); 7] = [
    ("ns", 1.0, "time"),
    ("µs", 1e3, "time"),
    ("ms", 1e6, "time"),
    ("s", 1e9, "time"),
    ("bytes", 1.0, "memory"),
    ("KiB", 1024.0, "memory"),
    ("MiB", 1048576.0, "memory"),
];

/// What a program has printed before its first blank line, in groups that can
/// be compared: of each line the first time, and the first size.
fn figures(printed: &str) -> Vec<Vec<Figure>> {
    let lines = || printed.trim_start().lines().take_while(|it| !it.is_empty());
    let of_kind = |kind| {
        let mut group: Vec<_> =
            lines().filter_map(|line| figure(line, kind)).collect();
        // Beside a long one, the differences of many would not be seen.
        let is_many = group.len() > 5;
        group.retain(|it| !is_many || !it.what.ends_with(COMPARED));
        group
    };
    let mut groups = Vec::new();
    for group in ["time", "memory"].map(of_kind) {
        let others = without_a_dwarfing_one(&group);
        groups.extend([group, others]);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

/// The others, if there is a figure to compare with that dwarfs them.
fn without_a_dwarfing_one(group: &[Figure]) -> Vec<Figure> {
    let (compared, others): (Vec<_>, Vec<_>) =
        group.iter().cloned().partition(|it| it.what.ends_with(COMPARED));
    let most = |figures: &[Figure]| {
        figures.iter().map(|it| it.value).fold(0.0, f64::max)
    };
    let is_dwarfed = most(&compared) > DWARFS * most(&others);
    if is_dwarfed { others } else { Vec::new() }
}

/// The first figure of this kind in a line, and what stands before the first
/// of any kind.
fn figure(line: &str, kind: &str) -> Option<Figure> {
    let mut what = None;
    for (start, _) in line.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        let before = line[..start].chars().next_back();
        if before.is_some_and(|c| !c.is_whitespace()) {
            continue;
        }
        let rest = &line[start..];
        let is_in_number = |c: char| c.is_ascii_digit() || c == '.';
        let end = rest.find(|c| !is_in_number(c)).unwrap_or(rest.len());
        let unit = rest[end..].trim_start();
        let letters = unit.find(|c: char| !c.is_alphabetic());
        let unit = &unit[..letters.unwrap_or(unit.len())];
        let known = UNITS.iter().find(|(name, ..)| *name == unit);
        let Some(&(unit, factor, its)) = known else { continue };
        let number: f64 = rest[..end].parse().ok()?;
        let label = line[..start].trim().trim_end_matches(':');
        let what = what.get_or_insert(label);
        if its == kind {
            let number_printed = &rest[..end];
            // `each`, `a pause`.
            let after = rest.split_once(unit).map_or("", |(_, after)| after);
            let after = after.split([',', '█']).next().unwrap_or("").trim();
            let comma = if after.is_empty() { "" } else { ", " };
            let what = format!("{what}{comma}{after}");
            return Some(Figure {
                what: what.split_whitespace().collect::<Vec<_>>().join(" "),
                printed: format!("{number_printed} {unit}"),
                value: number * factor,
            });
        }
    }
    None
}

/// Draws each group on an axis of its own, from zero on.
fn draw(groups: &[Vec<Figure>], title: &str) -> String {
    let no_hues = Hues::of_all([]);
    let mut picture = Picture::new(0, Duration::ZERO, no_hues);
    picture.top = 0;
    let mut words = String::new();
    for group in groups {
        let most = group.iter().map(|it| it.value).fold(0.0, f64::max);
        for Figure { what, printed, value } in group {
            let sentence = format!("{what}: {printed}. ");
            // What is drawn on two axes is said once.
            if !words.contains(&sentence) {
                words.push_str(&sentence);
            }
            let share = value / most.max(f64::MIN_POSITIVE);
            // A bar is seen, however short it is.
            let width = (share * 99.0).max(0.25);
            let (text, top) = (picture.top + 13, picture.top + 18);
            let (what, printed) = (Escaped(what), Escaped(printed));
            let _ = writeln!(
                picture.body,
                "<text class='lanes-title' y='{text}'>{printed}\
                 <tspan dx='8'>{what}</tspan></text>\
                 <rect class='lanes-bar' y='{top}' width='{width:.2}%' \
                 height='11'/>"
            );
            picture.top += ROW;
        }
        picture.top += GAP;
    }
    picture.finish(title, words.trim_end(), STYLE)
}

#[cfg(test)]
mod tests {
    use super::{figures, of_run};
    use timeline::Recording;

    /// The figures of the group with this number, as they are printed.
    fn group(printed: &str, number: usize) -> Vec<String> {
        let groups = figures(printed);
        let group = groups[number].iter();
        group.map(|it| format!("{}|{}", it.what, it.printed)).collect()
    }

    #[test]
    fn of_each_line_the_first_time_and_the_first_size_are_read() {
        let printed = "\na page, to compare with: 68ms\nto keep one: 3501 KiB, \
                       317 of them\nto start a process: 1.3ms\n\n7 ms\n";
        assert_eq!(figures(printed).len(), 1, "one size is not compared");
        assert_eq!(
            group(printed, 0),
            ["a page, to compare with|68 ms", "to start a process|1.3 ms"]
        );
        let printed = "a page, to compare with: 68ms\na thread: 30µs\n\
                       a wait: 21µs\n\n";
        assert_eq!(group(printed, 0).len(), 3);
        assert_eq!(group(printed, 1), ["a thread|30 µs", "a wait|21 µs"]);
        let printed = "enums: 48 bytes each, 8ns a pause\n    Ada\n\
                       stacks: 4537 bytes each, 201ns a pause\n";
        assert_eq!(
            group(printed, 0),
            ["enums, a pause|8 ns", "stacks, a pause|201 ns"]
        );
        assert_eq!(
            group(printed, 1),
            ["enums, each|48 bytes", "stacks, each|4537 bytes"]
        );
        let printed = "    10  poll     2.3µs \n 10000  poll     2.6ms ███\n";
        assert_eq!(group(printed, 0), ["10 poll|2.3 µs", "10000 poll|2.6 ms"]);
    }

    #[test]
    fn only_of_those_that_measure_figures_are_the_picture() {
        let nothing = Recording::default();
        let draw = |name| of_run(name, &nothing, "a: 5ms\nb: 10ms\n", "");
        let bars = draw("1-12-what-a-thread-costs");
        assert!(bars.contains("<desc>a: 5 ms. b: 10 ms.</desc>"), "{bars}");
        assert!(bars.contains("width='49.50%'"), "{bars}");
        assert!(!draw("1-3-lost-race").contains("lanes-bar"));
    }
}
