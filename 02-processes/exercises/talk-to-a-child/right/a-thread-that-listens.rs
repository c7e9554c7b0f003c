//! The other way round: a thread reads, and this one writes.

use std::io::{self, ErrorKind, Read, Write};
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
        let reader = scope.spawn(|| {
            output.read_to_end(&mut said)?;
            Ok::<_, io::Error>(said)
        });
        let written = input.write_all(words);
        drop(input);
        let said = reader.join().unwrap();
        let status = child.wait()?;
        match written {
            Err(why) if why.kind() != ErrorKind::BrokenPipe => Err(why),
            _ => Ok((said?, status)),
        }
    })
}

#[path = "talk-to-a-child/check.rs"]
mod check;
