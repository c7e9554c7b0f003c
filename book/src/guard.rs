//! Who may speak to the reader: the browser that was given its address, and
//! nobody else.
//!
//! The reader starts programs, so a page of some other site must not reach it.
//! One guard stands around the whole router, and every request passes four
//! questions. Is it to us, by name (`Host`)? Otherwise a name that was made to
//! point here would do (DNS rebinding). Does the browser say that another site's
//! page has made it (`Sec-Fetch-Site`)? Does it come from a page of ours
//! (`Origin`), if it may change anything? Does it know the secret of this
//! start, from its address once or from then on in a cookie?

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// What it takes to be let in.
pub struct Guard {
    port: u16,
    /// 256 bits from the system, in hexadecimal, new at each start.
    token: String,
}

/// What a request is answered, if not by the router.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// It knows the token by its address: here is the cookie, go there.
    Welcome(String),
    /// It is refused, and told why.
    Refused(StatusCode, &'static str),
}

impl Guard {
    /// A guard with a fresh token.
    ///
    /// # Errors
    ///
    /// If the system has no random numbers.
    pub fn new(port: u16) -> io::Result<Guard> {
        let mut random = [0; 32];
        File::open("/dev/urandom")?.read_exact(&mut random)?;
        let token = random.map(|byte| format!("{byte:02x}")).concat();
        Ok(Guard { port, token })
    }

    /// The address to open.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// Cookies do not know ports: two readers need two names.
    fn cookie(&self) -> String {
        format!("taking-turns-{}", self.port)
    }

    /// Lets a request pass, or says what stops it.
    pub fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Stop> {
        let ours = ["127.0.0.1", "localhost"]
            .map(|name| format!("{name}:{}", self.port));
        let host = text(headers, header::HOST);
        if !ours.iter().any(|name| host == Some(name)) {
            return Err(Stop::Refused(
                StatusCode::MISDIRECTED_REQUEST,
                "The request was meant for another host.",
            ));
        }
        if is_elsewheres(method, headers) {
            return Err(Stop::Refused(
                StatusCode::FORBIDDEN,
                "The request was made by a page of another site.",
            ));
        }
        if method != Method::GET && method != Method::HEAD {
            let origin = text(headers, header::ORIGIN);
            let origin = origin.and_then(|it| it.strip_prefix("http://"));
            if !ours.iter().any(|name| origin == Some(name)) {
                return Err(Stop::Refused(
                    StatusCode::FORBIDDEN,
                    "The request does not come from a page of this book.",
                ));
            }
        }
        if self.is_known(headers) {
            return Ok(());
        }
        let query = uri.query().unwrap_or_default();
        let token = query.split('&').find_map(|it| it.strip_prefix("token="));
        match token {
            Some(token) if self.is_token(token) && method == Method::GET => {
                Err(Stop::Welcome(uri.path().to_owned()))
            }
            _ => Err(Stop::Refused(
                StatusCode::FORBIDDEN,
                "The request does not know the secret of this start.",
            )),
        }
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(header::COOKIE).into_iter();
        let cookies = cookies.filter_map(|value| value.to_str().ok());
        let name = self.cookie();
        let mut cookies = cookies.flat_map(|value| value.split(';'));
        cookies.any(|cookie| {
            let pair = cookie.trim().split_once('=');
            pair.is_some_and(|(key, value)| key == name && self.is_token(value))
        })
    }

    /// Compares without telling by its time how much was right.
    fn is_token(&self, other: &str) -> bool {
        let (ours, other) = (self.token.as_bytes(), other.as_bytes());
        let differs =
            ours.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
        ours.len() == other.len() && std::hint::black_box(differs) == 0
    }
}

/// Set if the browser says that a page of another site, or of another port, has
/// made the request. That a reader goes from there to here by a link is no
/// harm. Who sends no such header is no such browser.
fn is_elsewheres(method: &Method, headers: &HeaderMap) -> bool {
    let says = |name| text(headers, HeaderName::from_static(name));
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
    let mut response = match guard.admit(method, uri, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(Stop::Welcome(path)) => welcome(&guard, &path),
        Err(Stop::Refused(status, why)) => refuse(status, why),
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

/// Sets the cookie and goes on, so that the token does not stay in the address
/// bar. Not by a redirect: a browser that was sent here by another site would
/// not bring a strict cookie along.
fn welcome(guard: &Guard, path: &str) -> Response {
    let path = escape(path);
    let page = page(
        &format!("<meta http-equiv=\"refresh\" content=\"0; url={path}\">"),
        &format!("<p><a href=\"{path}\">Open the book</a></p>"),
    );
    let (name, token) = (guard.cookie(), &guard.token);
    let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict");
    ([(header::SET_COOKIE, cookie)], page).into_response()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    let page = page(
        "",
        &format!(
            "<h1>Refused</h1>\n<p>{why}</p>\n<p>Open the address that \
             <code>cargo run</code> has printed in your terminal; it is \
             another one each time.</p>"
        ),
    );
    (status, page).into_response()
}

fn page(head: &str, body: &str) -> Response {
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         {head}<title>Taking Turns</title>\n{body}\n"
    );
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (kind, Body::from(html)).into_response()
}

/// A text that means nothing in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(guard: &Guard, ask: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let (method, path) = ask.split_once(' ').unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, value.parse().unwrap());
        }
        match guard.admit(
            &method.parse().unwrap(),
            &path.parse().unwrap(),
            &map,
        ) {
            Ok(()) => None,
            Err(Stop::Welcome(_)) => Some(200),
            Err(Stop::Refused(status, _)) => Some(status.as_u16()),
        }
    }

    #[test]
    fn only_our_own_browser_is_let_in() {
        let guard = Guard::new(8019).unwrap();
        let cookie = format!("a=b; {}={}", guard.cookie(), guard.token);
        let cookie = ("cookie", cookie.as_str());
        let host = ("host", "127.0.0.1:8019");
        let origin = ("origin", "http://127.0.0.1:8019");
        let evil = ("origin", "http://evil.example");

        assert_eq!(ask(&guard, "GET /", &[host, cookie]), None);
        assert_eq!(ask(&guard, "POST /", &[host, cookie, origin]), None);

        assert_eq!(ask(&guard, "GET /", &[host]), Some(403));
        assert_eq!(ask(&guard, "GET /", &[cookie]), Some(421));
        for name in ["evil.example", "127.0.0.1", "127.0.0.1:80"] {
            let host = ("host", name);
            assert_eq!(ask(&guard, "GET /", &[host, cookie]), Some(421));
        }
        assert_eq!(ask(&guard, "POST /", &[host, cookie]), Some(403));
        assert_eq!(ask(&guard, "POST /", &[host, cookie, evil]), Some(403));
        let null = ("origin", "null");
        assert_eq!(ask(&guard, "POST /", &[host, cookie, null]), Some(403));
        let wrong = ("cookie", "taking-turns-8019=0123");
        assert_eq!(ask(&guard, "GET /", &[host, wrong]), Some(403));
    }

    #[test]
    fn another_sites_page_may_lead_here_and_no_more() {
        let guard = Guard::new(8019).unwrap();
        let cookie = format!("{}={}", guard.cookie(), guard.token);
        let ours = [("host", "127.0.0.1:8019"), ("cookie", cookie.as_str())];
        let from = |site, mode, dest| {
            let said = [
                ("sec-fetch-site", site),
                ("sec-fetch-mode", mode),
                ("sec-fetch-dest", dest),
            ];
            ask(&guard, "GET /", &[&ours[..], &said].concat())
        };
        assert_eq!(from("same-origin", "cors", "empty"), None);
        assert_eq!(from("none", "navigate", "document"), None);
        assert_eq!(from("cross-site", "navigate", "document"), None);
        for (mode, dest) in [
            ("no-cors", "image"),
            ("no-cors", "script"),
            ("cors", "empty"),
            ("navigate", "iframe"),
        ] {
            for site in ["cross-site", "same-site", "anything"] {
                assert_eq!(from(site, mode, dest), Some(403), "{mode} {dest}");
            }
        }
    }

    #[test]
    fn the_token_is_taken_from_the_address_once_for_a_cookie() {
        let guard = Guard::new(8019).unwrap();
        let host = ("host", "localhost:8019");
        let path = guard.url().split_once("8019").unwrap().1.to_owned();
        assert_eq!(ask(&guard, &format!("GET {path}"), &[host]), Some(200));
        assert_eq!(ask(&guard, "GET /?token=", &[host]), Some(403));
        let longer = format!("GET {path}0");
        assert_eq!(ask(&guard, &longer, &[host]), Some(403));
        let origin = ("origin", "http://localhost:8019");
        let post = format!("POST {path}");
        assert_eq!(ask(&guard, &post, &[host, origin]), Some(403));
    }

    #[test]
    fn every_start_has_a_token_of_its_own() {
        let [a, b] = [8019, 8019].map(|port| Guard::new(port).unwrap().url());
        assert_ne!(a, b);
    }
}
