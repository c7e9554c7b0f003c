//! Met with: with sort waits
//!
//! Waits for the answer to each piece before it says the next. The child may
//! have none before it has heard all.

use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus, Stdio};

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

    for words in words.chunks(4096) {
        if input.write_all(words).is_err() {
            break;
        }
        let mut chunk = [0; 4096];
        let mut heard = 0;
        while heard < words.len() {
            let n = output.read(&mut chunk)?;
            if n == 0 {
                break;
            }
            said.extend_from_slice(&chunk[..n]);
            heard += n;
        }
    }
    drop(input);
    output.read_to_end(&mut said)?;
    Ok((said, child.wait()?))
}

#[path = "talk-to-a-child/check.rs"]
mod check;
