//! The server is turned by hand here, so that nothing depends on speed.

use super::Server;
use crate::site::{Fault, Shape};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn new_server(faults: &[Fault], ms: u64) -> Server {
    let latency = Duration::from_millis(ms);
    let faults = faults.to_vec();
    let shape = Shape { pages: 12, latency, faults, ..Shape::default() };
    Server::new(&shape).expect("a port")
}

impl Server {
    fn visit(&self, request: &[u8]) -> TcpStream {
        let address = self.listener.local_addr().unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(request).unwrap();
        client.set_nonblocking(true).unwrap();
        client
    }

    fn turn_until(&mut self, what: &str, done: impl Fn(&mut Server) -> bool) {
        let patience = Instant::now() + Duration::from_secs(10);
        while !done(self) {
            assert!(Instant::now() < patience, "never: {what}");
            self.turn(Duration::from_millis(1)).unwrap();
        }
    }

    /// All that the client gets, up to the end.
    fn answer_to(&mut self, client: &mut TcpStream) -> String {
        let mut text = Vec::new();
        let patience = Instant::now() + Duration::from_secs(10);
        loop {
            self.turn(Duration::from_millis(1)).unwrap();
            match client.read_to_end(&mut text) {
                Ok(_) => return String::from_utf8(text).unwrap(),
                Err(why) if why.kind() == ErrorKind::WouldBlock => {}
                Err(why) => panic!("{why}"),
            }
            assert!(Instant::now() < patience, "no end: {text:?}");
        }
    }

    fn status_of(&mut self, request: &[u8]) -> String {
        let mut client = self.visit(request);
        let answer = self.answer_to(&mut client);
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

const FRONT_PAGE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn clients_that_leave_at_any_time_leave_nothing_behind() {
    let mut server = new_server(&[Fault::Stall, Fault::HugeBody], 20);
    drop(server.visit(b""));
    drop(server.visit(b"GET / HT"));
    drop(server.visit(b"\0\xff\r\n\r\n"));
    drop(server.visit(FRONT_PAGE));
    drop(server.visit(b"GET /stall-1 HTTP/1.1\r\n\r\n"));
    drop(server.visit(b"GET /huge-body-1 HTTP/1.1\r\n\r\n"));

    server.turn_until("all six came", |server| server.next_key == 2 + 6);
    server.turn_until("all are gone", |s| s.connections.is_empty());
    assert_eq!(server.in_flight, 0);
    assert_eq!(server.seen.cut, 3);
    // The timer of the front page finds no connection.
    server.turn_until("no timer is left", |s| s.timers.is_empty());
    assert_eq!(server.status_of(FRONT_PAGE), "HTTP/1.1 200 OK");
}

#[test]
fn a_client_that_gives_up_and_asks_again_has_one_request_in_flight() {
    let mut server = new_server(&[Fault::Stall], 0);
    let stall = b"GET /stall-1 HTTP/1.1\r\n\r\n";
    let mut client = server.visit(stall);
    server.turn_until("it is in flight", |server| server.in_flight == 1);
    for n in 1..=20 {
        // The kernel reports the listener first, then the client that has left;
        // by then the next request is there too.
        let _first = server.visit(b"");
        drop(client);
        client = server.visit(stall);
        server.turn_until("the next is in flight", |server| {
            (server.seen.cut, server.in_flight) == (n, 1)
        });
    }
    assert_eq!(server.seen.peak, 1);
}

#[test]
fn a_client_that_goes_on_talking_sets_no_further_timers() {
    let mut server = new_server(&[], 10_000);
    let mut client = server.visit(FRONT_PAGE);
    server.turn_until("it is in flight", |server| server.in_flight == 1);
    for _ in 0..100 {
        client.write_all(b"more").unwrap();
        server.turn(Duration::from_millis(1)).unwrap();
    }
    assert_eq!(server.timers.len(), 1);
    assert_eq!(server.seen.hits["/"], 1);
}

#[test]
fn a_huge_body_waits_for_its_reader_and_no_other_page_does() {
    let mut server = new_server(&[Fault::HugeBody], 0);
    let mut slow = server.visit(b"GET /huge-body-1 HTTP/1.1\r\n\r\n");
    server.turn_until("it is in flight", |server| server.in_flight == 1);
    for _ in 0..100 {
        assert_eq!(server.status_of(FRONT_PAGE), "HTTP/1.1 200 OK");
    }
    let mut buffer = vec![0; 1 << 20];
    let mut had = 0;
    while had < 20 << 20 {
        server.turn(Duration::ZERO).unwrap();
        match slow.read(&mut buffer) {
            Ok(n) => had += n,
            Err(why) => assert_eq!(why.kind(), ErrorKind::WouldBlock),
        }
    }
    assert_eq!(server.in_flight, 1);
}

// Other kernels allow no more than 128.
#[cfg(target_os = "linux")]
#[test]
fn a_crowd_finds_room_to_wait_while_the_site_is_busy() {
    let server = new_server(&[], 0);
    let address = server.listener.local_addr().unwrap();
    let knock = |_| {
        let patience = Duration::from_secs(10);
        TcpStream::connect_timeout(&address, patience).expect("room")
    };
    // Meanwhile the server does nothing.
    let crowd: Vec<_> = (0..300).map(knock).collect();
    drop(crowd);
}
