//! HTTP/2 and HTTP/1.1, connections, redirects.

use super::{Reply, Server, html, links, status};
use hyper::Version;

/// A front page with links to `n` others.
fn star(n: usize) -> impl Fn(&str, usize) -> Reply + Send + Sync + 'static {
    move |path, _| match path {
        "/robots.txt" => status(404),
        "/" => {
            html((0..n).map(|n| format!("<a href=/{n}>")).collect::<String>())
        }
        _ => html(path),
    }
}

#[test]
fn http2_is_spoken_where_it_is_offered_and_over_one_connection() {
    let server = Server::start(star(40));
    let report = server.crawl("--at-once 20");
    assert_eq!(report.number("pages"), 41);
    let asked = server.asked.lock().unwrap();
    assert_eq!(asked.len(), 42);
    assert!(asked.iter().all(|it| it.head.version == Version::HTTP_2));
    assert_eq!(server.site.handshakes(), 1);
}

#[test]
fn else_http1_is_spoken_and_connections_are_used_again() {
    let server = Server::start_http1(star(200));
    let report = server.crawl("--at-once 2");
    assert_eq!(report.number("pages"), 201);
    assert_eq!(report.number("peak_in_flight"), 2);
    let asked = server.asked.lock().unwrap();
    assert!(asked.iter().all(|it| it.head.version == Version::HTTP_11));
    // It may connect while another connection becomes free.
    let handshakes = server.site.handshakes();
    assert!(handshakes < 100, "{handshakes} handshakes for 202 requests");
}

#[test]
fn each_page_is_asked_for_once_by_one_who_has_a_name() {
    let server = Server::start(star(20));
    let contact = "mailto:me@example.org";
    server.crawl(&format!("--contact {contact}"));
    let asked = server.asked.lock().unwrap();
    for it in asked.iter() {
        let agent = it.header("user-agent");
        assert!(agent.starts_with("taking-turns/"), "{agent}");
        assert!(agent.ends_with(&format!(" (+{contact})")), "{agent}");
        assert_eq!(it.header("accept-encoding"), "gzip");
    }
    drop(asked);
    assert!((0..20).all(|n| server.hits(&format!("/{n}")) == 1));
}

#[test]
fn the_frontier_sees_redirects() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => status(404),
        "/" => links(&["/here", "/there", "/a"]),
        "/here" => status(301).header("location", "/page"),
        "/there" => status(302).header("location", "https://example.org/x"),
        "/a" => status(307).header("location", "/b"),
        "/b" => status(308).header("location", "/a"),
        _ => html("a page"),
    });
    let report = server.crawl("");
    assert_eq!(report.number("pages"), 4);
    assert_eq!(report.why("/a"), "redirects in a circle");
    assert_eq!(report.why("/b"), "redirects in a circle");
    assert_eq!(server.hits("/page"), 1);
    // Nobody else was asked.
    assert_eq!(server.asked.lock().unwrap().len(), 7);
}

#[test]
fn a_site_that_has_moved_says_where_to() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => status(404),
        _ => status(301).header("location", "https://example.org/"),
    });
    let ran = server.run("", "");
    assert!(ran.status.success(), "{}", ran.stderr);
    let words = "the site has moved; crawl --site https://example.org/\n";
    assert!(ran.stderr.ends_with(words), "{}", ran.stderr);
}

#[test]
fn a_header_may_have_64_kib_and_no_more() {
    let reply = |path: &str, _| match path {
        "/robots.txt" => status(404),
        "/" => links(&["/large", "/huge"]),
        "/large" => html("a page").header("x", "x".repeat(60 << 10)),
        _ => html("a page").header("x", "x".repeat(65 << 10)),
    };
    for server in [Server::start(reply), Server::start_http1(reply)] {
        let report = server.crawl("");
        assert_eq!(report.number("pages"), 2);
        assert_eq!(report.why("/huge"), "header over 64 KiB");
    }
}

#[test]
fn a_page_on_the_web_cannot_ask_for_work_or_do_harm() {
    let server = Server::start(|path, _| match path {
        "/robots.txt" => status(404),
        _ => html("a page").header("work", u32::MAX).header("harm", "abort"),
    });
    assert_eq!(server.crawl("").number("pages"), 1);
}
