//! Reads into the buffer itself, behind what is there. A read that is dropped
//! has written nothing, and `filled` says how much counts.

use check::Source;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    buffer: Vec<u8>,
    filled: usize,
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, buffer: vec![0; 4], filled: 0 }
    }

    /// The next line.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let mut looked = 0;
        loop {
            let new = &self.buffer[looked..self.filled];
            if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
                let mut line = self.take(looked + end + 1);
                line.pop();
                return Some(line);
            }
            looked = self.filled;
            if self.filled == self.buffer.len() {
                self.buffer.resize(2 * self.filled, 0);
            }
            let room = &mut self.buffer[self.filled..];
            let n = self.source.read(room).await;
            self.filled += n;
            if n == 0 {
                return (self.filled > 0).then(|| self.take(self.filled));
            }
        }
    }

    fn take(&mut self, bytes: usize) -> Vec<u8> {
        let line = self.buffer[..bytes].to_vec();
        self.buffer.copy_within(bytes..self.filled, 0);
        self.filled -= bytes;
        line
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
