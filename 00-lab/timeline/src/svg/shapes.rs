//! The shapes of the picture, and texts in the form that SVG needs.

use crate::cells::Cell;
use crate::spans::State;
use std::fmt::{self, Display, Write};
use std::time::Duration;

/// The shapes that are no [`Cell`], by their classes, and their meanings.
pub const MORE: [(&str, &str); 2] =
    [("lanes-held", "holds a lock"), ("lanes-arrow", "leads to")];

impl State {
    /// The shape it is drawn in.
    pub(super) fn class(&self) -> &'static str {
        Cell::of(self).look().1
    }

    /// What the lane does, as a sentence without its subject.
    pub(super) fn sentence(&self) -> String {
        let name = self.name();
        let is_adjective = matches!(self, State::Ready | State::Idle);
        if is_adjective || self.is_off_the_cpu() {
            format!("is {name}")
        } else {
            name
        }
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
