//! The site's server: one thread, a readiness loop, and every pause a timer.
#![expect(
    unsafe_code,
    reason = "a socket must leave the poller before it is closed"
)]

use super::connection::{Connection, Next};
use super::content::Content;
use super::request::Request;
use super::script::{Step, refusal};
use super::{Seen, Shape};
use polling::{Event, Events, Poller};
use socket2::{Domain, Socket, Type};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{self, ErrorKind};
use std::mem;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};
use timeline::{Lane, What};
use url::Url;

/// The poller's keys for the listener, and for what the caller has added; the
/// connections have the keys after them.
const LISTENER: usize = 0;
pub(super) const OTHER: usize = 1;

/// How long to wait after a failed `accept`: there may be no more descriptors.
const RETRY: Duration = Duration::from_millis(20);

/// The slow site, serving.
pub(super) struct Server {
    listener: TcpListener,
    pub poller: Arc<Poller>,
    events: Events,
    connections: HashMap<usize, Connection>,
    /// No key is used twice, so a late timer finds no other connection.
    next_key: usize,
    /// When to go on with which key.
    timers: BinaryHeap<Reverse<(Instant, usize)>>,
    /// Requests that were read in the last turn, by their keys.
    asked: Vec<(usize, Request)>,
    content: Content,
    lane: Lane,
    in_flight: usize,
    seen: Seen,
    /// A line for each request, if there is to be a log.
    pub log: Option<Vec<String>>,
}

impl Server {
    /// A site that listens, and is served as long as [`Server::turn`] is
    /// called.
    ///
    /// # Errors
    ///
    /// If no port can be had.
    pub fn new(shape: &Shape) -> io::Result<Server> {
        let listener = listen()?;
        let poller = Arc::new(Poller::new()?);
        // SAFETY: `drop` takes the listener out of the poller again.
        unsafe { poller.add(&listener, Event::readable(LISTENER)) }?;

        let origin = format!("http://{}", listener.local_addr()?);
        Ok(Server {
            listener,
            poller,
            events: Events::new(),
            connections: HashMap::new(),
            next_key: OTHER + 1,
            timers: BinaryHeap::new(),
            asked: Vec::new(),
            content: Content::new(shape, origin),
            lane: Lane::named("site", "site"),
            in_flight: 0,
            seen: Seen::default(),
            log: None,
        })
    }

    /// The address of its front page.
    pub fn url(&self) -> Url {
        Url::parse(&self.content.origin).expect("a socket address")
    }

    /// Waits until there is something to do, `limit` at the most, and does it.
    /// Gives back whether there was an event with the key [`OTHER`].
    ///
    /// # Errors
    ///
    /// If the kernel refuses to say what is ready. What goes wrong with one
    /// connection ends that connection.
    pub fn turn(&mut self, limit: Duration) -> io::Result<bool> {
        // Wait for the kernel, or for the first timer.
        let asked = mem::take(&mut self.asked);
        let pause = match self.timers.peek() {
            _ if !asked.is_empty() => Duration::ZERO,
            Some(Reverse((at, _))) => {
                at.saturating_duration_since(Instant::now()).min(limit)
            }
            None => limit,
        };
        self.events.clear();
        self.poller.wait(&mut self.events, Some(pause))?;
        let keys: Vec<_> = self.events.iter().map(|event| event.key).collect();
        for &key in &keys {
            self.handle(key)?;
        }

        // Requests that were read a turn ago are answered only now. A client
        // that gives up on a page closes its connection, and then asks for the
        // next page. By now that close is noticed, so the client has one
        // request in flight, not two.
        for (key, request) in asked {
            self.answer(key, request);
        }

        let now = Instant::now();
        while let Some(&Reverse((at, key))) = self.timers.peek()
            && at <= now
        {
            self.timers.pop();
            self.handle(key)?;
        }
        Ok(keys.contains(&OTHER))
    }

    /// What the site has seen in the end. A client that has sent a request and
    /// closed its connection by now counts: one turn reads the request, one
    /// answers it, and one notices that the client has left.
    pub fn finish(&mut self) -> io::Result<Seen> {
        for _ in 0..3 {
            self.turn(Duration::ZERO)?;
        }
        Ok(self.seen.clone())
    }

    /// Does what can be done now for a key.
    fn handle(&mut self, key: usize) -> io::Result<()> {
        match key {
            LISTENER => self.accept()?,
            OTHER => {}
            key => {
                if let Some(client) = self.connections.remove(&key) {
                    self.read_from(key, client);
                }
            }
        }
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        // At most 64 in a turn, or the connected clients would wait too long.
        for _ in 0..64 {
            match self.listener.accept() {
                Ok((socket, _)) if socket.set_nonblocking(true).is_ok() => {
                    let key = self.next_key;
                    self.next_key += 1;
                    // The request is often here already.
                    self.read_from(key, Connection::new(socket));
                }
                Ok(_) => {}
                Err(why) => match why.kind() {
                    ErrorKind::WouldBlock => break,
                    ErrorKind::ConnectionAborted | ErrorKind::Interrupted => {}
                    // There may be no descriptors. The clients wait in the
                    // kernel; trying again at once would spin.
                    _ => {
                        let at = Instant::now() + RETRY;
                        self.timers.push(Reverse((at, LISTENER)));
                        return Ok(());
                    }
                },
            }
        }
        self.poller.modify(&self.listener, Event::readable(LISTENER))
    }

    fn read_from(&mut self, key: usize, mut client: Connection) {
        match client.read_request() {
            Ok(None) => self.follow_script(key, client),
            Ok(Some(request)) => {
                self.asked.push((key, request));
                self.connections.insert(key, client);
            }
            Err(_) => self.end(client, true),
        }
    }

    /// Begins to answer a request; from here on it is in flight.
    fn answer(&mut self, key: usize, request: Request) {
        let Some(mut client) = self.connections.remove(&key) else { return };
        let script = match request {
            Request::Refused(status) => refusal(status),
            Request::Page { path, head_only } => {
                client.counted = Some(path.clone());
                self.count_in_flight(1);
                self.page(path, head_only)
            }
        };
        client.begin(script);
        self.follow_script(key, client);
    }

    /// What is sent for this path, and when.
    fn page(&mut self, path: String, head_only: bool) -> Vec<Step> {
        let (latency, script) = self.content.answer(&path, head_only);
        if let Some(log) = &mut self.log {
            let method = if head_only { "HEAD" } else { "GET" };
            let ms = latency.as_millis();
            log.push(format!("{method} {path} takes {ms} ms"));
        }
        self.seen.add(path, latency);
        script
    }

    /// Follows a connection's script until it has to wait.
    fn follow_script(&mut self, key: usize, mut client: Connection) {
        let next = loop {
            // Not in flight any more, before the last byte is sent: a client
            // that has it may ask for the next page before that call returns.
            if client.is_at_its_last_step()
                && let Some(path) = client.counted.take()
            {
                self.count_in_flight(-1);
                self.lane.record(What::Sent(&path));
            }
            match client.step() {
                Ok(Next::Now) => {}
                other => break other,
            }
        };
        let event = match next {
            Ok(Next::Writable) => Event::writable(key),
            Ok(Next::Never) => return self.end(client, false),
            Ok(Next::At(at)) => {
                self.timers.push(Reverse((at, key)));
                // It becomes readable if the client leaves meanwhile.
                Event::readable(key)
            }
            Ok(_) => Event::readable(key),
            Err(_) => return self.end(client, true),
        };
        match client.watch(&self.poller, event) {
            Ok(()) => drop(self.connections.insert(key, client)),
            Err(_) => self.end(client, true),
        }
    }

    /// Closes a connection. Set `left` if the client has closed it before.
    fn end(&mut self, mut client: Connection, left: bool) {
        if client.counted.is_some() {
            self.count_in_flight(-1);
            self.seen.cut += u32::from(left);
        }
        client.unwatch(&self.poller);
    }

    fn count_in_flight(&mut self, change: isize) {
        self.in_flight = self.in_flight.saturating_add_signed(change);
        self.seen.peak = self.seen.peak.max(self.in_flight);
        self.lane.record(What::Flight(self.in_flight));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for client in self.connections.values_mut() {
            client.unwatch(&self.poller);
        }
        let _ = self.poller.delete(&self.listener);
    }
}

/// Listens on a port that the kernel chooses.
fn listen() -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
    // std's queue holds 128. When it is full, the kernel drops what comes, and
    // the client tries again only after a second.
    socket.listen(4096)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests;
