//! Connections: what is read and written, in both directions, and their ends.

use super::{both_ours, descriptors, pair, poll_read};
use crate::{Notes, noting_waker};
use futures_util::future::{join, join_all};
use futures_util::io::{BufReader, copy};
use futures_util::{
    AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, StreamExt, TryStreamExt,
};
use own_executor::net::{TcpListener, TcpStream};
use own_executor::task::yield_now;
use own_executor::time::timeout;
use own_executor::{block_on, spawn};
use socket2::{Domain, Socket, Type};
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;
use trials::alone;

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What a read that is tried at once gives, if it is ready.
fn read_now(stream: &mut TcpStream, room: usize) -> Option<usize> {
    let mut context = Context::from_waker(Waker::noop());
    let mut buffer = vec![0; room];
    match poll_read(stream, &mut context, &mut buffer) {
        Poll::Ready(read) => Some(read.unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn the_end_that_comes_with_the_last_bytes_is_not_missed() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            theirs.write_all(b"hello").unwrap();
            drop(theirs);
            // Both are reported at once.
            yield_now().await;
            assert_eq!(read_now(&mut ours, 100), Some(5));
            assert_eq!(read_now(&mut ours, 100), Some(0));
            assert_eq!(read_now(&mut ours, 100), Some(0));
        });
    });
}

#[test]
fn the_end_is_not_missed_if_the_bytes_are_read_before_it_is_reported() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            theirs.write_all(b"hello").unwrap();
            drop(theirs);
            let mut all = Vec::new();
            ours.read_to_end(&mut all).await.unwrap();
            assert_eq!(all, b"hello");
        });
    });
}

#[test]
fn after_a_short_read_it_waits_and_more_bytes_wake_it() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            for n in 1..=20 {
                theirs.write_all(&vec![1; n]).unwrap();
                let mut buffer = [0; 100];
                assert_eq!(ours.read(&mut buffer).await.unwrap(), n);
                assert_eq!(read_now(&mut ours, 100), None);
                // One that exactly fills its buffer says nothing.
                theirs.write_all(&[1; 10]).unwrap();
                yield_now().await;
                assert_eq!(read_now(&mut ours, 10), Some(10));
                assert_eq!(read_now(&mut ours, 10), None);
            }
        });
    });
}

#[test]
fn an_empty_read_is_ready_and_no_end() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            theirs.write_all(b"x").unwrap();
            assert_eq!(ours.read(&mut []).await.unwrap(), 0);
            assert_eq!(ours.read(&mut [0; 9]).await.unwrap(), 1);
        });
    });
}

#[test]
fn one_task_waits_to_read_and_another_to_write() {
    const BYTES: usize = 16 << 20;
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (ours, mut theirs) = pair().await;
            let (mut reads, mut writes) = ours.into_split();
            let reader = spawn({
                let notes = notes.clone();
                async move {
                    let mut one = [0];
                    reads.read_exact(&mut one).await.unwrap();
                    notes.add("read");
                }
            });
            let writer = spawn({
                let notes = notes.clone();
                async move {
                    writes.write_all(&vec![0; BYTES]).await.unwrap();
                    notes.add("written");
                }
            });
            // Both wait now: nobody writes, and nobody reads, at the other end.
            let theirs = thread::spawn(move || {
                theirs.write_all(b"x").unwrap();
                // So the reader is woken, and not only the writer.
                thread::sleep(ms(20));
                theirs.read_to_end(&mut Vec::new()).unwrap()
            });
            reader.await.unwrap();
            assert_eq!(notes.take(), ["read"]);
            writer.await.unwrap();
            assert_eq!(notes.take(), ["written"]);
            assert_eq!(theirs.join().unwrap(), BYTES);
        });
    });
}

#[test]
fn dropping_the_half_that_writes_says_so_and_reading_goes_on() {
    alone(|| {
        block_on(async {
            let (ours, mut theirs) = pair().await;
            let (mut reads, writes) = ours.into_split();
            drop(writes);
            assert_eq!(theirs.read(&mut [0; 9]).unwrap(), 0);
            theirs.write_all(b"still here").unwrap();
            drop(theirs);
            let mut text = String::new();
            reads.read_to_string(&mut text).await.unwrap();
            assert_eq!(text, "still here");
            assert!(reads.as_ref().peer_addr().is_err());
        });
    });
}

#[test]
fn closing_three_times_is_no_error() {
    alone(|| {
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            for _ in 0..3 {
                ours.close().await.unwrap();
                ours.shutdown(Shutdown::Write).unwrap();
            }
            assert_eq!(theirs.read(&mut [0; 9]).unwrap(), 0);
            let why = ours.write(b"x").await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::BrokenPipe);

            // Nor if the other end has cut the connection.
            let (mut ours, theirs) = pair().await;
            ours.write_all(b"not read").await.unwrap();
            drop(theirs);
            let why = ours.read(&mut [0; 9]).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::ConnectionReset);
            ours.close().await.unwrap();
            ours.shutdown(Shutdown::Both).unwrap();
        });
    });
}

/// Copies both ways, until both have ended. The end of one direction is told,
/// and the other one goes on.
async fn copy_both_ways(a: TcpStream, b: TcpStream) -> (u64, u64) {
    let (from_a, mut to_a) = a.into_split();
    let (from_b, mut to_b) = b.into_split();
    let there = async {
        let n = copy(from_a, &mut to_b).await.unwrap();
        drop(to_b);
        n
    };
    let back = async {
        let n = copy(from_b, &mut to_a).await.unwrap();
        drop(to_a);
        n
    };
    join(there, back).await
}

#[test]
fn copied_both_ways_one_that_is_blocked_does_not_block_the_other() {
    const BYTES: usize = 8 << 20;
    alone(|| {
        block_on(async {
            let (a, mut client) = pair().await;
            let (b, mut server) = pair().await;
            let copied = spawn(copy_both_ways(a, b));
            let mut stuck = client.try_clone().unwrap();
            // It cannot be written to its end until the server reads.
            let stuck = thread::spawn(move || {
                stuck.write_all(&vec![0; BYTES]).unwrap();
                stuck.shutdown(Shutdown::Write).unwrap();
            });
            let other = thread::spawn(move || {
                server.write_all(b"hello").unwrap();
                server.shutdown(Shutdown::Write).unwrap();
                let mut text = String::new();
                client.read_to_string(&mut text).unwrap();
                assert_eq!(text, "hello");
                server.read_to_end(&mut Vec::new()).unwrap()
            });
            assert_eq!(copied.await.unwrap(), (BYTES as u64, 5));
            assert_eq!(other.join().unwrap(), BYTES);
            stuck.join().unwrap();
        });
    });
}

#[test]
fn what_is_copied_arrives_though_its_reader_stalls() {
    alone(|| {
        block_on(async {
            let (a, mut client) = both_ours().await;
            let (b, mut server) = both_ours().await;
            let copied = spawn(copy_both_ways(a, b));
            for n in 0..10 {
                // Nothing is kept back until there is more.
                client.write_all(&[n]).await.unwrap();
                let mut byte = [0];
                server.read_exact(&mut byte).await.unwrap();
                assert_eq!(byte, [n]);
                server.write_all(&byte).await.unwrap();
                client.read_exact(&mut byte).await.unwrap();
            }
            drop((client, server));
            assert_eq!(copied.await.unwrap(), (10, 10));
        });
    });
}

#[test]
fn a_thousand_connections_are_echoed_in_one_thread() {
    alone(|| {
        block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = listener.local_addr().unwrap();
            drop(spawn(async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    drop(spawn(async move {
                        let (from, mut to) = stream.into_split();
                        copy(from, &mut to).await.unwrap();
                    }));
                }
            }));
            let mut clients = Vec::new();
            for n in 0..1000_u32 {
                clients.push(spawn(async move {
                    let mut stream = TcpStream::connect(to).await.unwrap();
                    for round in 0..5 {
                        let sent = (n * 10 + round).to_le_bytes();
                        stream.write_all(&sent).await.unwrap();
                        let mut back = [0; 4];
                        stream.read_exact(&mut back).await.unwrap();
                        assert_eq!(back, sent);
                    }
                }));
            }
            for client in clients {
                client.await.unwrap();
            }
        });
    });
}

#[test]
fn what_is_written_for_futures_runs_on_it() {
    alone(|| {
        block_on(async {
            let (ours, other) = both_ours().await;
            let (from, mut to) = AsyncReadExt::split(other);
            let writer = async {
                for word in ["one\n", "two\n", "three"] {
                    to.write_all(word.as_bytes()).await.unwrap();
                    yield_now().await;
                }
                to.close().await.unwrap();
            };
            let lines = BufReader::new(ours).lines();
            let (lines, ()) = join(lines.try_collect::<Vec<_>>(), writer).await;
            assert_eq!(lines.unwrap(), ["one", "two", "three"]);
            drop(from);
            let ready = futures_util::stream::iter(0..300)
                .map(|n| async move {
                    yield_now().await;
                    n
                })
                .buffered(10);
            assert_eq!(ready.count().await, 300);
        });
    });
}

#[test]
fn several_buffers_are_read_and_written_at_once() {
    alone(|| {
        block_on(async {
            let (mut ours, mut other) = both_ours().await;
            let parts = [&b"hel"[..], b"lo"].map(IoSlice::new);
            assert_eq!(ours.write_vectored(&parts).await.unwrap(), 5);
            ours.flush().await.unwrap();
            let (mut a, mut b) = ([0; 2], [0; 9]);
            let mut room = [&mut a[..], &mut b].map(std::io::IoSliceMut::new);
            assert_eq!(other.read_vectored(&mut room).await.unwrap(), 5);
            assert_eq!((&a, &b[..3]), (b"he", &b"llo"[..]));
        });
    });
}

#[test]
fn it_says_where_its_ends_are_and_whether_it_waits_to_send() {
    alone(|| {
        block_on(async {
            let (ours, theirs) = pair().await;
            assert_eq!(ours.local_addr().unwrap(), theirs.peer_addr().unwrap());
            assert_eq!(ours.peer_addr().unwrap(), theirs.local_addr().unwrap());
            for nodelay in [true, false] {
                ours.set_nodelay(nodelay).unwrap();
                assert_eq!(ours.nodelay().unwrap(), nodelay);
            }
        });
    });
}

/// An address where nobody listens.
fn closed() -> SocketAddr {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn a_connection_that_is_refused_is_an_error() {
    alone(|| {
        block_on(async {
            let why = TcpStream::connect(closed()).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::ConnectionRefused);
            let none: &[SocketAddr] = &[];
            let why = TcpStream::connect(none).await.unwrap_err();
            assert_eq!(why.kind(), ErrorKind::InvalidInput);
            // Of several addresses the first that accepts.
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let open = listener.local_addr().unwrap();
            let to = &[closed(), open][..];
            let stream = TcpStream::connect(to).await.unwrap();
            assert_eq!(stream.peer_addr().unwrap(), open);
        });
    });
}

#[test]
fn an_attempt_to_connect_that_is_dropped_is_closed() {
    alone(|| {
        // Its queue is short; once that is full, nobody is answered any more.
        let full = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        full.bind(&any.into()).unwrap();
        full.listen(0).unwrap();
        let to = full.local_addr().unwrap().as_socket().unwrap();
        block_on(async {
            let _other = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let mut made = Vec::new();
            let before = loop {
                let before = descriptors();
                match timeout(ms(50), TcpStream::connect(to)).await {
                    Ok(stream) => made.push(stream.unwrap()),
                    Err(_) => break before,
                }
            };
            assert_eq!(descriptors(), before);
            // What has its place now does not hear of it.
            let (mut ours, mut theirs) = pair().await;
            assert!(timeout(ms(20), ours.read(&mut [0])).await.is_err());
            theirs.write_all(b"x").unwrap();
            assert_eq!(ours.read(&mut [0]).await.unwrap(), 1);
        });
    });
}

#[test]
fn what_is_dropped_while_it_waits_is_closed_and_leaves_no_waker() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            let waker = noting_waker(&notes, "rings");
            let mut context = Context::from_waker(&waker);
            assert!(poll_read(&mut ours, &mut context, &mut [0]).is_pending());
            // It is reported, and dropped before anybody looks.
            theirs.write_all(b"x").unwrap();
            drop(ours);
            drop(waker);
            assert_eq!(Arc::strong_count(&notes.0), 1);
            yield_now().await;
            assert!(theirs.read(&mut [0]).is_err_and(|why| {
                why.kind() == ErrorKind::ConnectionReset
            }));
        });
        assert_eq!(notes.take(), [""; 0]);
    });
}

/// Drops a socket when it rings, and makes another one.
struct Drops(Mutex<Vec<TcpStream>>);

impl Wake for Drops {
    fn wake(self: Arc<Self>) {
        let dropped = std::mem::take(&mut *self.0.lock().unwrap());
        drop(dropped);
        let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
        drop(TcpListener::from_std(listener).unwrap());
    }
}

#[test]
fn waking_may_drop_sockets_that_are_ready_as_well() {
    alone(|| {
        block_on(async {
            let drops = Arc::new(Drops(Mutex::default()));
            let waker = Waker::from(drops.clone());
            let mut context = Context::from_waker(&waker);
            let mut all_theirs = Vec::new();
            for _ in 0..3 {
                let (mut ours, theirs) = pair().await;
                let polled = poll_read(&mut ours, &mut context, &mut [0]);
                assert!(polled.is_pending());
                drops.0.lock().unwrap().push(ours);
                all_theirs.push(theirs);
            }
            for theirs in &mut all_theirs {
                theirs.write_all(b"x").unwrap();
            }
            yield_now().await;
            assert!(drops.0.lock().unwrap().is_empty());
        });
    });
}

#[test]
fn polled_by_another_task_only_the_last_waker_rings() {
    alone(|| {
        let notes = Notes::default();
        block_on(async {
            let (mut ours, mut theirs) = pair().await;
            for name in ["first", "last"] {
                let waker = noting_waker(&notes, name);
                let mut context = Context::from_waker(&waker);
                let polled = poll_read(&mut ours, &mut context, &mut [0]);
                assert!(polled.is_pending());
            }
            theirs.write_all(b"x").unwrap();
            yield_now().await;
            assert_eq!(notes.take(), ["last"]);
            assert_eq!(Arc::strong_count(&notes.0), 1);
        });
    });
}

#[test]
fn a_stream_may_be_pinned_in_a_box_and_used_by_many_futures_in_turn() {
    alone(|| {
        block_on(async {
            let (ours, mut theirs) = pair().await;
            let mut ours: Pin<Box<TcpStream>> = Box::pin(ours);
            let waits = (0..3).map(|_| timeout(ms(1), async {}));
            join_all(waits).await;
            for _ in 0..3 {
                let mut byte = [0];
                assert!(timeout(ms(2), ours.read(&mut byte)).await.is_err());
            }
            theirs.write_all(b"x").unwrap();
            assert_eq!(ours.read(&mut [0]).await.unwrap(), 1);
        });
    });
}
