//! Every route, asked by everything that must not be let in.

use super::reader::Reader;
use super::workspace::{book, workspace};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// Every route there is, and one that is not.
const ROUTES: [(&str, &str); 21] = [
    ("GET", "/"),
    ("GET", "/1-threads/1-2-thread-per-page.html"),
    ("GET", "/live/style.css"),
    ("GET", "/live/script.js"),
    ("GET", "/live/news"),
    ("POST", "/live/exercises/none/check"),
    ("POST", "/live/exercises/none/hint"),
    ("POST", "/live/exercises/none/solution"),
    ("GET", "/live/exercises/none/answer"),
    ("GET", "/live/exercises/none/picture"),
    ("POST", "/live/exercises/none/open"),
    ("POST", "/live/programs/none/open"),
    ("GET", "/live/editor"),
    ("GET", "/live/menu"),
    ("GET", "/live/runs"),
    ("POST", "/live/runs"),
    ("GET", "/live/runs/0/events"),
    ("POST", "/live/runs/0/stop"),
    ("GET", "/live/runs/0/picture"),
    ("GET", "/live/runs/0/theatre"),
    ("GET", "/live/runs/0/trace"),
];

/// No route is forgotten here: they are in the server's source.
#[test]
fn every_route_there_is_is_tried() {
    let source = include_str!("../../src/routes.rs");
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
    /// One is right.
    hosts: Vec<String>,
    /// What stands before the path, in a target of absolute form.
    absolute: String,
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
            "{method} {}{path} HTTP/1.1\r\nConnection: close\r\n\
             Content-Length: 0\r\n",
            self.absolute
        );
        for host in &self.hosts {
            request += &format!("Host: {host}\r\n");
        }
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
        hosts: vec![host.clone()],
        absolute: String::new(),
        cookie: Some(cookie.clone()),
        origin: Some(origin.clone()),
        site: None,
    };
    let wrong = cookie.replace(['0', '1', '2', '3'], "f");
    let other_port = format!("taking-turns-1={token}");
    let (ours, evil) = (|| host.clone(), || "evil.example".to_owned());
    let enemies = [
        ("no token", 403, Enemy { cookie: None, ..good() }),
        ("wrong token", 403, Enemy { cookie: Some(wrong), ..good() }),
        ("another's", 403, Enemy { cookie: Some(other_port), ..good() }),
        ("rebinding", 421, Enemy { hosts: vec![evil()], ..good() }),
        ("no host", 421, Enemy { hosts: vec![], ..good() }),
        ("and another", 421, Enemy { hosts: vec![ours(), evil()], ..good() }),
        ("another first", 421, Enemy { hosts: vec![evil(), ours()], ..good() }),
        ("ours twice", 421, Enemy { hosts: vec![ours(), ours()], ..good() }),
        (
            "a proxy's",
            421,
            Enemy { absolute: "http://evil.example".into(), ..good() },
        ),
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
    // The same requests from our own page are all answered; also where the
    // reader is behind another port of another computer.
    let forwarded = || Enemy {
        hosts: vec!["localhost:9000".into()],
        cookie: Some(format!("taking-turns-9000={token}")),
        origin: Some("http://localhost:9000".into()),
        absolute: "http://localhost:9000".into(),
        ..good()
    };
    let tries = ROUTES.into_iter().flat_map(|it| [(it, false), (it, true)]);
    for ((method, path), is_forwarded) in tries {
        let friend = if is_forwarded { forwarded() } else { good() };
        let (status, answer) = friend.asks(method, path);
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
    let reader = Reader::shared();
    let enemy = Enemy {
        reader,
        hosts: vec![format!("127.0.0.1:{}", reader.port())],
        absolute: String::new(),
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

/// A browser that the reader starts gets its address on a command line, which
/// everybody on the computer may read.
#[test]
fn the_browser_that_is_started_gets_a_ticket_that_is_good_once() {
    let folder = std::env::temp_dir();
    let folder = folder.join(format!("browser-of-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let address = folder.join("address");
    for opener in ["xdg-open", "open"] {
        let opener = folder.join(opener);
        let script = format!(
            "#!/bin/sh\nprintf %s \"$1\" > {0}.new && mv {0}.new {0}\n",
            address.display()
        );
        fs::write(&opener, script).unwrap();
        fs::set_permissions(&opener, Permissions::from_mode(0o755)).unwrap();
    }
    let mut book = book();
    let path = std::env::var("PATH").unwrap();
    book.env("PATH", format!("{}:{path}", folder.display()));
    let reader = Reader::with_screen(book);
    let patience = Instant::now() + Duration::from_secs(20);
    let url = loop {
        match fs::read_to_string(&address) {
            Ok(url) => break url,
            Err(_) => assert!(Instant::now() < patience, "no browser"),
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    fs::remove_dir_all(folder).unwrap();
    assert!(!url.contains(reader.token()), "the token is in {url}");

    let (host, path) = url.split_once("//").unwrap().1.split_once('/').unwrap();
    let browser = Enemy {
        reader: &reader,
        hosts: vec![host.to_owned()],
        absolute: String::new(),
        cookie: None,
        origin: None,
        site: None,
    };
    let (status, welcome) = browser.asks("GET", &format!("/{path}"));
    assert_eq!(status, 200, "{welcome}");
    let cookie = welcome.split("et-cookie: ").nth(1).unwrap();
    let cookie = cookie.split(';').next().unwrap();
    assert_eq!(cookie, reader.cookie());
    let (_, goes_to) = welcome.split_once("url=").unwrap();
    let goes_to = goes_to.split('"').next().unwrap();

    // With the cookie to the book; without, to the reason.
    let cookie = Some(cookie.to_owned());
    let comes_back = Enemy { cookie, hosts: vec![host.to_owned()], ..browser };
    let (status, answer) = comes_back.asks("GET", goes_to);
    assert_eq!(status, 303);
    assert!(
        answer.to_ascii_lowercase().contains("location: /\r\n"),
        "{answer}"
    );
    let without = Enemy { cookie: None, ..comes_back };
    let (status, answer) = without.asks("GET", goes_to);
    assert!(status == 403 && answer.contains("Allow cookies"), "{answer}");

    let (status, answer) = without.asks("GET", &format!("/{path}"));
    assert!(status == 403 && answer.contains("good only once"), "{answer}");
}

/// The reader's editor is started with a file of ours, whatever a page says.
#[test]
fn an_editor_gets_the_file_of_what_is_named_and_nothing_else() {
    let folder = std::env::temp_dir();
    let folder = folder.join(format!("editor-of-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let told = folder.join("told");
    // It is told what follows its own name, one a line.
    for (name, script) in [
        ("xdg-open", "#!/bin/sh\n".to_owned()),
        ("open", "#!/bin/sh\n".to_owned()),
        (
            "gedit",
            format!(
                "#!/bin/sh\nprintf '%s\\n' \"$@\" > {0}.new && mv {0}.new {0}\n",
                told.display()
            ),
        ),
    ] {
        let file = folder.join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    let mut book = book();
    let path = std::env::var("PATH").unwrap();
    book.env("PATH", format!("{}:{path}", folder.display()));
    book.env("VISUAL", "gedit --wait").env_remove("TERM_PROGRAM");
    let reader = Reader::with_screen(book);

    // What is no name of ours, and what says more than a name.
    let step = "/live/programs/1-2-thread-per-page/open";
    for (path, body, status) in [
        ("/live/programs/none/open", "{}", 404),
        ("/live/programs/..%2F..%2Fetc%2Fpasswd/open", "{}", 404),
        ("/live/programs/%2Fetc%2Fpasswd/open", "{}", 404),
        ("/live/exercises/..%2Fjoin-all/open", "{}", 404),
        (step, "{\"path\": \"/etc/passwd\"}", 400),
        (step, "{\"editor\": \"rm\"}", 400),
        (step, "\"/etc/passwd\"", 400),
    ] {
        let (found, why) = reader.post(path, body);
        assert_eq!(found, status, "{path} {body}: {why}");
    }
    assert!(!told.exists(), "the editor was started");

    let root = fs::canonicalize(workspace()).unwrap();
    for (path, file) in [
        (step, "01-threads/src/bin/1-2-thread-per-page.rs"),
        ("/live/exercises/join-all/open", "01-threads/exercises/join-all.rs"),
    ] {
        let patience = Instant::now() + Duration::from_secs(20);
        let args = loop {
            // Asked again at once, it opens no second window: so ask again.
            assert_eq!(reader.post(path, "{}").0, 204);
            let args = fs::read_to_string(&told).unwrap_or_default();
            if args.contains(file) {
                break args;
            }
            assert!(Instant::now() < patience, "no editor: {args}");
            std::thread::sleep(Duration::from_millis(50));
        };
        let args: Vec<_> = args.lines().collect();
        let ["--wait", opened] = args[..] else { panic!("{args:?}") };
        assert_eq!(fs::canonicalize(opened).unwrap(), root.join(file));
    }
    drop(reader);
    fs::remove_dir_all(folder).unwrap();
}
