//! A `VecDeque` of bytes is a `BufRead`, so the standard library knows how to
//! take a line out of it, once that is whole.

use check::Source;
use std::collections::VecDeque;
use std::io::BufRead;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    kept: VecDeque<u8>,
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, kept: VecDeque::new() }
    }

    /// The next line.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let mut piece = [0; 64];
        while !self.kept.contains(&b'\n') {
            let n = self.source.read(&mut piece).await;
            if n == 0 {
                break;
            }
            self.kept.extend(&piece[..n]);
        }
        let mut line = Vec::new();
        let n = self.kept.read_until(b'\n', &mut line).unwrap_or(0);
        line.pop_if(|byte| *byte == b'\n');
        (n > 0).then_some(line)
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
