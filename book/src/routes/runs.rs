//! Runs: starting a program, following it, stopping it.

use super::response::{
    Answer, as_json, as_svg, done, not_there, off_thread, refuse, with_type,
};
use crate::body::{Nothing, Sent};
use crate::reader::Reader;
use crate::runs::{Event, Order, Refused, Run, menu};
use axum::body::Bytes;
use axum::extract::{FromRequestParts, Path as Part, RawQuery, State};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap};
use axum::http::request::Parts;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde_json::json;
use std::convert::Infallible;
use std::sync::Arc;

pub async fn show_menu(State(reader): State<Arc<Reader>>) -> Response {
    as_json(&menu(reader.runs.tree()))
}

/// The runs that can be shown again.
pub async fn kept(State(reader): State<Arc<Reader>>) -> Response {
    as_json(&reader.runs.kept())
}

pub async fn start(State(reader): State<Arc<Reader>>, body: Bytes) -> Answer {
    let order = Order::parse(reader.runs.tree(), &body);
    let order = order.map_err(|why| refuse(StatusCode::BAD_REQUEST, &why))?;
    let of = reader.clone();
    let sources = off_thread(move || Ok(of.runs.read_sources())).await?;
    match reader.runs.start(order, sources) {
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
pub struct OneRun(Arc<Run>);

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
pub async fn events(OneRun(run): OneRun, headers: HeaderMap) -> Response {
    let seen = headers.get("last-event-id");
    let seen = seen.and_then(|id| id.to_str().ok()?.parse::<usize>().ok());
    // A number that no event has yet is not one of ours.
    let next = seen.filter(|seen| *seen < run.events());
    let next = next.map_or(0, |seen| seen + 1);
    if run.has_ended() && next == run.events() {
        // This answer tells the browser not to ask again.
        return done();
    }
    let stream = unfold(run.listen(next), async |mut listener| {
        let (number, event) = listener.next().await?;
        let (name, data) = match event {
            Event::Building(count) => ("building", json!(count)),
            Event::Running(after) => ("running", json!(after.as_millis())),
            Event::Output(text) => ("output", json!(text)),
            Event::End { how, ran, is_drawn, is_staged } => {
                let ms = ran.map(|ran| ran.as_millis() as u64);
                let (drawn, staged) = (is_drawn, is_staged);
                (
                    "end",
                    json!({
                        "how": how, "ms": ms, "drawn": drawn, "staged": staged,
                    }),
                )
            }
        };
        let event = sse::Event::default().id(number.to_string()).event(name);
        // As JSON, because a line end would end the field.
        Some((Ok::<_, Infallible>(event.data(data.to_string())), listener))
    });
    Sse::new(stream).keep_alive(KeepAlive::default()).into_response()
}

pub async fn stop(
    State(reader): State<Arc<Reader>>,
    Part(id): Part<u64>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    reader.runs.get(id).ok_or_else(not_there)?.stop();
    Ok(done())
}

/// The picture of a run; or, with `?with=ID`, with an earlier one of the same
/// program, on one axis.
pub async fn picture(
    State(reader): State<Arc<Reader>>,
    OneRun(run): OneRun,
    RawQuery(query): RawQuery,
) -> Answer {
    let before = match query.as_deref().unwrap_or_default() {
        "" => None,
        query => {
            let id = query.strip_prefix("with=").and_then(|id| id.parse().ok());
            let before = id.and_then(|id| reader.runs.get(id));
            Some(before.ok_or_else(not_there)?)
        }
    };
    let picture = off_thread(move || {
        Ok(match before {
            Some(before) if before.name != run.name => None,
            Some(before) => run.picture_after(&before),
            None => run.picture(),
        })
    });
    picture.await?.map(as_svg).ok_or_else(not_there)
}

/// The run, one event at a time.
pub async fn theatre(OneRun(run): OneRun) -> Answer {
    let theatre = off_thread(move || Ok(run.theatre())).await?;
    let theatre = theatre.ok_or_else(not_there)?;
    Ok(with_type("application/json", theatre))
}

/// The run's timeline as a file to save, for Perfetto.
pub async fn trace(OneRun(run): OneRun) -> Answer {
    let name = format!("attachment; filename=\"{}.json\"", run.name);
    let trace = off_thread(move || Ok(run.trace())).await?;
    let trace = as_json(&trace.ok_or_else(not_there)?);
    Ok(([(header::CONTENT_DISPOSITION, name)], trace).into_response())
}
