//! A lock that is held while the page comes would stop the race.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Mutex;

/// As that of tokio.
fn spawn(_task: impl Future + Send + 'static) {}

async fn fetch(_url: &str) {
    ready(()).await;
}

fn main() {
    static KNOWN: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());

    spawn(async {
        let mut known = KNOWN.lock().unwrap();
        if !known.contains("/1") {
            fetch("/1").await;
            known.insert("/1");
        }
    });
}
