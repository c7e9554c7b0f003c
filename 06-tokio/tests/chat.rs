//! The chat room, with clients that behave in every way there is.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use trials::alone;
use with_tokio::chat::{self, KEPT, LONGEST};

/// A client that is right in the room.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(to: SocketAddr) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        // So that little is enough for a client that does not read.
        socket.set_recv_buffer_size(4096).unwrap();
        Client(BufReader::new(socket.connect(to).await.unwrap()))
    }

    async fn enter(to: SocketAddr, hello: &str) -> Client {
        let mut client = Client::connect(to).await;
        client.send(&format!("{hello}\n")).await;
        assert_eq!(client.line().await, "* welcome");
        client
    }

    async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next line, or nothing at the end.
    async fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).await.unwrap();
        line.trim_end_matches('\n').to_owned()
    }
}

/// What clients do with a server of this patience.
fn with_server(patience: Duration, clients: impl AsyncFnOnce(SocketAddr)) {
    Runtime::new().unwrap().block_on(async {
        let listener = chat::listen().unwrap();
        let to = listener.local_addr().unwrap();
        tokio::spawn(chat::serve(listener, patience));
        clients(to).await;
    });
}

const LONG: Duration = Duration::from_secs(60);

#[test]
fn a_line_goes_to_all_in_its_room_and_to_no_other() {
    alone(|| {
        with_server(LONG, async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            let mut bob = Client::enter(to, "kitchen bob").await;
            let mut cyd = Client::enter(to, "cellar cyd").await;
            ann.send("one\ntwo\n").await;
            for client in [&mut ann, &mut bob] {
                assert_eq!(client.line().await, "ann: one");
                assert_eq!(client.line().await, "ann: two");
            }
            cyd.send("three\n").await;
            assert_eq!(cyd.line().await, "cyd: three");
        });
    });
}

#[test]
fn a_name_is_taken_until_its_client_goes() {
    alone(|| {
        with_server(LONG, async |to| {
            let ann = Client::enter(to, "kitchen ann").await;
            // The same name in another room is another's.
            let mut other = Client::enter(to, "cellar ann").await;
            let mut second = Client::connect(to).await;
            second.send("kitchen ann\n").await;
            assert_eq!(second.line().await, "* somebody here has that name");
            assert_eq!(second.line().await, "");
            drop(ann);
            // The server is told of it by the kernel, some time.
            loop {
                let mut third = Client::connect(to).await;
                third.send("kitchen ann\n").await;
                if third.line().await == "* welcome" {
                    break;
                }
            }
            other.send("still here\n").await;
            assert_eq!(other.line().await, "ann: still here");
        });
    });
}

#[test]
fn a_client_that_does_not_say_who_it_is_is_told_so() {
    alone(|| {
        with_server(LONG, async |to| {
            let long = format!("kitchen {}", "a".repeat(21));
            let longest = "a".repeat(2 * LONGEST);
            for hello in
                ["", "kitchen", "kitchen ann b", " ", "a b-c", &long, &longest]
            {
                let mut client = Client::connect(to).await;
                client.send(&format!("{hello}\n")).await;
                let word = client.line().await;
                assert!(word.starts_with("* say "), "{hello:?}: {word}");
            }
        });
    });
}

#[test]
fn a_client_that_does_not_say_it_in_time_has_to_go() {
    alone(|| {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let listener = chat::listen().unwrap();
            let to = listener.local_addr().unwrap();
            tokio::spawn(chat::serve(listener, LONG));
            let mut ann = Client::enter(to, "kitchen ann").await;
            for half in ["", "kitchen d"] {
                let start = Instant::now();
                let mut dan = Client::connect(to).await;
                dan.send(half).await;
                assert_eq!(dan.line().await, "");
                // On the clock of the runtime, which is ahead of others.
                assert!(start.elapsed() >= Duration::from_secs(10));
            }
            // Once it has said who it is, it may be silent.
            ann.send("still here\n").await;
            assert_eq!(ann.line().await, "ann: still here");
        });
    });
}

#[test]
fn half_a_line_is_not_said_and_pieces_of_one_are() {
    alone(|| {
        with_server(LONG, async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            let mut bob = Client::connect(to).await;
            // Each byte by itself, as far as the kernel leaves them so.
            for byte in "kitchen bob\nwhole\n".chars() {
                bob.send(&byte.to_string()).await;
                tokio::task::yield_now().await;
            }
            assert_eq!(ann.line().await, "bob: whole");
            bob.send("half").await;
            drop(bob);
            let mut cyd = Client::enter(to, "kitchen cyd").await;
            cyd.send("after\n").await;
            assert_eq!(ann.line().await, "cyd: after");
        });
    });
}

#[test]
fn a_line_without_an_end_takes_no_more_than_the_limit() {
    alone(|| {
        with_server(LONG, async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            let all = 20 * LONGEST + 7;
            ann.send(&"x".repeat(all)).await;
            ann.send("\n").await;
            let mut got = 0;
            while got < all {
                let line = ann.line().await;
                match line.strip_prefix("* missed: ") {
                    // All that it missed were whole ones.
                    Some(n) => got += n.parse::<usize>().unwrap() * LONGEST,
                    None => {
                        let line = line.strip_prefix("ann: ").unwrap();
                        assert!(line.len() <= LONGEST);
                        got += line.len();
                    }
                }
            }
            assert_eq!(got, all);
        });
    });
}

#[test]
fn what_a_terminal_would_obey_is_not_handed_on() {
    alone(|| {
        with_server(LONG, async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            ann.send("\x1b[2Ja\rb\0c\u{9b}d é\r\n").await;
            assert_eq!(ann.line().await, "ann: [2Jabcd é");
            ann.0.write_all(b"\xff\n").await.unwrap();
            assert_eq!(ann.line().await, "ann: \u{fffd}");
        });
    });
}

#[test]
fn a_client_that_does_not_read_is_shut_out_and_the_room_is_told() {
    alone(|| {
        with_server(Duration::from_millis(20), async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            let mut dan = Client::enter(to, "kitchen dan").await;
            let text = "x".repeat(1000);
            let mut said = 0;
            let word = loop {
                ann.send(&format!("{text}\n")).await;
                said += 1;
                let line = ann.line().await;
                if line != format!("ann: {text}") {
                    break line;
                }
            };
            assert_eq!(word, "* dan reads nothing, and is gone");
            // What had been sent is still there, in order and without a gap, and
            // that is not much.
            let mut told = 0;
            while dan.line().await == format!("ann: {text}") {
                told += 1;
            }
            assert!((1..said.min(100)).contains(&told), "{told} of {said}");
        });
    });
}

#[test]
fn a_slow_reader_is_told_how_many_lines_it_has_missed() {
    alone(|| {
        with_server(LONG, async |to| {
            let mut ann = Client::enter(to, "kitchen ann").await;
            let mut dan = Client::enter(to, "kitchen dan").await;
            const LINES: usize = 300;
            for n in 0..LINES {
                let line = format!("{n} {}", "x".repeat(1000));
                ann.send(&format!("{line}\n")).await;
                // None is missed by one that reads.
                assert_eq!(ann.line().await, format!("ann: {line}"));
            }
            let mut next = 0;
            let mut gaps = 0;
            while next < LINES {
                let line = dan.line().await;
                match line.strip_prefix("* missed: ") {
                    Some(n) => {
                        next += n.parse::<usize>().unwrap();
                        gaps += 1;
                    }
                    None => {
                        let from = format!("ann: {next} ");
                        assert!(line.starts_with(&from), "{line}, not {next}");
                        next += 1;
                    }
                }
            }
            // The kernel may have taken another line after the first gap.
            assert_eq!(next, LINES);
            assert!((1..5).contains(&gaps), "{gaps} gaps");
        });
    });
}

#[test]
fn a_receiver_that_lags_is_told_once_and_goes_on_with_the_oldest_kept() {
    let (sender, mut receiver) = broadcast::channel(KEPT);
    for n in 0..KEPT + 5 {
        sender.send(n).unwrap();
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(5)));
    for n in 5..KEPT + 5 {
        assert_eq!(receiver.try_recv(), Ok(n));
    }
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    // It was not the end: that comes with the last sender.
    drop(sender);
    assert_eq!(receiver.blocking_recv(), Err(RecvError::Closed));
}

#[test]
fn room_for_three_is_room_for_four() {
    let (sender, mut receiver) = broadcast::channel(3);
    for n in 1..=4 {
        sender.send(n).unwrap();
    }
    assert_eq!(receiver.try_recv(), Ok(1));
    sender.send(5).unwrap();
    sender.send(6).unwrap();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Lagged(1)));
}
