//! One page, fetched by an enum that was written by hand. Each variant is a
//! pause, and its fields are what is needed afterwards.

use super::{Then, receive, send};
use crate::{Paused, Reply, Request, Resume, Resumed, Tasks};
use callbacks::Socket;
use lab::{Failure, Incoming, Page, Url, address, request};
use std::io;
use std::mem;
use std::time::Instant;

/// Spawns a [`Fetch`].
pub fn spawn(
    tasks: &Tasks,
    url: &Url,
    deadline: Instant,
    then: Then,
) -> io::Result<()> {
    let state = State::Begin(tasks.clone());
    let then = Some(then);
    tasks.spawn("fetch", Fetch { url: url.clone(), deadline, then, state });
    Ok(())
}

/// A page under way.
struct Fetch {
    url: Url,
    deadline: Instant,
    then: Option<Then>,
    state: State,
}

/// Where it has paused.
#[expect(
    clippy::large_enum_variant,
    reason = "any enum is as large as its largest variant"
)]
enum State {
    Begin(Tasks),
    Connect { socket: Socket },
    Send { socket: Socket, sent: usize },
    Receive { socket: Socket, incoming: Incoming },
    End,
}

/// Where it is next.
enum Next {
    /// Paused, until what it asks for is there.
    Pause(Request, State),
    /// At its end.
    Return(Page),
}

impl State {
    /// Goes on to the next pause.
    fn go_on(self, url: &Url) -> Result<Next, Failure> {
        match self {
            State::Begin(tasks) => {
                let to = address(url)?;
                let socket = Socket::connect(&mut tasks.events(), to)?;
                State::Connect { socket }.go_on(url)
            }
            State::Connect { mut socket } => {
                if !socket.is_connected()? {
                    let request = Request::writable(&socket);
                    return Ok(Next::Pause(request, State::Connect { socket }));
                }
                State::Send { socket, sent: 0 }.go_on(url)
            }
            State::Send { mut socket, mut sent } => {
                let bytes = request(url);
                sent += send(&mut socket, &bytes[sent..])?;
                if sent < bytes.len() {
                    let request = Request::writable(&socket);
                    let state = State::Send { socket, sent };
                    return Ok(Next::Pause(request, state));
                }
                let request = Request::readable(&socket);
                let incoming = Incoming::new(url);
                let state = State::Receive { socket, incoming };
                Ok(Next::Pause(request, state))
            }
            State::Receive { mut socket, mut incoming } => {
                if let Some(page) = receive(&mut socket, &mut incoming)? {
                    return Ok(Next::Return(page));
                }
                let request = Request::readable(&socket);
                let state = State::Receive { socket, incoming };
                Ok(Next::Pause(request, state))
            }
            State::End => unreachable!("it is not resumed after its end"),
        }
    }
}

impl Resume for Fetch {
    fn resume(&mut self, reply: Reply) -> Resumed<Request, ()> {
        let state = mem::replace(&mut self.state, State::End);
        let next = match reply {
            Ok(()) => state.go_on(&self.url),
            Err(why) => Err(why.into()),
        };
        let fetched = match next {
            Ok(Next::Pause(request, state)) => {
                self.state = state;
                return Resumed::Yielded(request.by(self.deadline));
            }
            Ok(Next::Return(page)) => Ok(page),
            Err(why) => Err(why),
        };
        let then = self.then.take().expect("it ends once");
        then(fetched);
        Resumed::Returned(())
    }

    fn paused(&self) -> Paused {
        let name = match self.state {
            State::Begin(_) => "Begin",
            State::Connect { .. } => "Connect",
            State::Send { .. } => "Send",
            State::Receive { .. } => "Receive",
            State::End => "End",
        };
        Paused::Variant { name, bytes: size_of::<Fetch>() }
    }
}
