//! Certificates, and hosts that are not there.

use super::{CRAWL, Server, html};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;
use trials::watchdog;
use with_tokio::Authority;

#[test]
fn a_certificate_that_is_not_to_be_trusted_is_named() {
    let [ours, other] = ["ours", "another"].map(Authority::new);
    for (tls, why) in [
        (
            other.certify("localhost", 4000),
            "the certificate comes from no authority that is trusted",
        ),
        (ours.certify("localhost", 2020), "the certificate has expired"),
        (
            ours.certify("example.org", 4000),
            "the certificate is for another host",
        ),
    ] {
        let server = Server::with(&ours, tls, |_, _| html("a secret"));
        let sentence = server.fail("", "--retries 10");
        let why = format!("no secure connection: {why}\n");
        assert!(sentence.ends_with(&why), "{sentence}");
        assert!(server.asked.lock().unwrap().is_empty());
    }
}

/// Crawls a site that is not there. Gives back the sentence.
fn crawl_nothing(url: &str) -> String {
    let mut crawl = Command::new(CRAWL);
    crawl.args(["--retries", "1", "--site", url]);
    let ran = watchdog::run(&mut crawl, Duration::from_secs(60));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(ran.status.code(), Some(1), "{}", ran.stdout);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    ran.stderr
}

#[test]
fn a_port_that_nobody_listens_on_is_refused() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let sentence = crawl_nothing(&format!("https://{address}/"));
    assert!(sentence.ends_with(": connection refused\n"), "{sentence}");
}

#[test]
fn a_name_that_nobody_has_is_looked_up_in_vain() {
    // An empty part in a name is refused before anybody is asked.
    let sentence = crawl_nothing("http://no..body/");
    assert!(sentence.contains("failed to lookup address"), "{sentence}");
}

#[test]
fn what_speaks_no_tls_is_no_secure_site() {
    let plain = lab::Site::in_thread(lab::Shape::default());
    let port = plain.url().port().unwrap();
    let sentence = crawl_nothing(&format!("https://localhost:{port}/"));
    assert!(sentence.contains("no secure connection: "), "{sentence}");
    plain.end();
}
