//! Our futures on other executors: on tokio's, and on one that only parks.

use crate::ms;
use futures_util::{AsyncRead, AsyncWrite};
use lab::frontier::Results;
use lab::{Frontier, Shape, Site, Url, address};
use own_executor::future::{Either, join, join_all, select};
use own_executor::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use own_executor::task::{scope, yield_now};
use own_executor::{block_on, fetch_over, spawn, unblock};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::io::Result;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker, ready};
use std::thread::{self, Thread};
use tokio::io::{AsyncRead as _, AsyncWrite as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Duration, sleep, timeout};
use trials::alone;

fn tokio() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Polls a future on this thread, and parks while it waits.
fn park_on<F: Future>(future: F) -> F::Output {
    struct Unparks(Thread);

    impl Wake for Unparks {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = Waker::from(Arc::new(Unparks(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

/// Ten thousand times something is ready, in one poll if it may be.
async fn always_ready() -> u32 {
    let (sender, mut receiver) = mpsc::channel(1);
    let (lock, notify) = (Mutex::new(0), Notify::new());
    for n in 0..10_000 {
        sender.send(n).await.unwrap();
        assert_eq!(receiver.recv().await, Some(n));
        *lock.lock().await += 1;
        notify.notify_one();
        notify.notified().await;
    }
    lock.into_inner()
}

/// On another executor nothing renews the budget, so there is none.
#[test]
fn another_executor_has_no_budget_of_ours_to_spend() {
    alone(|| {
        assert_eq!(park_on(always_ready()), 10_000);
        assert_eq!(tokio().block_on(always_ready()), 10_000);
        // Nor what one of ours has left, on the same thread.
        assert_eq!(block_on(always_ready()), 10_000);
        assert_eq!(park_on(always_ready()), 10_000);
    });
}

#[test]
fn tasks_of_tokio_wait_for_one_another_with_ours() {
    alone(|| {
        tokio().block_on(async {
            let (sender, mut receiver) = mpsc::channel(2);
            let two = Arc::new(Semaphore::new(2));
            let sum = Arc::new(Mutex::new(0));
            let done = Arc::new(Notify::new());
            for n in 1..=100 {
                let (sender, two) = (sender.clone(), two.clone());
                let (sum, done) = (sum.clone(), done.clone());
                drop(tokio::spawn(async move {
                    let permit = two.acquire_owned().await.unwrap();
                    let mut guard = sum.lock_owned().await;
                    tokio::task::yield_now().await;
                    *guard += n;
                    drop((guard, permit));
                    let room = sender.reserve().await.unwrap();
                    room.send(n);
                    drop(sender);
                    done.notify_one();
                }));
            }
            drop(sender);
            let mut received = 0;
            while let Some(n) = receiver.recv().await {
                received += n;
                sleep(Duration::from_micros(10)).await;
            }
            done.notified().await;
            assert_eq!((received, *sum.lock().await), (5050, 5050));

            let (sender, receiver) = oneshot::channel();
            let answers = tokio::spawn(async move { sender.send("yes") });
            assert_eq!(receiver.await, Ok("yes"));
            answers.await.unwrap().unwrap();
        });
    });
}

#[test]
fn join_select_and_join_all_wait_for_tokios_sleeps() {
    alone(|| {
        tokio().block_on(async {
            let naps = [3, 1, 2].map(|time| async move {
                sleep(ms(time)).await;
                time
            });
            let both = join(join_all(naps), yield_now());
            assert_eq!(both.await, (vec![3, 1, 2], ()));
            let never = pin!(pending::<()>());
            match select(never, pin!(sleep(ms(1)))).await {
                Either::Left(_) => unreachable!(),
                Either::Right(((), _never)) => {}
            }
            let late = timeout(
                ms(2),
                scope(async |s| {
                    s.spawn(pending::<()>());
                }),
            );
            assert!(late.await.is_err());
            let one = unblock(|| 1).await;
            assert_eq!(one, 1);
        });
    });
}

#[test]
fn a_scope_borrows_on_tokio_too() {
    alone(|| {
        let sum = Cell::new(0);
        tokio().block_on(scope(async |s| {
            for n in 1..=10 {
                let sum = &sum;
                s.spawn(async move {
                    sleep(ms(n)).await;
                    sum.set(sum.get() + n);
                });
            }
        }));
        assert_eq!(sum.get(), 55);
    });
}

#[test]
fn a_task_of_ours_is_joined_by_one_of_tokios() {
    alone(|| {
        let (sender, receiver) = oneshot::channel();
        let theirs = thread::spawn(move || {
            tokio().block_on(async {
                let task: own_executor::task::JoinHandle<u32> =
                    receiver.await.unwrap();
                let joined = task.await.unwrap();
                joined + 1
            })
        });
        block_on(async {
            let _ = sender.send(spawn(async {
                own_executor::time::sleep(ms(5)).await;
                1
            }));
            let joined = unblock(move || theirs.join().unwrap());
            assert_eq!(joined.await, 2);
        });
    });
}

/// A connection of tokio's, with the traits of `futures`.
struct Compat(TcpStream);

impl AsyncRead for Compat {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl AsyncWrite for Compat {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_close(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// A crawl that any executor can poll: it is one future, which has its tasks
/// inside. Only what it connects with is not ours.
async fn crawl<S>(
    start: &Url,
    at_once: usize,
    connect: impl AsyncFn(SocketAddr) -> Result<S>,
) -> Results
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let frontier = RefCell::new(Frontier::new(start.clone()));
    let (permits, changed) = (Semaphore::new(at_once), Notify::new());
    let (frontier, permits, changed) = (&frontier, &permits, &changed);
    let connect = &connect;
    let pages = scope(async |s| {
        while !frontier.borrow().finished() {
            let permit = permits.acquire().await.unwrap();
            let next = frontier.borrow_mut().next();
            let Some(url) = next else {
                drop(permit);
                changed.notified().await;
                continue;
            };
            s.spawn(async move {
                let fetch = async {
                    let stream = connect(address(&url)?).await?;
                    fetch_over(stream, &url).await
                };
                let fetched = fetch.await;
                frontier.borrow_mut().done(&url, fetched);
                drop(permit);
                changed.notify_one();
            });
        }
    });
    pages.await;
    frontier.borrow().results()
}

#[test]
fn the_same_crawl_runs_on_tokio_and_here() {
    alone(|| {
        let shape = Shape { latency: ms(5), ..Shape::default() };
        let site = Site::in_thread(shape);
        let on_tokio = tokio().block_on(crawl(site.url(), 8, async |to| {
            TcpStream::connect(to).await.map(Compat)
        }));
        let here = block_on(crawl(site.url(), 8, async |to| {
            own_executor::net::TcpStream::connect(to).await
        }));
        for crawled in [&on_tokio, &here] {
            assert_eq!((crawled.pages, crawled.failed.len()), (40, 0));
        }
        assert_eq!(on_tokio.checksum, here.checksum);
        assert_eq!(site.end().peak, 8);
    });
}

#[test]
fn a_fetch_goes_to_another_thread_with_its_connection() {
    alone(|| {
        let site = Site::in_thread(Shape::default());
        let url = site.page(7);
        let fetched = tokio().block_on(async move {
            let fetch = async move {
                let stream = TcpStream::connect(address(&url)?).await?;
                fetch_over(Compat(stream), &url).await
            };
            tokio::spawn(fetch).await.unwrap()
        });
        assert_eq!(fetched.unwrap().status, 200);
    });
}
