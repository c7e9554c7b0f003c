//! What is ready, and what is called for it.

use super::{Notes, fill, pair, read, ready_pair};
use callbacks::{Loop, Socket};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::cell::Cell;
use std::io::{ErrorKind, Read, Write, pipe};
use std::net::Shutdown;
use std::rc::Rc;
use std::time::Duration;
use trials::alone;

const MOMENT: Duration = Duration::from_millis(20);

#[test]
fn a_callback_may_be_called_although_its_socket_is_not_ready() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (a, _to_a) = ready_pair(&mut events);
        let (b, mut to_b) = ready_pair(&mut events);
        // Both are listed; the first reads what is there for the second.
        let mut same_as_b = b.clone();
        events.when_readable(a, move |_, _| {
            assert_eq!(read(&mut same_as_b), Ok(b".".to_vec()));
        });
        let noted = notes.clone();
        events.when_readable(b, move |events, mut b| {
            assert_eq!(read(&mut b), Err(ErrorKind::WouldBlock));
            noted.add("too early");
            let noted = noted.clone();
            events.when_readable(b, move |_, mut b| {
                assert_eq!(read(&mut b), Ok(b"!".to_vec()));
                noted.add("right");
            });
        });
        events.after(MOMENT, move |_| to_b.write_all(b"!").unwrap());
        events.run().unwrap();
        assert_eq!(notes.take(), ["too early", "right"]);
        // Waiting again did not spin.
        assert!(events.turns() <= 3, "{}", events.turns());
    });
}

#[test]
fn if_the_loop_cannot_wait_for_a_socket_the_next_read_or_write_says_why() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&mut events);
        let (second, mut writer) = (socket.clone(), socket.clone());
        events.when_readable(socket, notes.note_socket("first"));
        // A second reader of the same socket.
        let noted = notes.clone();
        events.when_readable(second, move |_, mut socket| {
            let why = socket.read(&mut [0]).unwrap_err();
            assert_eq!(why.kind(), ErrorKind::AlreadyExists, "{why}");
            // The socket says so once.
            assert_eq!(read(&mut socket), Err(ErrorKind::WouldBlock));
            noted.add("second");
            peer.write_all(b".").unwrap();
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["second", "first"]);

        // A socket of another loop: it has the same number there.
        let mut other = Loop::new().unwrap();
        let (foreign, _peer) = pair(&mut other);
        let noted = notes.clone();
        let handle = events.when_writable(foreign, move |_, mut socket| {
            let why = socket.write(b".").unwrap_err();
            assert_eq!(why.kind(), ErrorKind::InvalidInput, "{why}");
            noted.add("foreign");
        });
        events.run().unwrap();
        assert!(!events.cancel(handle));
        assert_eq!(notes.take(), ["foreign"]);
        assert!(writer.write(b".").is_err(), "its peer is gone");
    });
}

#[test]
fn two_loops_tell_their_sockets_apart() {
    alone(|| {
        let (mut one, mut two) = (Loop::new().unwrap(), Loop::new().unwrap());
        let notes = Notes::default();
        let (ours, _to_ours) = pair(&mut one);
        let (foreign, mut to_foreign) = pair(&mut two);
        let wait = one.when_readable(ours, notes.note_socket("ours"));
        let timer = one.after(Duration::from_secs(60), notes.note("timer"));
        // A handle of one is nothing to the other.
        let (other, _peer) = pair(&mut two);
        two.when_readable(other, notes.note_socket("theirs"));
        two.after(Duration::from_secs(60), notes.note("their timer"));
        assert!(!two.cancel(wait) && !two.cancel(timer));
        // It does not come in the place of ours, either.
        to_foreign.write_all(b".").unwrap();
        one.when_readable(foreign, |events, mut socket| {
            let why = socket.read(&mut [0]).unwrap_err();
            assert_eq!(why.kind(), ErrorKind::InvalidInput);
            events.stop();
        });
        one.run().unwrap();
        assert!(one.cancel(wait) && one.cancel(timer));
        assert_eq!(notes.take(), [""; 0]);
    });
}

#[test]
fn a_file_on_a_disk_is_refused() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let file = std::fs::File::open("/proc/self/exe").unwrap();
        let refused = Socket::new(&mut events, file).is_err();
        assert_eq!(refused, cfg!(target_os = "linux"));
    });
}

#[test]
fn what_is_called_for_once_is_not_called_for_again() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (socket, _peer) = ready_pair(&mut events);
        let called = Rc::new(Cell::new(0));
        let count = called.clone();
        events.when_readable(socket, move |events, socket| {
            count.set(count.get() + 1);
            // The byte is still there, and the socket open.
            events.after(MOMENT, move |_| drop(socket));
        });
        events.run().unwrap();
        assert_eq!((called.get(), events.turns()), (1, 2));
    });
}

#[test]
fn more_sockets_than_the_kernel_lists_at_once_are_all_called() {
    const MANY: usize = 1500;
    alone(|| {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        let current = Some(maximum.map_or(4096, |most| most.min(4096)));
        let limit = Rlimit { current, maximum };
        setrlimit(Resource::Nofile, limit).unwrap();
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        for _ in 0..MANY {
            // The peer is gone, so it is ready.
            let (socket, _) = pair(&mut events);
            events.when_readable(socket, notes.note_socket("called"));
        }
        events.run().unwrap();
        assert_eq!(notes.take().len(), MANY);
    });
}

#[test]
fn a_reader_that_cancels_the_writer_keeps_it_from_being_called() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (socket, _peer) = ready_pair(&mut events);
        let writer =
            events.when_writable(socket.clone(), notes.note_socket("writer"));
        let noted = notes.clone();
        events.when_readable(socket, move |events, _| {
            assert!(events.cancel(writer));
            noted.add("reader");
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["reader"]);
    });
}

#[test]
fn if_one_direction_is_ready_the_other_goes_on_waiting() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (mut socket, mut peer) = ready_pair(&mut events);
        fill(&mut socket);
        events.when_writable(socket.clone(), notes.note_socket("writer"));
        events.when_readable(socket, notes.note_socket("reader"));
        events.after(MOMENT, move |events| {
            assert!(events.turns() <= 2, "{}", events.turns());
            peer.set_nonblocking(true).unwrap();
            peer.read_to_end(&mut Vec::new()).unwrap_err();
            events.after(MOMENT, move |_| drop(peer));
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["reader", "writer"]);
    });
}

#[test]
fn a_hang_up_alone_tells_both_directions() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        // For a pipe without a writer, the kernel says `HUP` and nothing else.
        let (reader, writer) = pipe().unwrap();
        let socket = Socket::new(&mut events, reader).unwrap();
        events.when_writable(socket.clone(), notes.note_socket("writer"));
        let noted = notes.clone();
        events.when_readable(socket, move |_, mut socket| {
            assert_eq!(socket.read(&mut [0]).unwrap(), 0);
            noted.add("reader");
        });
        events.after(MOMENT, move |_| drop(writer));
        events.run().unwrap();
        assert_eq!(notes.take(), ["reader", "writer"]);
    });
}

#[test]
fn an_error_alone_tells_both_directions() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        // A full pipe without a reader: `ERR`.
        let (reader, writer) = pipe().unwrap();
        let mut socket = Socket::new(&mut events, writer).unwrap();
        while socket.write(&[0; 4096]).is_ok() {}
        events.when_readable(socket.clone(), notes.note_socket("reader"));
        let noted = notes.clone();
        events.when_writable(socket, move |_, mut socket| {
            let why = socket.write(b".").unwrap_err();
            assert_eq!(why.kind(), ErrorKind::BrokenPipe);
            noted.add("writer");
        });
        events.after(MOMENT, move |_| drop(reader));
        events.run().unwrap();
        assert_eq!(notes.take(), ["reader", "writer"]);
    });
}

#[test]
fn a_hang_up_for_which_nothing_waits_does_not_spin() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (socket, peer) = pair(&mut events);
        drop(peer);
        events.after(MOMENT, move |_| drop(socket));
        events.run().unwrap();
        assert!(events.turns() <= 2, "{}", events.turns());
    });
}

#[test]
fn a_peer_that_only_ends_its_own_half_does_not_disturb_the_writer() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let notes = Notes::default();
        let (mut socket, mut peer) = pair(&mut events);
        fill(&mut socket);
        peer.shutdown(Shutdown::Write).unwrap();
        let noted = notes.clone();
        events.when_readable(socket.clone(), move |_, mut socket| {
            assert_eq!(read(&mut socket), Ok(vec![]));
            noted.add("the end");
        });
        let noted = notes.clone();
        events.when_writable(socket, move |_, mut socket| {
            assert!(socket.write(b".").unwrap() > 0);
            noted.add("room");
        });
        let noted = notes.clone();
        events.after(MOMENT, move |events| {
            assert_eq!(noted.take(), ["the end"]);
            // One for the end, one for this timer: the full buffer is silent.
            assert!(events.turns() <= 3, "{}", events.turns());
            peer.set_nonblocking(true).unwrap();
            peer.read_to_end(&mut Vec::new()).unwrap_err();
            events.after(MOMENT, move |_| drop(peer));
        });
        events.run().unwrap();
        assert_eq!(notes.take(), ["room"]);
    });
}
