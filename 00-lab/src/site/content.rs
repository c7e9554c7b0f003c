//! The answer of each path, and its latency.

use super::Shape;
use super::graph::Graph;
use super::script::{Step, refusal, script_of, without_body};
use crate::http::compute_unseen;
use std::collections::HashMap;
use std::time::Duration;
use timeline::cpu_time_of_thread;

/// The site's pages, to be found by their paths.
pub struct Content {
    graph: Graph,
    by_path: HashMap<String, usize>,
    /// Where the site is, as in `http://host:port`.
    pub origin: String,
}

impl Content {
    /// The pages of a site of this shape, which is at `origin`.
    pub fn new(shape: &Shape, origin: String) -> Content {
        let mut graph = Graph::new(shape);
        if !shape.work.is_zero() {
            let speed = blocks_a_second();
            for node in &mut graph.pages {
                let blocks = speed * node.work.as_secs_f64();
                node.rounds = (blocks / blocks_of(node.body.len())) as u32;
            }
        }
        let paths = graph.pages.iter().map(|node| node.path.clone());
        let by_path = paths.zip(0..).collect();
        Content { graph, by_path, origin }
    }

    /// The latency of a path, and what is sent for it, beginning with a pause;
    /// only the head, if that is all that was asked for.
    pub fn answer(&self, path: &str, head_only: bool) -> (Duration, Vec<Step>) {
        let (latency, mut script) = match self.by_path.get(path) {
            Some(&index) => {
                let latency = self.graph.pages[index].latency;
                (latency, script_of(&self.graph, index, &self.origin))
            }
            None => (Duration::ZERO, refusal("404 Not Found")),
        };
        if head_only {
            script = without_body(script);
        }
        if !latency.is_zero() {
            script.insert(0, Step::Pause(latency));
        }
        (latency, script)
    }
}

/// Measures how many blocks of SHA-1 this build hashes in a second of CPU time.
/// The best of five tries counts: other programs use the CPU's caches, too.
fn blocks_a_second() -> f64 {
    const ROUNDS: u32 = 600;
    let body = [b'x'; 600];
    let time = |_| {
        let start = cpu_time_of_thread();
        compute_unseen(&body, ROUNDS);
        cpu_time_of_thread() - start
    };
    let best = (0..5).map(time).min().expect("five tries");
    f64::from(ROUNDS) * blocks_of(body.len()) / best.as_secs_f64()
}

/// How many blocks of 64 bytes a round hashes: a digest of 20 bytes, the body,
/// and at least 9 bytes that SHA-1 adds.
fn blocks_of(body: usize) -> f64 {
    (20 + body + 9).div_ceil(64) as f64
}
