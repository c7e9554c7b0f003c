//! The crawl on the web: here a server on this machine that speaks TLS, with an
//! authority of its own. Each test has its own server.

mod flags;
mod protocol;
mod trust;
mod body;
mod robots;
mod retry;
mod pace;

use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Request, Response};
use serde_json::Value;
use std::fs;
use std::future::ready;
use std::io::{self, Write, stdout};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_rustls::rustls::ServerConfig;
use trials::watchdog::{self, Ran};
use with_tokio::{Authority, SecureSite};

const CRAWL: &str = env!("CARGO_BIN_EXE_with-tokio");

/// A server for one test.
struct Server {
    site: SecureSite,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// What `SSL_CERT_FILE` names.
    roots: PathBuf,
    // Ends the server.
    _runtime: Runtime,
}

/// A request that has come.
struct Asked {
    at: Instant,
    head: Parts,
}

impl Asked {
    fn header(&self, name: &str) -> &str {
        let value = self.head.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    /// A server that is `localhost`. It answers as `reply` says, which is given
    /// a path, and how often that was asked for before.
    fn start(
        reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let authority = Authority::new("ours");
        let tls = authority.certify("localhost", 4000);
        Server::with(&authority, tls, reply)
    }

    /// The same, but it knows HTTP/1.1 only.
    fn start_http1(
        reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let authority = Authority::new("ours");
        let mut tls = authority.certify("localhost", 4000);
        tls.alpn_protocols = vec![b"http/1.1".into()];
        Server::with(&authority, tls, reply)
    }

    /// One that is whatever `tls` says, for a client that trusts `authority`.
    fn with(
        authority: &Authority,
        tls: ServerConfig,
        reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let asked = Arc::new(Mutex::new(Vec::<Asked>::new()));
        let notes = asked.clone();
        let reply = Arc::new(reply);
        let answer = move |request: Request<Incoming>| {
            let (head, _) = request.into_parts();
            let path = head.uri.path().to_owned();
            let mut asked = notes.lock().unwrap();
            let before = asked.iter().filter(|it| it.head.uri.path() == path);
            let before = before.count();
            asked.push(Asked { at: Instant::now(), head });
            drop(asked);
            ready(reply(&path, before).into_response())
        };
        let runtime = Runtime::new().unwrap();
        let site = runtime.block_on(SecureSite::start(tls, answer));
        let port = site.url().port().unwrap();
        let name = format!("with-tokio-{}-{port}.pem", std::process::id());
        let roots = std::env::temp_dir().join(name);
        fs::write(&roots, authority.pem()).unwrap();
        Server { site, asked, roots, _runtime: runtime }
    }

    /// Crawls it to the end, with these flags.
    fn crawl(&self, flags: &str) -> Report {
        let ran = self.run("", flags);
        assert!(ran.status.success(), "{}", ran.stderr);
        // A report is about what was asked for.
        let json: Value = serde_json::from_str(&ran.stdout).unwrap();
        let _ = writeln!(stdout(), "{json:#}");
        Report { json }
    }

    /// Crawls from a path, which cannot be had. Gives back the sentence.
    fn fail(&self, path: &str, flags: &str) -> String {
        let ran = self.run(path, flags);
        assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        assert!(ran.stdout.is_empty());
        ran.stderr
    }

    fn run(&self, path: &str, flags: &str) -> Ran {
        let url = self.site.url().join(path).unwrap();
        let mut crawl = Command::new(CRAWL);
        crawl.args(["--json", "--site", url.as_str()]);
        crawl.args(flags.split_whitespace());
        crawl.env("SSL_CERT_FILE", &self.roots);
        let limit = Duration::from_secs(60);
        watchdog::run(&mut crawl, limit).unwrap_or_else(|why| panic!("{why}"))
    }

    /// How often a path was asked for.
    fn hits(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|it| it.head.uri.path() == path).count()
    }

    /// The times from each request to the next.
    fn gaps(&self) -> Vec<Duration> {
        let asked = self.asked.lock().unwrap();
        asked.windows(2).map(|two| two[1].at - two[0].at).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.roots);
    }
}

/// What a crawl has reported.
struct Report {
    json: Value,
}

impl Report {
    fn number(&self, field: &str) -> u64 {
        self.json[field].as_f64().expect(field) as u64
    }

    /// Why this path has failed; empty if it has not.
    fn why(&self, path: &str) -> &str {
        let mut failed = self.json["failed"].as_array().unwrap().iter();
        let ends = |url: &Value| url.as_str().unwrap().ends_with(path);
        let failed = failed.find(|it| ends(&it["url"]));
        failed.map_or("", |it| it["why"].as_str().unwrap())
    }
}

/// What the server sends.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    end: End,
}

/// What comes after the bytes of a body.
#[derive(Clone, Copy)]
enum End {
    Whole,
    /// The connection or the stream breaks off.
    Breaks,
    /// Nothing comes any more.
    Stalls,
}

/// A page of HTML.
fn html(text: impl AsRef<[u8]>) -> Reply {
    Reply {
        status: 200,
        headers: vec![("content-type".into(), "text/html".into())],
        body: text.as_ref().to_vec(),
        end: End::Whole,
    }
}

/// A page that links to these.
fn links(paths: &[&str]) -> Reply {
    html(paths.iter().map(|it| format!("<a href={it}>")).collect::<String>())
}

/// Plain text, as `robots.txt` is.
fn text(text: &str) -> Reply {
    Reply { headers: Vec::new(), ..html(text) }
}

fn status(status: u16) -> Reply {
    Reply { status, ..text("") }
}

impl Reply {
    fn header(mut self, name: &str, value: impl ToString) -> Reply {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    fn into_response(self) -> Response<Sent> {
        let Reply { status, headers, body, end } = self;
        let sent = Sent { bytes: Some(body.into()), end, is_flushed: false };
        let mut response = Response::new(sent);
        *response.status_mut() = status.try_into().unwrap();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            let value = HeaderValue::from_str(&value).unwrap();
            response.headers_mut().append(name, value);
        }
        response
    }
}

/// A body on its way out.
struct Sent {
    bytes: Option<Bytes>,
    end: End,
    is_flushed: bool,
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.bytes.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            // What is there is sent while a body has nothing more.
            End::Breaks if !self.is_flushed => {
                self.is_flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Breaks => Poll::Ready(Some(Err(io::Error::other("broken")))),
            End::Stalls => Poll::Pending,
        }
    }
}
