//! Cuts what it reads into lines at once. All that are whole are kept in a
//! queue, and the last one grows.

use check::Source;
use std::collections::VecDeque;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    whole: VecDeque<Vec<u8>>,
    last: Vec<u8>,
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, whole: VecDeque::new(), last: Vec::new() }
    }

    /// The next line.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let mut piece = [0; 1000];
        while self.whole.is_empty() {
            let n = self.source.read(&mut piece).await;
            if n == 0 && self.last.is_empty() {
                return None;
            }
            for byte in &piece[..n] {
                match byte {
                    b'\n' => self.whole.push_back(mem::take(&mut self.last)),
                    byte => self.last.push(*byte),
                }
            }
            if n == 0 {
                self.whole.push_back(mem::take(&mut self.last));
            }
        }
        self.whole.pop_front()
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
