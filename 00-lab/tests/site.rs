//! The slow site, seen from the wire: each fault is what its name says, and
//! nothing that a client does brings the site down.

use super::served::{Served, until, whole};
use lab::site::{Answer, Fault};
use lab::{Failure, Shape, fetch, fetch_by};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// A site without latency that has this fault.
fn start_site(fault: Fault) -> Served {
    let faults = fault.to_string();
    Served::alone(&["--pages", "12", "--latency", "0", "--faults", &faults])
}

fn connect(site: &Served) -> TcpStream {
    let socket = site.connect();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket
}

/// Sends a request, byte by byte if a server must bear it; gives back all that
/// comes, and why nothing more does.
fn ask(site: &Served, request: &str) -> (String, Option<ErrorKind>) {
    let mut socket = connect(site);
    socket.write_all(request.as_bytes()).unwrap();
    let (pieces, end) = pieces(&mut socket, usize::MAX);
    (String::from_utf8_lossy(&pieces.concat()).into_owned(), end)
}

/// What each `read` brings, until there are `most` bytes.
fn pieces(
    socket: &mut TcpStream,
    most: usize,
) -> (Vec<Vec<u8>>, Option<ErrorKind>) {
    let (mut pieces, mut total) = (Vec::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    while total < most {
        match socket.read(&mut buffer) {
            Ok(0) => return (pieces, None),
            Ok(n) => {
                total += n;
                pieces.push(buffer[..n].to_vec());
            }
            Err(why) => return (pieces, Some(why.kind())),
        }
    }
    (pieces, None)
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
}

/// The header lines that hold a word, and the body.
fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    head.lines().find_map(|line| line.strip_prefix(name))
}

#[test]
fn a_trickle_is_one_byte_at_a_time() {
    let site = start_site(Fault::Trickle);
    let mut socket = connect(&site);
    socket.write_all(get("/trickle-1").as_bytes()).unwrap();
    let (pieces, end) = pieces(&mut socket, usize::MAX);
    assert_eq!(end, None);
    // Some may arrive together, if we are slow to read.
    let (n, bytes) = (pieces.len(), pieces.concat().len());
    assert!(n > bytes / 8, "{bytes} bytes came in only {n} pieces");
}

#[test]
fn a_split_page_comes_in_many_pieces_of_several_bytes() {
    let site = start_site(Fault::Split);
    let mut socket = connect(&site);
    socket.write_all(get("/split-2").as_bytes()).unwrap();
    let (pieces, _) = pieces(&mut socket, usize::MAX);
    assert!(pieces.len() > 10, "{} pieces", pieces.len());
    assert!(pieces[0].len() < 40, "the head is cut, too");
}

#[test]
fn a_stalled_page_begins_and_never_ends() {
    let site = start_site(Fault::Stall);
    let mut socket = connect(&site);
    socket.write_all(get("/stall-1").as_bytes()).unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    let (pieces, end) = pieces(&mut socket, usize::MAX);
    assert!(pieces.concat().starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert_eq!(end, Some(ErrorKind::WouldBlock), "silence, and no end");
}

#[test]
fn a_reset_comes_in_mid_body() {
    let (answer, end) = ask(&start_site(Fault::Reset), &get("/reset-1"));
    assert!(answer.contains("\r\n\r\n<!DOCTYPE html>"), "{answer}");
    assert!(!answer.contains("</script>"), "it is whole");
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
}

#[test]
fn lengths_lie_both_ways_or_are_not_given() {
    let length = |fault, path| {
        let (answer, _) = ask(&start_site(fault), &get(path));
        let body = answer.split_once("\r\n\r\n").unwrap().1.len();
        let header_length = header(&answer, "Content-Length: ");
        (
            header_length
                .map(|header_length| header_length.parse::<usize>().unwrap()),
            body,
        )
    };
    let (header_length, is) = length(Fault::WrongLength, "/wrong-length-1");
    assert!(header_length.unwrap() > is);
    let (header_length, is) = length(Fault::ShortLength, "/short-length-1");
    assert!(header_length.unwrap() < is);
    assert_eq!(length(Fault::NoLength, "/no-length-1").0, None);
}

#[test]
fn chunks_have_extensions_and_a_trailer() {
    let (answer, _) = ask(&start_site(Fault::Chunked), &get("/chunked-1"));
    assert_eq!(header(&answer, "Transfer-Encoding: "), Some("chunked"));
    assert!(answer.contains(";n=3;note=\"a chunk\"\r\n"), "{answer}");
    assert!(answer.ends_with("0;last\r\nX-End: true\r\n\r\n"), "{answer}");
}

#[test]
fn statuses_redirects_and_interim_answers_are_sent() {
    for (fault, path, start) in [
        (Fault::Error500, "/error-500-1", "HTTP/1.1 500 "),
        (Fault::Missing, "/missing-1", "HTTP/1.1 404 "),
        (Fault::Redirect, "/redirect-1", "HTTP/1.1 302 "),
        (Fault::Interim, "/interim-1", "HTTP/1.1 100 "),
        (Fault::NotHttp, "/not-http-1", "SSH-2.0"),
    ] {
        let (answer, _) = ask(&start_site(fault), &get(path));
        assert!(answer.starts_with(start), "{path}: {answer}");
    }
    let (answer, _) =
        ask(&start_site(Fault::RedirectLoop), &get("/redirect-loop-1"));
    assert_eq!(header(&answer, "Location: "), Some("/redirect-loop-2"));
}

#[test]
fn huge_is_huge_and_waits_for_its_reader() {
    let (answer, _) =
        ask(&start_site(Fault::HugeHeader), &get("/huge-header-1"));
    assert!(answer.split_once("\r\n\r\n").unwrap().0.len() > 64 * 1024);

    let mut site = start_site(Fault::HugeBody);
    let mut socket = connect(&site);
    socket.write_all(get("/huge-body-1").as_bytes()).unwrap();
    let (pieces, end) = pieces(&mut socket, 20 * 1024 * 1024);
    assert_eq!(end, None);
    assert!(pieces.concat().len() > 16 * 1024 * 1024);
    drop(socket);
    assert_eq!(site.end()["cut"], 1, "we have left before the end");
}

#[test]
fn odd_requests_are_answered() {
    let site = start_site(Fault::Missing);
    for (request, start) in [
        ("GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 200 "),
        ("GET http://x/3?y HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 "),
        ("GET /nowhere HTTP/1.1\r\n\r\n", "HTTP/1.1 404 "),
        ("PUT / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 "),
        ("\u{0}\u{1}\u{2}\r\n\r\n", "HTTP/1.1 400 "),
    ] {
        let (answer, _) = ask(&site, request);
        assert!(answer.starts_with(start), "{request:?}: {answer}");
    }
    let (answer, _) = ask(&site, "HEAD / HTTP/1.1\r\n\r\n");
    assert!(answer.ends_with("\r\n\r\n"), "HEAD has no body: {answer}");
    let endless = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(20_000));
    let (answer, _) = ask(&site, &endless);
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
}

#[test]
fn a_client_that_leaves_early_is_forgotten() {
    let mut site = Served::alone(&["--latency", "60000"]);
    // One sends nothing, one half a request, one does not wait for the answer.
    for request in ["", "GET / HT", &get("/")] {
        let mut socket = connect(&site);
        socket.write_all(request.as_bytes()).unwrap();
    }
    let mut last = connect(&site);
    last.write_all(b"?\r\n\r\n").unwrap();
    let (answer, _) = pieces(&mut last, usize::MAX);
    assert!(answer.concat().starts_with(b"HTTP/1.1 400 "));
    let seen = site.end();
    assert_eq!(seen["hits"], serde_json::json!({ "/": 1 }));
    assert_eq!((&seen["peak"], &seen["cut"]), (&1.into(), &1.into()));
}

#[test]
fn clients_that_leave_at_any_time_leave_nothing_behind() {
    let faults = ["--latency", "20", "--faults", "stall,huge-body"];
    let mut site = Served::alone(&faults);
    for request in ["", "GET / HT", "\0\u{ff}\r\n\r\n"] {
        connect(&site).write_all(request.as_bytes()).unwrap();
    }
    for path in ["/", "/stall-1", "/huge-body-1"] {
        drop(site.ask(path));
    }
    assert!(whole(site.ask("/1")).starts_with("HTTP/1.1 200 OK"));
    assert_eq!(site.end()["cut"], 3);
}

#[test]
fn a_client_that_has_left_before_the_end_counts() {
    for _ in 0..20 {
        let mut site = start_site(Fault::Stall);
        // So that the site is told of the client and of the end at once.
        let pid = Pid::from_child(&site.process);
        kill_process(pid, Signal::STOP).expect("it is there");
        drop(site.ask("/stall-1"));
        let seen = thread::scope(|scope| {
            let end = scope.spawn(|| site.end());
            thread::sleep(Duration::from_millis(1));
            kill_process(pid, Signal::CONT).expect("it is there");
            end.join().unwrap()
        });
        assert_eq!(seen["hits"]["/stall-1"], 1, "{seen}");
        assert_eq!(seen["cut"], 1, "{seen}");
    }
}

#[test]
fn a_client_that_gives_up_and_asks_again_has_one_request_in_flight() {
    let mut site = start_site(Fault::Stall);
    let mut client = site.ask("/stall-1");
    for _ in 0..50 {
        // The answer has begun.
        client.read_exact(&mut [0; 8]).unwrap();
        // The kernel reports the listener first, then the client that has left;
        // by then the next request is there too.
        let _first = site.connect();
        drop(client);
        client = site.ask("/stall-1");
    }
    client.read_exact(&mut [0; 8]).unwrap();
    let seen = site.end();
    assert_eq!((&seen["peak"], &seen["cut"]), (&1.into(), &50.into()));
}

#[test]
fn a_request_may_come_byte_by_byte() {
    let mut site = start_site(Fault::Missing);
    let mut client = site.connect();
    client.set_nodelay(true).unwrap();
    for byte in get("/").as_bytes() {
        client.write_all(&[*byte]).unwrap();
        thread::yield_now();
    }
    let answer = whole(client);
    assert!(answer.ends_with("</script>\n"), "{answer}");
    assert_eq!(site.end()["hits"]["/"], 1);
}

#[test]
fn head_has_the_length_and_not_the_body() {
    let site = start_site(Fault::Missing);
    let (head, _) = ask(&site, "HEAD /3 HTTP/1.1\r\n\r\n");
    let (all, _) = ask(&site, &get("/3"));
    assert!(all.starts_with(&head) && head.ends_with("\r\n\r\n"), "{head}");
    let length = format!("Content-Length: {}\r\n", all.len() - head.len());
    assert!(head.contains(&length), "{head}");
}

#[test]
fn every_fault_ends_as_the_answer_says() {
    for fault in Fault::survivable() {
        let mut site = start_site(fault);
        let latency = Duration::ZERO;
        let faults = vec![fault];
        let shape = Shape { pages: 12, latency, faults, ..Shape::default() };
        let answer = Answer::of(&shape);
        for n in 1..=Fault::PAGES {
            let url = site.url.join(&format!("/{fault}-{n}")).unwrap();
            // Only a page that stalls takes as long as this.
            let patience = match fault {
                Fault::Stall => Duration::from_millis(200),
                _ => Duration::from_secs(10),
            };
            let fetched = fetch_by(&url, Instant::now() + patience);
            match (fetched, answer.failed.get(url.path())) {
                (Ok(_), None) => {}
                // One page cannot show that redirects go in a circle.
                (Ok(page), Some(_)) if fault == Fault::RedirectLoop => {
                    let other = format!("/{fault}-{}", 3 - n);
                    assert_eq!(page.links[0].path(), other);
                }
                (Err(why), Some(words)) => {
                    let why = why.to_string();
                    assert!(why.contains(words), "{url}: {why}");
                }
                (Ok(_), Some(_)) => panic!("{url} can be had"),
                (Err(why), None) => panic!("{url}: {why}"),
            }
        }
        site.end();
    }
}

#[test]
fn what_the_site_has_seen_is_what_was_asked() {
    let mut site = Served::alone(&["--latency", "100"]);
    let started = Instant::now();
    let waits: Duration = thread::scope(|scope| {
        let pages = ["/", "/1", "/2", "/3", "/4"];
        let all = pages.map(|path| {
            let url = site.url.join(path).unwrap();
            scope.spawn(move || fetch(&url).map(|page| page.took))
        });
        all.into_iter().map(|one| one.join().unwrap().unwrap()).sum()
    });
    let elapsed = started.elapsed();
    let seen = site.end();
    assert_eq!((&seen["peak"], &seen["cut"]), (&5.into(), &0.into()));
    assert_eq!(seen["hits"].as_object().unwrap().len(), 5);
    let slept = Duration::from_micros(seen["waits_us"].as_u64().unwrap());
    assert!(slept <= waits && elapsed >= slept / 5);
}

#[test]
fn a_page_counts_as_ended_before_its_reader_can_ask_for_another() {
    let mut site = start_site(Fault::Missing);
    for _ in 0..20 {
        for n in 0..12 {
            let path = if n == 0 { "/".to_owned() } else { format!("/{n}") };
            fetch(&site.url.join(&path).unwrap()).unwrap();
        }
    }
    assert_eq!(site.end()["peak"], 1);
}

#[test]
fn a_site_that_has_ended_is_gone() {
    let mut site = start_site(Fault::Missing);
    site.end();
    let patience = Instant::now() + Duration::from_secs(10);
    until("its port is free", || {
        matches!(fetch_by(&site.url, patience), Err(Failure::Refused))
    });
}
