//! One byte at a time: then nothing is ever read that belongs to another line.
//! The line is a field, and is taken out when it is whole.

use check::Source;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    line: Vec<u8>,
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, line: Vec::new() }
    }

    /// The next line.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let mut byte = [0];
        while self.source.read(&mut byte).await > 0 {
            if byte == *b"\n" {
                return Some(mem::take(&mut self.line));
            }
            self.line.push(byte[0]);
        }
        let is_there = !self.line.is_empty();
        is_there.then(|| mem::take(&mut self.line))
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
