//! What a right crawl of the site finds, computed without crawling.

use super::graph::Graph;
use super::script;
use super::{Fault, Shape};
use crate::frontier::ideal;
use crate::http::{checksum, digest};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What a right crawl of a site finds.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The paths of the pages that can be had.
    pub good: BTreeSet<String>,
    /// The paths of the others, and words that the reason must contain.
    pub failed: BTreeMap<String, &'static str>,
    /// The checksum over the pages that can be had; see [`checksum`].
    pub checksum: String,
    /// The latency of each page, and which pages it links to, by number.
    waits: Vec<Duration>,
    links: Vec<Vec<usize>>,
}

impl Answer {
    /// The answer for a site of this shape.
    pub fn of(shape: &Shape) -> Answer {
        let graph = Graph::new(shape);
        let (mut good, mut failed) = (BTreeMap::new(), BTreeMap::new());
        let mut links = Vec::new();
        for node in &graph.pages {
            let path = node.path.clone();
            if let Some(why) = node.fault.and_then(Fault::breaks) {
                failed.insert(path, why);
                // Its links are never found.
                links.push(Vec::new());
            } else {
                good.insert(path, digest(&script::body_of(node)));
                links.push(node.links.clone());
            }
        }
        let pages = good.iter().map(|(path, sum)| (path.as_str(), *sum));
        Answer {
            checksum: checksum(pages),
            good: good.into_keys().collect(),
            failed,
            waits: graph.pages.iter().map(|node| node.latency).collect(),
            links,
        }
    }

    /// How long a crawl without any costs of its own takes, with at most
    /// `at_once` requests in flight; see [`ideal`].
    pub fn ideal(&self, at_once: usize) -> Duration {
        ideal(at_once, &self.waits, &self.links)
    }
}
