//! How requests are spaced, on a clock that is paused.

use super::*;
use std::sync::Arc;
use tokio::task::{JoinSet, yield_now};

const SECOND: Duration = Duration::from_secs(1);

/// When each of three tasks has its turn, after `begin`.
async fn three_turns(pace: Arc<Pace>, begin: Instant) -> Vec<Duration> {
    let mut tasks = JoinSet::new();
    for _ in 0..3 {
        let pace = pace.clone();
        tasks.spawn(async move {
            pace.turn().await;
            begin.elapsed()
        });
    }
    tasks.join_all().await
}

#[tokio::test(start_paused = true)]
async fn turns_come_a_delay_apart_and_the_first_at_once() {
    let pace = Arc::new(Pace::new(SECOND));
    let turns = three_turns(pace, Instant::now()).await;
    assert_eq!(turns, [0, 1, 2].map(|n| n * SECOND));
}

#[tokio::test(start_paused = true)]
async fn without_a_delay_nobody_waits() {
    let pace = Arc::new(Pace::new(Duration::ZERO));
    let turns = three_turns(pace, Instant::now()).await;
    assert_eq!(turns, [Duration::ZERO; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_longer_delay_counts_from_the_last_request_on() {
    let pace = Arc::new(Pace::new(SECOND));
    let begin = Instant::now();
    pace.turn().await;
    pace.slow_down(3 * SECOND);
    pace.slow_down(2 * SECOND);
    let turns = three_turns(pace, begin).await;
    assert_eq!(turns, [3, 6, 9].map(|n| n * SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_up_one_that_waits_already() {
    let pace = Arc::new(Pace::new(SECOND));
    let begin = Instant::now();
    pace.turn().await;
    let waiting = tokio::spawn(three_turns(pace.clone(), begin));
    yield_now().await;
    pace.pause(10 * SECOND);
    assert_eq!(waiting.await.unwrap(), [10, 11, 12].map(|n| n * SECOND));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_dropped_in_the_queue_holds_nobody_up() {
    let pace = Arc::new(Pace::new(SECOND));
    let begin = Instant::now();
    pace.turn().await;
    let waiting = tokio::spawn(three_turns(pace.clone(), begin));
    yield_now().await;
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    pace.turn().await;
    assert_eq!(begin.elapsed(), SECOND);
}
