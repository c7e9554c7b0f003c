//! Which requests are let in, and what the others are told.

use super::secret::TICKET;
use super::stop::{LATE_TICKET, SPENT_TICKET};
use super::*;
use axum::http::HeaderValue;

fn ask(guard: &Guard, ask: &str, headers: &[(&str, &str)]) -> Result<(), Stop> {
    let (method, path) = ask.split_once(' ').unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, value.parse().unwrap());
    }
    guard.admit(&method.parse().unwrap(), &path.parse().unwrap(), &map)
}

const HOST: (&str, &str) = ("host", "127.0.0.1:8019");

#[test]
fn only_our_own_browser_is_let_in() {
    let guard = Guard::new(8019).unwrap();
    let cookie = format!("a=b; taking-turns-8019={}", guard.token);
    let cookie = ("cookie", cookie.as_str());
    let origin = ("origin", "http://127.0.0.1:8019");

    assert_eq!(ask(&guard, "GET /", &[HOST, cookie]), Ok(()));
    assert_eq!(ask(&guard, "POST /", &[HOST, cookie, origin]), Ok(()));

    assert_eq!(ask(&guard, "GET /", &[HOST]), Err(NO_SECRET));
    let refused = ask(&guard, "POST /", &[HOST, cookie]);
    assert_eq!(refused, Err(OTHER_PAGE));
    for origin in [
        "http://evil.example",
        "null",
        "http://localhost:8019",
        "http://127.0.0.1:9000",
        "https://127.0.0.1:8019",
    ] {
        let origin = ("origin", origin);
        let refused = ask(&guard, "POST /", &[HOST, cookie, origin]);
        assert_eq!(refused, Err(OTHER_PAGE), "{origin:?}");
    }
    let twice = ask(&guard, "POST /", &[HOST, cookie, origin, origin]);
    assert_eq!(twice, Err(OTHER_PAGE));
    let wrong = ("cookie", "taking-turns-8019=0123");
    assert_eq!(ask(&guard, "GET /", &[HOST, wrong]), Err(OLD_COOKIE));
}

#[test]
fn cookies_of_others_are_no_matter() {
    let guard = Guard::new(8019).unwrap();
    let ours = format!("taking-turns-8019={}", guard.token);
    for others in ["name=J\u{fc}rgen; ", "a=\u{7f16}; b; =; ;; ", "x=\"y; "] {
        for cookie in [
            format!("{others}{ours}"),
            format!("{ours}; {others}"),
            format!("taking-turns-801=1; {ours}"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("host", HeaderValue::from_static(HOST.1));
            let cookie = HeaderValue::from_bytes(cookie.as_bytes());
            headers.insert("cookie", cookie.unwrap());
            let uri = Uri::from_static("/");
            let answer = guard.admit(&Method::GET, &uri, &headers);
            assert_eq!(answer, Ok(()), "{headers:?}");
        }
    }
}

#[test]
fn a_host_is_this_computer_by_name_whatever_its_port() {
    let guard = Guard::new(8019).unwrap();
    for host in [
        "127.0.0.1:8019",
        "localhost:9000",
        "LOCALHOST:8019",
        "[::1]:3000",
        "localhost",
    ] {
        let port = port_of(host).unwrap();
        let cookie = format!("taking-turns-{port}={}", guard.token);
        let origin = format!("http://{host}");
        let headers =
            [("host", host), ("origin", &origin), ("cookie", cookie.as_str())];
        assert_eq!(ask(&guard, "POST /", &headers), Ok(()), "{host}");
        let target = format!("GET http://{host}/");
        assert_eq!(ask(&guard, &target, &headers), Ok(()), "{host}");
    }
    let cookie = format!("taking-turns-8019={}", guard.token);
    let cookie = ("cookie", cookie.as_str());
    for host in [
        "",
        "evil.example",
        "evil.example:8019",
        "localhost.evil.example:8019",
        "127.0.0.1.evil.example",
        "127.0.0.10:8019",
        "user@127.0.0.1:8019",
        "127.0.0.1:8019:8019",
        "127.0.0.1:",
        "127.0.0.1:+8019",
        "127.0.0.1:65536",
        "127.0.0.1 :8019",
        "0.0.0.0:8019",
        "::1",
    ] {
        let host = ("host", host);
        let stopped = ask(&guard, "GET /", &[host, cookie]);
        assert_eq!(stopped, Err(OTHER_HOST), "{host:?}");
    }
    let evil = ("host", "evil.example");
    for hosts in [&[][..], &[HOST, evil], &[evil, HOST], &[HOST, HOST]] {
        let headers = [hosts, &[cookie]].concat();
        let stopped = ask(&guard, "GET /", &headers);
        assert_eq!(stopped, Err(OTHER_HOST), "{hosts:?}");
    }
    let target = "GET http://evil.example/";
    assert_eq!(ask(&guard, target, &[HOST, cookie]), Err(OTHER_HOST));
}

#[test]
fn another_sites_page_may_lead_here_and_no_more() {
    let guard = Guard::new(8019).unwrap();
    let cookie = format!("taking-turns-8019={}", guard.token);
    let ours = [HOST, ("cookie", cookie.as_str())];
    let from = |site, mode, dest| {
        let said = [
            ("sec-fetch-site", site),
            ("sec-fetch-mode", mode),
            ("sec-fetch-dest", dest),
        ];
        ask(&guard, "GET /", &[&ours[..], &said].concat())
    };
    assert_eq!(from("same-origin", "cors", "empty"), Ok(()));
    assert_eq!(from("none", "navigate", "document"), Ok(()));
    assert_eq!(from("cross-site", "navigate", "document"), Ok(()));
    for (mode, dest) in [
        ("no-cors", "image"),
        ("no-cors", "script"),
        ("cors", "empty"),
        ("navigate", "iframe"),
    ] {
        for site in ["cross-site", "same-site", "anything"] {
            let stopped = from(site, mode, dest);
            assert_eq!(stopped, Err(OTHER_SITE), "{mode} {dest}");
        }
    }
}

/// What follows the port in an address.
fn path_of(url: &str) -> &str {
    url.split_once("8019").unwrap().1
}

fn welcome(port: u16) -> Result<(), Stop> {
    let cookie = format!("taking-turns-{port}");
    Err(Stop::Welcome { cookie, path: "/".into() })
}

#[test]
fn the_token_is_taken_from_the_address_once_for_a_cookie() {
    let guard = Guard::new(8019).unwrap();
    let url = guard.url();
    let get = format!("GET {}", path_of(&url));
    let host = ("host", "localhost:9000");
    assert_eq!(ask(&guard, &get, &[host]), welcome(9000));
    assert_eq!(ask(&guard, "GET /?token=", &[host]), Err(OLD_TOKEN));
    let longer = format!("{get}0");
    assert_eq!(ask(&guard, &longer, &[host]), Err(OLD_TOKEN));
    let origin = ("origin", "http://localhost:9000");
    let post = format!("POST {}", path_of(&url));
    assert_eq!(ask(&guard, &post, &[host, origin]), Err(NO_SECRET));

    // It comes back with the cookie, or without; then it leaves the rest.
    let arrives = "GET /a.html?welcome";
    assert_eq!(ask(&guard, arrives, &[host]), Err(NO_COOKIES));
    let cookie = format!("taking-turns-9000={}", guard.token);
    let cookie = ("cookie", cookie.as_str());
    let go = Err(Stop::Go("/a.html".into()));
    assert_eq!(ask(&guard, arrives, &[host, cookie]), go);
    let go = Err(Stop::Go("/".into()));
    assert_eq!(ask(&guard, &get, &[host, cookie]), go);
}

#[test]
fn a_ticket_is_good_once_and_for_a_minute() {
    let guard = Guard::new(8019).unwrap();
    assert_eq!(ask(&guard, "GET /?ticket=", &[HOST]), Err(OLD_TOKEN));
    let url = guard.url_with_ticket().unwrap();
    assert!(!url.contains(&guard.token), "{url}");
    let get = format!("GET {}", path_of(&url));
    let head = format!("HEAD {}", path_of(&url));
    let longer = format!("{get}0");
    assert_eq!(ask(&guard, &longer, &[HOST]), Err(OLD_TOKEN));
    assert_eq!(ask(&guard, &head, &[HOST]), Err(NO_SECRET));
    assert_eq!(ask(&guard, &get, &[HOST]), welcome(8019));
    assert_eq!(ask(&guard, &get, &[HOST]), Err(SPENT_TICKET));

    let url = guard.url_with_ticket().unwrap();
    guard.ticket.lock().unwrap().as_mut().unwrap().until -= TICKET;
    let get = format!("GET {}", path_of(&url));
    assert_eq!(ask(&guard, &get, &[HOST]), Err(LATE_TICKET));
}

#[test]
fn a_path_stays_here() {
    for path in ["/a", "//a", "///a", "/\\a", "\\/a", "a"] {
        assert_eq!(local_path(path), "/a");
    }
}

#[test]
fn every_start_has_a_token_of_its_own() {
    let [a, b] = [8019, 8019].map(|port| Guard::new(port).unwrap().url());
    assert_ne!(a, b);
}
