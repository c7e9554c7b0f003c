//! Met with: bytes came back
//!
//! Takes it that one read gives all that there is.

use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// Says this to a child, and listens to what it says, until both are through.
pub fn talk(
    mut command: Command,
    words: &[u8],
) -> io::Result<(Vec<u8>, ExitStatus)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let mut output = child.stdout.take().expect("it is piped");
    let mut said = Vec::new();

    thread::scope(|scope| {
        let writer = scope.spawn(move || input.write_all(words));
        let mut all = vec![0; 1 << 20];
        let read = output.read(&mut all)?;
        drop(output);
        let _ = writer.join().unwrap();
        said.extend_from_slice(&all[..read]);
        Ok((said, child.wait()?))
    })
}

#[path = "talk-to-a-child/check.rs"]
mod check;
