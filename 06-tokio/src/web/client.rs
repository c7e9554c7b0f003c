//! The client: hyper speaks HTTP/1.1 and HTTP/2, rustls TLS.

use super::answer::Answer;
use super::why;
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{ACCEPT_ENCODING, HeaderValue, USER_AGENT};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use lab::http::MOST_HEADER;
use lab::{Failure, Url};
use std::env;
use std::io;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;

/// A client of hyper's, with TLS, whose requests have no body.
pub type HttpClient =
    legacy::Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// Makes a client. It speaks HTTP/2 with a server that offers it, and keeps at
/// most `idle` connections that nothing is asked over.
///
/// It trusts the root certificates of the system, or those in the file that
/// `SSL_CERT_FILE` names. So a company's own certificates count, and those that
/// the system no longer trusts do not: a list in the program would know of
/// neither.
///
/// # Errors
///
/// If there are no root certificates.
fn http_client(idle: usize) -> io::Result<HttpClient> {
    let connector = HttpsConnectorBuilder::new()
        .with_provider_and_native_roots(ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let client = legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(idle)
        .http1_max_buf_size(MOST_HEADER)
        // A longer one is an error of the protocol here, and not told from
        // others. So this is far more than what we take.
        .http2_max_header_list_size(16 * MOST_HEADER as u32)
        .build(connector);
    Ok(client)
}

/// The client of a crawl.
pub(super) struct Client {
    /// Or why there is none: each page says so then.
    http: Result<HttpClient, Failure>,
    /// Who asks.
    agent: HeaderValue,
}

/// The name by which `robots.txt` may call us.
pub(super) const NAME: &str = "taking-turns";

impl Client {
    /// A client for as many requests at once, on behalf of somebody who can be
    /// reached at `contact`.
    pub fn new(at_once: usize, contact: Option<&str>) -> Client {
        let version = env!("CARGO_PKG_VERSION");
        let agent = match contact {
            Some(contact) => format!("{NAME}/{version} (+{contact})"),
            None => format!("{NAME}/{version}"),
        };
        let http = http_client(at_once).map_err(|_| {
            Failure::Tls(match env::var_os("SSL_CERT_FILE") {
                Some(file) => format!(
                    "SSL_CERT_FILE names {}, and no root certificate is there",
                    file.display()
                ),
                None => "no root certificates are installed; SSL_CERT_FILE \
                         can name a file with some"
                    .to_owned(),
            })
        });
        let agent = agent.try_into().expect("plain characters");
        Client { http, agent }
    }

    /// Gets an answer, whatever its status is, and its whole body. Dropping the
    /// future ends the request.
    pub async fn get(&self, url: &Url) -> Result<Answer, Failure> {
        let http = self.http.as_ref().map_err(Failure::clone)?;
        let uri: Uri = url
            .as_str()
            .parse()
            .map_err(|_| Failure::Unsupported("such a URL".to_owned()))?;
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, self.agent.clone());
        // No other coding is undone here.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));

        let response = http.request(request).await;
        Answer::read(response.map_err(|why| why::no_answer(&why))?).await
    }
}
