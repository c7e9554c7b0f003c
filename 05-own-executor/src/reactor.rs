//! The reactor: the kernel tells it which sockets are ready, and it wakes the
//! tasks that wait for them.
//!
//! A socket is registered once, for reading and for writing, and
//! *edge-triggered*: the kernel reports when it becomes ready, and not again
//! until that happens anew. So what was reported is remembered, until the
//! socket shows that it is ready no more.

use crate::budget;
use crate::executor::with_here;
use crate::lanes;
use crate::pool;
use crate::slots::Slots;
use crate::stage::call_quietly;
use crate::sync::{lock, renew};
use mio::event::{Event, Source};
use mio::{Events, Interest, Registry, Token};
use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;
pub use timeline::Direction;

/// Threads can share it: each may register sockets, one at a time waits.
pub struct Reactor {
    registry: Registry,
    bell: mio::Waker,
    /// What the thread that waits needs for it.
    turn: Mutex<(mio::Poll, Events)>,
    watched: Mutex<Slots<Arc<Readiness>>>,
    /// How many sockets are registered.
    count: AtomicUsize,
}

/// The kernel reports as many sockets at a time.
const EVENTS: usize = 1024;
/// No socket has this number.
const BELL: Token = Token(usize::MAX);

impl Reactor {
    /// # Errors
    ///
    /// If there are no descriptors left for it.
    pub fn new() -> io::Result<Arc<Reactor>> {
        let poll = mio::Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok(Arc::new(Reactor {
            bell: mio::Waker::new(&registry, BELL)?,
            registry,
            turn: Mutex::new((poll, Events::with_capacity(EVENTS))),
            watched: Mutex::default(),
            count: AtomicUsize::new(0),
        }))
    }

    /// Has the thread that waits return, or the next one that will wait.
    pub fn ring(&self) {
        // It fails only if it rings already.
        let _ = self.bell.wake();
    }

    /// Set if no socket is registered.
    pub fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }

    /// Waits until a socket is ready or the bell rings. Gives back the wakers
    /// of the tasks that wait for it, to be woken without a lock: one may drop
    /// sockets, or register some. After `timeout`, which is rounded up to a
    /// millisecond, it returns in any case.
    #[must_use]
    pub fn wait(&self, timeout: Option<Duration>) -> Vec<Waker> {
        let mut turn = lock(&self.turn);
        let (poll, events) = &mut *turn;
        match poll.poll(events, timeout) {
            // A signal: to look outside too early does no harm.
            Err(why) if why.kind() == ErrorKind::Interrupted => {
                return Vec::new();
            }
            waited => waited.expect("the kernel lets a thread wait"),
        }
        let mut wakers = Vec::new();
        let mut watched = lock(&self.watched);
        for event in &*events {
            let (slot, generation) = to_key(event.token());
            // One that is gone by now may have been reported before.
            if let Some(socket) = watched.get_mut(slot, generation) {
                socket.report(event, &mut wakers);
            }
        }
        wakers
    }

    /// From now on its sockets give errors. The tasks that wait are woken.
    pub fn end(&self) {
        let watched = mem::take(&mut *lock(&self.watched));
        let mut wakers = Vec::new();
        for socket in watched.into_values() {
            lanes::watches(socket.number, false);
            for half in &mut lock(&socket.shared).halves {
                half.is_over = true;
                half.take_wakers(&mut wakers);
            }
        }
        for waker in wakers {
            let _ = call_quietly(|| waker.wake());
        }
    }
}

fn to_token((slot, generation): (u32, u32)) -> Token {
    Token((generation as usize) << 32 | slot as usize)
}

fn to_key(Token(token): Token) -> (u32, u32) {
    (token as u32, (token >> 32) as u32)
}

/// A socket that does not block, and that a reactor watches until it is
/// dropped.
pub struct Socket<S: Source> {
    source: S,
    reactor: Arc<Reactor>,
    key: (u32, u32),
    readiness: Arc<Readiness>,
}

/// The waiter with which a socket's own read or write waits. All others have a
/// number of their own.
pub const OWN: u64 = 0;

impl<S: Source + AsRawFd> Socket<S> {
    /// Hands a socket to the reactor of this thread, or of its pool.
    ///
    /// # Errors
    ///
    /// If no `block_on` runs on this thread, or the kernel cannot watch it.
    pub fn new(mut source: S) -> io::Result<Socket<S>> {
        let reactor = match pool::reactor() {
            Some(reactor) => reactor?,
            None => with_here(|here| here.reactor()).unwrap_or_else(over)?,
        };
        let readiness = Arc::new(Readiness::new(source.as_raw_fd()));
        let key = lock(&reactor.watched).insert(readiness.clone());
        lanes::watches(readiness.number, true);
        let both = Interest::READABLE | Interest::WRITABLE;
        let registered =
            reactor.registry.register(&mut source, to_token(key), both);
        if let Err(why) = registered {
            lock(&reactor.watched).remove(key.0, key.1);
            lanes::watches(readiness.number, false);
            return Err(why);
        }
        reactor.count.fetch_add(1, Ordering::Relaxed);
        Ok(Socket { source, reactor, key, readiness })
    }

    pub fn get_ref(&self) -> &S {
        &self.source
    }

    /// Does `operation` once the socket is ready for it. It is tried first:
    /// only if it would block, `waiter` waits, with the waker that it came with
    /// last.
    ///
    /// `is_short` says whether a result shows that the socket is ready no more.
    #[track_caller]
    pub fn poll_io<T>(
        &self,
        (direction, waiter): (Direction, u64),
        context: &mut Context<'_>,
        mut operation: impl FnMut(&S) -> io::Result<T>,
        is_short: impl Fn(&T) -> bool,
    ) -> Poll<io::Result<T>> {
        let spent = ready!(budget::spend(context));
        loop {
            let readiness = &self.readiness;
            let seen = ready!(readiness.poll(direction, waiter, context))?;
            let result = operation(&self.source);
            match &result {
                Err(why) if why.kind() == ErrorKind::WouldBlock => {
                    readiness.clear(direction, seen, Clear::Surely);
                    continue;
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => continue,
                Ok(value) if is_short(value) => {
                    readiness.clear(direction, seen, Clear::UnlessClosed);
                }
                _ => {}
            }
            spent.made_progress();
            return Poll::Ready(result);
        }
    }

    /// Does `operation` once the socket is ready for it. Many tasks may wait at
    /// a time. All are woken, the first one has it, the others wait again.
    pub async fn io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        let waiter = Waiter::new(&self.readiness, direction);
        let who = (direction, waiter.number);
        poll_fn(|context| self.poll_io(who, context, &mut operation, |_| false))
            .await
    }
}

impl<S: Source> Drop for Socket<S> {
    fn drop(&mut self) {
        let (slot, generation) = self.key;
        let mut watched = lock(&self.reactor.watched);
        if watched.remove(slot, generation).is_some() {
            lanes::watches(self.readiness.number, false);
        }
        drop(watched);
        self.reactor.count.fetch_sub(1, Ordering::Relaxed);
        // Before it is closed: a duplicate in a child would be reported on.
        let _ = self.reactor.registry.deregister(&mut self.source);
    }
}

impl<S: Source + Debug> Debug for Socket<S> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// Why a socket does nothing.
pub fn over<T>() -> io::Result<T> {
    Err(io::Error::other(
        "a socket works only while the `block_on` runs in which it was made",
    ))
}

/// What was reported of a socket, in both directions, and what waits.
struct Readiness {
    /// The socket's descriptor. A recording needs it.
    number: RawFd,
    shared: Mutex<Shared>,
}

struct Shared {
    halves: [Half; 2],
    /// The number of the last waiter.
    last: u64,
}

struct Half {
    /// Set until an operation shows the contrary.
    is_ready: bool,
    /// Set if nothing more will come from the peer, or can go there.
    is_closed: bool,
    /// Set if its reactor has ended.
    is_over: bool,
    /// How often it was reported to be ready.
    reports: u32,
    own: Option<Waker>,
    others: BTreeMap<u64, Option<Waker>>,
}

enum Clear {
    /// The kernel has said that it would block.
    Surely,
    /// All is read that was there. If the peer's end was reported together with
    /// it, that will not be reported again: the next read has to find it.
    UnlessClosed,
}

impl Readiness {
    /// Ready in both directions: an operation is tried before it waits.
    fn new(number: RawFd) -> Readiness {
        let half = || Half {
            is_ready: true,
            is_closed: false,
            is_over: false,
            reports: 0,
            own: None,
            others: BTreeMap::new(),
        };
        let shared = Shared { halves: [half(), half()], last: OWN };
        Readiness { number, shared: Mutex::new(shared) }
    }

    /// Ready with how often it was reported.
    #[track_caller]
    fn poll(
        &self,
        direction: Direction,
        waiter: u64,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<u32>> {
        let mut shared = lock(&self.shared);
        let half = &mut shared.halves[direction as usize];
        if half.is_over {
            return Poll::Ready(over());
        }
        if half.is_ready {
            return Poll::Ready(Ok(half.reports));
        }
        let place = match waiter {
            OWN => &mut half.own,
            other => half.others.entry(other).or_default(),
        };
        let old = renew(place, context);
        lanes::awaits(self.number, direction, waiter);
        drop(shared);
        drop(old);
        Poll::Pending
    }

    /// It is ready no more; unless it was reported since it was `seen`, by
    /// another thread.
    fn clear(&self, direction: Direction, seen: u32, clear: Clear) {
        let half = &mut lock(&self.shared).halves[direction as usize];
        let stays = matches!(clear, Clear::UnlessClosed) && half.is_closed;
        if half.reports == seen && !stays {
            half.is_ready = false;
        }
    }

    fn report(&self, event: &Event, wakers: &mut Vec<Waker>) {
        let [read, write] = &mut lock(&self.shared).halves;
        let is_error = event.is_error();
        read.is_closed |= event.is_read_closed();
        write.is_closed |= event.is_write_closed();
        if event.is_readable() || event.is_read_closed() || is_error {
            read.report((self.number, Direction::Read), wakers);
        }
        if event.is_writable() || event.is_write_closed() || is_error {
            write.report((self.number, Direction::Write), wakers);
        }
    }
}

impl Half {
    fn report(
        &mut self,
        (number, direction): (RawFd, Direction),
        wakers: &mut Vec<Waker>,
    ) {
        // While it is ready, nothing waits for it.
        if !mem::replace(&mut self.is_ready, true) {
            lanes::is_reported(number, direction);
        }
        self.reports = self.reports.wrapping_add(1);
        self.take_wakers(wakers);
    }

    fn take_wakers(&mut self, wakers: &mut Vec<Waker>) {
        wakers.extend(self.own.take());
        wakers.extend(mem::take(&mut self.others).into_values().flatten());
    }
}

/// One of several that wait for the same. Dropping it ends its wait.
struct Waiter<'a> {
    readiness: &'a Readiness,
    direction: Direction,
    number: u64,
}

impl Waiter<'_> {
    fn new(readiness: &Readiness, direction: Direction) -> Waiter<'_> {
        let mut shared = lock(&readiness.shared);
        shared.last += 1;
        Waiter { readiness, direction, number: shared.last }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let &mut Waiter { readiness, direction, number } = self;
        let mut shared = lock(&readiness.shared);
        let half = &mut shared.halves[direction as usize];
        let waker = half.others.remove(&number);
        if waker.is_some() {
            lanes::forgoes(readiness.number, direction, number);
        }
        drop(shared);
        drop(waker);
    }
}

#[cfg(test)]
mod tests {
    use super::{Clear, Direction, OWN, Readiness};
    use crate::sync::lock;
    use std::task::{Context, Poll, Waker};

    fn seen(readiness: &Readiness) -> Option<u32> {
        let mut context = Context::from_waker(Waker::noop());
        match readiness.poll(Direction::Read, OWN, &mut context) {
            Poll::Ready(seen) => Some(seen.expect("it is not over")),
            Poll::Pending => None,
        }
    }

    #[test]
    fn only_the_readiness_that_was_seen_is_cleared() {
        let readiness = Readiness::new(7);
        let before = seen(&readiness).expect("it is tried first");
        // Another thread hears of it, between the read and this.
        lock(&readiness.shared).halves[0]
            .report((7, Direction::Read), &mut Vec::new());
        readiness.clear(Direction::Read, before, Clear::Surely);
        let after = seen(&readiness).expect("it is still ready");
        readiness.clear(Direction::Read, after, Clear::Surely);
        assert_eq!(seen(&readiness), None);
    }

    #[test]
    fn a_short_read_does_not_clear_what_is_closed() {
        let readiness = Readiness::new(7);
        lock(&readiness.shared).halves[0].is_closed = true;
        let now = seen(&readiness).expect("it is tried first");
        readiness.clear(Direction::Read, now, Clear::UnlessClosed);
        assert!(seen(&readiness).is_some());
        // But to try again what would block would never end.
        readiness.clear(Direction::Read, now, Clear::Surely);
        assert_eq!(seen(&readiness), None);
    }
}
