//! Certificates, and hosts that are not there.

use super::{CRAWL, Server, html};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use trials::watchdog;
use with_tokio::Authority;

#[test]
fn a_certificate_that_is_not_to_be_trusted_is_named() {
    let [ours, other] = ["ours", "another"].map(Authority::new);
    let others = "the certificate is for an authority, and not for a host";
    for (tls, why) in [
        (self_signed(), others),
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

/// A server whose certificate is as most are that nobody has signed.
fn self_signed() -> ServerConfig {
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap()
}

#[test]
fn a_file_without_root_certificates_is_named() {
    let mut crawl = Command::new(CRAWL);
    crawl.args(["--site", "https://localhost:9/"]);
    crawl.env_remove("SSL_CERT_DIR").env("SSL_CERT_FILE", "/no/such/file");
    let ran = crawl.output().unwrap();
    let sentence = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{sentence}");
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    assert!(sentence.contains(" names /no/such/file, "), "{sentence}");
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
    let why = "no secure connection: the server speaks no TLS here\n";
    assert!(sentence.ends_with(why), "{sentence}");
    plain.end();
}
