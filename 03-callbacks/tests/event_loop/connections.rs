//! Connecting and accepting.

use callbacks::{Loop, Socket};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{Domain, Type};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};
use trials::alone;

const LOCALHOST: ([u8; 4], u16) = ([127, 0, 0, 1], 0);

fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind(SocketAddr::from(LOCALHOST)).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[test]
fn a_socket_that_is_connected_is_writable_and_says_so() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (_listener, address) = listen();
        let socket = Socket::connect(&mut events, address).unwrap();
        events.when_writable(socket, |events, mut socket| {
            assert!(socket.is_connected().unwrap());
            events.stop();
        });
        events.run().unwrap();
    });
}

#[test]
fn a_refused_connection_says_why() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (listener, address) = listen();
        drop(listener);
        // The kernel may know at once.
        let why = Rc::new(Cell::new(None));
        match Socket::connect(&mut events, address) {
            Err(at_once) => why.set(Some(at_once.kind())),
            Ok(socket) => {
                let why = why.clone();
                events.when_writable(socket, move |_, mut socket| {
                    why.set(socket.is_connected().err().map(|it| it.kind()));
                });
            }
        }
        events.run().unwrap();
        assert_eq!(why.get(), Some(ErrorKind::ConnectionRefused));
    });
}

#[test]
fn whether_it_is_connected_may_be_asked_too_early() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        // A listener with room for one: the next has to wait for an answer.
        let listener =
            socket2::Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        listener.bind(&SocketAddr::from(LOCALHOST).into()).unwrap();
        listener.listen(0).unwrap();
        let listener = TcpListener::from(listener);
        let address = listener.local_addr().unwrap();
        let _first = TcpStream::connect(address).unwrap();
        let mut second = Socket::connect(&mut events, address).unwrap();
        assert!(!second.is_connected().unwrap());
        listener.accept().unwrap();
        let connected = Rc::new(Cell::new(false));
        let is_connected = connected.clone();
        events.when_writable(second, move |_, mut socket| {
            is_connected.set(socket.is_connected().unwrap());
        });
        events.run().unwrap();
        assert!(connected.get());
        // The callback was called once, when the socket was connected.
        assert_eq!(events.turns(), 1);
    });
}

/// Takes all descriptors that this process can have.
fn take_all_descriptors() -> Vec<File> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let limit = Rlimit { current: Some(64), maximum };
    setrlimit(Resource::Nofile, limit).unwrap();
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    assert!(!taken.is_empty());
    taken
}

#[test]
fn without_descriptors_a_loop_and_a_connection_are_errors() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (_listener, address) = listen();
        let mut taken = take_all_descriptors();
        let why = Socket::connect(&mut events, address).err().unwrap();
        assert_eq!(Errno::from_io_error(&why), Some(Errno::MFILE));
        // One or two are not enough, either.
        for _ in 0..2 {
            let why = Loop::new().err().unwrap();
            assert_eq!(Errno::from_io_error(&why), Some(Errno::MFILE));
            taken.pop();
        }
        taken.clear();
        let socket = Socket::connect(&mut events, address).unwrap();
        events.when_writable(socket, |_, mut socket| {
            assert!(socket.is_connected().unwrap());
        });
        events.run().unwrap();
    });
}

/// What a server does that has no descriptors left. `turns` is when it was
/// refused last.
fn accept(
    events: &mut Loop,
    listener: Socket<TcpListener>,
    left: usize,
    refused: Rc<Cell<usize>>,
) {
    events.when_readable(listener, move |events, mut listener| {
        match listener.accept() {
            Ok(_) if left == 1 => {}
            Ok(_) => accept(events, listener, left - 1, refused),
            Err(why) if why.kind() == ErrorKind::WouldBlock => {
                accept(events, listener, left, refused);
            }
            // The listener stays ready: to wait for it would be to spin. It
            // stays open, so that no client is turned away.
            Err(why) => {
                assert_eq!(Errno::from_io_error(&why), Some(Errno::MFILE));
                refused.set(refused.get() + 1);
                events.after(Duration::from_millis(10), move |events| {
                    accept(events, listener, left, refused);
                });
            }
        }
    });
}

#[test]
fn a_server_without_descriptors_waits_with_a_timer_and_does_not_spin() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (listener, address) = listen();
        let listener = Socket::new(&mut events, listener).unwrap();
        let clients: Vec<_> =
            (0..3).map(|_| TcpStream::connect(address).unwrap()).collect();
        let mut taken = take_all_descriptors();

        let refused = Rc::new(Cell::new(0));
        accept(&mut events, listener, 3, refused.clone());
        let until_here = Rc::new(Cell::new(0));
        let turns = until_here.clone();
        events.after(Duration::from_millis(100), move |events| {
            turns.set(events.turns());
            taken.clear();
        });
        events.run().unwrap();
        // Each time it is refused costs two turns: one for the listener, one
        // for the timer.
        assert!((1..=10).contains(&refused.get()), "{refused:?}");
        let most = 2 * refused.get() as u64 + 2;
        assert!(until_here.get() <= most, "{until_here:?} {refused:?}");
        drop(clients);
    });
}

#[test]
fn if_the_loop_cannot_wait_for_a_listener_accept_says_why() {
    alone(|| {
        let mut events = Loop::new().unwrap();
        let (listener, address) = listen();
        let listener = Socket::new(&mut events, listener).unwrap();
        events.when_readable(listener.clone(), |_, mut listener| {
            assert!(listener.accept().is_ok());
        });
        events.when_readable(listener, move |_, mut listener| {
            let why = listener.accept().unwrap_err();
            assert_eq!(why.kind(), ErrorKind::AlreadyExists);
            TcpStream::connect(address).unwrap();
        });
        events.run().unwrap();
    });
}

#[test]
fn a_busy_peer_has_a_bound_a_turn() {
    alone(|| {
        const BODY: usize = 1 << 20;
        const MOST_A_TURN: usize = 8 * 16 * 1024;
        let mut events = Loop::new().unwrap();
        let (listener, address) = listen();
        // It sends faster than the loop reads: a callback that read until
        // nothing is left would have it in few turns.
        let server = thread::spawn(move || -> io::Result<()> {
            let (mut stream, _) = listener.accept()?;
            let mut request = [0; 4096];
            assert!(stream.read(&mut request)? > 0);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; \
                 charset=utf-8\r\nContent-Length: {BODY}\r\n\r\n"
            );
            stream.write_all(head.as_bytes())?;
            stream.write_all(&vec![b'.'; BODY])?;
            stream.shutdown(Shutdown::Write)
        });
        let url = lab::Url::parse(&format!("http://{address}/")).unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        callbacks::fetch(&mut events, &url, deadline, |_, fetched| {
            assert!(fetched.is_ok());
        });
        events.run().unwrap();
        server.join().unwrap().unwrap();
        assert!(events.turns() as usize > BODY / MOST_A_TURN);
    });
}
