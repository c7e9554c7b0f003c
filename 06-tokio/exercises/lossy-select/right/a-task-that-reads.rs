//! A task of its own reads, and nothing ever drops its read. What it has read
//! comes by a channel, whose `recv` loses nothing.

use check::{Event, Reader};
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// Notes each message that is heard and each word that is typed, as they come.
/// Ends with the connection, or when no message was heard for as long as
/// `quiet`.
pub async fn listen(
    mut reader: Reader,
    mut typed: mpsc::Receiver<String>,
    quiet: Duration,
    mut note: impl FnMut(Event),
) {
    let (sender, mut messages) = mpsc::channel(8);
    // Ends the task when it is dropped.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Some(text) = reader.read_message().await {
            if sender.send(text).await.is_err() {
                break;
            }
        }
    });
    let mut end = pin!(sleep(quiet));
    loop {
        select! {
            heard = messages.recv() => match heard {
                Some(text) => {
                    note(Event::Heard(text));
                    end.as_mut().reset(Instant::now() + quiet);
                }
                None => break,
            },
            Some(word) = typed.recv() => note(Event::Typed(word)),
            () = &mut end => break,
        }
    }
}

#[path = "lossy-select/check.rs"]
mod check;
