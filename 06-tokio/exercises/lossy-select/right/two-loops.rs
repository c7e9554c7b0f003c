//! Two loops, each with one source, and each awaits to the end what it has
//! begun. A `select!` is around both, and drops them only when all is over.

use check::{Event, Reader};
use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Notes each message that is heard and each word that is typed, as they come.
/// Ends with the connection, or when no message was heard for as long as
/// `quiet`.
pub async fn listen(
    mut reader: Reader,
    mut typed: mpsc::Receiver<String>,
    quiet: Duration,
    note: impl FnMut(Event),
) {
    let note = RefCell::new(note);
    let hears = async {
        // When the time is over, nobody wants the rest of a message.
        while let Ok(Some(text)) = timeout(quiet, reader.read_message()).await {
            note.borrow_mut()(Event::Heard(text));
        }
    };
    let types = async {
        while let Some(word) = typed.recv().await {
            note.borrow_mut()(Event::Typed(word));
        }
        pending::<()>().await;
    };
    select! {
        () = hears => {}
        () = types => {}
    }
}

#[path = "lossy-select/check.rs"]
mod check;
