//! Tasks that are joined, aborted, and that panic.

use own_executor::block_on;
use own_executor::future::{Either, select};
use own_executor::sync::{mpsc, oneshot};
use own_executor::task::{
    AbortHandle, JoinError, JoinHandle, scope, spawn, yield_now,
};
use own_executor::time::{Duration, Instant, sleep, sleep_until, timeout};
use std::cell::Cell;
use std::error::Error;
use std::future::pending;
use std::panic::resume_unwind;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use trials::alone;

#[test]
fn workers_can_be_aborted_one_by_one() {
    alone(|| {
        block_on(async {
            let (sender, mut receiver) = mpsc::channel::<usize>(4);
            let mut workers: Vec<JoinHandle<()>> = Vec::new();
            let mut aborts: Vec<AbortHandle> = Vec::new();
            for n in 0..4 {
                let sender = sender.clone();
                let worker = spawn(async move {
                    sender.send(n).await.unwrap();
                    pending::<()>().await;
                });
                aborts.push(worker.abort_handle());
                workers.push(worker);
            }
            drop(sender);
            let mut seen = Vec::new();
            while let Some(n) = receiver.recv().await {
                seen.push(n);
                assert!(!aborts[n].is_finished());
                aborts[n].abort();
            }
            assert_eq!(seen, [0, 1, 2, 3]);
            for worker in workers {
                assert!(worker.await.unwrap_err().is_cancelled());
            }
            assert!(aborts.iter().all(AbortHandle::is_finished));
        });
    });
}

/// What a supervisor makes of a task's end.
async fn supervise(task: JoinHandle<u32>) -> Result<u32, String> {
    match task.await {
        Ok(n) => Ok(n),
        Err(why) if why.is_cancelled() => Err(format!("{why}")),
        Err(why) => {
            assert!(why.is_panic());
            let payload = why.into_panic();
            let text = payload.downcast_ref::<&str>().unwrap();
            Err(format!("panic: {text}"))
        }
    }
}

#[test]
fn a_supervisor_tells_a_panic_from_an_abort() {
    alone(|| {
        block_on(async {
            assert_eq!(supervise(spawn(async { 1 })).await, Ok(1));
            let panics = supervise(spawn(async { panic!("oh") })).await;
            assert_eq!(panics, Err("panic: oh".into()));
            let aborted = spawn(pending());
            aborted.abort();
            let aborted = supervise(aborted).await;
            assert_eq!(aborted, Err("the task was cancelled".into()));
        });
    });
}

#[test]
fn errors_go_into_boxes_and_a_panic_can_go_on() {
    async fn all() -> Result<u32, Box<dyn Error + Send + Sync>> {
        let one = spawn(async { "1".parse::<u32>() }).await??;
        let late = timeout(Duration::from_millis(1), pending::<u32>()).await;
        let elapsed: own_executor::time::error::Elapsed = late.unwrap_err();
        assert_eq!(elapsed.to_string(), "the deadline has elapsed");
        let (sender, receiver) = oneshot::channel::<u32>();
        drop(sender);
        let gone: oneshot::error::RecvError = receiver.await.unwrap_err();
        println!("{gone}, {gone:?}");
        let task = spawn(async { panic!("it goes on") });
        if let Err(why) = task.await
            && let Ok(payload) = JoinError::try_into_panic(why)
        {
            resume_unwind(payload);
        }
        Ok(one)
    }

    alone(|| {
        let ended = std::panic::catch_unwind(|| block_on(all()));
        let text = *ended.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(text, "it goes on");
    });
}

/// Polls a handle by reference, as a field of a future.
struct Watched<'a> {
    task: &'a mut JoinHandle<&'static str>,
    polls: u32,
}

impl Future for Watched<'_> {
    type Output = (u32, Result<&'static str, JoinError>);

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Self::Output> {
        self.polls += 1;
        let polls = self.polls;
        Pin::new(&mut *self.task).poll(context).map(|it| (polls, it))
    }
}

#[test]
fn a_handle_is_a_future_that_can_be_awaited_by_reference() {
    alone(|| {
        block_on(async {
            let (sender, receiver) = oneshot::channel();
            let mut task = spawn(async { receiver.await.unwrap() });
            let soon = Instant::now() + Duration::from_millis(1);
            match select(&mut task, sleep_until(soon)).await {
                Either::Left(_) => panic!("it is not done yet"),
                Either::Right(((), _)) => assert!(!task.is_finished()),
            }
            let brief = Duration::from_millis(1);
            assert!(timeout(brief, &mut task).await.is_err());
            sender.send("done").unwrap();
            let (polls, joined) = Watched { task: &mut task, polls: 0 }.await;
            assert_eq!(joined.unwrap(), "done");
            assert!(polls <= 3, "{polls}");
            assert!(task.is_finished());
        });
    });
}

#[test]
fn scopes_are_nested_and_borrow() {
    alone(|| {
        let words = ["a few", "words", "in all"].map(String::from);
        let letters = Cell::new(0);
        let total = block_on(scope(async |outer| {
            for word in &words {
                let (letters, own) = (&letters, outer.clone());
                outer.spawn(async move {
                    let counted = scope(async |inner| {
                        let count = inner.spawn(async { word.len() });
                        yield_now().await;
                        count.await.unwrap()
                    });
                    let counted = counted.await;
                    own.spawn(async move {
                        letters.set(letters.get() + counted);
                    });
                });
            }
            println!("{outer:?}");
            words.len()
        }));
        assert_eq!((total, letters.get()), (3, 16));
    });
}

#[test]
fn a_select_loop_has_a_deadline_a_ticker_and_messages() {
    alone(|| {
        block_on(async {
            let (sender, mut messages) = mpsc::channel(2);
            let sends = spawn(async move {
                for n in 0..5 {
                    sender.send(n).await.unwrap();
                    sleep(Duration::from_millis(2)).await;
                }
                // It is kept: only the deadline ends the loop.
                sender.closed().await;
            });
            let mut deadline = sleep(Duration::from_secs(3600));
            let mut idle = sleep(Duration::from_millis(1));
            let (mut got, mut idled) = (Vec::new(), 0);
            loop {
                let message = pin!(messages.recv());
                let either = select(message, &mut idle);
                match select(&mut deadline, either).await {
                    Either::Left(_) => break,
                    Either::Right((Either::Left((message, _)), _)) => {
                        got.extend(message);
                    }
                    Either::Right((Either::Right(((), _)), _)) => {
                        idled += 1;
                        let next = Instant::now() + Duration::from_millis(1);
                        Pin::new(&mut idle).reset(next);
                        if got.len() == 5 && idled > 3 {
                            Pin::new(&mut deadline).reset(next);
                        }
                    }
                }
            }
            assert!(deadline.is_elapsed());
            assert_eq!(got, [0, 1, 2, 3, 4]);
            assert!(!sends.is_finished());
            drop(messages);
            sends.await.unwrap();
        });
    });
}

#[test]
fn a_program_runs_many_executors_on_many_threads() {
    alone(|| {
        let (sender, mut receiver) = mpsc::channel(1);
        let threads: Vec<_> = (0..4)
            .map(|n| {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    block_on(async move {
                        for i in 0..100 {
                            sender.send(n * 100 + i).await.unwrap();
                        }
                    });
                })
            })
            .collect();
        drop(sender);
        let sum = block_on(async {
            let mut sum = 0;
            while let Some(n) = receiver.recv().await {
                sum += n;
            }
            sum
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(sum, (0..400).sum::<u32>());
    });
}
