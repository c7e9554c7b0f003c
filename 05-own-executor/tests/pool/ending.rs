//! The end of a pool: every future is dropped, every thread ends, and nothing
//! hangs.

use super::block_until;
use crate::{Notes, PanicsWhenDropped, ms, own_waker};
use own_executor::net::UdpSocket;
use own_executor::task::yield_now;
use own_executor::time::sleep;
use own_executor::{block_on, pool, spawn};
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Waker;
use std::thread::{self, ThreadId};
use trials::alone;

/// How many threads this process has.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

/// Waits until there are no more than that: the system may list a thread for a
/// moment after it was joined.
fn until_threads(are: usize) {
    while threads() > are {
        thread::yield_now();
    }
}

#[test]
fn two_hundred_pools_come_and_go() {
    alone(|| {
        let before = threads();
        for n in 0..200 {
            let workers = 1 + n % 4;
            let sum = pool::block_on(workers, async move {
                drop(pool::spawn(pending::<()>()));
                drop(pool::spawn(sleep(ms(3_600_000))));
                match n % 3 {
                    0 => n,
                    _ => pool::spawn(async move { n }).await.unwrap(),
                }
            });
            assert_eq!(sum, n);
            until_threads(before);
        }
    });
}

/// Notes the thread on which it is dropped.
struct NotesThread(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for NotesThread {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

#[test]
fn tasks_that_are_left_are_dropped_on_the_calling_thread() {
    alone(|| {
        let dropped: Arc<Mutex<Vec<ThreadId>>> = Arc::default();
        pool::block_on(2, async {
            for n in 0..100 {
                let notes = NotesThread(dropped.clone());
                let ready = n % 2 == 0;
                drop(pool::spawn(async move {
                    let _notes = notes;
                    if ready {
                        loop {
                            yield_now().await;
                        }
                    }
                    pending::<()>().await;
                }));
            }
            yield_now().await;
        });
        let dropped = dropped.lock().unwrap();
        assert_eq!(*dropped, [thread::current().id(); 100]);
    });
}

#[test]
fn a_poll_is_waited_for() {
    alone(|| {
        let notes = Notes::default();
        pool::block_on(1, async {
            let begins = Arc::new(AtomicBool::new(false));
            let (begun, ends) = (begins.clone(), notes.clone());
            drop(pool::spawn(async move {
                begun.store(true, Ordering::Release);
                thread::sleep(ms(20));
                ends.add("it is over");
                pending::<()>().await;
            }));
            block_until(&begins);
        });
        assert_eq!(notes.take(), ["it is over"]);
    });
}

#[test]
fn destructors_that_panic_wake_and_spawn_keep_nothing() {
    alone(|| {
        /// Wakes all, spawns, aborts, and panics.
        struct Wild(Arc<Mutex<Vec<Waker>>>, Notes);

        impl Drop for Wild {
            fn drop(&mut self) {
                for waker in &*self.0.lock().unwrap() {
                    waker.wake_by_ref();
                }
                let (polled, dropped) =
                    (self.1.clone(), self.1.when_dropped("spawned"));
                let task = pool::spawn(async move {
                    let _dropped = dropped;
                    polled.add("it is polled");
                });
                task.abort();
                self.1.add("wild");
                panic!("a destructor");
            }
        }

        let notes = Notes::default();
        let wakers: Arc<Mutex<Vec<Waker>>> = Arc::default();
        let (last,) = pool::block_on(2, async {
            for _ in 0..10 {
                let wild = Wild(wakers.clone(), notes.clone());
                let wakers = wakers.clone();
                drop(pool::spawn(async move {
                    let _wild = wild;
                    let waker = own_waker().await;
                    wakers.lock().unwrap().push(waker);
                    pending::<()>().await;
                }));
            }
            while wakers.lock().unwrap().len() < 10 {
                sleep(ms(1)).await;
            }
            let last = pool::spawn(async {
                let _panics = PanicsWhenDropped("the last");
                pending::<()>().await;
            });
            (last,)
        });
        let notes = notes.take();
        let count = |what: &str| notes.iter().filter(|it| *it == what).count();
        assert_eq!((count("wild"), count("spawned")), (10, 10), "{notes:?}");
        assert_eq!(notes.len(), 20, "{notes:?}");
        assert!(block_on(last).is_err());
    });
}

#[test]
fn a_destructor_on_a_worker_may_do_all_that() {
    alone(|| {
        struct Spawns(Arc<AtomicU32>);

        impl Drop for Spawns {
            fn drop(&mut self) {
                let ran = self.0.clone();
                drop(pool::spawn(async move {
                    ran.fetch_add(1, Ordering::Relaxed);
                }));
            }
        }

        pool::block_on(1, async {
            let ran = Arc::new(AtomicU32::new(0));
            // Of a future that ends, of one that is aborted, and of an output.
            let spawns = Spawns(ran.clone());
            pool::spawn(async move { drop(spawns) }).await.unwrap();
            let spawns = Spawns(ran.clone());
            let task = pool::spawn(async move {
                let _spawns = spawns;
                pending::<()>().await;
            });
            task.abort();
            assert!(task.await.is_err());
            let spawns = Spawns(ran.clone());
            drop(pool::spawn(async move { spawns }));
            for _ in 0..3 {
                pool::spawn(yield_now()).await.unwrap();
            }
            assert_eq!(ran.load(Ordering::Relaxed), 3);
        });
    });
}

#[test]
fn a_panic_of_the_root_comes_out_and_the_thread_is_usable_again() {
    alone(|| {
        let notes = Notes::default();
        let before = threads();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let root = notes.when_dropped("root");
            pool::block_on(2, async {
                let _root = root;
                let task = notes.when_dropped("task");
                drop(pool::spawn(async move {
                    let _task = task;
                    pending::<()>().await;
                }));
                let own = notes.when_dropped("own task");
                drop(spawn(async move {
                    let _own = own;
                    pending::<()>().await;
                }));
                yield_now().await;
                panic!("root");
            });
        }));
        assert_eq!(*panicked.unwrap_err().downcast::<&str>().unwrap(), "root");
        assert_eq!(notes.take(), ["root", "own task", "task"]);
        until_threads(before);
        let sum = pool::block_on(1, async {
            pool::spawn(async { 3 }).await.unwrap()
        });
        assert_eq!(sum, 3);
        assert_eq!(block_on(async { spawn(async { 4 }).await.unwrap() }), 4);
    });
}

#[test]
fn a_socket_outlives_its_pool_and_gives_errors() {
    alone(|| {
        let (socket, waits) = pool::block_on(1, async {
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let socket = Arc::new(socket);
            let waits = socket.clone();
            // On another thread's executor.
            let waits = thread::spawn(move || block_on(waits.recv(&mut [0])));
            sleep(ms(20)).await;
            (socket, waits)
        });
        assert!(waits.join().unwrap().is_err());
        assert!(block_on(socket.recv(&mut [0])).is_err());
        pool::block_on(1, async {
            assert!(socket.recv(&mut [0]).await.is_err());
            // And a new one works.
            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let to = socket.local_addr().unwrap();
            socket.send_to(&[1], to).await.unwrap();
            assert_eq!(socket.recv(&mut [0]).await.unwrap(), 1);
        });
    });
}

#[test]
fn a_hundred_thousand_tasks_are_left() {
    alone(|| {
        let alive = Arc::new(());
        pool::block_on(2, async {
            for _ in 0..100_000 {
                let alive = alive.clone();
                drop(pool::spawn(async move {
                    let _alive = alive;
                    pending::<()>().await;
                }));
            }
        });
        assert_eq!(Arc::strong_count(&alive), 1);
    });
}
