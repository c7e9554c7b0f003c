//! What to send, and where to.

use super::page::path;
use std::collections::HashMap;
use std::io::{self, Error, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;
use url::{Host, Position, Url};

/// The bytes that ask for `url`, and for the end of the connection after it.
///
/// ```
/// let url = "http://127.0.0.1:8000/a?b#c".parse().unwrap();
/// let request = String::from_utf8(lab::request(&url)).unwrap();
/// assert!(request.starts_with("GET /a?b HTTP/1.1\r\n"));
/// assert!(request.contains("\r\nHost: 127.0.0.1:8000\r\n"));
/// ```
pub fn request(url: &Url) -> Vec<u8> {
    let target = path(url);
    let host = &url[Position::BeforeHost..Position::AfterPort];
    format!(
        "GET {target} HTTP/1.1\r\n\
         Host: {host}\r\n\
         User-Agent: taking-turns\r\n\
         Accept-Encoding: identity\r\n\
         Connection: close\r\n\
         \r\n"
    )
    .into_bytes()
}

/// The address to connect to for `url`.
///
/// A name may stand for several addresses, of which some do not accept:
/// `localhost` is often `::1` first, where few servers listen. So the first
/// call for a name tries one address after the other and remembers the first
/// that accepts. It blocks as long as that takes; later calls only look up the
/// result.
///
/// # Errors
///
/// If the name is unknown, or if it stands for several addresses and none
/// accepts.
pub fn address(url: &Url) -> io::Result<SocketAddr> {
    static KNOWN: LazyLock<Mutex<HashMap<String, SocketAddr>>> =
        LazyLock::new(Mutex::default);

    // Other threads that want an address wait here: one of them asks for all.
    let mut known = KNOWN.lock().unwrap();
    let host = &url[Position::BeforeHost..Position::AfterPort];
    if let Some(address) = known.get(host) {
        return Ok(*address);
    }
    let address = first_that_accepts(&url.socket_addrs(|| None)?)?;
    known.insert(host.to_owned(), address);
    Ok(address)
}

/// Set if the site is on this machine, by what its host is called.
///
/// ```
/// let is_loopback = |url: &str| lab::is_loopback(&url.parse().unwrap());
/// assert!(is_loopback("https://localhost:8000/"));
/// assert!(is_loopback("http://[::1]/"));
/// assert!(!is_loopback("http://localhost.example.org/"));
/// ```
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// The first of `addresses` that accepts a connection. A single address is
/// given back untried.
fn first_that_accepts(addresses: &[SocketAddr]) -> io::Result<SocketAddr> {
    if let [only] = addresses {
        return Ok(*only);
    }
    let mut refused = Error::new(ErrorKind::NotFound, "host has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, Duration::from_secs(1)) {
            Ok(_) => return Ok(*address),
            Err(why) => refused = why,
        }
    }
    Err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn request_text(url: &str) -> String {
        String::from_utf8(request(&url.parse().unwrap())).unwrap()
    }

    #[test]
    fn a_request_names_the_path_with_its_query_and_the_host_with_its_port() {
        let text = request_text("http://user:word@example.org:81/a%20b/?c=d#e");
        assert!(text.starts_with("GET /a%20b/?c=d HTTP/1.1\r\n"), "{text}");
        assert!(text.contains("\r\nHost: example.org:81\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\n"), "{text}");
    }

    #[test]
    fn the_usual_port_is_not_named() {
        assert!(
            request_text("http://[::1]:80").contains("\r\nHost: [::1]\r\n")
        );
    }

    #[test]
    fn of_several_addresses_the_one_that_accepts_is_taken() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = gone.local_addr().unwrap();
        drop(gone);

        assert_eq!(first_that_accepts(&[closed, open]).unwrap(), open);
        assert_eq!(
            first_that_accepts(&[closed, closed]).unwrap_err().kind(),
            ErrorKind::ConnectionRefused
        );
        // A single address is given back untried.
        assert_eq!(first_that_accepts(&[closed]).unwrap(), closed);
    }

    #[test]
    fn an_address_may_be_a_number_of_either_kind() {
        let address = |url: &str| address(&url.parse().unwrap()).unwrap();
        assert_eq!(address("http://[::1]/"), "[::1]:80".parse().unwrap());
        assert_eq!(
            address("http://127.0.0.1:8080/"),
            "127.0.0.1:8080".parse().unwrap()
        );
    }
}
