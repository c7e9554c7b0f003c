use super::*;
use crate::Failure;
use std::net::TcpListener;
use std::thread;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);

/// Fetches from a server that does `serve` with its one connection.
fn fetch_from(
    serve: impl FnOnce(TcpStream) + Send,
    patience: Duration,
) -> Fetched {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/a?b").parse().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || serve(listener.accept().unwrap().0));
        fetch_by(&url, Instant::now() + patience)
    })
}

/// Reads up to the blank line that ends a request.
fn read_request(stream: &mut TcpStream) -> String {
    let mut asked = Vec::new();
    let mut byte = [0];
    while !asked.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        asked.extend(byte);
    }
    String::from_utf8(asked).unwrap()
}

/// Waits until the client hangs up.
fn hear_out(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn a_page_is_asked_for_and_given_back() {
    let mut asked = String::new();
    let serve = |mut stream: TcpStream| {
        asked = read_request(&mut stream);
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhello").unwrap();
    };
    let page = fetch_from(serve, LONG).unwrap();
    assert_eq!(page.body, b"hello");
    assert_eq!(asked.into_bytes(), request(&page.url));
}

#[test]
fn a_page_is_here_when_its_length_is_though_the_connection_stays_open() {
    let serve = |mut stream: TcpStream| {
        read_request(&mut stream);
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        stream.write_all(answer).unwrap();
        hear_out(stream);
    };
    assert_eq!(fetch_from(serve, LONG).unwrap().body, b"hello");
}

#[test]
fn silence_ends_at_the_deadline() {
    assert_eq!(fetch_from(hear_out, SHORT), Err(Failure::TimedOut));
}

#[test]
fn a_byte_now_and_then_does_not_put_the_deadline_off() {
    let serve = |mut stream: TcpStream| {
        read_request(&mut stream);
        let mut answer = &b"HTTP/1.0 200 OK\r\n\r\n"[..];
        while stream.write_all(answer).is_ok() {
            answer = b".";
            thread::sleep(SHORT / 10);
        }
    };
    let began = Instant::now();
    assert_eq!(fetch_from(serve, SHORT), Err(Failure::TimedOut));
    assert!(began.elapsed() < LONG, "{:?}", began.elapsed());
}

#[test]
fn a_deadline_that_has_passed_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/").parse().unwrap();
    assert_eq!(fetch_by(&url, Instant::now()), Err(Failure::TimedOut));
}

#[test]
fn a_connection_without_a_listener_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    assert_eq!(fetch(&url.parse().unwrap()), Err(Failure::Refused));
}

#[test]
fn a_connection_that_breaks_off_is_reset() {
    let serve = |mut stream: TcpStream| {
        // Closing a socket that holds unread bytes resets it.
        stream.peek(&mut [0]).unwrap();
        stream.write_all(b"HTTP/1.0 200 OK\r\n\r\nhel").unwrap();
    };
    assert_eq!(fetch_from(serve, LONG), Err(Failure::Reset));
}
