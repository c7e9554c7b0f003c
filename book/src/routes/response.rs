//! What a page may be answered, besides a page.

use anyhow::Result;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::task::spawn_blocking;

/// What a page asked for, or why it does not get it.
pub type Answer<T = Response> = Result<T, Response>;

pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

pub fn as_json(value: &Value) -> Response {
    with_type("application/json", value.to_string())
}

pub fn as_svg(picture: String) -> Response {
    with_type("image/svg+xml", picture)
}

pub fn with_type(kind: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

pub fn refuse(status: StatusCode, why: &str) -> Response {
    (status, with_type("text/plain; charset=utf-8", why.to_owned()))
        .into_response()
}

pub fn not_there() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing of that name or number.")
}

/// Does what may take a while on another thread, so that it holds up no page.
pub async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Answer<T> {
    let result = spawn_blocking(work).await;
    // Something on the disk, most likely.
    result.unwrap_or_else(|why| Err(why.into())).map_err(|why| {
        let why = format!("That failed: {why:#}.");
        refuse(StatusCode::INTERNAL_SERVER_ERROR, &why)
    })
}
