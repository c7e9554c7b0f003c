//! Connections that ask for nothing, or for half of it, and stay.

use super::reader::Reader;
use super::workspace::book;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

/// A reader that may have few open files.
fn reader_with_files(most: u32) -> Reader {
    let book = book();
    let mut shell = Command::new("sh");
    let limited = format!("ulimit -n {most} && exec \"$0\"");
    shell.args(["-c", &limited]).arg(book.get_program());
    shell.current_dir(book.get_current_dir().unwrap());
    for (name, value) in book.get_envs() {
        shell.env(name, value.unwrap());
    }
    Reader::of(shell)
}

/// A connection that has sent this.
fn has_sent(reader: &Reader, text: &str) -> TcpStream {
    let mut socket = TcpStream::connect(("127.0.0.1", reader.port())).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    // It may be closed again already.
    let _ = socket.write_all(text.as_bytes());
    socket
}

#[test]
fn half_open_connections_keep_no_page_waiting() {
    for files in [64, 256] {
        let reader = reader_with_files(files);
        let half = "GET / HTTP/1.1\r\nHost: ";
        let open: Vec<_> = (0..300)
            .map(|n| has_sent(&reader, if n % 2 == 0 { half } else { "" }))
            .collect();
        let began = Instant::now();
        let (status, _) = reader.post("/live/runs/0/stop", "{}");
        assert_eq!(status, 404);
        let took = began.elapsed();
        assert!(took < Duration::from_secs(15), "{files} files: {took:?}");
        drop(open);
    }
}

#[test]
fn a_connection_on_which_nothing_comes_is_closed() {
    let reader = Reader::start();
    let (port, cookie) = (reader.port(), reader.cookie());
    let head = format!(
        "Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n\
         Cookie: {cookie}\r\n"
    );
    let waiting = [
        "".to_owned(),
        "GET / HT".to_owned(),
        // After an answer, for the next request.
        format!("GET /live/menu HTTP/1.1\r\n{head}\r\n"),
        // For the rest of a body.
        format!(
            "POST /live/runs HTTP/1.1\r\n{head}Content-Length: 9\r\n\r\n{{"
        ),
    ]
    .map(|text| has_sent(&reader, &text));
    for mut socket in waiting {
        let mut all = Vec::new();
        let _ = socket.read_to_end(&mut all).expect("it is closed in time");
    }
}
