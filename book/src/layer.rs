//! The guard as a layer around the router, and the pages that it answers with.

use crate::guard::{ARRIVES, Admitted, Guard, Stop};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The guard as axum calls it.
pub async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, uri) = (request.method(), request.uri());
    let admitted = request.extensions().get::<Admitted>();
    let mut response = match guard.admit(method, uri, request.headers()) {
        Ok(()) => {
            admitted.inspect(|it| it.0.store(true, Ordering::Relaxed));
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
    // Every answer tells the browser to be careful with it.
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
    let token = guard.token();
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
