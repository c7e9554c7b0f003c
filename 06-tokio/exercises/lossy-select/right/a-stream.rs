//! A stream keeps the read in it, from one `next` to the other. The two sources
//! are merged into one, and one `timeout_at` is around that.

use check::{Event, Reader};
use futures_util::StreamExt;
use futures_util::stream::unfold;
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

/// Notes each message that is heard and each word that is typed, as they come.
/// Ends with the connection, or when no message was heard for as long as
/// `quiet`.
pub async fn listen(
    reader: Reader,
    mut typed: mpsc::Receiver<String>,
    quiet: Duration,
    mut note: impl FnMut(Event),
) {
    let messages = unfold(reader, async |mut reader| {
        let text = reader.read_message().await?;
        Some((text, reader))
    });
    let mut messages = pin!(messages);
    let mut end = Instant::now() + quiet;
    loop {
        let next = async {
            select! {
                heard = messages.next() => heard.map(Event::Heard),
                Some(word) = typed.recv() => Some(Event::Typed(word)),
            }
        };
        let Ok(Some(event)) = timeout_at(end, next).await else { return };
        if matches!(event, Event::Heard(_)) {
            end = Instant::now() + quiet;
        }
        note(event);
    }
}

#[path = "lossy-select/check.rs"]
mod check;
