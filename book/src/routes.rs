//! The live reader's routes: what a page may ask for, and what it gets.

use crate::body::{Nothing, Sent};
use crate::connections;
use crate::exercises::{Desk, Solution};
use crate::guard::Guard;
use crate::html::{self, with_reader};
use crate::layer::{guard, plain_page};
use crate::press::Press;
use crate::runs::{Event, Order, Refused, Run, Runs, menu};
use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path as Part, State};
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use tokio::task::spawn_blocking;

/// What the routes share.
pub struct Reader {
    pub runs: Runs,
    pub desk: Arc<Desk>,
    pub press: Press,
}

/// Every route there is, behind the guard.
pub fn router(reader: Arc<Reader>, door: Guard) -> Router {
    Router::new()
        .route("/live/style.css", get(style))
        .route("/live/script.js", get(script))
        .route("/live/news", get(stream_changes))
        .route("/live/exercises/{name}/check", post(check))
        .route("/live/exercises/{name}/hint", post(hint))
        .route("/live/exercises/{name}/solution", post(solution))
        .route("/live/exercises/{name}/answer", get(answer))
        .route("/live/exercises/{name}/picture", get(exercise_picture))
        .route("/live/menu", get(show_menu))
        .route("/live/runs", get(kept))
        .route("/live/runs", post(start))
        .route("/live/runs/{id}/events", get(events))
        .route("/live/runs/{id}/stop", post(stop))
        .route("/live/runs/{id}/picture", get(picture))
        .route("/live/runs/{id}/trace", get(trace))
        .fallback(get(page))
        .with_state(reader)
        .layer(from_fn(connections::whole))
        .layer(from_fn_with_state(Arc::new(door), guard))
}

/// A page of the book, or what belongs to one.
async fn page(State(reader): State<Arc<Reader>>, uri: Uri) -> Response {
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

impl Reader {
    /// Notes where the reader is, without holding up the page.
    fn note_page(&self, path: &str) {
        let not_pages =
            ["", "index.html", "print.html", "toc.html", "404.html"];
        if !not_pages.contains(&path) {
            let (desk, path) = (self.desk.clone(), path.to_owned());
            spawn_blocking(move || desk.note_page(&path));
        }
    }
}

/// All exercises, at once and whenever something changes about them; and which
/// pages have changed.
async fn stream_changes(State(reader): State<Arc<Reader>>) -> Response {
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

/// The desk, and the number of the exercise that the path names.
struct OneExercise(Arc<Desk>, usize);

impl FromRequestParts<Arc<Reader>> for OneExercise {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        reader: &Arc<Reader>,
    ) -> Answer<OneExercise> {
        let name = Part::<String>::from_request_parts(parts, reader).await;
        let Part(name) = name.map_err(IntoResponse::into_response)?;
        let n = reader.desk.find(&name).ok_or_else(not_there)?;
        Ok(OneExercise(reader.desk.clone(), n))
    }
}

async fn check(
    OneExercise(desk, n): OneExercise,
    Sent(Nothing {}): Sent<Nothing>,
) -> Response {
    desk.hand_in(n);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    /// How many have been looked at.
    hints: usize,
}

async fn hint(
    OneExercise(desk, n): OneExercise,
    Sent(Hints { hints }): Sent<Hints>,
) -> Answer {
    if hints > 9 {
        return Err(refuse(StatusCode::BAD_REQUEST, "hints is at most 9."));
    }
    off_thread(move || desk.note_hints(n, hints)).await?;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// Set if the solution is wanted before the exercise is solved.
    anyway: bool,
}

async fn solution(
    OneExercise(desk, n): OneExercise,
    Sent(Wish { anyway }): Sent<Wish>,
) -> Answer {
    let solution = off_thread(move || desk.solution(n, anyway)).await?;
    let not_yet = || refuse(StatusCode::CONFLICT, "It is not solved yet.");
    let Solution { idea, difference } = solution.ok_or_else(not_yet)?;
    Ok(as_json(&json!({"idea": idea, "difference": difference})))
}

/// The reader's file.
async fn answer(OneExercise(desk, n): OneExercise) -> Answer {
    Ok(as_json(&off_thread(move || desk.answer(n)).await?))
}

async fn exercise_picture(OneExercise(desk, n): OneExercise) -> Answer {
    desk.picture(n).map(as_svg).ok_or_else(not_there)
}

/// Does what may take a while on another thread, so that it holds up no page.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Answer<T> {
    let result = spawn_blocking(work).await;
    // Something on the disk, most likely.
    result.unwrap_or_else(|why| Err(why.into())).map_err(|why| {
        let why = format!("That failed: {why:#}.");
        refuse(StatusCode::INTERNAL_SERVER_ERROR, &why)
    })
}

async fn style() -> Response {
    with_type("text/css; charset=utf-8", html::STYLE)
}

async fn script() -> Response {
    with_type("text/javascript; charset=utf-8", html::SCRIPT)
}

async fn show_menu(State(reader): State<Arc<Reader>>) -> Response {
    as_json(&menu(reader.runs.tree()))
}

/// The runs that can be shown again.
async fn kept(State(reader): State<Arc<Reader>>) -> Response {
    as_json(&reader.runs.kept())
}

async fn start(State(reader): State<Arc<Reader>>, body: Bytes) -> Answer {
    let order = Order::parse(reader.runs.tree(), &body);
    let order = order.map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?;
    match reader.runs.start(order) {
        Ok(id) => Ok(as_json(&json!({ "run": id }))),
        Err(Refused::Busy) => Err(refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "Four programs run already. Stop one, or wait for it.",
        )),
        Err(Refused::Failed(why)) => Err(refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!("Cargo cannot be started: {why}."),
        )),
    }
}

/// The run that the path names.
struct OneRun(Arc<Run>);

impl FromRequestParts<Arc<Reader>> for OneRun {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        reader: &Arc<Reader>,
    ) -> Answer<OneRun> {
        let id = Part::<u64>::from_request_parts(parts, reader).await;
        let Part(id) = id.map_err(IntoResponse::into_response)?;
        reader.runs.get(id).map(OneRun).ok_or_else(not_there)
    }
}

/// The events of a run, from the first that the page has not seen.
async fn events(OneRun(run): OneRun, headers: HeaderMap) -> Response {
    let seen = headers.get("last-event-id");
    let seen = seen.and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    // A number that we have not given is none.
    let next = seen.filter(|seen| *seen < run.events());
    let next = next.map_or(0, |seen| seen + 1);
    if run.has_ended() && next == run.events() {
        // So that the browser does not ask again.
        return done();
    }
    let stream = unfold(run.listen(next), async |mut listener| {
        let (number, event) = listener.next().await?;
        let (name, data) = match event {
            Event::Building(count) => ("building", json!(count)),
            Event::Running(after) => ("running", json!(after.as_millis())),
            Event::Output(text) => ("output", json!(text)),
            Event::End { how, is_drawn } => {
                ("end", json!({ "how": how, "drawn": is_drawn }))
            }
        };
        let event = sse::Event::default().id(number.to_string()).event(name);
        // As JSON, because a line end would end the field.
        Some((Ok::<_, Infallible>(event.data(data.to_string())), listener))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

async fn stop(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    reader.runs.get(id).ok_or_else(not_there)?.stop();
    Ok(done())
}

async fn picture(OneRun(run): OneRun) -> Answer {
    let picture = off_thread(move || Ok(run.picture())).await?;
    picture.map(as_svg).ok_or_else(not_there)
}

/// The run's timeline as a file to save, for Perfetto.
async fn trace(OneRun(run): OneRun) -> Answer {
    let name = format!("attachment; filename=\"{}.json\"", run.name);
    let trace = off_thread(move || Ok(run.trace())).await?;
    let trace = as_json(&trace.ok_or_else(not_there)?);
    Ok(([(header::CONTENT_DISPOSITION, name)], trace).into_response())
}

/// What a page asked for, or why it does not get it.
type Answer<T = Response> = Result<T, Response>;

fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn as_json(value: &Value) -> Response {
    with_type("application/json", value.to_string())
}

fn as_svg(picture: String) -> Response {
    with_type("image/svg+xml", picture)
}

fn with_type(kind: &'static str, body: impl IntoResponse) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    (status, with_type("text/plain; charset=utf-8", why.to_owned()))
        .into_response()
}

fn no_page() -> Response {
    let page = plain_page(
        "",
        "<h1>Not found</h1>\n<p>There is no such page in <a href=\"/\">the \
         book</a>.</p>",
    );
    (StatusCode::NOT_FOUND, page).into_response()
}

fn not_there() -> Response {
    refuse(StatusCode::NOT_FOUND, "There is nothing of that name or number.")
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
