//! Why there was no answer: the errors of hyper and rustls, in the words of
//! every report.

use lab::Failure;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter::successors;
use tokio_rustls::rustls::{self, AlertDescription, CertificateError};

/// Why no answer has begun.
pub(super) fn no_answer(why: &(dyn Error + 'static)) -> Failure {
    failure(why, Failure::NoAnswer)
}

/// Why an answer has not come to its end. If it has broken off, that is a
/// `cut`.
pub(super) fn no_body(why: &(dyn Error + 'static), cut: Failure) -> Failure {
    failure(why, cut)
}

/// Finds the first error that says something, from the outermost to its cause,
/// and the cause of that.
fn failure(why: &(dyn Error + 'static), end: Failure) -> Failure {
    let chain = || successors(Some(why), |why| cause(*why));
    let known = chain().find_map(|why| {
        let http = why.downcast_ref::<hyper::Error>();
        let system = why.downcast_ref::<io::Error>();
        let tls = why.downcast_ref::<rustls::Error>();
        match (http, system, tls) {
            (Some(http), ..) if http.is_incomplete_message() => {
                Some(end.clone())
            }
            (Some(http), ..) if http.is_parse_too_large() => {
                Some(Failure::HugeHeader)
            }
            (Some(http), ..) if http.is_parse() => Some(Failure::NotHttp),
            // One that carries another is told by that.
            (_, Some(system), _) if system.get_ref().is_none() => {
                Some(Failure::from(again(system)))
            }
            (_, Some(system), _)
                if system.kind() == ErrorKind::UnexpectedEof =>
            {
                Some(end.clone())
            }
            (.., Some(tls)) => Some(Failure::Tls(describe_tls(tls))),
            _ => None,
        }
    });
    known.unwrap_or_else(|| {
        let last = chain().last().expect("the first is there");
        Failure::System(last.to_string().to_lowercase())
    })
}

/// What has caused an error. One of the system that carries another does not
/// name it, but the cause of that.
fn cause<'a>(
    why: &'a (dyn Error + 'static),
) -> Option<&'a (dyn Error + 'static)> {
    let carried = why.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    match carried {
        Some(inner) => Some(inner),
        None => why.source(),
    }
}

/// The same error once more: it cannot be cloned.
fn again(why: &io::Error) -> io::Error {
    match why.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(why.kind(), why.to_string()),
    }
}

fn describe_tls(why: &rustls::Error) -> String {
    match why {
        rustls::Error::InvalidCertificate(why) => describe_certificate(why),
        rustls::Error::InvalidMessage(_) => {
            "the server speaks no TLS here".to_owned()
        }
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "the server speaks no version of TLS that is safe".to_owned()
        }
        _ => why.to_string(),
    }
}

fn describe_certificate(why: &CertificateError) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext,
        NotValidYet, NotValidYetContext, UnknownIssuer,
    };

    let what = match why {
        Expired | ExpiredContext { .. } => "the certificate has expired",
        NotValidYet | NotValidYetContext { .. } => {
            "the certificate is not valid yet"
        }
        NotValidForName | NotValidForNameContext { .. } => {
            "the certificate is for another host"
        }
        UnknownIssuer => {
            "the certificate comes from no authority that is trusted"
        }
        // As it is in most that somebody has made for a host of his own.
        CertificateError::Other(why)
            if why.to_string() == "CaUsedAsEndEntity" =>
        {
            "the certificate is for an authority, and not for a host"
        }
        _ => return format!("the certificate is not in order: {why}"),
    };
    what.to_owned()
}
