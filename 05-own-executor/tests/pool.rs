//! Several threads: `pool::block_on` and `pool::spawn`.

mod workers;

use std::time::Duration;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}
