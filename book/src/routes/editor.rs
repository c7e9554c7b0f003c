//! A file of ours in the reader's editor. A page names whose file it is; there
//! is no way to say which.

use super::exercises::OneExercise;
use super::response::{Answer, as_json, done, not_there, refuse};
use crate::body::{Nothing, Sent};
use crate::reader::Reader;
use axum::extract::{Path as Part, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

/// How a page can have a file opened: by a link, or by asking for it.
pub async fn show(State(reader): State<Arc<Reader>>) -> Response {
    let root = reader.runs.tree().root.display().to_string();
    let link = reader.editor.link().map(|start| format!("{start}{root}/"));
    as_json(&json!({"link": link, "program": reader.editor.program()}))
}

pub async fn open_program(
    State(reader): State<Arc<Reader>>,
    Part(name): Part<String>,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    let tree = reader.runs.tree();
    let program = tree.program(&name).ok_or_else(not_there)?;
    Ok(open(&reader, &tree.root.join(tree.source_of(program))))
}

pub async fn open_exercise(
    State(reader): State<Arc<Reader>>,
    OneExercise(desk, n): OneExercise,
    Sent(Nothing {}): Sent<Nothing>,
) -> Answer {
    Ok(open(&reader, &desk.file(n)))
}

fn open(reader: &Reader, file: &Path) -> Response {
    let failed = StatusCode::INTERNAL_SERVER_ERROR;
    match reader.editor.open(file) {
        Ok(true) => done(),
        Ok(false) => {
            let why = "It is not known how your editor is opened from here.";
            refuse(StatusCode::CONFLICT, why)
        }
        Err(why) => {
            refuse(failed, &format!("Your editor cannot be started: {why}."))
        }
    }
}
