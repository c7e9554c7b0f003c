//! A site behind TLS on this machine, and the authority that certifies it: so
//! that https can be shown and tested without a network.

use crate::fetch;
use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use lab::{Site, Url};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa,
    KeyPair, date_time_ymd,
};
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority that certifies hosts. Nobody trusts it who is not told to.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    /// A new one of this name, with a key of its own.
    pub fn new(name: &str) -> Authority {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key);
        Authority(issuer.expect("the parameters are in order"))
    }

    /// Its own certificate, for a client that is to trust it.
    pub fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// The same as a file, such as `SSL_CERT_FILE` names.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server needs to be `host`, up to the end of a year. It offers
    /// HTTP/2 and HTTP/1.1.
    pub fn certify(&self, host: &str, last_year: i32) -> ServerConfig {
        let params = CertificateParams::new([host.to_owned()]);
        let mut params = params.expect("a host");
        params.not_after = date_time_ymd(last_year, 12, 31);
        let key = KeyPair::generate().expect("a key");
        let signed = params.signed_by(&key, &self.0);
        let chain = vec![signed.expect("it signs").der().clone()];

        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        let mut config = config.expect("the key is that of the certificate");
        config.alpn_protocols = vec![b"h2".into(), b"http/1.1".into()];
        config
    }
}

/// A server that speaks TLS. It ends with the runtime that it runs on.
pub struct SecureSite {
    url: Url,
    handshakes: Arc<AtomicUsize>,
}

impl SecureSite {
    /// Starts one that fetches from the slow site whatever it is asked for.
    pub async fn in_front_of(site: &Site, authority: &Authority) -> SecureSite {
        let slow = site.url().clone();
        let tls = authority.certify("localhost", 4000);
        SecureSite::start(tls, move |request| pass_on(slow.clone(), request))
            .await
    }

    /// Starts one that answers as `answer` says.
    pub async fn start<F, B>(
        tls: ServerConfig,
        answer: impl Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    ) -> SecureSite
    where
        F: Future<Output = Response<B>> + Send + 'static,
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
            + Send
            + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("it is bound").port();
        let url = format!("https://localhost:{port}/");
        let handshakes = Arc::new(AtomicUsize::new(0));
        let counter = handshakes.clone();
        let tls = TlsAcceptor::from(Arc::new(tls));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, counter) = (tls.clone(), counter.clone());
                tokio::spawn(serve(tls, stream, counter, answer.clone()));
            }
        });
        SecureSite { url: url.parse().expect("a URL"), handshakes }
    }

    /// The address of its front page.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of the same page here.
    pub fn page(&self, url: &Url) -> Url {
        self.url.join(url.path()).expect("a path")
    }

    /// How many handshakes there have been: each costs a round trip, and
    /// computing on both sides.
    pub fn handshakes(&self) -> usize {
        self.handshakes.load(Relaxed)
    }
}

/// Serves one connection, in the protocol that the two have agreed on.
async fn serve<F, B>(
    tls: TlsAcceptor,
    stream: TcpStream,
    handshakes: Arc<AtomicUsize>,
    answer: impl Fn(Request<Incoming>) -> F + Send + Sync,
) where
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>>
        + Send
        + 'static,
{
    // A client that does not trust us has left.
    let Ok(stream) = tls.accept(stream).await else { return };
    handshakes.fetch_add(1, Relaxed);
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let service = service_fn(|request| {
        let answer = answer(request);
        async { Ok::<_, Infallible>(answer.await) }
    });
    // An error is the client's to report.
    let _ = if is_http2 {
        let server = http2::Builder::new(TokioExecutor::new());
        server.serve_connection(stream, service).await
    } else {
        http1::Builder::new().serve_connection(stream, service).await
    };
}

/// Fetches what is asked for from the slow site.
async fn pass_on(
    slow: Url,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let url = slow.join(request.uri().path()).expect("a path");
    let (status, body) = match fetch(&url).await {
        Ok(page) => (page.status, page.body),
        Err(lab::Failure::Status(status)) => (status, Vec::new()),
        Err(_) => (502, Vec::new()),
    };
    let mut response = Response::new(Full::from(body));
    *response.status_mut() = status.try_into().expect("a status");
    let html = HeaderValue::from_static("text/html");
    response.headers_mut().insert(CONTENT_TYPE, html);
    response
}
