//! A file is never full, and never waits for anybody: the child reads the words
//! from one, and there is one pipe left.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read};
use std::process::{self, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// Says this to a child, and listens to what it says, until both are through.
pub fn talk(
    mut command: Command,
    words: &[u8],
) -> io::Result<(Vec<u8>, ExitStatus)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Relaxed);
    let name = format!("words-{}-{number}", process::id());
    let path = env::temp_dir().join(name);
    fs::write(&path, words)?;
    let file = File::open(&path)?;
    fs::remove_file(&path)?;

    let mut child = command.stdin(file).stdout(Stdio::piped()).spawn()?;
    let mut said = Vec::new();
    child.stdout.take().unwrap().read_to_end(&mut said)?;
    Ok((said, child.wait()?))
}

#[path = "talk-to-a-child/check.rs"]
mod check;
