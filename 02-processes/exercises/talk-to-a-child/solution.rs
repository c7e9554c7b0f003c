//! Solution: talk to a child.
//!
//! One thread writes while this one reads, so that neither pipe stays full.

use lab::waiting;
use std::io::{self, ErrorKind, Read, Write};
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
        let writer = scope.spawn(move || {
            let _waiting = waiting("room in the child's pipe");
            // At its end it drops `input`, which is the end of the words.
            input.write_all(words)
        });
        let read = {
            let _waiting = waiting("what the child says");
            output.read_to_end(&mut said)
        };
        // Whatever went wrong: it is not to wait for us, and we wait for it.
        drop(output);
        let written = writer.join().unwrap();
        let status = child.wait()?;
        read?;
        match written {
            // It has heard enough.
            Err(why) if why.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
        Ok((said, status))
    })
}

#[path = "talk-to-a-child/check.rs"]
mod check;
