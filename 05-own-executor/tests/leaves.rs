//! What every future of ours does that waits for something, whatever it is:
//! polled without a cause, it looks again, keeps its place, and leaves its
//! waker once.

use crate::net::{pair, poll_read};
use crate::{Notes, noting_waker};
use own_executor::future::join_all;
use own_executor::net::{TcpListener, UdpSocket};
use own_executor::sync::{Mutex, Notify, Semaphore, mpsc, oneshot};
use own_executor::task::yield_now;
use own_executor::time::{Duration, interval, sleep, timeout};
use own_executor::{block_on, spawn, unblock};
use std::future::poll_fn;
use std::io::Write;
use std::net;
use std::pin::pin;
use std::sync::Arc;
use std::task::Context;
use trials::alone;

/// Polls a future several times without a cause, has it become ready, and sees
/// that it wakes the task that polls it, once, and leaves no waker behind.
async fn check(what: &str, future: impl Future, happens: impl Future) {
    let notes = Notes::default();
    let waker = noting_waker(&notes, "rings");
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut clones = Vec::new();
    for _ in 0..4 {
        assert!(future.as_mut().poll(&mut context).is_pending(), "{what}");
        clones.push(Arc::strong_count(&notes.0));
        yield_now().await;
    }
    // One for `waker`, one for its clone, and `notes` itself.
    assert!(clones.iter().all(|it| *it == clones[0]), "{what}: {clones:?}");
    happens.await;
    while notes.0.lock().unwrap().is_empty() {
        yield_now().await;
    }
    assert_eq!(notes.take(), ["rings"], "{what}");
    // It may look too early once, and waits again.
    let mut is_first = true;
    poll_fn(|own| {
        let mut context = match std::mem::take(&mut is_first) {
            true => Context::from_waker(&waker),
            false => Context::from_waker(own.waker()),
        };
        future.as_mut().poll(&mut context)
    })
    .await;
}

#[test]
fn polled_without_a_cause_each_keeps_its_place_and_rings_once() {
    alone(|| {
        block_on(async {
            let brief = Duration::from_millis(600);
            check("sleep", sleep(brief), async {}).await;
            let late = timeout(brief, std::future::pending::<()>());
            check("timeout", late, async {}).await;
            let mut ticks = interval(brief);
            ticks.tick().await;
            check("tick", ticks.tick(), async {}).await;

            let (sender, receiver) = oneshot::channel();
            check("oneshot", receiver, async { sender.send(1) }).await;
            let (mut sender, receiver) = oneshot::channel::<()>();
            check("closed", sender.closed(), async { drop(receiver) }).await;

            let (sender, mut receiver) = mpsc::channel(1);
            let sends = sender.send(1);
            check("recv", receiver.recv(), sends).await;
            sender.send(2).await.unwrap();
            let receives = receiver.recv();
            check("send", sender.send(3), receives).await;
            let closes = async { drop(receiver) };
            check("closed", sender.closed(), closes).await;

            let mutex = Mutex::new(());
            let held = mutex.lock().await;
            check("lock", mutex.lock(), async { drop(held) }).await;
            let two = Semaphore::new(1);
            let adds = async { two.add_permits(1) };
            check("acquire", two.acquire_many(2), adds).await;
            let notify = Notify::new();
            let notifies = async { notify.notify_one() };
            check("notified", notify.notified(), notifies).await;

            let ends = Arc::new(Notify::new());
            let end = ends.clone();
            let task = spawn(async move { end.notified().await });
            check("join", task, async { ends.notify_one() }).await;
            let end = ends.clone();
            let work = unblock(move || block_on(end.notified()));
            check("unblock", work, async { ends.notify_one() }).await;
            let end = &ends;
            let all = join_all([end.notified(), end.notified()]);
            check("join_all", all, async { ends.notify_waiters() }).await;
        });
    });
}

#[test]
fn sockets_that_are_polled_without_a_cause_ring_once() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            let mut buffer = [0];
            let reads =
                poll_fn(|context| poll_read(&mut ours, context, &mut buffer));
            let writes = async { theirs.write_all(b"x").unwrap() };
            check("read", reads, writes).await;

            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            let connects = async { net::TcpStream::connect(to) };
            check("accept", listener.accept(), connects).await;

            let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let to = socket.local_addr().unwrap();
            let sends = async {
                let from = net::UdpSocket::bind("127.0.0.1:0").unwrap();
                from.send_to(b"x", to).unwrap()
            };
            check("recv", socket.recv(&mut buffer), sends).await;
        });
    });
}
