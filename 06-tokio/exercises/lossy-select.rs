//! Exercise: a `select!` that loses data.
//!
//!     cargo test -p with-tokio --test lossy-select
//!
//! `listen` has to note all that is heard and typed, and to end when nothing
//! was heard for long enough. As it stands, it does neither.

use check::{Event, Reader};
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::sleep;

/// Notes each message that is heard and each word that is typed, as they come.
/// Ends with the connection, or when no message was heard for as long as
/// `quiet`.
pub async fn listen(
    mut reader: Reader,
    mut typed: mpsc::Receiver<String>,
    quiet: Duration,
    mut note: impl FnMut(Event),
) {
    loop {
        select! {
            heard = reader.read_message() => match heard {
                Some(text) => note(Event::Heard(text)),
                None => return,
            },
            Some(word) = typed.recv() => note(Event::Typed(word)),
            () = sleep(quiet) => return,
        }
    }
}

#[path = "lossy-select/check.rs"]
mod check;
