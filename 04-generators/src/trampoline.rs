//! The trampoline: it resumes tasks in turns, on rung 3's loop.

mod request;
mod task;
mod slots;

pub use request::{Reply, Request};
pub use task::Task;

use crate::{Resume, Resumed};
use callbacks::{Handle, Loop, Socket};
use request::What;
use slots::Slots;
use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind};
use std::mem;
use std::ops::Deref;
use std::os::fd::{AsFd, AsRawFd};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::time::Instant;
use task::{End, Wait};

/// Resumes tasks in turns on one thread.
///
/// A task runs until it pauses, and hands out a [`Request`]: what it waits for.
/// The loop of rung 3 waits for that, and then the task is resumed with a
/// [`Reply`]. No other task runs in between: this is *cooperative*.
///
/// **Order.** Tasks are resumed in the order in which they became ready. A
/// request for what is there already makes its task ready at once, behind all
/// others. Sockets and timers are looked at after 64 tasks at the latest.
///
/// **Waking.** A task that was woken before it parked does not pause then. So
/// no wake is lost, and two in a row count as one.
///
/// **The end of a task.** It returns, it panics, or it is cancelled. All that
/// it owns is dropped before those that wait for its end are told. To cancel is
/// to drop: nothing runs in the task but destructors, so it cannot refuse. What
/// it awaits is part of it, and goes with it; a task whose end it waits for is
/// not, and goes on.
///
/// **Panics.** A task that panics ends, and those that wait for it are told.
/// The others go on; when [`run`](Trampoline::run) returns, it hands on the
/// first panic.
///
/// **The end.** Dropping it cancels all its tasks. What is spawned after that
/// is dropped at once.
///
/// ```
/// use generators::{AsyncYielder, Generator, Reply, Request, Trampoline};
/// use std::time::{Duration, Instant};
///
/// let trampoline = Trampoline::new()?;
/// for ms in [2, 1] {
///     let sleeper = move |_, y: AsyncYielder<Reply, Request>| async move {
///         let due = Instant::now() + Duration::from_millis(ms);
///         let _ = y.suspend(Request::until(due)).await;
///         println!("{ms} ms are over");
///     };
///     trampoline.spawn("sleeper", Generator::new(sleeper));
/// }
/// trampoline.run()?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Trampoline(Tasks);

/// The tasks of a [`Trampoline`], for the tasks themselves.
#[derive(Clone)]
pub struct Tasks {
    events: Rc<RefCell<Loop>>,
    state: Rc<State>,
}

#[derive(Default)]
struct State {
    /// The tasks that have not ended, the oldest first.
    alive: RefCell<BTreeMap<u64, Task>>,
    /// Those that are to be resumed, each with its reply.
    ready: RefCell<VecDeque<(Task, Reply)>>,
    running: RefCell<Option<Task>>,
    /// What the loop need not call any more. It is told so when it is at hand.
    over: RefCell<Vec<Handle>>,
    slots: Slots,
    /// What the first task that panicked has panicked with.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    /// How many there have been.
    spawned: Cell<u64>,
    /// Set once the trampoline is gone.
    closed: Cell<bool>,
}

/// How many tasks are resumed, at most, between two looks at the loop.
const MOST_A_TURN: usize = 64;

impl Trampoline {
    /// A trampoline without tasks.
    ///
    /// # Errors
    ///
    /// If the kernel has no descriptors left for its loop.
    pub fn new() -> io::Result<Trampoline> {
        let events = Rc::new(RefCell::new(Loop::silent()?));
        Ok(Trampoline(Tasks { events, state: Rc::default() }))
    }

    /// What tasks need in order to spawn, wake and cancel others.
    pub fn tasks(&self) -> Tasks {
        self.0.clone()
    }

    /// Resumes tasks until all have ended.
    ///
    /// # Errors
    ///
    /// If all tasks wait and nothing can wake them: the error names them. If
    /// the kernel cannot wait, or this is called by a task.
    ///
    /// # Panics
    ///
    /// If a task has panicked, with what it panicked with.
    pub fn run(&self) -> io::Result<()> {
        if self.current().is_some() {
            return Err(io::Error::other("a task cannot run its trampoline"));
        }
        let ran = self.take_turns();
        match self.state.panic.take() {
            Some(payload) => resume_unwind(payload),
            None => ran,
        }
    }

    fn take_turns(&self) -> io::Result<()> {
        let State { alive, ready, .. } = &*self.state;
        loop {
            for _ in 0..MOST_A_TURN {
                let Some(next) = ready.borrow_mut().pop_front() else { break };
                self.resume(next);
            }
            if alive.borrow().is_empty() {
                return Ok(());
            }
            let mut events = self.events();
            if !ready.borrow().is_empty() {
                // It only looks, and does not wait.
                events.stop();
            } else if events.is_over() {
                return Err(self.deadlock());
            }
            events.run_once()?;
        }
    }

    fn deadlock(&self) -> io::Error {
        let alive = self.state.alive.borrow();
        let mut names: Vec<String> =
            alive.values().take(8).map(Task::describe).collect();
        if alive.len() > names.len() {
            names.push(format!("{} more wait", alive.len() - names.len()));
        }
        let names = names.join(", ");
        let why = format!("all tasks wait, and nothing can wake them: {names}");
        io::Error::new(ErrorKind::Deadlock, why)
    }
}

impl Tasks {
    /// Has `body` resumed from now on, as a task of this kind: the tasks of the
    /// kind `fetch` are named `fetch 1`, `fetch 2`, and so on.
    #[track_caller]
    pub fn spawn(
        &self,
        kind: &'static str,
        body: impl Resume + 'static,
    ) -> Task {
        let number = self.state.spawned.get();
        self.state.spawned.set(number + 1);
        let slot = self.state.slots.take(kind);
        let task = Task::new(number, slot, Box::new(body));
        self.state.alive.borrow_mut().insert(number, task.clone());
        match self.state.closed.get() {
            true => self.cancel(&task),
            false => self.make_ready(&task, Ok(())),
        }
        task
    }

    /// Drops a task, with all that it owns; one that runs, at its next pause.
    /// Does nothing if it has ended.
    pub fn cancel(&self, task: &Task) {
        let Some(body) = task.0.body.take() else {
            return task.0.cancelled.set(true);
        };
        self.end_wait(task);
        task.lane().runs();
        self.end(task, body, End::Cancelled);
    }

    /// Wakes a task that is [parked](Request::park), or will be.
    #[track_caller]
    pub fn wake(&self, task: &Task) {
        match task.waits_for(|what| matches!(what, What::Wake)) {
            true => self.make_ready(task, Ok(())),
            false => task.0.woken.set(true),
        }
    }

    /// Drops a clone of a socket, and lets each task that waits for the socket
    /// go on, with the error [`NotConnected`](ErrorKind::NotConnected).
    #[track_caller]
    pub fn close<T: AsFd>(&self, socket: Socket<T>) {
        let number = socket.get_ref().as_fd().as_raw_fd();
        let waits = |task: &&Task| task.waits_for(|it| it.is_on(number));
        let waiting = self.state.alive.borrow();
        let waiting: Vec<_> = waiting.values().filter(waits).cloned().collect();
        for task in waiting {
            let why = "another task has closed the socket";
            let why = io::Error::new(ErrorKind::NotConnected, why);
            self.make_ready(&task, Err(why));
        }
    }

    /// The task that runs now.
    pub fn current(&self) -> Option<Task> {
        self.state.running.borrow().clone()
    }

    /// The loop, to open sockets in it. Give it back before the next pause.
    ///
    /// # Panics
    ///
    /// If it is in use: in its own callbacks, say, which are given it.
    #[track_caller]
    pub fn events(&self) -> RefMut<'_, Loop> {
        let Ok(mut events) = self.events.try_borrow_mut() else {
            panic!("the loop is in use: give it back before a pause");
        };
        for handle in self.state.over.take() {
            events.cancel(handle);
        }
        events
    }

    /// Resumes a task, until it pauses or ends.
    fn resume(&self, (task, reply): (Task, Reply)) {
        // It may have been cancelled while it was ready.
        let Some(mut body) = task.0.body.take() else { return };
        task.lane().runs();
        self.state.running.replace(Some(task.clone()));
        let resumed = catch_unwind(AssertUnwindSafe(|| body.resume(reply)));
        self.state.running.replace(None);
        let end = match resumed {
            Ok(Resumed::Yielded(request)) if !task.0.cancelled.get() => {
                request.record(task.lane(), body.paused());
                task.0.body.set(Some(body));
                return self.begin_wait(&task, request);
            }
            Ok(Resumed::Yielded(_)) => End::Cancelled,
            Ok(Resumed::Returned(())) => End::Returned,
            Err(payload) => {
                self.keep_panic(payload);
                End::Panicked
            }
        };
        self.end(&task, body, end);
    }

    /// Has the loop call when a task can go on.
    fn begin_wait(&self, task: &Task, request: Request) {
        let Request { what, deadline, .. } = request;
        // What is there already?
        let at_once = match &what {
            What::Time if deadline <= Some(Instant::now()) => Some(Ok(())),
            What::End(other) if other == task => {
                Some(Err(io::Error::other("a task waits for its own end")))
            }
            What::End(other) => other.0.end.get().map(|end| end.reply(other)),
            What::Wake => task.0.woken.take().then_some(Ok(())),
            _ => None,
        };
        if let Some(reply) = at_once {
            return self.make_ready(task, reply);
        }
        // Wait for it, and for the deadline: one of them ends both waits.
        let mut events = self.events();
        let mut handles = Vec::new();
        if let Some(due) = deadline {
            let reply = match what {
                What::Time => Ok(()),
                _ => Err(ErrorKind::TimedOut.into()),
            };
            let go_on = self.going_on(task);
            handles.push(events.at(due, |_| go_on(reply)));
        }
        match &what {
            What::Socket(direction, socket) => {
                let go_on = self.going_on(task);
                let then = |_: &mut Loop, waited| go_on(waited);
                handles.push(events.when(*direction, socket.clone(), then));
            }
            What::End(other) => {
                other.0.joiners.borrow_mut().push(task.clone());
            }
            What::Time | What::Wake => {}
        }
        task.0.wait.replace(Some(Wait { what, handles }));
    }

    /// What the loop calls: it makes a task ready, if the task still waits.
    fn going_on(&self, task: &Task) -> impl FnOnce(Reply) + use<> {
        let (tasks, task) = (self.clone(), task.clone());
        move |reply| {
            if task.waits_for(|_| true) {
                tasks.make_ready(&task, reply);
            }
        }
    }

    #[track_caller]
    fn make_ready(&self, task: &Task, reply: Reply) {
        self.end_wait(task);
        task.lane().ready();
        self.state.ready.borrow_mut().push_back((task.clone(), reply));
    }

    fn end_wait(&self, task: &Task) {
        let Some(wait) = task.0.wait.take() else { return };
        self.state.over.borrow_mut().extend(wait.handles);
        if let What::End(other) = wait.what {
            other.0.joiners.borrow_mut().retain(|joiner| joiner != task);
        }
    }

    /// Drops `body`, and lets those go on that wait for the end of its task.
    fn end(&self, task: &Task, body: Box<dyn Resume>, mut end: End) {
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(body)));
        if let Err(payload) = dropped {
            self.keep_panic(payload);
            end = End::Panicked;
        }
        task.0.end.set(Some(end));
        self.state.alive.borrow_mut().remove(&task.0.number);
        for joiner in task.0.joiners.take() {
            self.make_ready(&joiner, end.reply(task));
        }
        self.state.slots.put_back(task.0.slot.clone());
    }

    fn keep_panic(&self, payload: Box<dyn Any + Send>) {
        let first = self.state.panic.take().unwrap_or(payload);
        self.state.panic.set(Some(first));
    }
}

impl Deref for Trampoline {
    type Target = Tasks;

    fn deref(&self) -> &Tasks {
        &self.0
    }
}

impl Drop for Trampoline {
    fn drop(&mut self) {
        self.state.closed.set(true);
        let alive = mem::take(&mut *self.state.alive.borrow_mut());
        alive.values().for_each(|task| self.cancel(task));
        // What the loop still has to call holds these tasks.
        drop(self.events());
    }
}
