//! 6-13 · One handshake for all pages: what a real client keeps.
//!
//!     cargo run -p with-tokio --bin 6-13-one-handshake
//!
//! Look at the handshakes: one for each page, and then one for all of them.

use http_body_util::BodyExt;
use hyper::Version;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use lab::{Site, Url};
use std::error::Error;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use with_tokio::{Authority, HttpClient, SecureSite, lane, waits_for};

fn main() {
    let site = Site::start();
    let runtime = Runtime::new().expect("a runtime");
    runtime.block_on(ask_in_three_ways(&site));
    site.finish();
}

async fn ask_in_three_ways(site: &Site) {
    let authority = Authority::new("an authority of our own");
    let secure = SecureSite::in_front_of(site, &authority).await;

    let mut roots = RootCertStore::empty();
    let stranger = client(&roots);
    let front = secure.url().as_str().parse().expect("a URL");
    let why = stranger.get(front).await.expect_err("it trusts nobody");
    println!("a stranger: {}", why.source().expect("a reason"));
    roots.add(authority.certificate()).expect("a certificate");

    print!("a client for each page: ");
    get_all(&secure, site.pages(8), || client(&roots)).await;
    print!("one client: ");
    let one = client(&roots);
    get_all(&secure, site.pages(8), || one.clone()).await;
}

/// A client that trusts the servers which these have certified.
fn client(roots: &RootCertStore) -> HttpClient {
    let tls = ClientConfig::builder().with_root_certificates(roots.clone());
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls.with_no_client_auth())
        .https_only()
        // The server is told both versions of HTTP, and takes one.
        .enable_all_versions()
        .build();
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Gets the front page, and then all others at once.
async fn get_all(
    secure: &SecureSite,
    pages: Vec<Url>,
    client: impl Fn() -> HttpClient,
) {
    let before = secure.handshakes();
    let mut pages = pages.iter().map(|page| secure.page(page));
    let front = get(client(), pages.next().expect("a front page"));
    let mut versions = vec![tokio::spawn(lane("", front)).await.unwrap()];
    let mut others = JoinSet::new();
    for page in pages {
        others.spawn(lane("", get(client(), page)));
    }
    versions.extend(others.join_all().await);

    versions.retain(|version| *version == Version::HTTP_2);
    let (over_http2, now) = (versions.len(), secure.handshakes());
    println!("{over_http2} pages over HTTP/2, handshakes: {}", now - before);
}

/// Gets a page. Gives back the version of HTTP in which it came.
async fn get(client: HttpClient, page: Url) -> Version {
    let answer = client.get(page.as_str().parse().expect("a URL"));
    let answer = waits_for("an answer", answer).await.expect("an answer");
    let version = answer.version();
    answer.into_body().collect().await.expect("a whole body");
    version
}
