//! `robots.txt` is obeyed.

use super::{Reply, Server, html, links, status, text};

fn server(robots: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
    Server::start(move |path, _| match path {
        "/robots.txt" => robots(),
        "/rules" => text("User-agent: *\nDisallow: /private"),
        "/" => links(&["/public", "/private/x"]),
        _ => html(path),
    })
}

#[test]
fn what_is_disallowed_is_not_asked_for() {
    let rules = "User-agent: taking-turns\nDisallow: /*private";
    let server = server(move || text(rules));
    let report = server.crawl("");
    assert_eq!(report.number("pages"), 2);
    assert_eq!(report.why("/private/x"), "robots.txt disallows it");
    assert_eq!(server.hits("/private/x"), 0);
    assert_eq!(server.hits("/robots.txt"), 1);
}

#[test]
fn rules_may_be_elsewhere() {
    let server = server(|| status(301).header("location", "/rules"));
    let report = server.crawl("");
    assert_eq!(report.why("/private/x"), "robots.txt disallows it");
    assert_eq!(server.hits("/rules"), 1);
}

#[test]
fn rules_that_lead_nowhere_are_none() {
    let server = server(|| status(302).header("location", "/robots.txt"));
    assert_eq!(server.crawl("").number("pages"), 3);
    assert_eq!(server.hits("/robots.txt"), 6);
}

#[test]
fn a_site_without_rules_allows_all() {
    for none in [403, 404, 410] {
        assert_eq!(server(move || status(none)).crawl("").number("pages"), 3);
    }
}

#[test]
fn a_site_that_cannot_give_its_rules_allows_nothing() {
    for error in [500, 503] {
        let server = server(move || status(error));
        let sentence = server.fail("", "--retries 1");
        let why = format!("robots.txt has status {error}, so that nothing");
        assert!(sentence.contains(&why), "{sentence}");
        assert_eq!(server.hits("/"), 0);
    }
}
