//! Text is sent compressed to a browser that takes it so: the first page, with
//! all that belongs to it, has half a megabyte.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use miniz_oxide::deflate::compress_to_vec_zlib;
use tokio::task::spawn_blocking;

/// What is compressed. An event stream is none of these: each event has to be
/// sent when it comes.
const TEXTS: [&str; 5] = [
    "text/html",
    "text/css",
    "text/javascript",
    "application/json",
    "image/svg+xml",
];

/// What is shorter than this fits in one packet as it is.
const LEAST: usize = 1024;

/// From 1, fast, to 9, small. From 6 on little is gained.
const LEVEL: u8 = 6;

/// Compresses an answer, if the browser takes it so and it gains by that.
pub async fn compress(request: Request, next: Next) -> Response {
    let takes_it = takes_deflate(request.headers());
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !takes_it || !TEXTS.iter().any(|text| kind.starts_with(text)) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // All of these are made before they are sent, so nothing is waited for.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return head.status.into_response();
    };
    if bytes.len() < LEAST {
        return Response::from_parts(head, Body::from(bytes));
    }
    // It takes some milliseconds, in which other pages must not wait.
    let small = spawn_blocking(move || compress_to_vec_zlib(&bytes, LEVEL));
    let small = small.await.expect("to compress does not panic");
    head.headers.remove(header::CONTENT_LENGTH);
    let deflate = HeaderValue::from_static("deflate");
    head.headers.insert(header::CONTENT_ENCODING, deflate);
    let vary = HeaderValue::from_static("accept-encoding");
    head.headers.insert(header::VARY, vary);
    Response::from_parts(head, Body::from(small))
}

/// Set if the browser says so: `gzip, deflate, br`. A weight of zero is a no.
fn takes_deflate(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING);
    let accepted = accepted.and_then(|it| it.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight.trim().strip_prefix("q=");
        let is_no = weight.is_some_and(|it| it.parse() == Ok(0.0));
        name.trim() == "deflate" && !is_no
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_browser_that_says_so_gets_it_compressed() {
        for (accepts, is) in [
            ("gzip, deflate, br, zstd", true),
            ("gzip,deflate;q=0.5", true),
            ("deflate;q=0", false),
            ("deflate; q=0.0", false),
            ("gzip", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            assert!(!takes_deflate(&headers));
            let value = HeaderValue::from_static(accepts);
            headers.insert(header::ACCEPT_ENCODING, value);
            assert_eq!(takes_deflate(&headers), is, "{accepts}");
        }
    }
}
