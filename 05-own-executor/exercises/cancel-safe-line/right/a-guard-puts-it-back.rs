//! The line is a local variable with a destructor, which puts back what it has.
//! A future that is dropped drops its variables.

use check::Source;
use std::mem;

/// Reads lines out of a source.
pub struct LineReader {
    source: Source,
    kept: Vec<u8>,
}

struct Line<'a> {
    bytes: Vec<u8>,
    kept: &'a mut Vec<u8>,
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        mem::swap(&mut self.bytes, self.kept);
    }
}

impl LineReader {
    /// Reads lines out of this source.
    pub fn new(source: Source) -> LineReader {
        LineReader { source, kept: Vec::new() }
    }

    /// The next line.
    pub async fn read_line(&mut self) -> Option<Vec<u8>> {
        let (bytes, kept) = (mem::take(&mut self.kept), &mut self.kept);
        let (mut line, mut piece) = (Line { bytes, kept }, [0; 7]);
        loop {
            let mut parts = line.bytes.splitn(2, |byte| *byte == b'\n');
            if let (Some(first), Some(rest)) = (parts.next(), parts.next()) {
                let (first, rest) = (first.to_vec(), rest.to_vec());
                line.bytes = rest;
                return Some(first);
            }
            let n = self.source.read(&mut piece).await;
            if n == 0 {
                let last = mem::take(&mut line.bytes);
                return Some(last).filter(|last| !last.is_empty());
            }
            line.bytes.extend(&piece[..n]);
        }
    }
}

#[path = "cancel-safe-line/check.rs"]
mod check;
