//! Keeps the read that waits: it owns the source, and goes on where it was when
//! another `read_line` is called. So even a read that is not cancel safe would
//! lose nothing.

use check::Source;
use std::mem;
use std::pin::Pin;

/// What reads: it gives the source back, and a piece.
type Reading = Pin<Box<dyn Future<Output = (Source, Vec<u8>)>>>;

/// Reads lines out of a source.
pub struct LineReader {
    reading: Reading,
    kept: Vec<u8>,
}

fn read(mut source: Source) -> Reading {
    Box::pin(async {
        let mut piece = vec![0; 10];
        let n = source.read(&mut piece).await;
        piece.truncate(n);
        (source, piece)
    })
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { reading: read(source), kept: Vec::new() }
    }

    /// The next line, without its `\n`, or `None` if there are no more. The
    /// last line may have no `\n`.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        loop {
            let mut bytes = self.kept.iter();
            if let Some(end) = bytes.position(|byte| *byte == b'\n') {
                let line = self.kept[..end].to_vec();
                self.kept.drain(..=end);
                return Some(line);
            }
            let (source, piece) = self.reading.as_mut().await;
            self.reading = read(source);
            if piece.is_empty() {
                let line = mem::take(&mut self.kept);
                return (!line.is_empty()).then_some(line);
            }
            self.kept.extend(piece);
        }
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
