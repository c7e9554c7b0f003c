//! What may pass is asked for again, and nothing else is.

use super::{Server, html, links, status};
use std::time::Duration;

#[test]
fn a_site_that_asks_for_a_pause_gets_it_and_is_asked_again() {
    let server = Server::start(|path, before| match (path, before) {
        ("/robots.txt", _) => status(404),
        ("/", _) => links(&["/busy", "/next"]),
        ("/busy", 0) => status(503).header("retry-after", 1),
        _ => html(path),
    });
    let report = server.crawl("--at-once 1");
    assert_eq!(report.number("pages"), 3);
    assert_eq!((server.hits("/busy"), server.hits("/next")), (2, 1));
    // The pages before it have come, and then nothing did for a second.
    let longest = server.gaps().into_iter().max().unwrap();
    assert!(longest >= Duration::from_millis(900), "{longest:?}");
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
