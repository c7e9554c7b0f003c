//! Gives others a turn before each read, while nothing is in a variable.

use check::Source;
use own_executor::task::yield_now;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    kept: Vec<u8>,
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, kept: Vec::new() }
    }

    /// The next line, without its `\n`, or `None` if there are no more. The
    /// last line may have no `\n`.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let mut byte = [0];
        let mut has_ended = false;
        while !has_ended && self.kept.last() != Some(&b'\n') {
            yield_now().await;
            has_ended = self.source.read(&mut byte).await == 0;
            if !has_ended {
                self.kept.push(byte[0]);
            }
        }
        let mut line = mem::take(&mut self.kept);
        if !has_ended {
            line.pop();
        }
        (!has_ended || !line.is_empty()).then_some(line)
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
