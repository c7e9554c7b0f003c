//! How long something takes.

use std::time::{Duration, Instant};

const A_WHILE: Duration = Duration::from_millis(200);

/// How long this takes, on average over 200 ms. Before that it is done for
/// another 200 ms and not counted: other threads or processes that take part
/// have to begin first, and to be given a core.
///
/// ```
/// use std::{thread::sleep, time::Duration};
///
/// let ms = Duration::from_millis(1);
/// assert!(processes::how_long(|| sleep(ms)) >= ms);
/// ```
pub fn how_long(mut what: impl FnMut()) -> Duration {
    let mut for_a_while = || {
        let (start, mut times) = (Instant::now(), 0);
        while start.elapsed() < A_WHILE {
            what();
            times += 1;
        }
        start.elapsed() / times
    };
    for_a_while();
    for_a_while()
}
