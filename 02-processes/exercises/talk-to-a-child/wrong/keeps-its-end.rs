//! Met with: with cat waits for what the child says
//!
//! Nobody has told the child that there are no more words.

use lab::waiting;
use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// Says this to a child, and listens to what it says, until both are through.
/// Gives back what it said, and how it ended. A child that does not listen to
/// the end is none the worse for it.
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
        let writer = scope.spawn(|| {
            let _waiting = waiting("room in the child's pipe");
            input.write_all(words)
        });
        {
            let _waiting = waiting("what the child says");
            output.read_to_end(&mut said)?;
        }
        let _ = writer.join().unwrap();
        Ok::<_, io::Error>(())
    })?;
    drop(input);
    Ok((said, child.wait()?))
}

#[path = "../check.rs"]
mod check;
