//! What a server of the slow site counts, and whose orders it follows.

use crate::net::TcpStream;
use crate::spawn;
use crate::steps::read;
use crate::task::yield_now;
use crate::time::interval;
use crate::unblock::unblock;
use lab::site::{Content, Order, Request, Service, Step, refusal};
use lab::{Seen, Shape};
use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, Write};
use std::rc::Rc;
use std::time::Duration;
use timeline::{Lane, What};

/// The pages of the slow site, and what it has seen.
pub struct SlowSite {
    content: Content,
    counts: Rc<Counts>,
    /// Set if each request is printed.
    is_logged: Cell<bool>,
}

impl SlowSite {
    /// A site of this shape at this address. Nothing has been asked for yet.
    pub fn new(shape: &Shape, address: String) -> SlowSite {
        let counts = Counts {
            seen: RefCell::default(),
            in_flight: Cell::new(0),
            lane: Lane::named("site", "site"),
        };
        SlowSite {
            content: Content::new(shape, address),
            counts: Rc::new(counts),
            is_logged: Cell::new(false),
        }
    }

    /// What is sent for this request. One that is a page's is in flight from
    /// now on.
    pub fn begin(&self, request: Request) -> (Vec<Step>, Flight) {
        let (path, head_only) = match request {
            Request::Refused(status) => {
                return (refusal(status), Flight { counts: None });
            }
            Request::Page { path, head_only } => (path, head_only),
        };
        let (latency, script) = self.content.answer(&path, head_only);
        if self.is_logged.get() {
            let method = if head_only { "HEAD" } else { "GET" };
            let ms = latency.as_millis();
            // If that fails, the parent is gone, and `follow_orders` returns.
            let _ = writeln!(io::stdout(), "{method} {path} takes {ms} ms");
        }
        self.counts.seen.borrow_mut().add(path, latency);
        self.counts.change(1);
        (script, Flight { counts: Some(self.counts.clone()) })
    }

    /// Does what the parent orders, until it orders the end.
    ///
    /// # Errors
    ///
    /// If the parent is gone.
    pub async fn follow_orders(&self, service: &Service) -> io::Result<()> {
        let mut parent = service.parent();
        let watch = spawn(async move {
            let mut second = interval(Duration::from_secs(1));
            while parent.check().is_ok() {
                second.tick().await;
            }
        });
        loop {
            match unblock(Order::read).await? {
                Order::Log => {
                    watch.abort();
                    self.is_logged.set(true);
                    writeln!(io::stdout())?;
                }
                Order::Leave => return Ok(()),
                Order::End => break,
            }
        }
        // A client that has asked for a page and left counts, if the kernel
        // knows of it by now. After the first turn the executor knows, too;
        // after the second it is accepted, after the third its request is read,
        // and after two more, since its task yields twice, it is counted.
        for _ in 0..5 {
            yield_now().await;
        }
        writeln!(io::stdout(), "{}", self.counts.seen.borrow().to_json())
    }
}

/// What the site has seen.
struct Counts {
    seen: RefCell<Seen>,
    in_flight: Cell<usize>,
    lane: Lane,
}

impl Counts {
    fn change(&self, by: isize) {
        let in_flight = self.in_flight.get().saturating_add_signed(by);
        self.in_flight.set(in_flight);
        let mut seen = self.seen.borrow_mut();
        seen.peak = seen.peak.max(in_flight);
        self.lane.record(What::Flight(in_flight));
    }
}

/// A request that is being answered. If it is dropped before it has landed, its
/// client has left.
pub struct Flight {
    /// Not there if it does not count: it has landed, or it is no page's.
    counts: Option<Rc<Counts>>,
}

impl Flight {
    /// It is answered, but for bytes that the client is about to have.
    pub fn land(&mut self) {
        if let Some(counts) = self.counts.take() {
            counts.change(-1);
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(counts) = self.counts.take() {
            counts.change(-1);
            counts.seen.borrow_mut().cut += 1;
        }
    }
}

/// Reads until a request is whole.
///
/// # Errors
///
/// If the client leaves before that, or the connection breaks.
pub async fn read_request(client: &mut TcpStream) -> io::Result<Request> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let n = read(client, &mut buffer).await?;
        if n == 0 {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        request.extend(&buffer[..n]);
        if let Some(request) = Request::parse(&request) {
            return Ok(request);
        }
    }
}
