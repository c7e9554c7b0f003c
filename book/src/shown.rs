//! Something that open pages show. They hear of each change, and as long as one
//! of them listens, the files that it is made of are watched.

use exercises::changes::{PAUSE, fingerprint};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// Something that pages show.
#[derive(Default)]
pub struct Shown<T> {
    pub now: watch::Sender<T>,
    /// A page has begun to listen.
    arrived: Notify,
}

impl<T> Shown<T> {
    /// What is shown, at once and then whenever it changes.
    pub fn listen(&self) -> watch::Receiver<T> {
        let mut shown = self.now.subscribe();
        shown.mark_changed();
        self.arrived.notify_one();
        shown
    }

    /// Calls `renew` whenever one of these files, or one in these folders, has
    /// changed since it had the fingerprint `seen`; as long as a page listens.
    /// Never ends.
    pub async fn watch(
        &self,
        places: &Arc<[PathBuf]>,
        mut seen: Option<u64>,
        mut renew: impl AsyncFnMut(),
    ) {
        loop {
            if self.now.receiver_count() == 0 {
                self.arrived.notified().await;
            }
            let now = Some(look_at(places).await);
            if now != seen {
                seen = now;
                renew().await;
            }
            sleep(PAUSE).await;
        }
    }
}

/// The fingerprint of what is in these places. Another thread looks, because a
/// disk may be slow, and the one that serves the pages must not wait for it.
pub async fn look_at(places: &Arc<[PathBuf]>) -> u64 {
    let places = places.clone();
    let looked = spawn_blocking(move || fingerprint(&places)).await;
    looked.expect("to look at files does not panic")
}
