//! A site that answers a request when the check says so.

use lab::Url;
use std::io::{Read, Write};
use std::mem;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use timeline::{Lane, What};

/// How long a client may take to send its request, or to leave when it has its
/// answer.
const LIMIT: Duration = Duration::from_secs(2);

/// A site that holds every request until the check says what to answer. So how
/// many requests are under way at once does not depend on how fast they are.
///
/// ```
/// use trials::judge::{Gate, wait_until};
/// use lab::{Failure, fetch};
/// use std::thread;
///
/// let gate = Gate::new();
/// let page = gate.page(7);
/// let fetching = thread::spawn(move || fetch(&page));
/// assert!(wait_until(|| gate.held() == ["/7"]));
///
/// gate.answer("/7", 404);
/// assert_eq!(fetching.join().unwrap().unwrap_err(), Failure::Status(404));
/// assert_eq!(gate.end(), ["/7"]);
/// ```
pub struct Gate {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    thread: JoinHandle<()>,
}

struct Shared {
    /// The requests that are not answered yet, in the order in which they came.
    held: Vec<(String, TcpStream)>,
    /// All paths that were ever asked for.
    asked: Vec<String>,
    /// Set if each request is answered as it comes.
    is_open: bool,
    /// Set if the next client is the last.
    is_ended: bool,
    lane: Lane,
}

impl Gate {
    /// Starts a site.
    ///
    /// # Panics
    ///
    /// If no port can be had, or no thread.
    pub fn new() -> Gate {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = listener.expect("a port");
        let address = listener.local_addr().expect("it listens");
        let shared = Arc::new(Mutex::new(Shared {
            held: Vec::new(),
            asked: Vec::new(),
            is_open: false,
            is_ended: false,
            lane: Lane::named("site", "site"),
        }));
        let serves = Arc::clone(&shared);
        let thread = thread::Builder::new().name("site".to_owned());
        let thread = thread.spawn(move || serve(&listener, &serves));
        let thread = thread.expect("a thread");
        Gate { address, shared, thread }
    }

    /// The address of page `n`, whose path is `/n`.
    ///
    /// # Panics
    ///
    /// Never: it is an address.
    pub fn page(&self, n: usize) -> Url {
        let url = format!("http://{}/{n}", self.address);
        url.parse().expect("a socket address and a path")
    }

    /// The paths that are asked for and not answered, in the order in which
    /// they came.
    pub fn held(&self) -> Vec<String> {
        let held = &lock(&self.shared).held;
        held.iter().map(|(path, _)| path.clone()).collect()
    }

    /// All paths that were ever asked for.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.shared).asked.clone()
    }

    /// Answers one request for this path with this status. Comes back when the
    /// client has closed the connection: it has had its answer by then.
    pub fn answer(&self, path: &str, status: u16) {
        if let Some(socket) = self.take_held(path) {
            send_answer(path, socket, status);
        }
    }

    /// Ends the connection of one request for this path, without an answer.
    /// Comes back when the client has closed it as well.
    ///
    /// ```
    /// use trials::judge::{Gate, wait_until};
    /// use lab::{Failure, fetch};
    /// use std::thread;
    ///
    /// let gate = Gate::new();
    /// let page = gate.page(7);
    /// let fetching = thread::spawn(move || fetch(&page));
    /// assert!(wait_until(|| gate.held() == ["/7"]));
    ///
    /// gate.hang_up("/7");
    /// let why = fetching.join().unwrap().unwrap_err();
    /// assert_eq!(why, Failure::NoAnswer);
    /// gate.end();
    /// ```
    pub fn hang_up(&self, path: &str) {
        if let Some(mut socket) = self.take_held(path) {
            let _ = socket.shutdown(Shutdown::Write);
            let _ = socket.read_to_end(&mut Vec::new());
        }
    }

    fn take_held(&self, path: &str) -> Option<TcpStream> {
        let mut shared = lock(&self.shared);
        let place = shared.held.iter().position(|(held, _)| held == path)?;
        let (_, socket) = shared.held.remove(place);
        shared.record_flight();
        Some(socket)
    }

    /// Answers all requests that are held, and all that come, with 200.
    pub fn open(&self) {
        let mut shared = lock(&self.shared);
        shared.is_open = true;
        let held = mem::take(&mut shared.held);
        shared.record_flight();
        drop(shared);
        for (path, socket) in held {
            send_answer(&path, socket, 200);
        }
    }

    /// Ends the site; gives back all paths that were ever asked for.
    ///
    /// # Panics
    ///
    /// If its thread has panicked.
    pub fn end(self) -> Vec<String> {
        lock(&self.shared).is_ended = true;
        // Its thread sleeps until a client comes: this is the last.
        drop(TcpStream::connect(self.address));
        self.thread.join().expect("it does not panic");
        let mut shared = lock(&self.shared);
        shared.lane.done();
        mem::take(&mut shared.asked)
    }
}

impl Default for Gate {
    fn default() -> Gate {
        Gate::new()
    }
}

impl Shared {
    /// Records how many requests are in flight.
    fn record_flight(&self) {
        self.lane.record(What::Flight(self.held.len()));
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(listener: &TcpListener, shared: &Mutex<Shared>) {
    for socket in listener.incoming() {
        let path =
            socket.ok().and_then(|socket| Some((read_path(&socket)?, socket)));
        let mut shared = lock(shared);
        if shared.is_ended {
            break;
        }
        let Some((path, socket)) = path else { continue };
        shared.asked.push(path.clone());
        if shared.is_open {
            drop(shared);
            send_answer(&path, socket, 200);
        } else {
            shared.held.push((path, socket));
            shared.record_flight();
        }
    }
}

/// The path that a client asks for; `None` if it leaves before it has asked.
fn read_path(mut socket: &TcpStream) -> Option<String> {
    socket.set_read_timeout(Some(LIMIT)).ok()?;
    let (mut request, mut buffer) = (Vec::new(), [0; 1024]);
    while !request.ends_with(b"\r\n\r\n") {
        match socket.read(&mut buffer).ok()? {
            0 => return None,
            n => request.extend(&buffer[..n]),
        }
    }
    let request = String::from_utf8_lossy(&request);
    request.split(' ').nth(1).map(str::to_owned)
}

/// Answers, and waits until the client has left. If it leaves earlier, there is
/// nothing to do.
fn send_answer(path: &str, mut socket: TcpStream, status: u16) {
    let body = format!("{path} is here.\n");
    let head = format!(
        "HTTP/1.1 {status} As told\r\nContent-Type: text/plain\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = socket.write_all((head + &body).as_bytes());
    let _ = socket.read_to_end(&mut Vec::new());
}
