//! What may pass is asked for again, and nothing else is.

use super::{Server, html, links, status};
use std::time::Duration;

#[test]
fn a_site_that_asks_for_a_pause_gets_it_and_is_asked_again() {
    let server = Server::start(|path, before| match (path, before) {
        ("/robots.txt", _) => status(404),
        ("/", _) => links(&["/busy", "/x"]),
        ("/busy", 0) => status(503).header("retry-after", 1),
        ("/busy", _) => html(path),
        // Each of the others links to one that is longer.
        (_, _) if path.len() < 30 => links(&[&format!("{path}x")]),
        _ => html(path),
    });
    let report = server.crawl("");
    assert_eq!(report.number("pages"), 31);
    assert_eq!(server.hits("/busy"), 2);
    // Two or three of the others may be on their way when the answer comes.
    // Then nobody asks for anything.
    let gaps = server.gaps();
    let is_pause = |gap: &Duration| *gap >= Duration::from_millis(900);
    let pause = gaps.iter().position(is_pause).expect("a pause");
    assert!(gaps.len() - pause > 15, "{gaps:?}");
}

#[test]
fn what_does_not_pass_is_given_up() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => status(404),
        "/" => links(&["/429", "/502", "/504", "/500", "/404", "/later"]),
        "/later" => status(503).header("retry-after", 3600),
        _ => status(path[1..].parse().unwrap()),
    });
    let report = server.crawl("--retries 1");
    for (path, hits) in
        [("/429", 2), ("/502", 2), ("/504", 2), ("/500", 1), ("/404", 1)]
    {
        let why = format!("status {}", &path[1..]);
        assert_eq!(report.why(path), why);
        assert_eq!(server.hits(path), hits, "{path}");
    }
    // An hour is more than anybody waits here.
    assert_eq!(report.why("/later"), "status 503");
    assert_eq!(server.hits("/later"), 1);
}

#[test]
fn nobody_retries_who_is_told_not_to() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => status(404),
        _ => status(503),
    });
    assert_eq!(server.crawl("--retries 0").why("/"), "status 503");
    assert_eq!(server.hits("/"), 1);
}
