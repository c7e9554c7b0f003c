//! The greeting with a stack of its own.

use crate::{Greenlet, Yielder};
use std::io;

/// One that has not begun: what it is resumed with first counts for nothing.
///
/// # Errors
///
/// If there is no memory for its stack.
pub fn new() -> io::Result<Greenlet<char, (), String>> {
    Greenlet::new("greeting", |_, _| greet())
}

fn greet() -> String {
    let name = read_line();
    let town = read_line();
    format!("{name} of {town}")
}

fn read_line() -> String {
    let mut line = String::new();
    loop {
        match next() {
            '\n' => return line,
            '\r' => {}
            other => line.push(other),
        }
    }
}

fn next() -> char {
    let next = Yielder::with_current(|y| y.suspend(()));
    next.expect("a greenlet runs")
}
