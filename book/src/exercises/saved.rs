//! What is in the files that a verdict is about.

use super::Exercise;
use super::progress::hash;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// An answer and its check as they are at one moment.
#[derive(PartialEq, Eq)]
pub struct Saved {
    /// See [`hash`].
    pub hash: String,
    /// Set if it is not what we have shipped.
    pub is_started: bool,
    /// Of two moments with the same text, another may have been there between.
    stamps: [[Stamp; 2]; 2],
}

impl Saved {
    /// As they are now.
    ///
    /// # Errors
    ///
    /// If one of them cannot be read.
    pub fn of(exercise: &Exercise) -> io::Result<Saved> {
        let files = [exercise.answer(), exercise.check()];
        let stamps = files.map(|it| [stamp(&it), stamp_of_link(&it)]);
        let is_started = exercise.is_started()?;
        Ok(Saved { hash: hash(exercise)?, is_started, stamps })
    }
}

/// What changes when a file does: which one it is, how long, since when.
///
/// The time is that of the last change of any kind, which no tool can put back.
pub type Stamp = Option<(u64, u64, i64, i64)>;

/// That of a file.
pub fn stamp(file: &Path) -> Stamp {
    fs::metadata(file).ok().map(of)
}

fn stamp_of_link(link: &Path) -> Stamp {
    fs::symlink_metadata(link).ok().map(of)
}

fn of(file: fs::Metadata) -> (u64, u64, i64, i64) {
    (file.ino(), file.len(), file.ctime(), file.ctime_nsec())
}
