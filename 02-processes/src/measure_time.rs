//! Measures how long something short takes.

use std::time::{Duration, Instant};

const PERIOD: Duration = Duration::from_millis(200);

/// How long `action` takes, on average over 200 ms. Before that it runs for
/// another 200 ms that do not count: other threads or processes that take part
/// have to begin first, and to be given a core.
///
/// ```
/// use std::{thread::sleep, time::Duration};
///
/// let ms = Duration::from_millis(1);
/// assert!(processes::measure_time(|| sleep(ms)) >= ms);
/// ```
pub fn measure_time(mut action: impl FnMut()) -> Duration {
    let mut run_for_a_period = || {
        let (start, mut times) = (Instant::now(), 0);
        while start.elapsed() < PERIOD {
            action();
            times += 1;
        }
        start.elapsed() / times
    };
    run_for_a_period();
    run_for_a_period()
}
