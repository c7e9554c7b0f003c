//! Combinators, streams, and macros.

use crate::net::both_ours;
use futures_util::future::{FutureExt, abortable, try_join_all};
use futures_util::io::{BufReader, BufWriter, copy, copy_buf};
use futures_util::stream::{self, FuturesUnordered, StreamExt, TryStreamExt};
use futures_util::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use own_executor::sync::{mpsc, oneshot};
use own_executor::time::{Duration, interval, sleep};
use own_executor::{block_on, spawn};
use std::cell::Cell;
use std::io;
use trials::alone;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn buffer_unordered_holds_its_limit() {
    alone(|| {
        let (now, peak) = (Cell::new(0), Cell::new(0));
        block_on(async {
            let all = stream::iter(0..200).map(|n| {
                let (now, peak) = (&now, &peak);
                async move {
                    now.set(now.get() + 1);
                    peak.set(peak.get().max(now.get()));
                    sleep(Duration::from_micros(n % 7)).await;
                    now.set(now.get() - 1);
                    n
                }
            });
            let mut all: Vec<_> = all.buffer_unordered(10).collect().await;
            all.sort();
            assert_eq!(all, Vec::from_iter(0..200));
        });
        assert_eq!(peak.get(), 10);
    });
}

#[test]
fn futures_unordered_takes_them_as_they_end() {
    alone(|| {
        block_on(async {
            let mut all: FuturesUnordered<_> = [30, 1, 15]
                .into_iter()
                .map(|time| spawn(sleep(ms(time)).map(move |()| time)))
                .collect();
            let mut ended = Vec::new();
            while let Some(time) = all.next().await {
                ended.push(time.unwrap());
            }
            assert_eq!(ended, [1, 15, 30]);
        });
    });
}

#[test]
fn the_first_error_of_many_cancels_the_others() {
    alone(|| {
        block_on(async {
            let all = (0..10).map(|n| async move {
                sleep(ms(10 * n)).await;
                if n == 2 { Err(n) } else { Ok(n) }
            });
            assert_eq!(try_join_all(all).await, Err(2));
            let (endless, abort) = abortable(sleep(Duration::MAX));
            let task = spawn(endless);
            abort.abort();
            assert!(task.await.unwrap().is_err());
        });
    });
}

#[test]
fn select_and_join_of_tokio() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = mpsc::channel(1);
            let (stop, mut is_stopped) = oneshot::channel();
            let mut ticks = interval(ms(1));
            let (mut all, mut ticked) = (Vec::new(), 0);
            let receives = async {
                loop {
                    tokio::select! {
                        Some(n) = receiver.recv() => all.push(n),
                        _ = ticks.tick() => ticked += 1,
                        stopped = &mut is_stopped => break stopped,
                    }
                }
            };
            let sends = async {
                for n in 0..10 {
                    sender.send(n).await.unwrap();
                    sleep(ms(1)).await;
                }
                stop.send("stopped").unwrap();
            };
            let (stopped, ()) = tokio::join!(receives, sends);
            assert_eq!(stopped, Ok("stopped"));
            assert_eq!(all, Vec::from_iter(0..10));
            assert!(ticked > 1, "{ticked}");
        });
    });
}

#[test]
fn lines_buffers_halves_and_copies() {
    alone(|| {
        block_on(async {
            let (ours, other) = both_ours().await;
            let echo = spawn(async move {
                let (from, to) = AsyncReadExt::split(other);
                let mut to = BufWriter::with_capacity(100, to);
                let n = copy_buf(BufReader::new(from), &mut to).await?;
                to.close().await?;
                io::Result::Ok(n)
            });
            let (reads, mut writes) = ours.into_split();
            let sends = spawn(async move {
                let text = "a line\n".repeat(1000);
                let n = copy(text.as_bytes(), &mut writes).await?;
                writes.flush().await?;
                drop(writes);
                io::Result::Ok(n)
            });
            let lines = BufReader::with_capacity(10, reads).lines();
            let lines: Vec<_> = lines.try_collect().await.unwrap();
            assert_eq!(lines, vec!["a line"; 1000]);
            assert_eq!(sends.await.unwrap().unwrap(), 7000);
            assert_eq!(echo.await.unwrap().unwrap(), 7000);
        });
    });
}
