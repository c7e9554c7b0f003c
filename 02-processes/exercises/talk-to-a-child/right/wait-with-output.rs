//! What the library has for this, and a thread of its own that writes.

use std::io::{self, ErrorKind, Write};
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
    let words = words.to_vec();
    let writer = thread::spawn(move || input.write_all(&words));
    let output = child.wait_with_output()?;
    match writer.join().unwrap() {
        Err(why) if why.kind() == ErrorKind::BrokenPipe => {}
        written => written?,
    }
    Ok((output.stdout, output.status))
}

#[path = "talk-to-a-child/check.rs"]
mod check;
