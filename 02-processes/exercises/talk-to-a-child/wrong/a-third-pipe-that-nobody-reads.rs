//! Met with: with one that complains waits
//!
//! Keeps what the child complains of to itself, in a pipe that is never read: it is
//! full after 64 KiB, as the others.

use lab::waiting;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// Says this to a child, and listens to what it says, until both are through.
pub fn talk(
    mut command: Command,
    words: &[u8],
) -> io::Result<(Vec<u8>, ExitStatus)> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().expect("it is piped");
    let mut output = child.stdout.take().expect("it is piped");
    let mut said = Vec::new();

    thread::scope(|scope| {
        let writer = scope.spawn(move || {
            let _waiting = waiting("room in the child's pipe");
            input.write_all(words)
        });
        let read = {
            let _waiting = waiting("what the child says");
            output.read_to_end(&mut said)
        };
        drop(output);
        let written = writer.join().unwrap();
        let status = child.wait()?;
        read?;
        match written {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
        Ok((said, status))
    })
}

#[path = "../check.rs"]
mod check;
