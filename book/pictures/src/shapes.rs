//! The shapes of the picture, and texts in the form that SVG needs.

use std::fmt::{self, Display, Write};
use std::time::Duration;
use timeline::{Cell, State};

/// The shapes of what lanes do, by their classes in `style.css`.
const CELLS: [(Cell, &str); 8] = [
    (Cell::Runs, "lanes-run"),
    (Cell::RunsInPart, "lanes-part"),
    (Cell::OffTheCpu, "lanes-off"),
    (Cell::Unknown, "lanes-unknown"),
    (Cell::Ready, "lanes-ready"),
    (Cell::Waits, "lanes-wait"),
    (Cell::Blocked, "lanes-blocked"),
    (Cell::Zombie, "lanes-zombie"),
];

/// The other shapes, by their classes, and their meanings.
const MORE: [(&str, &str); 3] = [
    ("lanes-held", "holds a lock"),
    ("lanes-kept", "kept in a pause"),
    ("lanes-arrow", "leads to"),
];

/// The classes of all shapes, and their meanings.
pub fn legend() -> impl Iterator<Item = (&'static str, &'static str)> {
    let cells = CELLS.map(|(cell, class)| {
        let (_, meaning) = cell.legend();
        (class, meaning)
    });
    cells.into_iter().chain(MORE)
}

/// The class of the shape that a state is drawn in; a lane that idles has
/// none.
pub fn class_of(state: &State) -> &'static str {
    let own = CELLS.iter().find(|(cell, _)| *cell == Cell::of(state));
    own.map_or("", |(_, class)| class)
}

/// What a lane in this state does, as a sentence without its subject.
pub fn describe_state(state: &State) -> String {
    let name = state.name();
    let is_adjective =
        matches!(state, State::Ready | State::Lost | State::Idle)
            || *state == State::Zombie;
    if is_adjective || state.is_off_the_cpu() {
        format!("is {name}")
    } else {
        name
    }
}

/// A shape of this class, from one place across the picture to another, with
/// more attributes and something inside.
pub fn bar(
    class: &str,
    (from, to): (f64, f64),
    more: &str,
    inside: &str,
) -> String {
    // What is only ready is an empty box, what is kept lies below, and all else
    // is a line.
    match class.starts_with("lanes-ready") || class == "lanes-kept" {
        true => format!(
            "<rect class='{class}'{more} x='{from:.2}%' y='-6' \
             width='{:.2}%' height='12'>{inside}</rect>",
            to - from
        ),
        false => format!(
            "<line class='{class}'{more} x1='{from:.2}%' \
             x2='{to:.2}%'>{inside}</line>"
        ),
    }
}

/// A beginning and an end, in microseconds, for a script.
pub fn when(from: Duration, to: Duration) -> String {
    format!("{} {}", from.as_micros(), to.as_micros())
}

/// A text in which the characters that mean something to XML are escaped.
pub struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c if c.is_control() => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}
