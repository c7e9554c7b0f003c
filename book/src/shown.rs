//! Something that open pages show. They hear of each change, and as long as one
//! of them listens, the files that it is made of are watched.

use exercises::changes::{PAUSE, fingerprint};
use std::path::PathBuf;
use tokio::sync::{Notify, watch};
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
        places: &[PathBuf],
        mut seen: Option<u64>,
        mut renew: impl AsyncFnMut(),
    ) {
        loop {
            if self.now.receiver_count() == 0 {
                self.arrived.notified().await;
            }
            let now = Some(fingerprint(places));
            if now != seen {
                seen = now;
                renew().await;
            }
            sleep(PAUSE).await;
        }
    }
}
