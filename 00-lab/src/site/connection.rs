//! One client of the site: its request, and how much of the answer is sent.
#![expect(
    unsafe_code,
    reason = "a socket must leave the poller before it is closed"
)]

use super::request::Request;
use super::script::Step;
use polling::{Event, Poller};
use socket2::SockRef;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A client of the site.
pub(super) struct Connection {
    socket: TcpStream,
    /// What has come of its request.
    request: Vec<u8>,
    /// What is still to do; `None` until it is known what to answer.
    script: Option<VecDeque<Step>>,
    /// How many bytes of the first step have been sent.
    sent: usize,
    /// The end of the pause that has begun.
    due: Option<Instant>,
    /// The page that is in flight.
    pub counted: Option<String>,
    /// Set if the poller knows the socket.
    watched: bool,
}

/// When to take a connection's next step.
pub(super) enum Next {
    Now,
    Readable,
    Writable,
    At(Instant),
    /// There is none.
    Never,
}

impl Connection {
    pub fn new(socket: TcpStream) -> Connection {
        Connection {
            socket,
            request: Vec::new(),
            script: None,
            sent: 0,
            due: None,
            counted: None,
            watched: false,
        }
    }

    /// Reads what the client has sent. Gives back the request, once, when all
    /// of it is here.
    ///
    /// # Errors
    ///
    /// If the client has left, or the connection is broken.
    pub fn read_request(&mut self) -> io::Result<Option<Request>> {
        let mut buffer = [0; 4096];
        match self.socket.read(&mut buffer) {
            Ok(0) => Err(ErrorKind::ConnectionAborted.into()),
            // Only the first request is answered.
            Ok(_) if self.script.is_some() => Ok(None),
            Ok(n) => {
                self.request.extend(&buffer[..n]);
                Ok(Request::parse(&self.request))
            }
            Err(why) if is_not_ready(&why) => Ok(None),
            Err(why) => Err(why),
        }
    }

    /// Begins the answer; [`Connection::step`] sends it.
    pub fn begin(&mut self, script: Vec<Step>) {
        // Each piece goes in a segment of its own, and does not wait for
        // others.
        if script.len() > 2 {
            let _ = self.socket.set_nodelay(true);
        }
        self.script = Some(script.into());
    }

    /// Set if the next step sends the last byte.
    pub fn is_at_its_last_step(&self) -> bool {
        let last = |script: &VecDeque<Step>| {
            script.len() == 1 && matches!(script[0], Step::Send(_))
        };
        self.script.as_ref().is_some_and(last)
    }

    /// Takes the next step of the script, as far as that can be done now.
    ///
    /// # Errors
    ///
    /// If the client has left.
    pub fn step(&mut self) -> io::Result<Next> {
        let Some(script) = &mut self.script else { return Ok(Next::Readable) };
        let Some(first) = script.front_mut() else { return Ok(Next::Never) };
        match first {
            // Steps that wait.
            Step::Stall => return Ok(Next::Readable),
            Step::Pause(time) => match self.due {
                None => {
                    let at = Instant::now() + *time;
                    self.due = Some(at);
                    return Ok(Next::At(at));
                }
                // The client has sent something; the timer still runs.
                Some(at) if Instant::now() < at => return Ok(Next::Readable),
                Some(_) => self.due = None,
            },
            // Steps that send.
            Step::Reset => {
                let unsent_is_dropped = Some(Duration::ZERO);
                SockRef::from(&self.socket).set_linger(unsent_is_dropped)?;
            }
            Step::Send(bytes) | Step::Repeat(bytes) => {
                match self.socket.write(&bytes[self.sent..]) {
                    Ok(n) => self.sent += n,
                    Err(why) if is_not_ready(&why) => {
                        return Ok(Next::Writable);
                    }
                    Err(why) => return Err(why),
                }
                if self.sent < bytes.len() {
                    return Ok(Next::Now);
                }
                self.sent = 0;
                if let Step::Repeat(_) = first {
                    // It never ends, so the other clients have their turn now.
                    return Ok(Next::Writable);
                }
            }
        }
        script.pop_front();
        Ok(Next::Now)
    }

    /// Lets the poller report `event`, once, when it happens.
    pub fn watch(&mut self, poller: &Poller, event: Event) -> io::Result<()> {
        if self.watched {
            return poller.modify(&self.socket, event);
        }
        // SAFETY: the server calls `unwatch` before it drops a connection.
        unsafe { poller.add(&self.socket, event) }?;
        self.watched = true;
        Ok(())
    }

    /// Takes the socket out of the poller.
    pub fn unwatch(&mut self, poller: &Poller) {
        if self.watched {
            let _ = poller.delete(&self.socket);
            self.watched = false;
        }
    }
}

/// Set if the same call may succeed later.
fn is_not_ready(why: &io::Error) -> bool {
    matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
