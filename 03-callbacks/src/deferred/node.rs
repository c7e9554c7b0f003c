//! Nodes: what a chain of callbacks consists of.

use super::cancel::Stop;
use super::error::{Untaken, Why};
use super::resolver::catch;
use crate::event_loop::{Loop, Soon};
use std::cell::Cell;
use std::panic::Location;
use std::ptr::addr_eq;
use std::rc::{Rc, Weak};

/// What a node ends with.
pub type Settled<T> = Result<T, Untaken>;

/// The callback of a node. It settles the next one.
pub type Then<T> = Box<dyn FnOnce(&mut Loop, Settled<T>) -> Next>;

/// The node to be called next, if any. A *walk* calls one after another.
pub type Next = Option<Rc<dyn Link>>;

/// One place in a chain: what is behind a Deferred, and outlives it.
///
/// A chain is owned from its beginning: the resolver has the first node, the
/// callback of each node has the resolver of the next one. A node knows the one
/// before it by a `Weak`. No part of a node is borrowed while a callback or a
/// destructor runs: that may come back to the same node.
pub struct Node<T> {
    /// Where its loop finds what to call.
    pub soon: Rc<Soon>,
    /// The line of code that made it.
    pub line: &'static Location<'static>,
    state: Cell<State<T>>,
    source: Cell<Source>,
}

enum State<T> {
    /// It has no value yet.
    Waits(Option<Then<T>>),
    /// It has a value, but no callback yet.
    Settled(Settled<T>),
    /// It has both, and a walk is to call it.
    Ready(Then<T>, Settled<T>),
    /// It has called its callback.
    Over,
}

/// What settles a node, for as long as it is not settled.
pub enum Source {
    /// A resolver, and what is to be called if it is cancelled.
    Resolver(Option<Stop>),
    /// The callback of another node, or a Deferred that this callback has
    /// returned.
    Node(Weak<dyn Link>),
    /// It is being cancelled: what was to be called for that is called.
    Stop,
    /// Nothing: it is settled.
    Gone,
}

/// A node, whatever the type of its value.
pub trait Link {
    /// Calls what waits for it, and gives back what is to be called next.
    fn call(&self, events: &mut Loop) -> Next;

    /// What settles it, if that is another node.
    fn before(&self) -> Next;

    /// Set if it has its value, or had it.
    fn is_settled(&self) -> bool;

    /// Puts an error in the place of a value that is on its way to the
    /// callback. Gives back `false` if there is no such value.
    fn cancel_value(&self, line: &'static Location<'static>) -> bool;

    /// Settles it as cancelled, if it waits.
    fn cancel(
        self: Rc<Self>,
        events: &mut Loop,
        line: &'static Location<'static>,
    ) -> Next;

    /// Where its loop finds what to call.
    fn soon(&self) -> Rc<Soon>;
}

/// Has the loop call `first` soon, and then each node that follows from it: one
/// after another, since a long chain of calls would need a large stack.
#[track_caller]
pub fn walk_soon(first: Next) {
    if let Some(mut link) = first {
        link.soon().push(Box::new(move |events| {
            while let Some(next) = link.call(events) {
                link = next;
            }
        }));
    }
}

impl<T: 'static> Node<T> {
    #[track_caller]
    pub fn new(soon: Rc<Soon>, source: Source) -> Rc<Node<T>> {
        Rc::new(Node {
            soon,
            line: Location::caller(),
            state: Cell::new(State::Waits(None)),
            source: Cell::new(source),
        })
    }

    /// Gives the node its callback. Gives the node back if it can be called
    /// now.
    pub fn attach(self: Rc<Self>, then: Then<T>) -> Next {
        match self.state.replace(State::Over) {
            State::Settled(settled) => {
                self.state.set(State::Ready(then, settled));
                Some(self)
            }
            // It has neither a value nor a callback: only a Deferred attaches
            // one, which consumes the Deferred.
            _ => {
                self.state.set(State::Waits(Some(then)));
                None
            }
        }
    }

    /// Gives the node its value. Gives the node back if it can be called now.
    /// If it was cancelled, the value comes too late, and is dropped in
    /// silence.
    pub fn settle(self: Rc<Self>, settled: Settled<T>) -> Next {
        let (state, too_late) = match self.state.replace(State::Over) {
            State::Waits(Some(then)) => (State::Ready(then, settled), None),
            State::Waits(None) => (State::Settled(settled), None),
            other => (other, Some(settled)),
        };
        let is_ready = matches!(state, State::Ready(..));
        self.state.set(state);
        if let Some(settled) = too_late {
            drop(settled.map_err(Untaken::take));
            return None;
        }
        // What would stop its work may own the resolver, which owns the node.
        // That circle is broken here, or it would never be freed.
        drop(self.source.replace(Source::Gone));
        is_ready.then_some(self as Rc<dyn Link>)
    }

    /// Its resolver has been dropped: settles it with an error.
    pub fn abandon(self: Rc<Self>) {
        // While it is cancelled, its work may be dropped, and the resolver with
        // it. Then the cancellation settles it.
        let source = self.source.replace(Source::Gone);
        let is_stopped = matches!(source, Source::Stop);
        self.source.set(source);
        if is_stopped {
            return;
        }
        if self.soon.is_closed() {
            // The loop is gone. Its queue drops this node, and then those that
            // follow from it: not inside one another, so the stack stays small.
            let soon = self.soon.clone();
            return soon.push(Box::new(|_| drop(self)));
        }
        let error = Why::Dropped.at(self.line);
        walk_soon(self.settle(Err(Untaken::new(error))));
    }

    /// From now on `inner` settles it.
    pub fn wait_for(&self, inner: &Rc<Node<T>>) {
        match self.source.replace(Source::Gone) {
            Source::Node(_) => self.source.set(inner.as_source()),
            // What was to be done if it is cancelled stays.
            other => self.source.set(other),
        }
    }

    /// Has `stop` called if it is cancelled.
    pub fn stop_by(&self, stop: Stop) {
        match self.source.replace(Source::Gone) {
            Source::Gone => {}
            Source::Stop => self.source.set(Source::Stop),
            _ => self.source.set(Source::Resolver(Some(stop))),
        }
    }

    /// Set if `other` is this one, or waits for it.
    pub fn is_before(&self, other: &Rc<Node<T>>) -> bool {
        let mut node: Next = Some(other.clone());
        while let Some(it) = node {
            if addr_eq(self, Rc::as_ptr(&it)) {
                return true;
            }
            node = it.before();
        }
        false
    }

    /// This node as what settles another one.
    pub fn as_source(self: &Rc<Self>) -> Source {
        let node: Rc<dyn Link> = self.clone();
        Source::Node(Rc::downgrade(&node))
    }
}

impl<T: 'static> Link for Node<T> {
    fn call(&self, events: &mut Loop) -> Next {
        match self.state.replace(State::Over) {
            State::Ready(then, settled) => then(events, settled),
            _ => None,
        }
    }

    fn before(&self) -> Next {
        let source = self.source.replace(Source::Gone);
        let before = match &source {
            Source::Node(node) => node.upgrade(),
            _ => None,
        };
        self.source.set(source);
        before
    }

    fn is_settled(&self) -> bool {
        let source = self.source.replace(Source::Gone);
        let is_settled = matches!(source, Source::Gone);
        self.source.set(source);
        is_settled
    }

    fn cancel_value(&self, line: &'static Location<'static>) -> bool {
        match self.state.replace(State::Over) {
            State::Ready(then, settled) => {
                let error = Untaken::new(Why::Cancelled.at(line));
                self.state.set(State::Ready(then, Err(error)));
                drop(settled);
                true
            }
            other => {
                self.state.set(other);
                false
            }
        }
    }

    fn cancel(
        self: Rc<Self>,
        events: &mut Loop,
        line: &'static Location<'static>,
    ) -> Next {
        let stop = match self.source.replace(Source::Stop) {
            Source::Resolver(stop) => stop,
            // The callback that settles it is running.
            Source::Node(_) => None,
            other => {
                self.source.set(other);
                return None;
            }
        };
        // `stop` may settle this node, or cancel it again. It is called once.
        let stopped = stop.map_or(Ok(()), |stop| catch(|| stop(events)));
        let why = stopped.err().unwrap_or(Why::Cancelled);
        self.settle(Err(Untaken::new(why.at(line))))
    }

    fn soon(&self) -> Rc<Soon> {
        self.soon.clone()
    }
}
