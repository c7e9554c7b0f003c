//! What a request costs a server in CPU time, and a connection in memory: ours,
//! tokio's, and a loop that is written by hand, without tasks.
//!
//!     cargo bench -p own-executor --bench echo [-- CONNECTIONS...]
//!
//! Each server is a process of its own, and echoes short messages until its
//! clients are gone. All connections have a message under way all the time. In
//! each round all servers have their turn; shown are medians of the rounds. The
//! tasks have a buffer of 1 KiB each; the loop by hand has one for all.

use lab::Usage;
use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::SockRef;
use std::env;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{self, SocketAddr};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};

const ROUNDS: usize = 5;
/// How many messages go each way in a round.
const MESSAGES: usize = 50_000;
const MESSAGE: [u8; 64] = [7; 64];
const SERVERS: [&str; 3] = ["by hand", "ours", "tokio"];

fn main() {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [flag, server, connections] = &args[..]
        && flag == "--serve"
    {
        return serve(server, connections.parse().expect("a number"));
    }
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .expect("as many files as this process may have");
    let mut numbers: Vec<usize> =
        args.iter().filter_map(|it| it.parse().ok()).collect();
    if numbers.is_empty() {
        numbers = vec![1000, 8000];
    }
    numbers.into_iter().for_each(show);
}

fn show(connections: usize) {
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|_| SERVERS.map(|server| figures(server, connections)))
        .collect();
    println!("{connections} connections");
    for (what, unit) in [("a request", "ns"), ("a connection", "bytes")] {
        let figure = |[time, memory]: [f64; 2]| match unit {
            "ns" => time,
            _ => memory,
        };
        for (n, server) in SERVERS.iter().enumerate() {
            let all = || rounds.iter().map(|round| round.map(figure));
            let own = median(all().map(|round| round[n]));
            let ratio = median(all().map(|round| round[1] / round[n]));
            println!(
                "{what:12} {server:8} {own:7.0} {unit:5}  ours is {ratio:.2} of it"
            );
        }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a message costs this server in nanoseconds, and a connection in bytes.
fn figures(server: &str, connections: usize) -> [f64; 2] {
    let mut child = Command::new(env::current_exe().expect("its own program"))
        .args(["--serve", server, &connections.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut said = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut line = String::new();
    said.read_line(&mut line).expect("it says where it listens");
    talk(line.trim().parse().expect("an address"), connections);
    line.clear();
    said.read_line(&mut line).expect("it says what it took");
    assert!(child.wait().expect("it ends").success());
    let (time, memory) = line.trim().split_once(' ').expect("two figures");
    [time, memory].map(|it| it.parse().expect("a number"))
}

/// The clients: each sends its next message once it has the last one back.
fn talk(to: SocketAddr, connections: usize) {
    let mut poll = Poll::new().expect("a poller");
    let mut events = Events::with_capacity(1024);
    let mut clients: Vec<_> = (0..connections)
        .map(|_| net::TcpStream::connect(to).expect("it is there"))
        .collect();
    for (n, client) in clients.iter_mut().enumerate() {
        client.set_nonblocking(true).expect("it may");
        client.set_nodelay(true).expect("it may");
        let mut source = mio::unix::SourceFd(&client.as_raw_fd());
        let registry = poll.registry();
        registry
            .register(&mut source, Token(n), Interest::READABLE)
            .expect("it is watched");
        client.write_all(&MESSAGE).expect("there is room");
    }
    let mut left = MESSAGES;
    while left > 0 {
        poll.poll(&mut events, None).expect("it waits");
        for event in &events {
            let client = &mut clients[event.token().0];
            match client.read(&mut [0; 1024]) {
                Ok(n) => assert_eq!(n, MESSAGE.len()),
                Err(why) if why.kind() == ErrorKind::WouldBlock => continue,
                Err(why) => panic!("{why}"),
            }
            left = left.saturating_sub(1);
            client.write_all(&MESSAGE).expect("there is room");
        }
    }
}

/// Accepts `connections`, and says what it took to serve them.
fn serve(server: &str, connections: usize) {
    let before = Usage::so_far().max_rss_kb;
    let accepted = match server {
        "ours" => ours::serve(connections),
        "tokio" => tokios::serve(connections),
        _ => by_hand(connections),
    };
    let time = (lab::cpu_time() - accepted.cpu).as_nanos();
    let memory = (accepted.max_rss_kb - before) * 1024;
    println!(
        "{} {}",
        time as f64 / MESSAGES as f64,
        memory as f64 / connections as f64
    );
}

/// Listens on a port that the system chooses, and says where. All clients may
/// come at once.
fn listen() -> net::TcpListener {
    let listener = net::TcpListener::bind("127.0.0.1:0").expect("a port");
    SockRef::from(&listener).listen(4096).expect("room for them");
    listener.set_nonblocking(true).expect("it may");
    println!("{}", listener.local_addr().expect("it has one"));
    listener
}

/// Gives back what it had used when all connections were accepted.
fn by_hand(connections: usize) -> Usage {
    let mut poll = Poll::new().expect("a poller");
    let mut events = Events::with_capacity(1024);
    let mut listener = TcpListener::from_std(listen());
    let (registry, both) = (poll.registry(), Interest::READABLE);
    registry.register(&mut listener, Token(0), both).expect("it is watched");
    let mut streams: Vec<Option<TcpStream>> = vec![None];
    let (mut open, mut accepted) = (connections, Usage::default());
    while open > 0 {
        poll.poll(&mut events, None).expect("it waits");
        for event in &events {
            let Token(n) = event.token();
            if n == 0 {
                while let Ok((mut stream, _)) = listener.accept() {
                    let token = Token(streams.len());
                    let registry = poll.registry();
                    registry.register(&mut stream, token, both).expect("too");
                    streams.push(Some(stream));
                }
                accepted = Usage::so_far();
                continue;
            }
            if !echo_once(&mut streams[n]) {
                open -= 1;
            }
        }
    }
    accepted
}

/// Gives back `false` once the connection has ended.
fn echo_once(place: &mut Option<TcpStream>) -> bool {
    let Some(stream) = place else { return true };
    let mut buffer = [0; 1024];
    match stream.read(&mut buffer) {
        Ok(n) if n > 0 => {
            stream.write_all(&buffer[..n]).expect("there is room");
            true
        }
        Err(why) if why.kind() == ErrorKind::WouldBlock => true,
        _ => {
            place.take();
            false
        }
    }
}

/// The same words for both.
macro_rules! accept_and_echo {
    ($connections:expr) => {
        async move {
            let listener = TcpListener::from_std(super::listen()).unwrap();
            let mut all = Vec::new();
            for _ in 0..$connections {
                let (mut stream, _) = listener.accept().await.unwrap();
                all.push(spawn(async move {
                    let mut buffer = [0; 1024];
                    loop {
                        match stream.read(&mut buffer).await {
                            Ok(0) | Err(_) => break,
                            Ok(n) => {
                                let back = &buffer[..n];
                                stream.write_all(back).await.unwrap();
                            }
                        }
                    }
                }));
            }
            let accepted = Usage::so_far();
            for one in all {
                one.await.unwrap();
            }
            accepted
        }
    };
}
use accept_and_echo;

mod ours {
    use super::Usage;
    use futures_util::{AsyncReadExt, AsyncWriteExt};
    use own_executor::net::TcpListener;
    use own_executor::{block_on, spawn};

    pub fn serve(connections: usize) -> Usage {
        block_on(super::accept_and_echo!(connections))
    }
}

mod tokios {
    use super::Usage;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio::spawn;

    pub fn serve(connections: usize) -> Usage {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(super::accept_and_echo!(connections))
    }
}
