//! What the pages say of `select!`, `timeout`, streams and channels of tokio,
//! most of it under a clock that is paused.

use futures_util::{FutureExt, StreamExt, future, stream};
use std::cell::{Cell, RefCell};
use std::future::{pending, ready};
use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Runtime;
use tokio::select;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Semaphore, broadcast, mpsc, watch};
use tokio::task::yield_now;
use tokio::time::{Instant, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use trials::alone;

const MS: Duration = Duration::from_millis(1);

// ANCHOR: sleep
#[tokio::test(start_paused = true)]
async fn a_sleep_that_is_made_in_each_round_never_fires() {
    let mut ticks = interval(5 * MS);
    let in_each_round = timeout(1000 * MS, async {
        loop {
            select! {
                _ = ticks.tick() => {}
                () = sleep(20 * MS) => return,
            }
        }
    });
    assert!(in_each_round.await.is_err(), "it ends after a second");

    let start = Instant::now();
    let mut once = pin!(sleep(20 * MS));
    loop {
        select! {
            _ = ticks.tick() => {}
            () = &mut once => break,
        }
    }
    assert_eq!(start.elapsed(), 20 * MS);
}
// ANCHOR_END: sleep

#[tokio::test(start_paused = true)]
async fn a_sleep_that_is_put_off_fires_once_nothing_comes() {
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        for n in 0..5 {
            sleep(15 * MS).await;
            sender.send(n).await.unwrap();
        }
        pending::<()>().await;
    });
    let start = Instant::now();
    let mut silence = pin!(sleep(20 * MS));
    loop {
        select! {
            Some(_) = receiver.recv() => {
                silence.as_mut().reset(Instant::now() + 20 * MS);
            }
            () = &mut silence => break,
        }
    }
    assert_eq!(start.elapsed(), (5 * 15 + 20) * MS);
}

#[tokio::test(start_paused = true)]
async fn read_exact_forgets_how_much_it_has_read() {
    let (mut sender, mut receiver) = tokio::io::duplex(64);
    tokio::spawn(async move {
        for piece in [b"ab", b"cd", b"ef", b"gh"] {
            sender.write_all(piece).await.unwrap();
            sleep(10 * MS).await;
        }
    });
    // The first tick is at once, the next ones are between two pieces.
    let mut ticks = interval(10 * MS);
    ticks.reset_after(5 * MS);
    let mut record = *b"____";
    let ended = loop {
        select! {
            read = receiver.read_exact(&mut record) => break read,
            _ = ticks.tick() => {}
        }
    };
    assert!(ended.is_err(), "eight bytes came, and no record of four");
    assert_eq!(&record, b"gh__");
}

#[tokio::test]
async fn what_loses_is_dropped_before_the_handler_runs() {
    let lives = Arc::new(());
    let inner = lives.clone();
    select! {
        () = async move { let _inner = inner; pending().await } => {}
        () = ready(()) => assert_eq!(Arc::strong_count(&lives), 1),
    }
    // That of `futures` hands it back.
    let inner = lives.clone();
    let loser = async move {
        let _inner = inner;
        pending::<()>().await;
    };
    let selected = future::select(Box::pin(loser), ready(())).await;
    assert_eq!(Arc::strong_count(&lives), 2);
    drop(selected);
}

#[tokio::test]
async fn biased_starves_the_second_branch_and_at_random_does_not() {
    let had_a_turn = |biased| async move {
        for _ in 0..200 {
            let is_second = if biased {
                select! { biased; () = ready(()) => false, () = ready(()) => true }
            } else {
                select! { () = ready(()) => false, () = ready(()) => true }
            };
            if is_second {
                return true;
            }
        }
        false
    };
    assert!(!had_a_turn(true).await);
    assert!(had_a_turn(false).await);
}

#[tokio::test]
async fn a_branch_whose_pattern_does_not_match_is_not_polled_again() {
    let polls = Cell::new(0);
    let none = future::poll_fn(|_| {
        polls.set(polls.get() + 1);
        std::task::Poll::Ready(None::<()>)
    });
    let mut first = pin!(none);
    let is_else = select! {
        biased;
        Some(()) = &mut first => false,
        () = sleep(MS) => true,
    };
    assert!(is_else);
    assert_eq!(polls.get(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_polls_what_it_limits_first() {
    assert_eq!(timeout(Duration::ZERO, ready(5)).await, Ok(5));
    // Both are due at the same time.
    assert_eq!(timeout(10 * MS, sleep(10 * MS)).await, Ok(()));
    // Nobody has looked until long after.
    let late = timeout(10 * MS, sleep(5 * MS));
    sleep(100 * MS).await;
    assert_eq!(late.await, Ok(()));
    assert!(timeout(Duration::ZERO, pending::<()>()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn by_value_what_timed_out_is_gone_and_by_reference_it_is_not() {
    let lives = Arc::new(());
    let inner = lives.clone();
    let limited = timeout(MS, async move {
        let _inner = inner;
        pending::<()>().await;
    });
    assert!(limited.await.is_err());
    assert_eq!(Arc::strong_count(&lives), 1);

    let inner = lives.clone();
    let mut limited = Box::pin(timeout(MS, async move {
        let _inner = inner;
        pending::<()>().await;
    }));
    assert!(limited.as_mut().await.is_err());
    assert_eq!(Arc::strong_count(&lives), 2);
    drop(limited);
    assert_eq!(Arc::strong_count(&lives), 1);
}

#[test]
fn what_is_always_ready_does_not_escape_its_timeout() {
    alone(|| {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(limit_what_is_always_ready());
    });
}

async fn limit_what_is_always_ready() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    sender.send(()).unwrap();
    let busy = async {
        loop {
            receiver.recv().await.unwrap();
            sender.send(()).unwrap();
        }
    };
    let ended: Result<(), _> = timeout(5 * MS, busy).await;
    assert!(ended.is_err());
}

#[tokio::test]
async fn what_takes_nothing_from_the_budget_escapes_its_timeout() {
    let start = std::time::Instant::now();
    let busy = async {
        while start.elapsed() < 20 * MS {
            ready(()).await;
        }
    };
    assert_eq!(timeout(MS, busy).await, Ok(()));
}

#[tokio::test]
async fn of_two_that_have_a_value_one_is_taken() {
    let (one, mut ones) = mpsc::channel(1);
    let (two, mut twos) = mpsc::channel(1);
    one.try_send(1).unwrap();
    two.try_send(2).unwrap();
    let taken = select! {
        Some(n) = ones.recv() => n,
        Some(n) = twos.recv() => n,
    };
    let left = [ones.try_recv(), twos.try_recv()];
    assert_eq!(left.iter().flatten().sum::<i32>() + taken, 3);
    assert_eq!(left.iter().flatten().count(), 1);
}

#[tokio::test]
async fn each_poll_of_a_join_begins_with_the_next() {
    let polled = RefCell::new(String::new());
    let twice = async |name| {
        for _ in 0..2 {
            polled.borrow_mut().push(name);
            yield_now().await;
        }
    };
    tokio::join!(twice('a'), twice('b'));
    assert_eq!(polled.into_inner(), "abba");
}

#[test]
fn of_none_all_are_ready_and_none_is_the_first() {
    let none: [future::Ready<()>; 0] = [];
    assert_eq!(future::join_all(none).now_or_never(), Some(Vec::new()));
    let none: [future::Ready<()>; 0] = [];
    assert!(catch_unwind(|| future::select_all(none)).is_err());
}

#[test]
fn a_stream_with_no_place_for_any_waits_for_ever() {
    let mut none = stream::iter([ready(1)]).buffer_unordered(0);
    assert_eq!(none.next().now_or_never(), None);
}

#[tokio::test(start_paused = true)]
async fn a_limit_from_the_first_poll_does_not_see_that_they_stand_still() {
    // How many of eight time out, if to store each takes 200 ms.
    async fn failures(is_from_the_start: bool) -> usize {
        let fetch = |n: u32| {
            let page = async move { sleep((25 + 10 * n) * MS).await };
            if is_from_the_start {
                timeout(150 * MS, page).boxed()
            } else {
                async move { timeout(150 * MS, page).await }.boxed()
            }
        };
        let mut pages = stream::iter(0..8_u32).map(fetch).buffer_unordered(4);
        let mut failures = 0;
        while let Some(page) = pages.next().await {
            match page {
                Ok(()) => sleep(200 * MS).await,
                Err(_) => failures += 1,
            }
        }
        failures
    }
    assert_eq!(failures(false).await, 0);
    assert!(failures(true).await > 0);
}

#[tokio::test(start_paused = true)]
async fn one_that_nobody_polls_keeps_the_permit_that_its_reader_wants() {
    let is_done = async |as_tasks: bool| {
        let permits = Arc::new(Semaphore::new(3));
        let fetches = stream::iter(0..8_u32).map(|n: u32| {
            let permits = permits.clone();
            let fetch = async move {
                let _permit = permits.acquire().await.unwrap();
                sleep((25 + n) * MS).await;
            };
            if as_tasks {
                tokio::spawn(fetch).map(Result::unwrap).boxed()
            } else {
                fetch.boxed()
            }
        });
        let mut pages = fetches.buffer_unordered(4);
        let all = async {
            while pages.next().await.is_some() {
                let _permit = permits.acquire().await.unwrap();
                sleep(200 * MS).await;
            }
        };
        timeout(Duration::from_secs(3600), all).await.is_ok()
    };
    assert!(!is_done(false).await);
    assert!(is_done(true).await);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_full_stops_the_stream_before_it() {
    let (sender, mut receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let fetch = |n: u32| {
            let page = async move { sleep((25 + 10 * n) * MS).await };
            timeout(150 * MS, page)
        };
        let mut pages = stream::iter(0..8_u32).map(fetch).buffer_unordered(4);
        while let Some(page) = pages.next().await {
            sender.send(page.is_ok()).await.unwrap();
        }
    });
    let mut failures = 0;
    while let Some(is_ok) = receiver.recv().await {
        failures += usize::from(!is_ok);
        sleep(200 * MS).await;
    }
    assert!(failures > 0);
}

#[tokio::test]
async fn a_slow_reader_of_a_broadcast_is_told_once_what_it_missed() {
    let (sender, mut reader) = broadcast::channel(3);
    for n in 1..=10 {
        sender.send(n).unwrap();
    }
    assert_eq!(reader.recv().await, Err(RecvError::Lagged(6)));
    for n in 7..=10 {
        assert_eq!(reader.recv().await, Ok(n));
    }
    assert_eq!(reader.try_recv(), Err(TryRecvError::Empty));
}

#[test]
fn a_watch_is_changed_once_and_a_token_stays_set() {
    let (sender, mut receiver) = watch::channel(false);
    sender.send_replace(true);
    assert!(receiver.changed().now_or_never().is_some());
    assert!(receiver.clone().changed().now_or_never().is_none());

    let token = CancellationToken::new();
    token.cancel();
    assert!(token.cancelled().now_or_never().is_some());
    assert!(token.clone().cancelled().now_or_never().is_some());
}
