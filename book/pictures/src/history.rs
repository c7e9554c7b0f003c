//! A history: what came when, on one axis of years.

use crate::hues::Hues;
use crate::picture::Picture;
use crate::shapes::Escaped;
use std::fmt::Write;
use std::time::Duration;

/// What only such a picture has.
const STYLE: &str = include_str!("history.css");

/// The height of a row, in pixels.
const ROW: usize = 23;

/// What a date is about: its word, its shape, and what the legend calls it.
const KINDS: [(&str, &str, &str); 3] = [
    ("system", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0", "others"),
    ("python", "M-5-5h10v10h-10z", "Python"),
    ("rust", "M0-6L6 5H-6z", "Rust"),
];

/// A date, as a year and a part of it.
struct Date<'a> {
    text: &'a str,
    year: f64,
    kind: usize,
    what: &'a str,
}

impl Date<'_> {
    /// Reads `2001-08 python Twisted: Deferred`.
    fn parse(line: &str) -> Option<Date<'_>> {
        let mut words = line.splitn(3, ' ');
        let (text, kind, what) = (words.next()?, words.next()?, words.next()?);
        let kind = KINDS.iter().position(|(name, ..)| *name == kind)?;
        let (year, month) = text.split_once('-').unwrap_or((text, "7"));
        let [year, month]: [f64; 2] = [year.parse().ok()?, month.parse().ok()?];
        let text = &text[..4];
        Some(Date { text, year: year + (month - 1.0) / 12.0, kind, what })
    }
}

/// Draws dates, one a line: a year, with a month if it is known, `system`,
/// `python` or `rust`, and what came then. A line of another form is left out.
///
/// ```
/// let picture = pictures::history("1999 system C10K\n2014-08 rust mio", "");
/// assert!(picture.contains("<desc>1999: C10K. 2014: mio.</desc>"));
/// ```
pub fn history(dates: &str, title: &str) -> String {
    let mut dates: Vec<_> = dates.lines().filter_map(Date::parse).collect();
    dates.sort_by(|a, b| a.year.total_cmp(&b.year));
    let years = dates.iter().map(|date| date.year);
    let first = years.clone().fold(f64::MAX, f64::min);
    let last = years.fold(f64::MIN, f64::max);
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
    let step = steps.into_iter().find(|step| (last - first) / step < 6.0);
    let step = step.unwrap_or(100.0);
    let (from, to) = ((first / step).floor() * step, last.max(first + 1.0));
    let x = |year: f64| 5.0 + (year - from) / (to - from) * 91.0;

    let mut picture = Picture::new(0, Duration::ZERO, Hues::of_all([]));
    let mut words = Vec::new();
    let (begin, mut year) = (picture.top, from);
    let bottom = begin + dates.len() * ROW;
    while year <= to {
        let at = x(year);
        let class = if at > 92.0 { "lanes-end" } else { "lanes-axis" };
        let _ = writeln!(
            picture.body,
            "<line class='lanes-grid' x1='{at:.2}%' x2='{at:.2}%' \
             y1='16' y2='{bottom}'/>\
             <text class='{class}' x='{at:.2}%' y='12'>{year}</text>"
        );
        year += step;
    }
    for Date { text, year, kind, what } in &dates {
        let (_, shape, _) = KINDS[*kind];
        let (at, y) = (x(*year), picture.top + ROW / 2);
        // Beside its mark, where there is more room.
        let (class, dx) = match at > 50.0 {
            true => ("lanes-end", -10),
            false => ("lanes-begin", 10),
        };
        words.push(format!("{text}: {what}."));
        let what = Escaped(what);
        let _ = writeln!(
            picture.body,
            "<svg class='lanes-date lanes-{hue}' x='{at:.2}%' y='{y}'>\
             <path d='{shape}'/></svg>\
             <text class='lanes-what {class}' x='{at:.2}%' dx='{dx}' \
             y='{text_y}'>{text} <tspan class='lanes-bold'>{what}</tspan></text>",
            hue = kind + 1,
            text_y = y + 4
        );
        picture.top += ROW;
    }
    // What the shapes mean.
    let y = picture.top + 14;
    for (n, (_, shape, name)) in KINDS.iter().enumerate() {
        let (at, hue) = (n * 34 + 2, n + 1);
        let _ = writeln!(
            picture.body,
            "<svg class='lanes-date lanes-{hue}' x='{at}%' y='{y}'>\
             <path d='{shape}'/></svg>\
             <text x='{at}%' dx='12' y='{}'>{name}</text>",
            y + 4
        );
    }
    picture.top += 24;
    picture.finish(title, &words.join(" "), STYLE)
}

#[cfg(test)]
mod tests {
    use super::history;

    #[test]
    fn what_came_later_is_further_right_and_further_down() {
        let dates = "2014-08 rust mio\n1999 system C10K\n2001-08 python T\nodd";
        let picture = history(dates, "");
        let marks = picture.split("class='lanes-date ").skip(1).take(3);
        let places = marks.map(|mark| {
            let number = |name: &str, end| -> f64 {
                let (_, rest) = mark.split_once(name).unwrap();
                rest.split_once(end).unwrap().0.parse().unwrap()
            };
            (number(" x='", "%'"), number(" y='", "'"))
        });
        let places: Vec<_> = places.collect();
        assert!(places.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        let desc = "<desc>1999: C10K. 2001: T. 2014: mio.</desc>";
        assert!(picture.contains(desc), "{picture}");
    }
}
