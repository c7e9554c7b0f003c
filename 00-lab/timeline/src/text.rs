//! The picture for a terminal.

use super::axis::round_times;
use super::cells::{Cell, Columns};
use super::spans::{Recording, Track};
use std::env;
use std::io::stdout;

/// More lanes than this are counted, not drawn.
const MOST_LANES: usize = 24;

/// The most columns that are drawn: a picture is made in memory.
const WIDEST: usize = 1000;

/// How many columns the terminal has: `COLUMNS`, else what the terminal says,
/// else 80; at most a thousand.
pub fn width() -> usize {
    let columns = env::var("COLUMNS").ok().and_then(|n| n.parse().ok());
    let of_terminal = || {
        let size = rustix::termios::tcgetwinsize(stdout()).ok()?;
        Some(size.ws_col.into())
    };
    columns.or_else(of_terminal).filter(|&n| n > 0).unwrap_or(80).min(WIDEST)
}

/// Takes letters out of the name of a lane until it has at most `longest`. Its
/// end is kept, in which names differ.
///
/// ```
/// assert_eq!(timeline::shorten("process 2: task 1", 16), "proce… 2: task 1");
/// ```
pub fn shorten(name: &str, longest: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= longest {
        return name.to_owned();
    }
    let begin = longest / 3;
    let end = letters.len() - longest + begin + 1;
    let dots = ['…'];
    [&letters[..begin], &dots, &letters[end..]].concat().into_iter().collect()
}

impl Recording {
    /// Draws the lanes, `width` columns wide, legible without colour.
    ///
    /// A column is drawn as what the lane did for most of that time, but no run
    /// is narrower than a column.
    pub fn lanes(&self, width: usize) -> String {
        if self.tracks.is_empty() {
            return "nothing was recorded".to_owned();
        }
        let (drawn, left) = self.drawn_tracks();
        let names = drawn.iter().map(|track| track.name.chars().count());
        let margin = names.max().unwrap_or(0).clamp(4, (width / 3).max(4));
        let canvas = Canvas {
            margin,
            columns: Columns {
                count: width.saturating_sub(margin + 1).max(10),
                length: self.length,
            },
        };
        // The lanes, of which some may be left out.
        let mut picture = String::new();
        let mut used = Vec::new();
        for track in drawn {
            let cells = canvas.columns.draw(track);
            used.extend(cells.iter().map(|(cell, _)| *cell));
            canvas.write_row(&mut picture, &track.name, &cells_as_text(&cells));
        }
        if left > 0 {
            canvas.write_row(&mut picture, "…", &format!("and {left} more"));
        }
        // What the symbols mean, of those that were used.
        let legend = Cell::LEGEND.into_iter();
        let mut legend: Vec<_> = legend
            .filter(|(cell, ..)| used.contains(cell))
            .map(|(_, symbol, meaning)| format!("{symbol} {meaning}"))
            .collect();
        // The requests in flight, and the axis.
        if let Some((name, digits)) = self.draw_digits(&canvas.columns) {
            canvas.write_row(&mut picture, name, &digits);
            let more = if digits.contains('+') { ", + more" } else { "" };
            legend.push(format!("1–9 requests in flight{more}"));
        }
        canvas.write_row(&mut picture, "", &canvas.draw_axis());
        picture + &side_by_side(&legend, width)
    }

    /// The tracks that a picture shows as lanes, and the number of those that
    /// it leaves out. The site is drawn as what it saw.
    pub fn drawn_tracks(&self) -> (&[Track], usize) {
        let lanes = self.tracks.len() - self.of_kind("site").count();
        let drawn = lanes.min(MOST_LANES);
        (&self.tracks[..drawn], lanes - drawn)
    }

    /// For each column the most requests that were in flight, as the site saw
    /// it, or else as the programs that asked did.
    fn draw_digits(&self, columns: &Columns) -> Option<(&str, String)> {
        let site = self.of_kind("site").next();
        let (name, counts) = match site {
            Some(site) => (site.name.as_str(), &self.flight),
            None => ("asked", &self.asked),
        };
        let mut most = vec![0; columns.count];
        for (from, to, n) in self.stretches(counts) {
            for most in &mut most[columns.of(from)..=columns.of(to)] {
                *most = n.max(*most);
            }
        }
        let digit = |&n: &usize| match n {
            0 => ' ',
            1..10 => char::from(b'0' + n as u8),
            _ => '+',
        };
        let digits = most.iter().map(digit).collect();
        (!counts.is_empty()).then_some((name, digits))
    }
}

/// The cells as text. What is waited for stands in the middle where it fits.
fn cells_as_text(cells: &[(Cell, Option<&str>)]) -> String {
    let mut row = String::new();
    for stretch in cells.chunk_by(|a, b| a == b) {
        let (cell, what) = stretch[0];
        let (symbol, _) = cell.legend();
        let fill = |n| symbol.to_string().repeat(n);
        let what = what.unwrap_or_default();
        let free = stretch.len().checked_sub(what.chars().count() + 4);
        match free {
            Some(free) if !what.is_empty() => {
                let before = 1 + free / 2;
                let after = free + 2 - before;
                row += &format!("{} {what} {}", fill(before), fill(after));
            }
            _ => row += &fill(stretch.len()),
        }
    }
    row
}

/// A picture that is being drawn. Its margin is the room for names.
struct Canvas {
    margin: usize,
    columns: Columns,
}

impl Canvas {
    fn write_row(&self, picture: &mut String, name: &str, row: &str) {
        let name = shorten(name, self.margin);
        let line = format!("{name:0$} {row}", self.margin);
        picture.push_str(line.trim_end());
        picture.push('\n');
    }

    fn draw_axis(&self) -> String {
        let Columns { count, length } = self.columns;
        let mut axis = String::new();
        for (at, label) in round_times(length, count / 11) {
            let (column, label) = (self.columns.of(at), format!("╵{label}"));
            if column + label.chars().count() <= count {
                let gap = column - axis.chars().count();
                axis += &(" ".repeat(gap) + &label);
            }
        }
        axis
    }
}

/// Texts side by side, on as many lines of this width as they need.
fn side_by_side(texts: &[String], width: usize) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for text in texts {
        let length = text.chars().count();
        let gap = match column {
            0 => "",
            _ if column + 3 + length > width => "\n",
            _ => "   ",
        };
        column = if gap == "\n" { length } else { column + gap.len() + length };
        lines += gap;
        lines += text;
    }
    lines
}
