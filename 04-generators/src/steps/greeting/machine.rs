//! The greeting as an enum that is written by hand.

use crate::Resumed;

/// Where it is, and what it has.
pub enum Greeting {
    /// It reads the first line.
    Name(ReadLine),
    /// It has the name, and reads the second line.
    Town(String, ReadLine),
}

/// One that has read nothing yet.
pub fn new() -> Greeting {
    Greeting::Name(ReadLine::default())
}

impl Greeting {
    /// Goes on with the next character.
    pub fn resume(&mut self, next: char) -> Resumed<(), String> {
        match self {
            Greeting::Name(line) => {
                if let Some(name) = line.resume(next) {
                    *self = Greeting::Town(name, ReadLine::default());
                }
            }
            Greeting::Town(name, line) => {
                if let Some(town) = line.resume(next) {
                    return Resumed::Returned(format!("{name} of {town}"));
                }
            }
        }
        Resumed::Yielded(())
    }
}

/// What it has of a line.
#[derive(Default)]
pub struct ReadLine(String);

impl ReadLine {
    fn resume(&mut self, next: char) -> Option<String> {
        match next {
            '\n' => return Some(std::mem::take(&mut self.0)),
            '\r' => {}
            other => self.0.push(other),
        }
        None
    }
}
