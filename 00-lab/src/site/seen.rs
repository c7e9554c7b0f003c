//! What the site has counted.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a site has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// From the site being up to the end.
    pub elapsed: Duration,
    /// The latencies of all requests, added up.
    pub sum_of_waits: Duration,
    /// The most requests in flight at one time.
    pub peak: usize,
    /// How many requests there were.
    pub requests: u32,
    /// How often each path was asked for.
    pub hits: BTreeMap<String, u32>,
    /// Connections that the client left before it had its answer.
    pub cut: u32,
}

impl Seen {
    /// Counts a request.
    pub fn add(&mut self, path: String, latency: Duration) {
        *self.hits.entry(path).or_default() += 1;
        self.requests += 1;
        self.sum_of_waits += latency;
    }

    /// For the pipe from the site's process.
    pub fn to_json(&self) -> Value {
        json!({
            "hits": self.hits,
            "peak": self.peak,
            "waits_us": self.sum_of_waits.as_micros() as u64,
            "cut": self.cut,
        })
    }

    pub(super) fn from_json(json: &Value) -> Seen {
        let number = |field: &str| json[field].as_u64().unwrap_or(0);
        let hits = json["hits"].as_object().into_iter().flatten();
        let hits: BTreeMap<String, u32> = hits
            .map(|(path, n)| (path.clone(), n.as_u64().unwrap_or(0) as u32))
            .collect();
        Seen {
            elapsed: Duration::ZERO,
            sum_of_waits: Duration::from_micros(number("waits_us")),
            peak: number("peak") as usize,
            requests: hits.values().sum(),
            hits,
            cut: number("cut") as u32,
        }
    }
}
