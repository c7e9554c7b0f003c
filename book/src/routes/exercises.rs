//! The exercises: handing in an answer, hints, solutions.

use super::response::{
    Answer, as_json, as_svg, done, not_there, off_thread, refuse,
};
use crate::body::{Nothing, Sent};
use crate::desk::Desk;
use crate::reader::Reader;
use axum::extract::{FromRequestParts, Path as Part};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use exercises::Solution;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// The desk, and the number of the exercise that the path names.
pub struct OneExercise(pub Arc<Desk>, pub usize);

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

pub async fn check(
    OneExercise(desk, n): OneExercise,
    Sent(Nothing {}): Sent<Nothing>,
) -> Response {
    desk.hand_in(n);
    done()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hints {
    /// How many have been looked at.
    hints: usize,
}

pub async fn hint(
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
pub struct Wish {
    /// Set if the solution is wanted before the exercise is solved.
    anyway: bool,
}

pub async fn solution(
    OneExercise(desk, n): OneExercise,
    Sent(Wish { anyway }): Sent<Wish>,
) -> Answer {
    let solution = off_thread(move || desk.solution(n, anyway)).await?;
    let not_yet = || refuse(StatusCode::CONFLICT, "It is not solved yet.");
    let Solution { idea, difference } = solution.ok_or_else(not_yet)?;
    Ok(as_json(&json!({"idea": idea, "difference": difference})))
}

/// The reader's file.
pub async fn answer(OneExercise(desk, n): OneExercise) -> Answer {
    Ok(as_json(&off_thread(move || desk.answer(n)).await?))
}

pub async fn picture(OneExercise(desk, n): OneExercise) -> Answer {
    desk.picture(n).map(as_svg).ok_or_else(not_there)
}
