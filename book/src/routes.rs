//! The live reader's routes: what a page may ask for, and what it gets.

mod response;
mod pages;
mod exercises;
mod runs;
mod editor;

use crate::compressed::compress;
use crate::connections;
use crate::guard::Guard;
use crate::layer::guard;
use crate::reader::Reader;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use std::sync::Arc;

/// Every route there is, behind the guard.
pub fn router(reader: Arc<Reader>, door: Guard) -> Router {
    Router::new()
        .route("/live/style.css", get(pages::style))
        .route("/live/script.js", get(pages::script))
        .route("/live/news", get(pages::stream_changes))
        .route("/live/exercises/{name}/check", post(exercises::check))
        .route("/live/exercises/{name}/hint", post(exercises::hint))
        .route("/live/exercises/{name}/solution", post(exercises::solution))
        .route("/live/exercises/{name}/answer", get(exercises::answer))
        .route("/live/exercises/{name}/picture", get(exercises::picture))
        .route("/live/exercises/{name}/open", post(editor::open_exercise))
        .route("/live/programs/{name}/open", post(editor::open_program))
        .route("/live/editor", get(editor::show))
        .route("/live/menu", get(runs::show_menu))
        .route("/live/runs", get(runs::kept))
        .route("/live/runs", post(runs::start))
        .route("/live/runs/{id}/events", get(runs::events))
        .route("/live/runs/{id}/stop", post(runs::stop))
        .route("/live/runs/{id}/picture", get(runs::picture))
        .route("/live/runs/{id}/theatre", get(runs::theatre))
        .route("/live/runs/{id}/trace", get(runs::trace))
        .fallback(get(pages::page))
        .with_state(reader)
        .layer(from_fn(compress))
        .layer(from_fn(connections::whole))
        .layer(from_fn_with_state(Arc::new(door), guard))
}
