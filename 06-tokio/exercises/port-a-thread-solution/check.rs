//! Judges `fetch_all` on tokio, by what the thread solution does; and what its
//! author says of the differences, by trying both.
//!
//! A page ends when the check says so. In between the runtime comes to rest, on
//! a clock that is paused (see `paused`): all has begun then that will.
//!
//! What is said of the differences is not compared with a list of right
//! answers. Each is tried out, on the thread solution and on the port, and
//! threads, tasks and pages are counted.
//!
//! Ways to be wrong: it blocks the thread, in a page, for a lock or on a
//! channel; a thread for each page; the host is forgotten, or all hosts are
//! one; a page that waits for its host has no place; all at once, one by one,
//! in rounds, one more; outcomes in the order of their ends; a panic ends all,
//! or is late, or keeps the place or the host; the limit is one for each page,
//! or begins anew with each end, or is told by a clock that is not tokio's;
//! what had ended by the limit is lost; the limit is waited for although all
//! have ended; what is under way goes on after the limit, or after a drop; a
//! channel is full and nobody reads; it waits for what it has itself; it looks
//! again and again, or every millisecond; several calls share something; it
//! begins before it is polled; it cannot be a task; one of the differences is
//! not as it is said to be.
//!
//! As shipped: with `fetch_blocking`

#[path = "on_threads.rs"]
pub mod on_threads;

use super::{
    BETWEEN_TWO_LINES, MUST_BE_SEND, OTHERS_GO_ON, PANIC_ENDS, fetch_all,
    for_nothing, tasks, threads,
};
use lab::Dice;
use paused::{Run, Story, Wrong, try_stories};
use std::cell::Cell;
use std::fmt::Debug;
use std::future::poll_fn;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::task::{Poll, Waker};
use std::thread::{self, ThreadId};
use std::time::Duration;
use tokio::task::{Id, spawn, spawn_local, try_id};
use trials::judge::{Judge, others_sleep};

trials::answer!("exercises/port-a-thread-solution.rs");

const HOUR: Duration = Duration::from_secs(3600);
const MOMENT: Duration = Duration::from_millis(2);

#[test]
fn it_does_what_the_threads_do_and_the_differences_are_true() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    for (times, tale) in TALES {
        try_stories(dice, times, async |story, dice| {
            tale.tell(story, dice).await
        });
    }
    judge.end();
}

/// How often each story is told.
const TALES: [(usize, Tale); 11] = [
    (20, Tale::Run { pages: (4, 12), at_once: (2, 4), end: End::All }),
    (10, Tale::Run { pages: (0, 30), at_once: (1, 9), end: End::All }),
    (1, Tale::Run { pages: (300, 300), at_once: (280, 280), end: End::All }),
    (1, Tale::Run { pages: (0, 0), at_once: (3, 3), end: End::All }),
    (20, Tale::Run { pages: (1, 12), at_once: (1, 4), end: End::Panics }),
    (20, Tale::Run { pages: (1, 12), at_once: (1, 4), end: End::Limit }),
    (10, Tale::Run { pages: (1, 12), at_once: (1, 4), end: End::Drop }),
    (3, Tale::TwoLists),
    (3, Tale::IsATask),
    (1, Tale::IsNotPolled),
    (2, Tale::Differences),
];

#[derive(Clone, Copy)]
enum Tale {
    /// So many pages and places, from the least to the most.
    Run {
        pages: (usize, usize),
        at_once: (usize, usize),
        end: End,
    },
    TwoLists,
    IsATask,
    IsNotPolled,
    Differences,
}

impl Tale {
    async fn tell(self, story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
        let mut some = |(least, most): (usize, usize)| {
            least + dice.below(most - least + 1)
        };
        match self {
            Tale::Run { pages, at_once, end } => {
                let (pages, at_once) = (some(pages), some(at_once));
                Plan { pages, at_once, end }.tell(story, dice).await
            }
            Tale::TwoLists => two_lists(story, dice).await,
            Tale::IsATask => it_is_a_task(story, dice).await,
            Tale::IsNotPolled => it_is_not_polled(story).await,
            Tale::Differences => differences(story, dice).await,
        }
    }
}

/// What is so in the thread solution, and in your port.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diff<T> {
    /// In the thread solution.
    pub on_threads: T,
    /// In your port.
    pub on_tokio: T,
}

/// How `fetch_all` is called: with at least as many pages as places.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// How many pages it is given.
    pub pages: usize,
    /// How many of them may be under way.
    pub at_once: usize,
}

/// What ends with a page that panics.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ends {
    /// Thread and task go on, and fetch the next page.
    Nothing,
    /// The task in which it was fetched, and not the thread.
    ItsTask,
    /// The thread on which it was fetched.
    ItsThread,
}

/// What has become of a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was fetched.
    Body(u32),
    /// It has panicked.
    Panicked,
    /// It had not ended at the limit.
    Late,
}

/// A page that may be fetched.
pub struct Page {
    /// Where it is.
    pub host: u32,
    number: usize,
    pages: Arc<Pages>,
}

impl Page {
    /// Fetches it. It may take a while, in which this thread waits.
    ///
    /// # Panics
    ///
    /// Now and then.
    pub fn fetch_blocking(self) -> u32 {
        let mut states = self.pages.begin(self.number);
        if !self.pages.on_threads {
            states[self.number].blocks = true;
            return self.end(states);
        }
        let waits = |states: &mut Vec<State>| !states[self.number].may_end;
        let states = self.pages.changed.wait_while(states, waits).unwrap();
        self.end(states)
    }

    /// Fetches it. It may take a while, in which this task waits.
    ///
    /// # Panics
    ///
    /// Now and then.
    #[allow(dead_code, reason = "as shipped, nothing calls it")]
    pub async fn fetch(self) -> u32 {
        poll_fn(|context| {
            let mut states = self.pages.begin(self.number);
            let state = &mut states[self.number];
            if state.may_end {
                return Poll::Ready(self.end(states));
            }
            state.waker = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    fn end(&self, mut states: MutexGuard<'_, Vec<State>>) -> u32 {
        let state = &mut states[self.number];
        state.has_ended = true;
        let panics = state.panics;
        drop(states);
        if panics {
            // As `panic!`, but nothing is printed.
            resume_unwind(Box::new(PANIC));
        }
        body(self.number)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.pages.states()[self.number].is_dropped = true;
        self.pages.changed.notify_all();
    }
}

const PANIC: &str = "a page panics";

/// What is on this page.
fn body(number: usize) -> u32 {
    number as u32 * 7 + 3
}

/// The pages of one call.
#[derive(Default)]
struct Pages {
    states: Mutex<Vec<State>>,
    /// Whenever a page begins, is dropped, or may end.
    changed: Condvar,
    /// Set if the thread solution fetches them.
    on_threads: bool,
    /// Set if the first page waits for another one to begin, between two lines
    /// of it.
    has_two_lines: bool,
}

/// How far a page is.
#[derive(Default)]
struct State {
    host: u32,
    /// Where it was polled last.
    here: Option<Here>,
    waker: Option<Waker>,
    /// Set while it is between its two lines, and if it has begun when another
    /// one was.
    is_between: bool,
    has_come_between: bool,
    blocks: bool,
    may_end: bool,
    panics: bool,
    has_ended: bool,
    is_dropped: bool,
}

impl State {
    fn is_under_way(&self) -> bool {
        self.here.is_some() && !self.has_ended && !self.is_dropped
    }
}

/// A place at which something runs.
#[derive(Clone, Copy, PartialEq)]
struct Here(ThreadId, Option<Id>);

impl Here {
    fn now() -> Here {
        Here(thread::current().id(), try_id())
    }
}

impl Pages {
    fn of(hosts: &[u32]) -> Pages {
        let state = |host: &u32| State { host: *host, ..State::default() };
        let states = hosts.iter().map(state).collect();
        Pages { states: Mutex::new(states), ..Pages::default() }
    }

    /// To be given to a call.
    fn list(self: &Arc<Pages>) -> Vec<Page> {
        let hosts: Vec<_> = self.states().iter().map(|it| it.host).collect();
        let hosts = hosts.into_iter().enumerate();
        let page =
            |(number, host)| Page { host, number, pages: Arc::clone(self) };
        hosts.map(page).collect()
    }

    fn states(&self) -> MutexGuard<'_, Vec<State>> {
        self.states.lock().unwrap()
    }

    /// Notes that this page runs.
    fn begin(&self, number: usize) -> MutexGuard<'_, Vec<State>> {
        let mut states = self.states();
        let is_first = states.iter().all(|it| it.here.is_none());
        let is_between = states.iter().any(|it| it.is_between);
        let state = &mut states[number];
        state.has_come_between |= is_between;
        state.here = Some(Here::now());
        self.changed.notify_all();
        if is_first && self.has_two_lines {
            state.is_between = true;
            let wait = if self.on_threads { 2000 } else { 5 };
            let is_alone = |states: &mut Vec<State>| {
                !states.iter().any(|it| it.has_come_between)
            };
            let waited = self.changed.wait_timeout_while(
                states,
                Duration::from_millis(wait),
                is_alone,
            );
            states = waited.unwrap().0;
            states[number].is_between = false;
        }
        states
    }

    fn let_all_end(&self) {
        let mut states = self.states();
        let wakers: Vec<_> = states
            .iter_mut()
            .filter_map(|state| {
                state.may_end = true;
                state.waker.take()
            })
            .collect();
        drop(states);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Waits until this is so of all pages. Threads bring it about.
    fn wait_until_all(&self, are_so: fn(&State) -> bool) {
        let waits = |states: &mut Vec<State>| !states.iter().all(are_so);
        drop(self.changed.wait_while(self.states(), waits).unwrap());
    }

    /// The numbers of those that are so.
    fn those_that(&self, are_so: impl Fn(&State) -> bool) -> Vec<usize> {
        let states = self.states();
        (0..states.len()).filter(|it| are_so(&states[*it])).collect()
    }
}

/// A call of the port.
struct Room {
    pages: Arc<Pages>,
    at_once: usize,
    run: Run<Vec<Outcome>>,
    /// Where it was called.
    caller: Rc<Cell<Option<Here>>>,
}

impl Room {
    fn open(
        story: &Story,
        pages: Pages,
        at_once: usize,
        limit: Duration,
    ) -> Room {
        let pages = Arc::new(pages);
        let list = pages.list();
        let hosts: Vec<_> = list.iter().map(|it| it.host).collect();
        let name = format!(
            "`fetch_all` of pages of hosts {hosts:?}, {at_once} at once, limit \
             {limit:?},"
        );
        let caller = Rc::new(Cell::new(None));
        let here = Rc::clone(&caller);
        let run = story.start(&name, async move {
            here.set(Some(Here::now()));
            fetch_all(list, at_once, limit).await
        });
        Room { pages, at_once, run, caller }
    }

    /// This page may end now.
    fn end(&self, story: &Story, number: usize, panics: bool) {
        let how = if panics { "panics" } else { "ends" };
        story.note(format!("page {number} {how}"));
        let mut states = self.pages.states();
        let state = &mut states[number];
        (state.may_end, state.panics) = (true, panics);
        let waker = state.waker.take();
        drop(states);
        waker.into_iter().for_each(Waker::wake);
    }

    /// Judges which pages are under way, while nothing happens.
    fn judge(&self) -> Result<(), Wrong> {
        let left = self.pages.those_that(|it| !it.has_ended);
        if self.run.is_over() && !left.is_empty() {
            self.outcomes()?;
            return Err(Wrong::answer(format!(
                "`fetch_all` is back before the limit, and {} pages have not \
                 ended",
                left.len()
            )));
        }
        self.look().or_else(|_| {
            // A thread may be about to do something.
            others_sleep(Duration::from_millis(1));
            self.look()
        })
    }

    fn look(&self) -> Result<(), Wrong> {
        if let Some(first) = self.pages.those_that(|it| it.blocks).first() {
            return Err(Wrong::way(format!(
                "page {first} was fetched with `fetch_blocking`: a thread waits \
                 for it, and can do nothing else"
            )));
        }
        // Before it is judged where they were polled: on another thread a page
        // may begin at any moment.
        let left = self.pages.those_that(|it| !it.has_ended);
        let under_way = self.pages.those_that(State::is_under_way);
        let here = thread::current().id();
        let is_elsewhere =
            |it: &State| it.here.is_some_and(|Here(thread, _)| thread != here);
        if !self.pages.those_that(is_elsewhere).is_empty() {
            return Err(Wrong::way(
                "a page was polled by another thread: a page that is waited \
                 for needs none of its own",
            ));
        }
        let lost = self.pages.those_that(|it| it.is_dropped && !it.has_ended);
        if let Some(lost) = lost.first() {
            return Err(Wrong::answer(format!(
                "page {lost} was dropped before it had ended"
            )));
        }

        // Those that have a place are the first ones that have not ended.
        let placed = &left[..left.len().min(self.at_once)];
        let states = self.pages.states();
        let mut hosts = Vec::new();
        for number in &under_way {
            let host = states[*number].host;
            if hosts.contains(&host) {
                return Err(Wrong::answer(format!(
                    "two pages of host {host} are under way: page {number} is \
                     one of them"
                )));
            }
            hosts.push(host);
        }
        if let Some(early) = under_way.iter().find(|it| !placed.contains(it)) {
            return Err(Wrong::answer(format!(
                "page {early} is under way, and has no place: at_once is {}, \
                 and the places belong to the first pages that have not ended, \
                 {placed:?}",
                self.at_once
            )));
        }
        let waits = |it: &&usize| !hosts.contains(&states[**it].host);
        match placed.iter().find(waits) {
            Some(late) => Err(Wrong::answer(format!(
                "page {late} has a place, no other page of its host is under \
                 way, and it does not begin"
            ))),
            None => Ok(()),
        }
    }

    /// It must be back, and have told the outcomes.
    fn judge_end(&self, story: &Story, why: &str) -> Result<(), Wrong> {
        self.judge_outcomes(why)?;
        self.judge_left(story)
    }

    fn judge_outcomes(&self, why: &str) -> Result<(), Wrong> {
        let Some(outcomes) = self.outcomes()? else {
            return Err(Wrong::answer(format!("{why}, and it is not back")));
        };
        let states = self.pages.states();
        if outcomes.len() != states.len() {
            return Err(Wrong::answer(format!(
                "of {} pages it tells {} outcomes",
                states.len(),
                outcomes.len()
            )));
        }
        for (number, (state, outcome)) in
            states.iter().zip(outcomes).enumerate()
        {
            let right = match (state.has_ended, state.panics) {
                (true, false) => Outcome::Body(body(number)),
                (true, true) => Outcome::Panicked,
                (false, _) => Outcome::Late,
            };
            if outcome != right {
                return Err(Wrong::answer(format!(
                    "the outcome of page {number} is {outcome:?}, and it \
                     should be {right:?}"
                )));
            }
        }
        Ok(())
    }

    /// What it has told, if it is back. If it has panicked by itself, so does
    /// this.
    fn outcomes(&self) -> Result<Option<Vec<Outcome>>, Wrong> {
        let told = self.run.result().transpose();
        told.or_else(|panic| match panic.downcast_ref::<&str>() {
            Some(&PANIC) => Err(Wrong::answer(
                "a page has panicked, and so does `fetch_all`",
            )),
            _ => resume_unwind(panic),
        })
    }

    /// Nothing may be left when it is back, or dropped.
    fn judge_left(&self, story: &Story) -> Result<(), Wrong> {
        let left = self.pages.those_that(|it| !it.is_dropped);
        if let Some(first) = left.first() {
            return Err(Wrong::answer(format!(
                "{} pages are left behind: page {first}, for one",
                left.len()
            )));
        }
        story.judge_tasks().map_err(|wrong| wrong.after("no page is left"))
    }
}

/// How a story goes.
struct Plan {
    pages: usize,
    at_once: usize,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    All,
    /// All end, and some panic.
    Panics,
    /// The limit passes when some have ended, and some have panicked.
    Limit,
    Drop,
}

impl Plan {
    async fn tell(self, story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
        let hosts = some_hosts(dice, self.pages);
        let limit = match self.end {
            End::Limit => Duration::from_millis(3000 + dice.below(9000) as u64),
            _ => HOUR,
        };
        let room = Room::open(story, Pages::of(&hosts), self.at_once, limit);
        // Some pages do not wait at all.
        let some = dice.one_of(&[0, 0, 3]);
        for number in 0..self.pages {
            if dice.below(4) < some {
                room.end(story, number, false);
            }
        }
        story.rest().await?;
        room.judge()?;
        story.idle().await?;
        let stays = match self.end {
            End::All | End::Panics => 0,
            End::Limit | End::Drop => 1 + dice.below(self.pages),
        };
        let panics = matches!(self.end, End::Panics | End::Limit);
        go_on(story, &room, dice, stays, panics).await?;
        match self.end {
            End::All | End::Panics => room.judge_end(story, "all have ended"),
            End::Limit => {
                story.pass(limit - MOMENT - story.now()).await?;
                room.judge()?;
                story.note("the limit passes");
                story.pass(2 * MOMENT).await?;
                room.judge_end(story, "the limit has passed")
            }
            End::Drop => {
                story.note("`fetch_all` is dropped");
                room.run.cancel();
                story.rest().await?;
                let left = room.judge_left(story);
                left.map_err(|wrong| wrong.after("`fetch_all` was dropped"))
            }
        }
    }
}

/// The hosts of `pages` pages: few of them, or many.
fn some_hosts(dice: &mut Dice, pages: usize) -> Vec<u32> {
    let most = match pages {
        300.. => 1000,
        _ => dice.one_of(&[1, 2, 3, 1000]),
    };
    (0..pages).map(|_| dice.below(most) as u32).collect()
}

/// Ends some of those that are under way, in any order, again and again, until
/// only `stay` are left.
async fn go_on(
    story: &Story,
    room: &Room,
    dice: &mut Dice,
    stay: usize,
    some_panic: bool,
) -> Result<(), Wrong> {
    room.judge()?;
    loop {
        let left = room.pages.those_that(|it| !it.has_ended).len();
        let mut under_way = room.pages.those_that(State::is_under_way);
        // Two at a time, now and then, before anything is polled.
        let mut ends = (1 + dice.below(2)).min(left - stay.min(left));
        if ends == 0 || under_way.is_empty() {
            return Ok(());
        }
        while ends > 0 && !under_way.is_empty() {
            let chosen = under_way.swap_remove(dice.below(under_way.len()));
            room.end(story, chosen, some_panic && dice.below(2) > 0);
            ends -= 1;
        }
        // A page awaits more than one thing.
        if let Some(number) = under_way.first()
            && dice.below(3) == 0
        {
            story.note(format!("page {number} is woken, and goes on"));
            let waker = room.pages.states()[*number].waker.clone();
            waker.into_iter().for_each(Waker::wake);
        }
        story.pass(Duration::from_millis(dice.below(90) as u64)).await?;
        room.judge()?;
    }
}

async fn two_lists(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let hosts = some_hosts(dice, 8);
    let rooms = [(); 2].map(|()| {
        Room::open(story, Pages::of(&hosts), 1 + dice.below(3), HOUR)
    });
    story.rest().await?;
    let mut judged = Ok(());
    for stay in (0..8).rev() {
        for room in &rooms {
            judged = judged.and(go_on(story, room, dice, stay, false).await);
        }
    }
    for room in &rooms {
        judged = judged.and_then(|()| room.judge_outcomes("all have ended"));
    }
    judged.map_err(|wrong| wrong.after("there are two lists"))
}

/// A program may well give it to a task of its own, on any worker.
async fn it_is_a_task(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let (pages, at_once) = (1 + dice.below(9), 1 + dice.below(3));
    let pages = Arc::new(Pages::of(&some_hosts(dice, pages)));
    let task = spawn(fetch_all(pages.list(), at_once, HOUR));
    let run = story.start("`spawn(fetch_all(…))`", async {
        task.await.unwrap_or_else(|why| resume_unwind(why.into_panic()))
    });
    let room = Room { pages, at_once, run, caller: Rc::default() };
    story.rest().await?;
    go_on(story, &room, dice, 0, true).await?;
    room.judge_end(story, "all have ended")
}

async fn it_is_not_polled(story: &Story) -> Result<(), Wrong> {
    let pages = Arc::new(Pages::of(&[1, 2, 3]));
    let future = fetch_all(pages.list(), 2, HOUR);
    story.rest().await?;
    let begun = !pages.those_that(|it| it.here.is_some()).is_empty();
    drop(future);
    match begun || story.tasks_left() > 0 {
        true => Err(Wrong::way(
            "`fetch_all` has begun before it was polled: a future does nothing \
             until then",
        )),
        false => Ok(()),
    }
}

/// What is said of them is compared with what both versions do.
async fn differences(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let n = 2 + dice.below(4);
    let (one, two) = try_both(story, n, n, Pages::of).await?;
    let what = format!("threads({n})");
    compare(&what, threads(n), one.threads, two.threads)?;
    compare("MUST_BE_SEND", MUST_BE_SEND, one.handed_on, two.handed_on)?;

    let at_once = 1 + dice.below(4);
    let call = Call { pages: at_once + 1 + dice.below(9), at_once };
    let hosts: Vec<_> = (0..call.pages as u32).collect();
    let room = Room::open(story, Pages::of(&hosts), at_once, HOUR);
    story.rest().await?;
    let found = story.tasks_left();
    room.run.cancel();
    let Call { pages, at_once } = call;
    let what = format!("tasks(Call {{ pages: {pages}, at_once: {at_once} }})");
    compare_one(&what, "your port", tasks(call), found)?;

    let hosts = some_hosts(dice, call.pages);
    let one = ends_after_a_moment_on_threads(&hosts, at_once);
    let room = Room::open(story, Pages::of(&hosts), at_once, MOMENT);
    story.pass(2 * MOMENT).await?;
    room.pages.let_all_end();
    story.rest().await?;
    let two = room.pages.those_that(|it| it.has_ended).len();
    let what = format!("for_nothing({at_once})");
    compare(&what, for_nothing(at_once), one, two)?;

    let has_run = begin_another_task();
    ends_after_a_moment_on_threads(&[1], 1);
    let one = has_run.get();
    let room = Room::open(story, Pages::of(&[1]), 1, HOUR);
    story.rest().await?;
    let has_run = begin_another_task();
    story.rest().await?;
    let two = has_run.get() && !room.run.is_over();
    room.run.cancel();
    compare("OTHERS_GO_ON", OTHERS_GO_ON, one, two)?;

    // On tokio nothing can happen in between; threads may need some time.
    let wait =
        |hosts: &[u32]| Pages { has_two_lines: true, ..Pages::of(hosts) };
    let (one, two) = try_both(story, 2, 2, wait).await?;
    let said = BETWEEN_TWO_LINES;
    compare("BETWEEN_TWO_LINES", said, one.between, two.between)?;

    // The second page has the place of the first.
    let panic = |hosts: &[u32]| {
        let pages = Pages::of(hosts);
        let mut states = pages.states();
        (states[0].may_end, states[0].panics) = (true, true);
        drop(states);
        pages
    };
    let (one, two) = try_both(story, 2, 1, panic).await?;
    compare("PANIC_ENDS", PANIC_ENDS, one.ends, two.ends)
}

/// Calls the thread solution, lets pages end when it is back, and counts those
/// that do.
fn ends_after_a_moment_on_threads(hosts: &[u32], at_once: usize) -> usize {
    let pages = Arc::new(Pages { on_threads: true, ..Pages::of(hosts) });
    on_threads::fetch_all(pages.list(), at_once, MOMENT);
    pages.let_all_end();
    pages.wait_until_all(|it| it.is_dropped);
    pages.those_that(|it| it.has_ended).len()
}

/// A task of this thread. What it gives back is set when it has run.
fn begin_another_task() -> Rc<Cell<bool>> {
    let has_run = Rc::new(Cell::new(false));
    let runs = Rc::clone(&has_run);
    spawn_local(async move { runs.set(true) });
    has_run
}

/// What is to be seen when all pages have begun.
struct Seen {
    threads: usize,
    /// Set if they are not where the caller is.
    handed_on: bool,
    /// Set if a page has begun between two lines of another one.
    between: bool,
    /// What has ended, if the second page has the place of the first.
    ends: Ends,
}

impl Seen {
    fn of(pages: &Pages, caller: Here) -> Seen {
        let states = pages.states();
        let all = states.iter().map(|it| it.here.expect("it has begun"));
        let all: Vec<_> = all.collect();
        let is_new = |place: usize| {
            let Here(thread, _) = all[place];
            all[..place].iter().all(|it| it.0 != thread)
        };
        Seen {
            threads: (0..all.len()).filter(|it| is_new(*it)).count(),
            handed_on: all.iter().any(|it| *it != caller),
            between: states.iter().any(|it| it.has_come_between),
            ends: match (all[0], all[1]) {
                (one, two) if one.0 != two.0 => Ends::ItsThread,
                (one, two) if one.1 != two.1 => Ends::ItsTask,
                _ => Ends::Nothing,
            },
        }
    }
}

/// Calls the thread solution, and then the port, for pages of one host each.
async fn try_both(
    story: &Story,
    pages: usize,
    at_once: usize,
    make: fn(&[u32]) -> Pages,
) -> Result<(Seen, Seen), Wrong> {
    let hosts: Vec<_> = (0..pages as u32).collect();
    let pages = Arc::new(Pages { on_threads: true, ..make(&hosts) });
    let list = pages.list();
    let call =
        thread::spawn(move || on_threads::fetch_all(list, at_once, HOUR));
    pages.wait_until_all(|it| it.here.is_some());
    let one = Seen::of(&pages, Here(call.thread().id(), None));
    pages.let_all_end();
    call.join().unwrap();

    let room = Room::open(story, make(&hosts), at_once, HOUR);
    story.rest().await?;
    let two = Seen::of(&room.pages, room.caller.get().expect("it is polled"));
    room.run.cancel();
    story.rest().await?;
    Ok((one, two))
}

fn compare<T: Debug + PartialEq>(
    what: &str,
    said: Diff<T>,
    one: T,
    two: T,
) -> Result<(), Wrong> {
    compare_one(what, "the thread solution", said.on_threads, one)?;
    compare_one(what, "your port", said.on_tokio, two)
}

fn compare_one<T: Debug + PartialEq>(
    what: &str,
    of: &str,
    said: T,
    found: T,
) -> Result<(), Wrong> {
    match said == found {
        true => Ok(()),
        false => Err(Wrong::answer(format!(
            "`{what}`: a trial of {of} shows {found:?}, and you say {said:?}"
        ))),
    }
}
