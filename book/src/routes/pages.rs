//! The pages of the book, what belongs to them, and what changes about them.

use super::response::with_type;
use crate::html::{self, with_reader};
use crate::layer::plain_page;
use crate::reader::Reader;
use axum::extract::State;
use axum::http::header::{self, HeaderValue};
use axum::http::{StatusCode, Uri};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use futures_util::stream::unfold;
use serde_json::json;
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

/// A page of the book, or what belongs to one.
pub async fn page(State(reader): State<Arc<Reader>>, uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    // Names as mdBook gives them: no way leads out of the folder.
    let odd = |part: &str| part.starts_with('.') || part.contains('\\');
    if path.split('/').any(odd) {
        return no_page();
    }
    let (edition, pages) = reader.press.pages();
    let mut file = pages.join(path);
    if file.is_dir() {
        if !path.is_empty() && !path.ends_with('/') {
            // Or every link on the page would lead one folder too high.
            return Redirect::permanent(&format!("/{path}/")).into_response();
        }
        file.push("index.html");
    }
    let Ok(bytes) = tokio::fs::read(&file).await else { return no_page() };
    let end = file.extension().and_then(|end| end.to_str());
    let kind = match end.unwrap_or_default() {
        "html" => {
            reader.note_page(path);
            let page = with_reader(&String::from_utf8_lossy(&bytes), edition);
            let policy = html::policy_for(&page);
            let kind = "text/html; charset=utf-8";
            let policy = (header::CONTENT_SECURITY_POLICY, policy);
            return ([policy], with_type(kind, page)).into_response();
        }
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => "text/plain; charset=utf-8",
    };
    let mut response = with_type(kind, bytes);
    if is_named_by_hash(&file) {
        // What is in it never changes, so that the next page needs not ask.
        let for_ever = "private, max-age=31536000, immutable";
        let for_ever = HeaderValue::from_static(for_ever);
        response.headers_mut().insert(header::CACHE_CONTROL, for_ever);
    }
    response
}

/// Set if a file's name ends with a hash of what is in it, `book-609e4cb8.js`,
/// as mdBook names styles, scripts and fonts.
fn is_named_by_hash(file: &Path) -> bool {
    let name = file.file_stem().and_then(|name| name.to_str());
    let hash = name.and_then(|name| Some(name.rsplit_once('-')?.1));
    hash.is_some_and(|hash| {
        hash.len() == 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

fn no_page() -> Response {
    let page = plain_page(
        "",
        "<h1>Not found</h1>\n<p>There is no such page in <a href=\"/\">the \
         book</a>.</p>",
    );
    (StatusCode::NOT_FOUND, page).into_response()
}

pub async fn style() -> Response {
    with_type("text/css; charset=utf-8", html::STYLE)
}

pub async fn script() -> Response {
    with_type("text/javascript; charset=utf-8", html::SCRIPT)
}

/// All exercises, at once and whenever something changes about them; and which
/// pages have changed.
pub async fn stream_changes(State(reader): State<Arc<Reader>>) -> Response {
    let listeners = (reader.desk.listen(), reader.press.listen());
    let stream = unfold(listeners, async |(mut exercises, mut pages)| {
        let (name, data) = tokio::select! {
            changed = exercises.changed() => {
                changed.ok()?;
                ("exercises", exercises.borrow_and_update().clone())
            }
            changed = pages.changed() => {
                changed.ok()?;
                ("pages", json!(*pages.borrow_and_update()).to_string())
            }
        };
        let event = sse::Event::default().event(name).data(data);
        Some((Ok::<_, Infallible>(event), (exercises, pages)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_by_its_hash_is_kept_by_browsers() {
        for name in
            ["css/chrome-d279d366.css", "fonts/a-v17-300-7736aa35.woff2"]
        {
            assert!(is_named_by_hash(Path::new(name)), "{name}");
        }
        for name in ["1-threads/1-3-lost-race.html", "recorded/threads.svg"] {
            assert!(!is_named_by_hash(Path::new(name)), "{name}");
        }
    }
}
