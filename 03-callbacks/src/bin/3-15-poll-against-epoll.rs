//! 3-15 · poll against epoll: what it takes to find the one that is ready.
//!
//!     cargo run -p callbacks --bin 3-15-poll-against-epoll
//!
//! Look at the bars: that of `poll` grows with the number of sockets.

#![expect(unsafe_code, reason = "a poller does not know what is closed when")]

use lab::{Failure, Site, fetch};
use polling::{Event, Events, PollMode, Poller};
use rustix::event::{PollFd, PollFlags, poll};
use std::io;
use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

const ROUNDS: usize = 100;
const WIDEST: f64 = 50.0;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let start = Instant::now();
    fetch(&site.page(0))?;
    println!("a page, to compare with: {:.0?}", start.elapsed());
    let mut times = Vec::new();
    for n in [10, 100, 1_000, 10_000] {
        match idle_sockets(n - 1) {
            Ok(idle) => {
                times.push((n, " poll", by_poll(&idle)?));
                times.push((n, "epoll", by_epoll(&idle)?));
            }
            Err(why) => println!("{n} sockets: {why}"),
        }
    }
    let longest = times.iter().map(|row| row.2).max().unwrap_or_default();
    for (n, call, time) in times {
        let width = WIDEST * time.div_duration_f64(longest);
        let (time, bar) = (format!("{time:.1?}"), "█".repeat(width as usize));
        println!("{n:>6} {call} {time:>9} {bar}");
    }
    site.finish();
    Ok(())
}

/// Sockets that nothing is ever sent to.
fn idle_sockets(n: usize) -> io::Result<Vec<UnixDatagram>> {
    (0..n).map(|_| UnixDatagram::unbound()).collect()
}

/// Lists all sockets in each call, and looks at each answer.
fn by_poll(idle: &[UnixDatagram]) -> io::Result<Duration> {
    let (busy, peer) = UnixDatagram::pair()?;
    let all = idle.iter().chain([&busy]);
    let mut list: Vec<_> =
        all.map(|socket| PollFd::new(socket, PollFlags::IN)).collect();
    measure(&busy, &peer, || {
        poll(&mut list, None)?;
        let ready = list.iter().position(|it| !it.revents().is_empty());
        assert_eq!(ready, Some(idle.len()), "only the last one is ready");
        Ok(())
    })
}

/// Lists all sockets once, and is told which are ready.
fn by_epoll(idle: &[UnixDatagram]) -> io::Result<Duration> {
    let (busy, peer) = UnixDatagram::pair()?;
    let poller = Poller::new()?;
    for (key, socket) in idle.iter().chain([&busy]).enumerate() {
        let event = Event::readable(key);
        // SAFETY: the poller is gone before the sockets are.
        unsafe { poller.add_with_mode(socket, event, PollMode::Level) }?;
    }
    let mut ready = Events::new();
    measure(&busy, &peer, || {
        ready.clear();
        poller.wait(&mut ready, None)?;
        let ready = ready.iter().next().map(|event| event.key);
        assert_eq!(ready, Some(idle.len()), "only the last one is ready");
        Ok(())
    })
}

/// How long `find` takes once there is something to read: the median.
fn measure(
    busy: &UnixDatagram,
    peer: &UnixDatagram,
    mut find: impl FnMut() -> io::Result<()>,
) -> io::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        peer.send(b"!")?;
        let start = Instant::now();
        find()?;
        times.push(start.elapsed());
        busy.recv(&mut [0])?;
    }
    times.sort();
    Ok(times[ROUNDS / 2])
}
