//! What several threads have called, and whether a plain queue could have
//! replied alike.

use super::{Queue, Tried, fail};
use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Mutex;
use trials::schedule::Finding;

/// What a thread calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Push(u32),
    Pop,
    Close,
}

/// What a call comes back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reply {
    Pushed(Result<(), u32>),
    Popped(Option<u32>),
    Closed,
}

/// All calls of all threads, in the order in which they began.
pub struct History {
    room: usize,
    calls: Vec<Called>,
}

/// One call of a thread.
struct Called {
    thread: u32,
    call: Call,
    /// What it came back with, and how many calls had begun by then.
    end: Option<(Reply, usize)>,
}

impl Call {
    /// Makes the call, and notes when it began and how it ended.
    pub fn make(
        self,
        queue: &Queue<u32>,
        thread: u32,
        history: &Mutex<History>,
    ) {
        let number = {
            let calls = &mut history.lock().unwrap().calls;
            calls.push(Called { thread, call: self, end: None });
            calls.len() - 1
        };
        let reply = match self {
            Call::Push(value) => Reply::Pushed(queue.push(value)),
            Call::Pop => Reply::Popped(queue.pop()),
            Call::Close => {
                queue.close();
                Reply::Closed
            }
        };
        let calls = &mut history.lock().unwrap().calls;
        calls[number].end = Some((reply, calls.len()));
    }
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
}

/// What is found among the orders of the calls.
#[derive(Default)]
struct Found {
    /// Set if in one of them a plain queue replies alike,
    is_alike: bool,
    /// and if in one of these the calls that have not come back have to wait.
    waits_alike: bool,
}

impl History {
    /// No call yet, of a queue with room for `room` values.
    pub fn new(room: usize) -> History {
        History { room, calls: Vec::new() }
    }

    /// Looks for an order of the calls, each between its begin and its end, in
    /// which a plain queue replies alike (Herlihy and Wing, 1990).
    pub fn judge(&self) -> Tried {
        let mut found = Found::default();
        let from = (0, Plain::default());
        self.search(from, &mut HashSet::new(), &mut found);
        match found {
            Found { waits_alike: true, .. } => Ok(()),
            Found { is_alike: true, .. } => Err(Finding::Hangs),
            _ => fail(&format!(
                "in whatever order these calls take place, no queue with room \
                 for {} answers like this:\n{self}",
                self.room
            )),
        }
    }

    /// Tries all orders that begin with a set of calls, a bit for each, which
    /// leave a plain queue like this.
    fn search(
        &self,
        from: (u32, Plain),
        seen: &mut HashSet<(u32, Plain)>,
        found: &mut Found,
    ) {
        if found.waits_alike || !seen.insert(from.clone()) {
            return;
        }
        let (done, plain) = from;
        let is_done = |number: usize| done & 1 << number != 0;
        let left = || (0..self.calls.len()).filter(|&it| !is_done(it));
        if left().all(|it| self.calls[it].end.is_none()) {
            found.is_alike = true;
            let room = self.room;
            found.waits_alike = left().all(|it| {
                plain.clone().reply(self.calls[it].call, room).is_none()
            });
        }
        // A call that had come back before another began comes before it.
        let ends = left().filter_map(|it| Some(self.calls[it].end?.1));
        let first = ends.min().unwrap_or(usize::MAX);
        for number in left().filter(|&it| it < first) {
            let Called { call, end, .. } = &self.calls[number];
            let mut plain = plain.clone();
            let answer = plain.reply(*call, self.room);
            if let Some((reply, _)) = end
                && answer == Some(*reply)
            {
                self.search((done | 1 << number, plain), seen, found);
            }
        }
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for begun in 0..=self.calls.len() {
            for Called { thread, call, end } in &self.calls {
                let Some((reply, _)) = end.filter(|end| end.1 == begun) else {
                    continue;
                };
                write!(f, "  {}: `{call}` came back", name_thread(*thread))?;
                match reply {
                    Reply::Pushed(reply) => writeln!(f, " with {reply:?}")?,
                    Reply::Popped(reply) => writeln!(f, " with {reply:?}")?,
                    Reply::Closed => writeln!(f)?,
                }
            }
            if let Some(Called { thread, call, .. }) = self.calls.get(begun) {
                writeln!(f, "  {}: `{call}` is called", name_thread(*thread))?;
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

fn name_thread(thread: u32) -> String {
    match thread {
        0 => "closer".to_owned(),
        n => format!("thread {n}"),
    }
}
