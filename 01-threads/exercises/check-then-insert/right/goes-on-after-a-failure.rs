//! After a failure it goes on with the other links, and gives it back then.

use lab::sync::Mutex;
use lab::{Failure, Url, fetch};
use std::collections::HashSet;

/// Fetches those of `links` that no thread has made known yet, and makes them
/// known. Gives back how many it fetched.
pub fn fetch_unknown(
    links: &[Url],
    known: &Mutex<HashSet<Url>>,
) -> Result<usize, Failure> {
    let (mut fetched, mut failure) = (0, None);
    for link in links {
        // The guard is a temporary: the lock is free before the fetch.
        let is_new = known.lock().unwrap().insert(link.clone());
        match is_new.then(|| fetch(link)) {
            Some(Ok(_)) => fetched += 1,
            Some(Err(why)) => failure = Some(why),
            None => {}
        }
    }
    failure.map_or(Ok(fetched), Err)
}

#[path = "check-then-insert/check.rs"]
mod check;
