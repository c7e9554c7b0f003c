//! Exercise: talk to a child.
//!
//!     cargo test -p processes --test talk-to-a-child
//!
//! A child reads from one pipe and writes to another, and neither holds more
//! than 64 KiB. As it stands, all is written before any is read: see step 2-3.
//! Mend it.

use lab::waiting;
use std::io::{self, Read, Write};
use std::process::{Command, ExitStatus, Stdio};

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

    {
        let _waiting = waiting("room in the child's pipe");
        input.write_all(words)?;
    }
    // No more: a child that reads to the end has come to it.
    drop(input);
    {
        let _waiting = waiting("what the child says");
        output.read_to_end(&mut said)?;
    }
    Ok((said, child.wait()?))
}

#[path = "talk-to-a-child/check.rs"]
mod check;
