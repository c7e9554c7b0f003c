//! The read is in a box, and is made anew when it has given a message. It takes
//! the reader along, and gives it back.

use check::{Event, Reader};
use std::time::Duration;
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

async fn read(mut reader: Reader) -> (Option<String>, Reader) {
    (reader.read_message().await, reader)
}

/// Notes each message that is heard and each word that is typed, as they come.
/// Ends with the connection, or when no message was heard for as long as
/// `quiet`.
pub async fn listen(
    reader: Reader,
    mut typed: mpsc::Receiver<String>,
    quiet: Duration,
    mut note: impl FnMut(Event),
) {
    let mut message = Box::pin(read(reader));
    // `tick` may be dropped: the time of the next one is in the interval.
    let mut silence = interval_at(Instant::now() + quiet, quiet);
    silence.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut can_type = true;
    loop {
        select! {
            biased;
            word = typed.recv(), if can_type => match word {
                Some(word) => note(Event::Typed(word)),
                None => can_type = false,
            },
            (heard, reader) = &mut message => {
                let Some(text) = heard else { return };
                note(Event::Heard(text));
                silence.reset();
                message = Box::pin(read(reader));
            }
            _ = silence.tick() => return,
        }
    }
}

#[path = "lossy-select/check.rs"]
mod check;
