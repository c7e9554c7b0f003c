//! Which requests are answered: those of the browser that was given the
//! reader's address, and no others.
//!
//! The reader starts programs, so a page of some other site must not reach it.
//! One guard stands around the whole router, and every request passes four
//! questions. Does it name this computer as its `Host`? Otherwise a name that
//! was made to point here would do (DNS rebinding). Does the browser say that
//! another site's page has made it (`Sec-Fetch-Site`)? Does it come from a page
//! of ours (`Origin`), if it may change anything? Does it know the secret of
//! this start, from its address once or from then on in a cookie?

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fs::File;
use std::io::{self, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long a browser has to come with the ticket that it was started with.
const TICKET: Duration = Duration::from_secs(60);

/// How a host may name this computer. The port is not asked: behind `ssh -L`,
/// or an editor that forwards ports, it is the other end's.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// What it takes to be let in.
pub struct Guard {
    port: u16,
    /// 256 bits from the system, in hexadecimal, new at each start.
    token: String,
    /// What a browser that we start is given instead, because everybody on this
    /// computer can read command lines.
    ticket: Mutex<Option<Ticket>>,
}

/// Stands for the token once, and not for long.
struct Ticket {
    value: String,
    until: Instant,
    is_spent: bool,
}

/// The mark of a connection: set if a request on it has been let in.
#[derive(Clone, Default)]
pub struct Known(pub Arc<AtomicBool>);

/// What a request is answered, if not by the router.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// It knows the secret by its address: here is the cookie of this name; go
    /// to this path.
    Welcome { cookie: String, path: String },
    /// It has brought the cookie, and its address need not show more than this
    /// path.
    Go(String),
    /// It is refused, and told why.
    Refused(StatusCode, &'static str),
}

const OTHER_HOST: Stop = Stop::Refused(
    StatusCode::MISDIRECTED_REQUEST,
    "The request was meant for another host. The reader answers as 127.0.0.1, \
     as localhost and as [::1]; from another computer it is reached through a \
     forwarded port, such as that of <code>ssh -L</code>.",
);
const OTHER_SITE: Stop =
    forbidden("The request was made by a page of another site.");
const OTHER_PAGE: Stop =
    forbidden("The request does not come from a page of this book.");
const NO_SECRET: Stop =
    forbidden("This browser has not been let in by this start of the reader.");
const OLD_TOKEN: Stop = forbidden(
    "The secret in this address is another one than that of this start: it is \
     from an earlier start, or a part of it is missing.",
);
const OLD_COOKIE: Stop = forbidden(
    "This browser was let in by an earlier start of the reader, and has not \
     seen the address of this one.",
);
const NO_COOKIES: Stop = forbidden(
    "This browser has not kept the cookie that it was given. Allow cookies for \
     this address: without one, the reader cannot tell you from the pages of \
     other sites.",
);
const SPENT_TICKET: Stop = forbidden(
    "The ticket in this address has let a browser in already, and is good only \
     once. If that was not your browser, close the reader with Ctrl-C.",
);
const LATE_TICKET: Stop = forbidden(
    "The ticket in this address was good for a minute, which is over.",
);

const fn forbidden(why: &'static str) -> Stop {
    Stop::Refused(StatusCode::FORBIDDEN, why)
}

/// The parameter of the address to which a browser goes with its first cookie.
const ARRIVES: &str = "welcome";

impl Guard {
    /// A guard with a fresh token.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new(port: u16) -> io::Result<Guard> {
        Ok(Guard { port, token: new_secret()?, ticket: Mutex::new(None) })
    }

    /// The address to open.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// The address for a browser that is started now, good once and for a
    /// minute.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn url_with_ticket(&self) -> io::Result<String> {
        let value = new_secret()?;
        let url = format!("http://127.0.0.1:{}/?ticket={value}", self.port);
        let until = Instant::now() + TICKET;
        let ticket = Ticket { value, until, is_spent: false };
        *self.ticket.lock().unwrap() = Some(ticket);
        Ok(url)
    }

    /// Lets a request pass, or says what stops it.
    pub fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Stop> {
        let Some(host) = only_value(headers, header::HOST) else {
            return Err(OTHER_HOST);
        };
        // A target may name a host as well, which then is the one that counts.
        let same = |it: &str| it.eq_ignore_ascii_case(host);
        if !uri.authority().is_none_or(|it| same(it.as_str())) {
            return Err(OTHER_HOST);
        }
        let Some(port) = port_of(host) else { return Err(OTHER_HOST) };
        if comes_from_elsewhere(method, headers) {
            return Err(OTHER_SITE);
        }
        if method != Method::GET && method != Method::HEAD {
            let origin = only_value(headers, header::ORIGIN);
            if origin.and_then(|it| it.strip_prefix("http://")) != Some(host) {
                return Err(OTHER_PAGE);
            }
        }
        // Cookies do not know ports, and two readers need two names: the port
        // as the browser has it, since two that are elsewhere may both be 8019.
        let cookie = format!("taking-turns-{port}");
        let query = uri.query().unwrap_or_default();
        let part = |name: &str| {
            let mut parts = query.split('&');
            parts.find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
        };
        let arrives = query == ARRIVES;
        let cookies = self.cookies(headers, &cookie);
        if cookies.contains(&true) {
            let shows =
                arrives || part("token").is_some() || part("ticket").is_some();
            return match shows && method == Method::GET {
                true => Err(Stop::Go(local_path(uri.path()))),
                false => Ok(()),
            };
        }
        let welcome = || Stop::Welcome { cookie, path: local_path(uri.path()) };
        Err(match (part("token"), part("ticket")) {
            (Some(token), _) if !same_secret(token, &self.token) => OLD_TOKEN,
            (Some(_), _) if method == Method::GET => welcome(),
            (None, Some(ticket)) if method == Method::GET => {
                match self.spend_ticket(ticket) {
                    Ok(()) => welcome(),
                    Err(why) => why,
                }
            }
            _ if !cookies.is_empty() => OLD_COOKIE,
            _ if arrives => NO_COOKIES,
            _ => NO_SECRET,
        })
    }

    /// Of each cookie of this name, whether it holds the token. What else is on
    /// this computer may have set cookies that are not text.
    fn cookies(&self, headers: &HeaderMap, name: &str) -> Vec<bool> {
        let all = headers.get_all(header::COOKIE).into_iter();
        let pairs =
            all.flat_map(|it| it.as_bytes().split(|byte| *byte == b';'));
        let ours = pairs.filter_map(|pair| {
            let pair = str::from_utf8(pair).ok()?.trim();
            pair.strip_prefix(name)?.strip_prefix('=')
        });
        ours.map(|value| same_secret(value, &self.token)).collect()
    }

    /// Takes a ticket, if it is good.
    fn spend_ticket(&self, value: &str) -> Result<(), Stop> {
        let mut ticket = self.ticket.lock().unwrap();
        let Some(ticket) =
            ticket.as_mut().filter(|it| same_secret(value, &it.value))
        else {
            return Err(OLD_TOKEN);
        };
        if ticket.is_spent {
            return Err(SPENT_TICKET);
        }
        if Instant::now() > ticket.until {
            return Err(LATE_TICKET);
        }
        ticket.is_spent = true;
        Ok(())
    }
}

/// 256 bits that nobody can guess, in hexadecimal.
fn new_secret() -> io::Result<String> {
    let mut random = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.map(|byte| format!("{byte:02x}")).concat())
}

/// Compares without telling by its time how much was right.
fn same_secret(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let differs = a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b));
    a.len() == b.len() && std::hint::black_box(differs) == 0
}

/// The port of a host that is this computer by one of its names.
fn port_of(host: &str) -> Option<u16> {
    let after = |name: &&str| {
        let start = host.get(..name.len())?;
        start.eq_ignore_ascii_case(name).then_some(&host[name.len()..])
    };
    let rest = NAMES.iter().find_map(after)?;
    let Some(port) = rest.strip_prefix(':') else {
        return rest.is_empty().then_some(80);
    };
    let is_number = port.bytes().all(|it| it.is_ascii_digit());
    is_number.then_some(port)?.parse().ok()
}

/// A path that leads nowhere but here: two slashes would begin a host.
fn local_path(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// Set if the browser says that a page of another site, or of another port, has
/// made the request. That a reader goes from there to here by a link is no
/// harm. What sends no such header is no such browser.
fn comes_from_elsewhere(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name| header_text(headers, HeaderName::from_static(name));
    let goes_here = method == Method::GET
        && says("sec-fetch-mode") == Some("navigate")
        && says("sec-fetch-dest") == Some("document");
    match says("sec-fetch-site") {
        None | Some("same-origin" | "none") => false,
        Some(_) => !goes_here,
    }
}

/// The guard as axum calls it.
pub async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, uri) = (request.method(), request.uri());
    let known = request.extensions().get::<Known>();
    let mut response = match guard.admit(method, uri, request.headers()) {
        Ok(()) => {
            known.inspect(|it| it.0.store(true, Ordering::Relaxed));
            next.run(request).await
        }
        Err(Stop::Welcome { cookie, path }) => {
            welcome_page(&guard, &cookie, &path)
        }
        Err(Stop::Go(path)) => {
            (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
        }
        Err(Stop::Refused(status, why)) => refusal_page(status, why),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (CORP, "same-origin"),
        (COOP, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    // Pages with scripts have brought a policy of their own.
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(NOTHING));
    response
}

const CORP: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; \
                       base-uri 'none'; form-action 'none'";

/// Sets the cookie and goes on, so that the secret does not stay in the address
/// bar. Not by a redirect: a browser that was sent here by another site would
/// not bring a strict cookie along. Whether it has come is then to be seen.
fn welcome_page(guard: &Guard, cookie: &str, path: &str) -> Response {
    let path = escape(path);
    let page = plain_page(
        &format!(
            "<meta http-equiv=\"refresh\" content=\"0; url={path}?{ARRIVES}\">"
        ),
        &format!("<p><a href=\"{path}?{ARRIVES}\">Open the book</a></p>"),
    );
    let token = &guard.token;
    let cookie = format!("{cookie}={token}; Path=/; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], page).into_response()
}

fn refusal_page(status: StatusCode, why: &str) -> Response {
    let page = plain_page(
        "",
        &format!(
            "<h1>Refused</h1>\n<p>{why}</p>\n<p>Open the address that \
             <code>cargo run</code> has printed in your terminal; it is \
             another one each time.</p>"
        ),
    );
    (status, page).into_response()
}

/// A page that is none of the book's.
pub fn plain_page(head: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         {head}<title>Taking Turns</title>\n{body}\n"
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, Body::from(html)).into_response()
}

/// A text that means nothing in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The value of a header that is there once: of two, programs on the way here
/// may each have believed another.
fn only_value(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(
        guard: &Guard,
        ask: &str,
        headers: &[(&str, &str)],
    ) -> Result<(), Stop> {
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
        for others in ["name=J\u{fc}rgen; ", "a=\u{7f16}; b; =; ;; ", "x=\"y; "]
        {
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
            let headers = [
                ("host", host),
                ("origin", &origin),
                ("cookie", cookie.as_str()),
            ];
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
}
