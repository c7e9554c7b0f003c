//! One page, by a thread that waits for it.
use crate::Fetched;
use std::time::Instant;
use url::Url;
/// Fetches a page; gives up after two seconds.
pub fn fetch(_url: &Url) -> Fetched {
    todo!()
}
/// Fetches a page; gives up at `deadline`.
pub fn fetch_by(_url: &Url, _deadline: Instant) -> Fetched {
    todo!()
}
