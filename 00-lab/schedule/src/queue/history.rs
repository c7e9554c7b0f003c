//! What several threads have called, and whether a plain queue could have
//! replied alike.

use super::Queue;
use crate::Finding;
use std::collections::{HashSet, VecDeque};
use std::fmt;

/// What a thread calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Puts this value in.
    Push(u32),
    /// Takes a value out.
    Pop,
    /// Closes the queue.
    Close,
}

/// What a call comes back with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reply {
    /// Of [`Call::Push`].
    Pushed(Result<(), u32>),
    /// Of [`Call::Pop`].
    Popped(Option<u32>),
    /// Of [`Call::Close`].
    Closed,
}

impl Call {
    pub(super) fn make(self, queue: &dyn Queue) -> Reply {
        match self {
            Call::Push(value) => Reply::Pushed(queue.push(value)),
            Call::Pop => Reply::Popped(queue.pop()),
            Call::Close => {
                queue.close();
                Reply::Closed
            }
        }
    }
}

/// The calls of all threads.
pub(super) struct History {
    room: usize,
    threads: Vec<ThreadCalls>,
    /// How many calls have begun.
    begun: usize,
}

/// A thread, and its calls in their order.
struct ThreadCalls {
    name: String,
    calls: Vec<Called>,
}

/// One call of a thread.
#[derive(Clone, Copy)]
struct Called {
    call: Call,
    /// How many calls had begun before it.
    begin: usize,
    /// What it came back with, and how many calls had begun by then.
    end: Option<(Reply, usize)>,
}

/// A queue that one thread has: what is in it, and whether it is closed.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Plain {
    values: VecDeque<u32>,
    closed: bool,
}

impl Plain {
    /// Makes a call; `None` if it has to wait.
    fn reply(&mut self, call: Call, room: usize) -> Option<Reply> {
        match call {
            Call::Push(value) if self.closed => Some(Reply::Pushed(Err(value))),
            Call::Push(_) if self.values.len() == room => None,
            Call::Push(value) => {
                self.values.push_back(value);
                Some(Reply::Pushed(Ok(())))
            }
            Call::Pop => match self.values.pop_front() {
                None if !self.closed => None,
                value => Some(Reply::Popped(value)),
            },
            Call::Close => {
                self.closed = true;
                Some(Reply::Closed)
            }
        }
    }

    /// Set if this call has to wait.
    fn has_to_wait(&self, call: Call, room: usize) -> bool {
        self.clone().reply(call, room).is_none()
    }
}

/// What is found among the orders of the calls.
#[derive(Default)]
struct Found {
    /// Set if in one of them a plain queue replies alike.
    is_alike: bool,
    /// Set if, in one of those, the calls that have not come back have to wait.
    waits_alike: bool,
}

/// How many calls of each thread have taken place, and what they have left.
type Reached = (Vec<usize>, Plain);

impl History {
    /// No call yet, of a queue with room for `room` values.
    pub fn new(room: usize) -> History {
        History { room, threads: Vec::new(), begun: 0 }
    }

    /// Adds a thread; gives back its number.
    pub fn add_thread(&mut self, name: &str) -> usize {
        let name = name.to_owned();
        self.threads.push(ThreadCalls { name, calls: Vec::new() });
        self.threads.len() - 1
    }

    /// Notes that a thread makes this call.
    pub fn begin(&mut self, thread: usize, call: Call) {
        let called = Called { call, begin: self.begun, end: None };
        self.threads[thread].calls.push(called);
        self.begun += 1;
    }

    /// Notes that the last call of a thread came back with this.
    pub fn end(&mut self, thread: usize, reply: Reply) {
        let last = self.threads[thread].calls.last_mut();
        last.expect("it has begun").end = Some((reply, self.begun));
    }

    /// Set if `close` has come back.
    pub fn is_closed(&self) -> bool {
        let ends = self.calls().filter_map(|(_, called)| called.end);
        ends.into_iter().any(|(reply, _)| reply == Reply::Closed)
    }

    /// Looks for an order of the calls, each between its begin and its end, in
    /// which a plain queue replies alike (Herlihy and Wing, 1990).
    pub fn judge(&self) -> Result<(), Finding> {
        let mut found = Found::default();
        let from = (vec![0; self.threads.len()], Plain::default());
        self.search(from, &mut HashSet::new(), &mut found);
        match found {
            Found { waits_alike: true, .. } => Ok(()),
            Found { is_alike: true, .. } => Err(Finding::Hangs),
            _ => Err(Finding::new(format!(
                "wrong answer: in whatever order these calls take place, no \
                 queue with room for {} answers like this:\n{self}",
                self.room
            ))),
        }
    }

    /// Tries all orders that go on from here.
    fn search(
        &self,
        from: Reached,
        seen: &mut HashSet<Reached>,
        found: &mut Found,
    ) {
        if found.waits_alike || !seen.insert(from.clone()) {
            return;
        }
        let (done, plain) = from;
        // The next call of each thread that has one left.
        let next: Vec<_> = (0..)
            .zip(self.threads.iter().zip(&done))
            .filter_map(|(n, (it, &done))| Some((n, *it.calls.get(done)?)))
            .collect();
        if next.iter().all(|(_, called)| called.end.is_none()) {
            let waits =
                |called: &Called| plain.has_to_wait(called.call, self.room);
            found.is_alike = true;
            found.waits_alike = next.iter().all(|(_, called)| waits(called));
        }
        // A call that had come back before another began comes before it.
        let ends = next.iter().filter_map(|(_, called)| Some(called.end?.1));
        let first = ends.min().unwrap_or(usize::MAX);
        for (thread, called) in next {
            let mut plain = plain.clone();
            if called.begin < first
                && let Some((reply, _)) = called.end
                && plain.reply(called.call, self.room) == Some(reply)
            {
                let mut done = done.clone();
                done[thread] += 1;
                self.search((done, plain), seen, found);
            }
        }
    }

    /// All calls, each with the name of its thread.
    fn calls(&self) -> impl Iterator<Item = (&str, &Called)> {
        self.threads.iter().flat_map(|thread| {
            thread.calls.iter().map(|called| (thread.name.as_str(), called))
        })
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for begun in 0..=self.begun {
            for (name, Called { call, end, .. }) in self.calls() {
                let Some((reply, _)) = end.filter(|end| end.1 == begun) else {
                    continue;
                };
                write!(f, "  {name}: `{call}` came back")?;
                match reply {
                    Reply::Closed => writeln!(f)?,
                    reply => writeln!(f, " with {reply:?}")?,
                }
            }
            let begins = |(_, called): &(&str, &Called)| called.begin == begun;
            if let Some((name, Called { call, .. })) = self.calls().find(begins)
            {
                writeln!(f, "  {name}: `{call}` is called")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Call::Push(value) => write!(f, "push({value})"),
            Call::Pop => f.write_str("pop()"),
            Call::Close => f.write_str("close()"),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reply::Pushed(reply) => reply.fmt(f),
            Reply::Popped(reply) => reply.fmt(f),
            Reply::Closed => ().fmt(f),
        }
    }
}
