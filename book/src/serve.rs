//! The live reader: pages, and runs.

use crate::body::{Nothing, Sent};
use crate::connections;
use crate::exercises::{Desk, Solution};
use crate::guard::{Guard, guard, plain_page};
use crate::html::{self, with_reader};
use crate::press::Press;
use crate::runs::{Event, Order, Refused, Runs, menu};
use crate::tree::Tree;
use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Part, State};
use axum::http::header::{self, HeaderMap};
use axum::http::{StatusCode, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures_util::stream::unfold;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::env;
use std::future::pending;
use std::io::{ErrorKind, Write, stderr, stdout};
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use trials::watchdog;

/// The port that the reader listens on, unless another program does.
const PORT: u16 = 8019;

/// What the routes share.
struct Reader {
    runs: Runs,
    desk: Arc<Desk>,
    press: Press,
}

/// Serves the pages and runs programs, until `stopped` is ready. What the
/// programs record goes into `folder`.
pub async fn serve(
    tree: Tree,
    press: Press,
    folder: &Path,
    stopped: impl Future<Output = ()>,
) -> Result<()> {
    let listener = match TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await {
        Err(why) if why.kind() == ErrorKind::AddrInUse => {
            let note = format!("Port {PORT} is taken; here is another one.\n");
            print_to_terminal(&note);
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        other => other,
    };
    let listener = listener.context("cannot listen")?;
    let door = Guard::new(listener.local_addr()?.port())
        .context("cannot make a secret")?;
    let url = door.url();
    let note =
        format!("The book is open at\n\n    {url}\n\nCtrl-C closes it.\n");
    print_to_terminal(&note);
    open_browser(&door);

    let desk = Desk::open(&tree)?;
    let runs = Runs::new(tree, folder);
    let reader = Arc::new(Reader { runs, desk: desk.clone(), press });
    let ahead = build_ahead(reader.runs.tree().clone());
    tokio::select! {
        never = connections::serve(listener, router(reader.clone(), door)) => {
            match never {}
        }
        () = stopped => {}
        // It never ends, either: it waits when it has built all.
        () = ahead => {}
        () = desk.watch() => {}
        () = reader.press.watch() => {}
    }
    reader.runs.stop_all().await;
    // Answers that are being judged.
    watchdog::end_all();
    Ok(())
}

/// Prints it, or not, if nothing reads it any more: `head` may have ended.
fn print_to_terminal(note: &str) {
    let _ = stdout().write_all(note.as_bytes());
}

/// Every route there is, behind the guard.
fn router(reader: Arc<Reader>, door: Guard) -> Router {
    Router::new()
        .route("/live/style.css", get(style))
        .route("/live/script.js", get(script))
        .route("/live/news", get(news))
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
            let policy = html::policy(&page);
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
    with_type(kind, bytes)
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
async fn news(State(reader): State<Arc<Reader>>) -> Response {
    let listeners = (reader.desk.listen(), reader.press.news());
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

async fn check(
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    let n = reader.desk.find(&name).ok_or_else(not_there)?;
    reader.desk.hand_in(n);
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hints {
    /// How many have been looked at.
    hints: usize,
}

async fn hint(
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
    Sent(Hints { hints }): Sent<Hints>,
) -> Answer {
    if hints > 9 {
        return Err(refuse(StatusCode::BAD_REQUEST, "hints is at most 9."));
    }
    let desk = reader.desk.clone();
    let n = desk.find(&name).ok_or_else(not_there)?;
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
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
    Sent(Wish { anyway }): Sent<Wish>,
) -> Answer {
    let desk = reader.desk.clone();
    let n = desk.find(&name).ok_or_else(not_there)?;
    let solution = off_thread(move || desk.solution(n, anyway)).await?;
    let not_yet = || refuse(StatusCode::CONFLICT, "It is not solved yet.");
    let Solution { idea, difference } = solution.ok_or_else(not_yet)?;
    Ok(as_json(&json!({"idea": idea, "difference": difference})))
}

/// The reader's file.
async fn answer(
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
) -> Answer {
    let desk = reader.desk.clone();
    let n = desk.find(&name).ok_or_else(not_there)?;
    Ok(as_json(&off_thread(move || desk.answer(n)).await?))
}

async fn exercise_picture(
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
) -> Answer {
    let n = reader.desk.find(&name).ok_or_else(not_there)?;
    reader.desk.picture(n).map(as_svg).ok_or_else(not_there)
}

/// Does what may take a while on another thread, so that it holds up no page.
async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T, Response> {
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

/// The events of a run, from the first that the page has not seen.
async fn events(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
    headers: HeaderMap,
) -> Answer {
    let run = reader.runs.get(id).ok_or_else(not_there)?;
    let seen = headers.get("last-event-id");
    let seen = seen.and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    // A number that we have not given is none.
    let next = seen.filter(|seen| *seen < run.events());
    let next = next.map_or(0, |seen| seen + 1);
    if run.has_ended() && next == run.events() {
        // So that the browser does not ask again.
        return Ok(done());
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
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()).into_response())
}

async fn stop(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    reader.runs.get(id).ok_or_else(not_there)?.stop();
    Ok(done())
}

async fn picture(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
) -> Answer {
    let run = reader.runs.get(id).ok_or_else(not_there)?;
    let picture = off_thread(move || Ok(run.picture())).await?;
    picture.map(as_svg).ok_or_else(not_there)
}

/// The run's timeline as a file to save, for Perfetto.
async fn trace(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
) -> Answer {
    let run = reader.runs.get(id).ok_or_else(not_there)?;
    let name = format!("attachment; filename=\"{}.json\"", run.name);
    let trace = off_thread(move || Ok(run.trace())).await?;
    let trace = as_json(&trace.ok_or_else(not_there)?);
    Ok(([(header::CONTENT_DISPOSITION, name)], trace).into_response())
}

/// What a page asked for, or why it does not get it.
type Answer = Result<Response, Response>;

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

/// Opens the address if there is a browser to open it.
fn open_browser(door: &Guard) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let screen = ["DISPLAY", "WAYLAND_DISPLAY"];
    let screen = screen.iter().any(|name| env::var_os(name).is_some());
    // The address is printed: without a browser here, it can still be used.
    if (cfg!(target_os = "macos") || screen)
        && let Ok(url) = door.url_with_ticket()
    {
        let _ = Command::new(opener)
            .arg(url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
    }
}

/// Builds the rungs, one after another, so that the first Run need not wait.
async fn build_ahead(tree: Tree) {
    for rung in &tree.rungs {
        // As Run will: another selection of packages would build other things.
        let built = Command::new(env!("CARGO"))
            .args(["build", "-q", "--bins", "-p", &rung.package])
            .current_dir(&tree.root)
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .status();
        if !built.await.is_ok_and(|status| status.success()) {
            let folder = &rung.folder;
            let _ = writeln!(
                stderr(),
                "{folder} does not compile; Run will say why."
            );
        }
    }
    pending::<()>().await;
}

/// Is ready when a signal asks this process to end. From the call on, not only
/// from the first poll, such a signal does not end it by itself.
///
/// # Errors
///
/// If the system cannot hand on signals.
pub fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    })
}
