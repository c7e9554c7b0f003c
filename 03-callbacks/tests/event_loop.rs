//! The loop's contract, a test for each sentence, and what the loops of others
//! got wrong before. Every test has a process of its own, under a limit: then
//! it knows the numbers of its descriptors, and a loop that waits for ever
//! fails.

mod calls;
mod turns;
mod sockets;
mod numbers;
mod connections;
mod time;
mod cancelling;
mod other_threads;
mod ending;
mod panics;
mod interleavings;
mod mailbox;
mod recording;
mod beneath;

use callbacks::{Loop, Socket};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

/// What has happened, in order.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    fn add(&self, what: &str) {
        self.0.lock().unwrap().push(what.to_owned());
    }

    /// A callback that only notes that it was called.
    fn note(&self, what: &'static str) -> impl FnOnce(&mut Loop) + use<> {
        let notes = self.clone();
        move |_| notes.add(what)
    }

    /// The same for a socket, which it closes.
    fn note_socket<T: std::os::fd::AsFd>(
        &self,
        what: &'static str,
    ) -> impl FnOnce(&mut Loop, Socket<T>) + use<T> {
        let notes = self.clone();
        move |_, _| notes.add(what)
    }

    /// Notes it when it is dropped.
    fn when_dropped(&self, what: &'static str) -> Dropped {
        Dropped { notes: self.clone(), what }
    }

    /// All notes since the last call.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

struct Dropped {
    notes: Notes,
    what: &'static str,
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.notes.add(self.what);
    }
}

/// A socket of the loop, and the other end of its connection.
fn pair(events: &mut Loop) -> (Socket<UnixStream>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Socket::new(events, ours).unwrap(), theirs)
}

/// A pair whose first end has a byte to read.
fn ready_pair(events: &mut Loop) -> (Socket<UnixStream>, UnixStream) {
    let (ours, mut theirs) = pair(events);
    theirs.write_all(b".").unwrap();
    (ours, theirs)
}

/// What a read says.
fn read(socket: &mut Socket<UnixStream>) -> Result<Vec<u8>, ErrorKind> {
    let mut buffer = [0; 64];
    let n = socket.read(&mut buffer).map_err(|why| why.kind())?;
    Ok(buffer[..n].to_vec())
}

/// Writes until there is no room.
fn fill(socket: &mut Socket<UnixStream>) {
    let bytes = [0; 4096];
    while let Ok(n) = socket.write(&bytes) {
        assert!(n > 0);
    }
}
