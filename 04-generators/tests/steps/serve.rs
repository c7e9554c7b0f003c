//! The server of step 4-13, with clients that are none of its own.

use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;
use trials::watchdog;

const LIMIT: Duration = Duration::from_secs(60);

fn connect(to: SocketAddr) -> TcpStream {
    let client = TcpStream::connect(to).expect("it listens");
    client.set_read_timeout(Some(LIMIT)).unwrap();
    client
}

fn ask(to: SocketAddr, path: &str) -> TcpStream {
    let mut client = connect(to);
    write!(client, "GET {path} HTTP/1.1\r\nHost: {to}\r\n\r\n").unwrap();
    client
}

/// The status of the answer; `None` if there is none.
fn status(mut client: TcpStream) -> Option<u32> {
    let mut answer = Vec::new();
    // It may be reset: then there is no answer, either.
    let _ = client.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    answer.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

/// The status of an answer. A client that waits for longer than half a second,
/// since the machine has other things to do, is given up: it asks again.
fn answered(to: SocketAddr, path: &str) -> Option<u32> {
    (0..20).find_map(|_| status(ask(to, path)))
}

#[test]
fn a_server_survives_whatever_its_clients_do() {
    // At a terminal it stays up. That is its input alone: what it prints comes
    // through a pipe.
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let terminal = File::options()
        .read(true)
        .write(true)
        .custom_flags(OFlags::NOCTTY.bits() as i32)
        .open(name.to_str().unwrap())
        .unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_4-13-serve"))
        .stdin(terminal)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let _limit = watchdog::kill_after(&server, LIMIT);
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut line = || lines.next().expect("it stays up").unwrap();
    let first = line();
    let to = first.strip_prefix("http://").expect(&first);
    let to = to.trim_end_matches('/').parse().expect(&first);
    // The last of its own visitors is the one that it has given up.
    while line() != "silent 1: no answer" {}

    assert_eq!(answered(to, "/3"), Some(200));
    assert_eq!(answered(to, "/nowhere"), Some(404));
    // What it is told is no other host.
    assert_eq!(answered(to, "//example.com/3"), Some(404));

    let silent = connect(to);
    let mut slow = connect(to);
    for byte in b"GET /4 HTTP/1.1\r\n\r" {
        slow.write_all(&[*byte]).unwrap();
    }
    let no_request: [&[u8]; 4] = [b"\r\n\r\n", b"\xff\r\n\r\n", b"GET", b""];
    for bytes in no_request {
        let mut client = connect(to);
        client.write_all(bytes).unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(status(client), None, "{bytes:?}");
    }
    let mut endless = connect(to);
    // At some time it is given up.
    while endless.write_all(&[b'x'; 1024]).is_ok() {}
    for _ in 0..20 {
        drop(ask(to, "/5"));
    }

    // Each of a hundred at once is answered, or given up in time.
    let many: Vec<_> = (0..100).map(|_| ask(to, "/3")).collect();
    for client in many {
        assert!(matches!(status(client), Some(200) | None));
    }
    assert_eq!(status(silent), None);
    drop(slow);
    assert_eq!(answered(to, "/"), Some(200));
    server.kill().unwrap();
    server.wait().unwrap();
}
