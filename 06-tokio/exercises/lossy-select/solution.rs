//! Solution: a `select!` that loses nothing.
//!
//! A `select!` drops the futures of the branches that were not first. So one
//! that has something in it is made outside of the loop, and the `select!` has
//! only a reference to it. It is the same with the end of the silence: it is a
//! point in time, and does not begin anew.

use check::{Event, Reader};
use std::pin::pin;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

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
        let end = Instant::now() + quiet;
        let mut message = pin!(reader.read_message());
        let heard = loop {
            select! {
                heard = &mut message => break heard,
                Some(word) = typed.recv() => note(Event::Typed(word)),
                () = sleep_until(end) => return,
            }
        };
        match heard {
            Some(text) => note(Event::Heard(text)),
            None => return,
        }
    }
}

#[path = "lossy-select/check.rs"]
mod check;
