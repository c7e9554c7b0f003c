//! Tasks that wait for sockets.

use super::{Notes, Y, task};
use callbacks::{Loop, Socket};
use generators::{Request, Tasks, Trampoline};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};
use trials::alone;

/// A socket of the loop, and the other end of its connection.
fn pair(tasks: &Tasks) -> (Socket<UnixStream>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Socket::new(&mut tasks.events(), ours).unwrap(), theirs)
}

#[test]
fn a_reader_is_resumed_with_what_has_come_and_with_the_end() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let (mut socket, mut peer) = pair(&trampoline);
        let body = |y: Y| async move {
            let mut buffer = [0; 9];
            y.suspend(Request::readable(&socket)).await.unwrap();
            assert_eq!(socket.read(&mut buffer).unwrap(), 5);
            y.suspend(Request::readable(&socket)).await.unwrap();
            assert_eq!(socket.read(&mut buffer).unwrap(), 0);
        };
        trampoline.spawn("reader", task(body));
        let body = |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            peer.write_all(b"hello").unwrap();
            for _ in 0..200 {
                y.suspend(Request::turn()).await.unwrap();
            }
        };
        trampoline.spawn("writer", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn at_the_deadline_it_is_told_so_and_can_wait_for_the_socket_again() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let (mut socket, mut peer) = pair(&trampoline);
        let body = |y: Y| async move {
            for _ in 0..3 {
                let soon = Instant::now() + Duration::from_millis(1);
                let wait = Request::readable(&socket).by(soon);
                let why = y.suspend(wait).await.unwrap_err();
                assert_eq!(why.kind(), ErrorKind::TimedOut);
                assert!(Instant::now() >= soon);
            }
            peer.write_all(b".").unwrap();
            let day = Instant::now() + Duration::from_secs(86_400);
            let wait = Request::readable(&socket).by(day);
            y.suspend(wait).await.unwrap();
            assert_eq!(socket.read(&mut [0; 9]).unwrap(), 1);
        };
        trampoline.spawn("reader", task(body));
        trampoline.run().unwrap();
        assert!(trampoline.events().is_over());
    });
}

#[test]
fn a_socket_that_is_ready_at_its_deadline_gives_one_reply() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let (socket, mut peer) = pair(&trampoline);
        peer.write_all(b".").unwrap();
        let body = |y: Y| async move {
            // Both are due in the same turn, and the socket comes first.
            let now = Instant::now() + Duration::from_micros(1);
            let wait = Request::readable(&socket).by(now);
            y.suspend(wait).await.unwrap();
            // The timer of the first wait does not end the second.
            let due = Instant::now() + Duration::from_millis(3);
            let wait = Request::park().by(due);
            let why = y.suspend(wait).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::TimedOut);
            assert!(Instant::now() >= due);
        };
        trampoline.spawn("reader", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn of_two_readers_of_one_socket_the_second_is_refused_and_the_first_not_lost() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&trampoline);
        for name in ["first", "second"] {
            let (socket, noted) = (socket.clone(), notes.clone());
            let body = move |y: Y| async move {
                let reply = y.suspend(Request::readable(&socket)).await;
                let reply = reply.map_err(|why| why.kind());
                noted.add(format!("{name} {reply:?}"));
            };
            trampoline.spawn("reader", task(body));
        }
        let noted = notes.clone();
        let body = move |y: Y| async move {
            let soon = Instant::now() + Duration::from_millis(5);
            y.suspend(Request::until(soon)).await.unwrap();
            noted.add("written");
            peer.write_all(b".").unwrap();
            y.suspend(Request::until(soon)).await.unwrap();
        };
        trampoline.spawn("writer", task(body));
        trampoline.run().unwrap();
        let refused = "second Err(AlreadyExists)";
        assert_eq!(notes.take(), [refused, "written", "first Ok(())"]);
    });
}

#[test]
fn one_may_wait_to_read_and_another_to_write() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&trampoline);
        let (own, noted) = (socket.clone(), notes.clone());
        let body = move |y: Y| async move {
            y.suspend(Request::readable(&own)).await.unwrap();
            noted.add("readable");
        };
        trampoline.spawn("reader", task(body));
        let noted = notes.clone();
        let body = move |y: Y| async move {
            y.suspend(Request::writable(&socket)).await.unwrap();
            noted.add("writable");
            peer.write_all(b".").unwrap();
            y.suspend(Request::turn()).await.unwrap();
        };
        trampoline.spawn("writer", task(body));
        trampoline.run().unwrap();
        assert_eq!(notes.take(), ["writable", "readable"]);
    });
}

#[test]
fn when_a_socket_is_closed_all_that_wait_for_it_go_on_with_an_error() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let notes = Notes::default();
        let (socket, mut peer) = pair(&trampoline);
        let mut filled = socket.clone();
        while filled.write(&[0; 4096]).is_ok() {}
        drop(filled);
        let (other, mut other_peer) = pair(&trampoline);
        for (name, socket) in
            [("reader", &socket), ("writer", &socket), ("other", &other)]
        {
            let (socket, noted) = (socket.clone(), notes.clone());
            let body = move |y: Y| async move {
                let request = match name {
                    "writer" => Request::writable(&socket),
                    _ => Request::readable(&socket),
                };
                let reply = y.suspend(request).await;
                let reply = reply.map_err(|why| why.kind());
                noted.add(format!("{name} {reply:?}"));
            };
            trampoline.spawn(name, task(body));
        }
        let tasks = trampoline.tasks();
        let body = move |y: Y| async move {
            y.suspend(Request::turn()).await.unwrap();
            tasks.close(socket);
            y.suspend(Request::turn()).await.unwrap();
            // They have dropped their clones: now it is closed.
            drop(tasks.events());
            assert!(peer.write_all(b".").is_err());
            other_peer.write_all(b".").unwrap();
            y.suspend(Request::turn()).await.unwrap();
        };
        trampoline.spawn("closer", task(body));
        trampoline.run().unwrap();
        let closed = "Err(NotConnected)";
        let expected = [
            format!("reader {closed}"),
            format!("writer {closed}"),
            "other Ok(())".into(),
        ];
        assert_eq!(notes.take(), expected);
    });
}

#[test]
fn a_refused_connection_ends_the_wait_and_says_why() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let tasks = trampoline.tasks();
        let body = move |y: Y| async move {
            let connected = async {
                let mut socket = Socket::connect(&mut tasks.events(), address)?;
                while !socket.is_connected()? {
                    y.suspend(Request::writable(&socket)).await?;
                }
                Ok(())
            };
            let connected: std::io::Result<()> = connected.await;
            let why = connected.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::ConnectionRefused);
        };
        trampoline.spawn("client", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn a_listener_can_be_waited_for_like_a_stream() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener =
            Socket::new(&mut trampoline.events(), listener).unwrap();
        let body = |y: Y| async move {
            y.suspend(Request::readable(&listener)).await.unwrap();
            drop(listener.accept().unwrap());
        };
        trampoline.spawn("server", task(body));
        let tasks = trampoline.tasks();
        let body = move |y: Y| async move {
            let mut socket =
                Socket::connect(&mut tasks.events(), address).unwrap();
            y.suspend(Request::readable(&socket)).await.unwrap();
            assert_eq!(socket.read(&mut [0]).unwrap(), 0);
        };
        trampoline.spawn("client", task(body));
        trampoline.run().unwrap();
    });
}

#[test]
fn a_socket_of_another_loop_is_refused() {
    alone(|| {
        let trampoline = Trampoline::new().unwrap();
        let mut other = Loop::new().unwrap();
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let socket = Socket::new(&mut other, ours).unwrap();
        let body = |y: Y| async move {
            let why = y.suspend(Request::readable(&socket)).await.unwrap_err();
            assert_eq!(why.to_string(), "the socket belongs to another loop");
        };
        trampoline.spawn("reader", task(body));
        trampoline.run().unwrap();
    });
}
