//! Exercise: a `read_line` that loses nothing.
//!
//!     cargo test -p own-executor --test cancel-safe-line
//!
//! Bytes come in pieces, and `read_line` waits in the middle of a line. As it
//! stands, what it has read of that line is lost if it is dropped there.

use check::Source;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    /// What was read and belongs to the next line.
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
        let (mut line, mut piece) = (mem::take(&mut self.kept), [0; 64]);
        loop {
            if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
                self.kept = line.split_off(end + 1);
                line.pop();
                return Some(line);
            }
            let n = self.source.read(&mut piece).await;
            if n == 0 {
                return (!line.is_empty()).then_some(line);
            }
            line.extend(&piece[..n]);
        }
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
