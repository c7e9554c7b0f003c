//! Solution: a `read_line` that loses nothing.
//!
//! All that was read is in the reader whenever `read_line` waits. It takes a
//! line out when that is whole, and then it is ready without another `.await`.
//! So it may be dropped at any time: the next one finds all as it was.

use check::Source;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    /// What was read and has not been given yet.
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
        let mut piece = [0; 64];
        loop {
            let mut bytes = self.kept.iter();
            if let Some(end) = bytes.position(|byte| *byte == b'\n') {
                let rest = self.kept.split_off(end + 1);
                let mut line = mem::replace(&mut self.kept, rest);
                line.pop();
                return Some(line);
            }
            let n = self.source.read(&mut piece).await;
            if n == 0 {
                let line = mem::take(&mut self.kept);
                return (!line.is_empty()).then_some(line);
            }
            self.kept.extend(&piece[..n]);
        }
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
