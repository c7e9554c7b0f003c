//! Every route, asked by everybody who must not be let in.

use crate::reader::Reader;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Every route there is, and one that is not.
const ROUTES: [(&str, &str); 15] = [
    ("GET", "/"),
    ("GET", "/1-threads/1-2-thread-per-page.html"),
    ("GET", "/live/style.css"),
    ("GET", "/live/script.js"),
    ("GET", "/live/news"),
    ("POST", "/live/exercises/none/check"),
    ("POST", "/live/exercises/none/hint"),
    ("POST", "/live/exercises/none/solution"),
    ("GET", "/live/exercises/none/picture"),
    ("GET", "/live/menu"),
    ("POST", "/live/runs"),
    ("GET", "/live/runs/0/events"),
    ("POST", "/live/runs/0/stop"),
    ("GET", "/live/runs/0/picture"),
    ("GET", "/live/runs/0/trace"),
];

/// No route is forgotten here: they are in the server's source.
#[test]
fn every_route_there_is_is_tried() {
    let source = include_str!("../../src/serve.rs");
    let routes = source.split(".route(\"").skip(1);
    let routes: Vec<_> = routes
        .filter_map(|rest| {
            let (path, rest) = rest.split_once("\", ")?;
            let method = if rest.starts_with("post") { "POST" } else { "GET" };
            let path = path.replace("{id}", "0").replace("{name}", "none");
            Some((method, path))
        })
        .collect();
    assert!(routes.len() > 10, "{routes:?}");
    for (method, path) in routes {
        let is_tried = ROUTES.contains(&(method, path.as_str()));
        assert!(is_tried, "{method} {path} is not tried");
    }
}

struct Enemy<'a> {
    reader: &'a Reader,
    host: String,
    cookie: Option<String>,
    origin: Option<String>,
    /// What a browser says of where the request comes from.
    site: Option<&'static str>,
}

impl Enemy<'_> {
    /// The status of the answer, and all of it.
    fn asks(&self, method: &str, path: &str) -> (u16, String) {
        let address = ("127.0.0.1", self.reader.port());
        let mut socket = TcpStream::connect(address).unwrap();
        let limit = Some(Duration::from_secs(10));
        socket.set_read_timeout(limit).unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Length: 0\r\n",
            self.host
        );
        for (name, value) in [
            ("Cookie", self.cookie.as_deref()),
            ("Origin", self.origin.as_deref()),
            ("Sec-Fetch-Site", self.site),
        ] {
            if let Some(value) = value {
                request += &format!("{name}: {value}\r\n");
            }
        }
        write!(socket, "{request}\r\n").unwrap();
        let mut answer = String::new();
        let mut buffer = [0; 4096];
        // A stream goes on for ever.
        while !answer.contains("text/event-stream")
            || !answer.contains("\r\n\r\n")
        {
            let n = socket.read(&mut buffer).expect("an answer in 10 s");
            if n == 0 {
                break;
            }
            answer += &String::from_utf8_lossy(&buffer[..n]);
        }
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

#[test]
fn nobody_passes_who_is_not_our_own_page() {
    let reader = Reader::start();
    let (port, token) = (reader.port(), reader.token());
    let host = format!("127.0.0.1:{port}");
    let cookie = format!("taking-turns-{port}={token}");
    let origin = format!("http://{host}");
    let good = || Enemy {
        reader: &reader,
        host: host.clone(),
        cookie: Some(cookie.clone()),
        origin: Some(origin.clone()),
        site: None,
    };
    let wrong = cookie.replace(['0', '1', '2', '3'], "f");
    let other_port = format!("taking-turns-1={token}");
    let enemies = [
        ("no token", 403, Enemy { cookie: None, ..good() }),
        ("wrong token", 403, Enemy { cookie: Some(wrong), ..good() }),
        ("another's", 403, Enemy { cookie: Some(other_port), ..good() }),
        ("rebinding", 421, Enemy { host: "evil.example".into(), ..good() }),
        ("other port", 421, Enemy { host: "127.0.0.1:1".into(), ..good() }),
        ("no port", 421, Enemy { host: "127.0.0.1".into(), ..good() }),
        ("cross-site", 403, Enemy { site: Some("cross-site"), ..good() }),
        ("another port's", 403, Enemy { site: Some("same-site"), ..good() }),
    ];
    for (who, expected, enemy) in &enemies {
        for (method, path) in ROUTES {
            let (status, answer) = enemy.asks(method, path);
            assert_eq!(status, *expected, "{who}: {method} {path}");
            assert!(answer.contains("cargo run"), "it is not told why");
        }
    }
    let foreign = ["http://evil.example", "null", "http://127.0.0.1:1"];
    for origin in
        foreign.map(|it| Some(it.to_owned())).into_iter().chain([None])
    {
        let enemy = Enemy { origin, ..good() };
        for (method, path) in ROUTES.iter().filter(|(it, _)| *it == "POST") {
            let (status, _) = enemy.asks(method, path);
            assert_eq!(status, 403, "{:?}: {method} {path}", enemy.origin);
        }
    }
    // The same requests from our own page are all answered.
    for (method, path) in ROUTES {
        let (status, answer) = good().asks(method, path);
        assert!(![403, 421].contains(&status), "{method} {path}: {status}");
        let answer = answer.to_ascii_lowercase();
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "cross-origin-resource-policy: same-origin",
        ] {
            assert!(answer.contains(header), "{path} has no {header}");
        }
        assert!(!answer.contains("access-control-"), "{path} is shared");
    }
}

#[test]
fn no_path_leads_out_of_the_book() {
    let reader = Reader::start();
    let enemy = Enemy {
        reader: &reader,
        host: format!("127.0.0.1:{}", reader.port()),
        cookie: Some(reader.cookie()),
        origin: None,
        site: None,
    };
    for path in [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/1-threads/../../Cargo.toml",
        "//etc/passwd",
        "/.git/config",
    ] {
        assert_eq!(enemy.asks("GET", path).0, 404, "{path}");
    }
}
