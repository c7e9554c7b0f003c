//! Which requests are answered: those of the browser that was given the
//! reader's address, and no others.
//!
//! The reader starts programs, so a page of some other site must not reach it.
//! One guard stands around the whole router, and asks four questions about
//! every request. Does it name this computer as its `Host`? Otherwise a page
//! could use a name that was made to point here (DNS rebinding). Does the
//! browser say that another site's page has made it (`Sec-Fetch-Site`)? Does it
//! come from a page of ours (`Origin`), if it may change anything? Does it know
//! the secret of this start, from its address once or from then on in a cookie?

mod stop;
mod secret;

#[cfg(test)]
mod tests;

pub use stop::{ARRIVES, Stop};

use self::secret::{Ticket, new_secret, same_secret};
use self::stop::{
    NO_COOKIES, NO_SECRET, OLD_COOKIE, OLD_TOKEN, OTHER_HOST, OTHER_PAGE,
    OTHER_SITE,
};
use axum::http::header::{self, HeaderMap, HeaderName};
use axum::http::{Method, Uri};
use std::io;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// How a host may name this computer. Any port will do: behind `ssh -L`, or an
/// editor that forwards ports, it is the port of the other end.
const NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// What a request must know to be let in.
pub struct Guard {
    port: u16,
    /// 256 bits from the system, in hexadecimal, new at each start.
    token: String,
    /// What a browser that we start is given in place of the token, because
    /// everybody on this computer can read its command line.
    ticket: Mutex<Option<Ticket>>,
}

/// The mark of a connection: set if a request on it has been let in.
#[derive(Clone, Default)]
pub struct Admitted(pub Arc<AtomicBool>);

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
        let ticket = Ticket::new()?;
        let (port, value) = (self.port, &ticket.value);
        let url = format!("http://127.0.0.1:{port}/?ticket={value}");
        *self.ticket.lock().unwrap() = Some(ticket);
        Ok(url)
    }

    /// What the cookie holds that lets a browser in from then on.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Lets a request pass, or says what stops it.
    pub fn admit(
        &self,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<(), Stop> {
        // Is this computer meant? The target may name a host as well, which
        // must be the same: it is the one that counts.
        let host = only_value(headers, header::HOST).ok_or(OTHER_HOST)?;
        let same = |it: &str| it.eq_ignore_ascii_case(host);
        if !uri.authority().is_none_or(|it| same(it.as_str())) {
            return Err(OTHER_HOST);
        }
        let port = port_of(host).ok_or(OTHER_HOST)?;

        // Has a page of ours made the request, or else the reader?
        if comes_from_elsewhere(method, headers) {
            return Err(OTHER_SITE);
        }
        if method != Method::GET && method != Method::HEAD {
            let origin = only_value(headers, header::ORIGIN);
            if origin.and_then(|it| it.strip_prefix("http://")) != Some(host) {
                return Err(OTHER_PAGE);
            }
        }

        // Does it bring the cookie? Then a secret is taken out of its address.
        // A browser sends a cookie to all ports of a host, so the port is in
        // the cookie's name: as the browser has it, since two readers on other
        // computers may both have port 8019 there.
        let cookie = format!("taking-turns-{port}");
        let query = uri.query().unwrap_or_default();
        let part = |name: &str| {
            let mut parts = query.split('&');
            parts.find_map(|it| it.strip_prefix(name)?.strip_prefix('='))
        };
        let arrives = query == ARRIVES;
        let cookies = self.check_cookies(headers, &cookie);
        if cookies.contains(&true) {
            let shows =
                arrives || part("token").is_some() || part("ticket").is_some();
            return match shows && method == Method::GET {
                true => Err(Stop::Go(local_path(uri.path()))),
                false => Ok(()),
            };
        }

        // Does it know the secret by its address?
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

    /// For each cookie of this name, whether it holds the token. Other programs
    /// on this computer may have set cookies, also some that are not text.
    fn check_cookies(&self, headers: &HeaderMap, name: &str) -> Vec<bool> {
        let all = headers.get_all(header::COOKIE).into_iter();
        let pairs =
            all.flat_map(|it| it.as_bytes().split(|byte| *byte == b';'));
        let ours = pairs.filter_map(|pair| {
            let pair = str::from_utf8(pair).ok()?.trim();
            pair.strip_prefix(name)?.strip_prefix('=')
        });
        ours.map(|value| same_secret(value, &self.token)).collect()
    }

    /// Takes the ticket, if one was given out and it is still good.
    fn spend_ticket(&self, value: &str) -> Result<(), Stop> {
        let mut ticket = self.ticket.lock().unwrap();
        ticket.as_mut().ok_or(OLD_TOKEN)?.spend(value)
    }
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

/// A path that stays on this site. With two slashes it would begin with a host.
fn local_path(path: &str) -> String {
    format!("/{}", path.trim_start_matches(['/', '\\']))
}

/// Set if the browser says that a page of another site, or of another port, has
/// made the request. To go from there to here by a link does no harm. A request
/// without the header comes from no browser, or from a very old one.
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

fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The value of a header that is there once. Of two values, a program on the
/// way here may have believed the one, and this program the other.
fn only_value(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).into_iter();
    let value = values.next()?;
    values.next().is_none().then_some(value)?.to_str().ok()
}
