//! Locks that are held longer than they have to be.

use timeline::{Held, Recording, State};

/// One sentence for each wait, other than for a lock, during which the lane
/// held a lock: a lane that wants that lock waits as long.
pub fn waits_under_locks(recording: &Recording) -> Vec<String> {
    let mut sentences = Vec::new();
    for track in &recording.tracks {
        for span in &track.spans {
            let State::Wait(what) = &span.state else { continue };
            let under = track
                .held
                .iter()
                .filter(|held| held.from <= span.from && span.from < held.to);
            sentences.extend(under.map(|Held { lock, .. }| {
                let name = &track.name;
                format!("{name} waits for {what} while it holds {lock}")
            }));
        }
    }
    sentences
}
