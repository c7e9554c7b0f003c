//! The recording: the state of the executor follows from it, event by event,
//! and the line of code that caused each change.

use own_executor::future::{join_all, select};
use own_executor::net::{TcpListener, TcpStream};
use own_executor::steps::{read, write_all};
use own_executor::sync::oneshot;
use own_executor::task::{scope, yield_now};
use own_executor::time::{sleep, sleep_until, timeout};
use own_executor::{block_on, pool, spawn, theatre};
use std::fs;
use std::future::ready;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::pin::pin;
use std::time::{Duration, Instant};
use timeline::{LaneNow, Replay, Status};
use trials::alone;

const DAY: Duration = Duration::from_secs(86_400);

/// All that this process has recorded.
fn read_recorded() -> String {
    fs::read_to_string(timeline::path().unwrap()).unwrap()
}

/// The state by now. There is no contradiction on the way to it.
fn follow_all() -> Replay {
    let mut replay = Replay::default();
    for event in Replay::events(&read_recorded()) {
        let followed = replay.follow(&event);
        followed.unwrap_or_else(|why| panic!("{why}: {event}"));
    }
    replay
}

/// The state by now, in words. Of sockets it says which tasks wait for them.
fn state() -> String {
    let replay = follow_all();
    let name = |key| replay.lane(key).name.as_str();
    let mut said = String::new();
    let runs = replay.running().flat_map(|(_, lanes)| lanes);
    for lane in runs {
        said += &format!("{} runs; ", name(*lane));
    }
    for (_, lanes) in replay.queues() {
        let names: Vec<_> = lanes.into_iter().map(name).collect();
        said += &format!("ready: {}; ", names.join(", "));
    }
    for (_, direction, lane) in replay.sockets() {
        said += &format!("{} to {direction}; ", name(lane));
    }
    for timer in replay.timers() {
        said += &format!("timer of {}; ", timer.lane.map_or("none", name));
    }
    said
}

/// The lane of this name.
fn lane(name: &str) -> LaneNow {
    let replay = follow_all();
    let mut lanes = replay.lanes().map(|(_, lane)| lane);
    lanes.find(|lane| lane.name == name).expect(name).clone()
}

/// Where the lane of this name was queued, or has begun to wait.
fn line(name: &str) -> Option<u32> {
    let (file, line) = lane(name).source?;
    file.ends_with("tests/recording.rs").then_some(line)
}

async fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let stream = TcpStream::connect(listener.local_addr()?).await?;
    Ok((stream, listener.accept().await?.0))
}

#[test]
fn the_state_of_the_executor_follows_from_it() {
    alone(|| {
        theatre::start().unwrap();
        block_on(async {
            let (mut to, mut from) = connection().await.unwrap();
            let number = from.as_fd().as_raw_fd();
            let day = Instant::now() + DAY;
            let (sender, value) = oneshot::channel();

            let spawned = line!() + 1;
            let reads = spawn(async move {
                read(&mut from, &mut [0; 8]).await.unwrap();
                // What was reported is not waited for any more.
                assert_eq!(state(), "task 1 runs; ");
            });
            assert_eq!(line("task 1"), Some(spawned));
            let sleeps = line!() + 2;
            let sleeper = spawn(async move {
                sleep_until(day).await;
            });
            let receives = line!() + 2;
            drop(spawn(async move {
                value.await.unwrap();
            }));
            // A timer is set, and cancelled, without a wait.
            drop(spawn(async move {
                select(pin!(sleep(DAY)), pin!(ready(()))).await;
            }));
            let queued = "ready: task 1, task 2, task 3, task 4; ";
            assert_eq!(state(), queued);
            yield_now().await;

            let waits = "task 1 to read; timer of task 2; ";
            assert_eq!(state(), waits);
            assert_eq!(lane("task 1").waits, [format!("bytes on {number}")]);
            assert_eq!(line("task 2"), Some(sleeps));
            assert_eq!(lane("task 3").waits, ["a value"]);
            assert_eq!(line("task 3"), Some(receives));
            assert_eq!(lane("task 4").status, Status::Idle);

            // It wakes one, spawns two, and lets the kernel wake another.
            write_all(&mut to, b".").await.unwrap();
            sender.send(()).unwrap();
            let looks = spawn(async move {
                assert_eq!(
                    state(),
                    format!("task 4 runs; ready: task 5; {waits}")
                );
                reads.await.unwrap();
                assert_eq!(state(), "task 4 runs; ");
            });
            let joins = spawn(async move {
                sleeper.abort();
                let awaits = line!() + 1;
                let ended = looks.await;
                ended.unwrap();
                awaits
            });
            let queued = "ready: task 3, task 4, task 5; ";
            assert_eq!(state(), format!("{queued}{waits}"));
            yield_now().await;
            assert_eq!(lane("task 5").waits, ["the end of a task"]);
            let awaits = line("task 5");
            assert_eq!(joins.await.ok(), awaits);
        });
        assert_eq!(state(), "");
    });
}

#[test]
fn the_state_of_a_pool_follows_from_it() {
    alone(|| {
        theatre::start().unwrap();
        pool::block_on(2, async {
            let tasks = (0..40).map(|n| pool::spawn(work(n)));
            for task in tasks.collect::<Vec<_>>() {
                task.await.unwrap();
            }
            let children = scope(async |s| {
                let all = (0..8).map(|n| s.spawn(work(n)));
                join_all(all.collect::<Vec<_>>()).await
            })
            .await;
            assert!(children.iter().all(Result::is_ok));
        });
        assert_eq!(Replay::contradictions(&read_recorded()), [""; 0]);
        assert_eq!(state(), "");
        // Both workers took tasks from one another, or from the queue for all.
        let text = read_recorded();
        for queue in 0..3 {
            let name = format!("queue {queue} of pool 0");
            assert!(text.contains(&name), "{name}");
        }
        assert!(text.contains(" queue queue "), "none was moved");
    });
}

/// Waits for everything that there is.
async fn work(n: u64) {
    let (mut to, mut from) = connection().await.unwrap();
    let brief = Duration::from_micros(100 * n);
    let mut buffer = [0; 8];
    let waits = timeout(brief, read(&mut from, &mut buffer));
    assert!(waits.await.is_err());
    yield_now().await;
    let write = async { write_all(&mut to, b".").await.unwrap() };
    let read = timeout(DAY, read(&mut from, &mut buffer));
    let (read, ()) = own_executor::future::join(read, write).await;
    assert_eq!(read.unwrap().unwrap(), 1);
}
