//! Met with: looks again and again
//!
//! Looks every millisecond whether the child has ended, which takes time from all.

use lab::waiting;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

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
        let writer = scope.spawn(move || {
            let _waiting = waiting("room in the child's pipe");
            input.write_all(words)
        });
        let reader = scope.spawn(move || {
            output.read_to_end(&mut said)?;
            Ok::<_, io::Error>(said)
        });
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            thread::sleep(Duration::from_millis(1));
        };
        let read = reader.join().unwrap();
        let written = writer.join().unwrap();
        match written {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
        Ok((read?, status))
    })
}

#[path = "../check.rs"]
mod check;
