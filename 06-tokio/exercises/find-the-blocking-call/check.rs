//! Judges `serve`: nothing keeps the only thread of the runtime while something
//! else is ready, and each request goes on as soon as it can.
//!
//! Waits and calls take time on a clock of the check (see `backend`). It moves
//! when all threads sleep, to what is due next. So at each such moment it is
//! certain what the runtime's thread does, and where each request stands, and a
//! busy machine changes nothing. After each task that runs, the runtime looks
//! whether `serve` is over, so that what nobody waits for is not done by luck.
//!
//! Ways to be wrong: one of the two calls stays where it was, at times or
//! always, or goes to another task, which the same thread polls; the thread
//! waits for another one, or for a lock that it holds, or runs an executor of
//! its own; pages are unpacked by as many threads as there are pages, or by
//! one, or by some that also do other things, or wait for them, or have a queue
//! that gets full; a request takes a thread, or is not begun, or stands still,
//! or asks the cache once more, to wait; only some requests are begun; a task
//! or a thread asks again and again; a line, a page, an answer or a request is
//! lost, or not waited for; two have the same number, or one has none of these;
//! `serve` ends too early, or cannot bear that nobody asks, or threads do not
//! end with it.
//!
//! As shipped: keeps the only thread of the runtime

mod backend;

use super::serve;
use backend::{Alarm, Asked, Block, Ms, Stage, State, Wakes, World};
use lab::Dice;
use paused::Wrong;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use timeline::{Event, Recording};
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot};
use trials::judge::{Judge, others_rest, others_sleep};

pub use backend::*;

trials::answer!("exercises/find-the-blocking-call.rs");

/// How many pages may be unpacked at the same time.
pub const CORES: usize = 4;

/// The page that is in the cache from the beginning.
const HIT: usize = 0;

/// How long the runtime waits for its threads when it ends.
const END: Duration = Duration::from_millis(100);

/// How often something that is wrong is looked at again, and after how long.
const DOUBTS: usize = 3;
const DOUBT: Duration = Duration::from_millis(20);

/// How many threads may be there before there is anything to unpack or write.
const SPARE: usize = 16;

/// How often `pulse` beats in the picture, and how often where nobody looks.
const BEAT: Ms = 20;
const LONG_BEAT: Ms = 1000;

#[test]
fn nothing_keeps_the_only_thread() {
    let judge = Judge::of(ANSWER.require_no_sleep());
    // Only what goes wrong is recorded, on the clock of the check.
    let _pause = timeline::pause();
    let dice = &mut Dice::random();
    tell(&Story::of_the_page());
    for _ in 0..2 {
        tell(&Story::random(dice, 8, 100, None));
    }
    tell(&Story::random(dice, 16, 10, Some(true)));
    tell(&Story::random(dice, 20, 10, Some(false)));
    tell(&Story::random(dice, 16, 150, None));
    tell(&Story::apart(dice));
    tell(&Story { requests: Vec::new(), ..Story::apart(dice) });
    // So many at once that they need a disk which takes no time: an answer may
    // have a thread for each line that waits.
    let many = Story::random(dice, 200, 1, Some(false));
    tell(&Story { line: 0, ..many });
    tell(&Story::of_new_pages(150));
    judge.end();
}

/// What comes, and when.
struct Story {
    requests: Vec<Asked>,
    /// How long the disk takes for a line.
    line: Ms,
    /// How often `pulse` beats.
    beat: Ms,
    /// Set if what waits for its turn is looked at for a while. That takes
    /// time.
    is_watched: bool,
    is_of_the_page: bool,
}

impl Story {
    /// The one whose picture is on the page.
    fn of_the_page() -> Story {
        const COME: [(Ms, usize); 8] = [
            (5, HIT),
            (15, 1),
            (90, HIT),
            (140, HIT),
            (190, HIT),
            (200, HIT),
            (210, HIT),
            (230, HIT),
        ];
        let (cache, store, unpack, put) = (55, 60, 50, 55);
        let requests = COME.map(|(comes, page)| {
            let asked = Asked { page, comes, ..Asked::default() };
            Asked { cache, store, unpack, put, ..asked }
        });
        let requests = requests.into();
        let (line, beat) = (40, BEAT);
        let (is_watched, is_of_the_page) = (true, true);
        Story { requests, line, beat, is_watched, is_of_the_page }
    }

    /// Requests that come at the same time, each for a new page. A short queue
    /// has no room for all that wait to be unpacked.
    fn of_new_pages(most: usize) -> Story {
        let (comes, cache, store, unpack, put) = (1, 20, 30, 10, 15);
        let one =
            Asked { comes, cache, store, unpack, put, ..Asked::default() };
        let requests = (1..=most).map(|page| Asked { page, ..one.clone() });
        let requests = requests.collect();
        let (line, beat) = (0, LONG_BEAT);
        let (is_watched, is_of_the_page) = (false, false);
        Story { requests, line, beat, is_watched, is_of_the_page }
    }

    /// Two requests, each for a new page. The second comes when the first is
    /// answered: only `pulse` is ready meanwhile.
    fn apart(dice: &mut Dice) -> Story {
        let mut story = Story::random(dice, 2, 10, Some(true));
        story.requests[1].comes += 300;
        Story { beat: BEAT, ..story }
    }

    /// At most `most` requests, and half as many at least, which come in the
    /// first `within` ms. They are for a few pages; or each is for a page of
    /// its own, or none is.
    fn random(
        dice: &mut Dice,
        most: usize,
        within: usize,
        are_new: Option<bool>,
    ) -> Story {
        let mut some = |n| 1 + dice.below(n) as Ms;
        let line = 10 + some(30);
        let mut requests = Vec::new();
        for number in 0..most / 2 + some(most / 2) as usize {
            let page = match are_new {
                Some(true) => number + 1,
                Some(false) => HIT,
                None => some(4) as usize - 1,
            };
            let longest = match are_new {
                Some(true) => [within, 20, 30, 40, 40],
                _ => [within, 60, 80, 90, 40],
            };
            let [comes, cache, store, mut unpack, put] = longest.map(&mut some);
            // So long that there are too few cores for them.
            if are_new == Some(true) {
                unpack += 60;
            }
            let asked = Asked { page, comes, ..Asked::default() };
            requests.push(Asked { cache, store, unpack, put, ..asked });
        }
        requests.sort_by_key(|it| it.comes);
        let beat = LONG_BEAT;
        let (is_watched, is_of_the_page) = (are_new == Some(true), false);
        Story { requests, line, beat, is_watched, is_of_the_page }
    }
}

/// # Panics
///
/// If it goes wrong. Then it is recorded.
fn tell(story: &Story) {
    if let Err((wrong, recorded)) = run(story) {
        if timeline::is_temporary() {
            // Nobody else draws it.
            let recording = Recording::parse(&recorded);
            println!("{}", recording.lanes(timeline::width()));
        }
        let events = recorded.lines().filter_map(Event::parse);
        events.for_each(|event| timeline::write(&event));
        panic!("{wrong}");
    }
}

/// Gives the lines of its recording, too, if it goes wrong.
fn run(story: &Story) -> Result<(), (Wrong, String)> {
    let mut state = State::new(&story.requests, story.line);
    state.cached.insert(HIT);
    state.beat = story.beat;
    let world = World::new(state);
    let before = others_rest();
    let server = Server::start(&world);
    let judged = server.go_on(&world, story.is_watched, before.unwrap_or(0));
    let judged = judged.and_then(|()| match others_rest() {
        after if after > before => Err(Wrong::way(
            "`serve` is over, and threads are left that it has started",
        )),
        _ => Ok(()),
    });
    // A call that blocks is the cause of much else.
    let state = world.state();
    let longest = state.blocks.iter().max_by_key(|it| it.to - it.from);
    let judged = match longest {
        Some(block) => Err(tell_block(&state, block, story.is_of_the_page)),
        None => judged,
    };
    judged.map_err(|wrong| (wrong, state.recorded.clone()))
}

/// A call of `serve`, on a runtime with one thread.
struct Server {
    thread: JoinHandle<()>,
    handle: Handle,
    clients: mpsc::Sender<Request>,
    end: oneshot::Sender<()>,
    is_parked: Arc<AtomicBool>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    fn start(world: &World) -> Server {
        let is_parked = Arc::new(AtomicBool::new(false));
        let is_over = Arc::new(AtomicBool::new(false));
        let (parks, unparks) = (is_parked.clone(), is_parked.clone());
        let mut builder = Builder::new_current_thread();
        let runtime = builder
            .on_thread_park(move || parks.store(true, SeqCst))
            .on_thread_unpark(move || unparks.store(false, SeqCst))
            .event_interval(1)
            .build()
            .expect("a runtime");
        let handle = runtime.handle().clone();
        let (clients, requests) = mpsc::channel(1000);
        let (end, ended) = oneshot::channel::<()>();
        let (world, over) = (world.clone(), is_over.clone());
        // Boxes, because there are many answers of ours: then there is only one
        // `block_on` to be compiled.
        let worker = move || {
            world.state().worker = Some(thread::current().id());
            let all: Pin<Box<dyn Future<Output = ()>>> = Box::pin(async move {
                tokio::spawn(beat(world.clone()));
                serve(requests, world.backend()).await;
                world.state().note_end();
                over.store(true, SeqCst);
                let _ = ended.await;
            });
            runtime.block_on(all);
            runtime.shutdown_timeout(END);
        };
        let worker: Box<dyn FnOnce() + Send> = Box::new(worker);
        let thread = thread::Builder::new().name("worker".to_owned());
        let thread = thread.spawn(worker).expect("a thread");
        Server { thread, handle, clients, end, is_parked, is_over }
    }

    /// Lets one thing happen after another, until all are answered. `before` is
    /// how many threads there were before it was started.
    fn go_on(
        self,
        world: &World,
        is_watched: bool,
        before: usize,
    ) -> Result<(), Wrong> {
        let mut clients = Some(self.clients);
        let mut doubts = 0;
        let mut watches = is_watched;
        loop {
            // All that can go on has done so.
            let Some(threads) = others_rest() else {
                return Err(Wrong::way(
                    "busy loop: nothing happens, and a thread does not sleep",
                ));
            };
            let threads = threads.saturating_sub(before);
            let mut state = world.state();
            if state.has_panicked || self.thread.is_finished() {
                // It was reported by the thread that panicked.
                resume_unwind(Box::new("it panics"));
            }
            state.note_rest();
            let found = state.found.take();
            found.map_or(Ok(()), Err)?;
            let judged = judge(&state, self.is_parked.load(SeqCst))
                .and_then(|()| judge_threads(&state, threads));
            let is_over = self.is_over.load(SeqCst);
            let can_come = clients.is_some();
            let ends =
                judged.and_then(|()| judge_end(&state, can_come, is_over));
            drop(state);
            match ends {
                Ok(true) => break,
                Ok(false) => doubts = 0,
                Err(wrong) if doubts == DOUBTS => return Err(wrong),
                // A thread that begins may seem to sleep, for a moment.
                Err(_) => {
                    doubts += 1;
                    thread::sleep(DOUBT);
                    continue;
                }
            }

            // What waits for its turn does not look every now and then.
            if watches && is_crowded(&world.state()) {
                watches = false;
                if !others_sleep(DOUBTS as u32 * DOUBT) {
                    return Err(Wrong::way(
                        "busy loop: nothing happens, and a thread looks again \
                         and again",
                    ));
                }
            }

            // What comes next. Requests come before anything else goes on.
            let (alarms, wakes) = world.pass();
            for alarm in alarms {
                match alarm {
                    Alarm::Closes => clients = None,
                    Alarm::Comes(number) => {
                        let request = world.request(number);
                        let clients = clients.as_ref();
                        let clients = clients.expect("it is not closed");
                        if clients.try_send(request).is_err() {
                            return Err(Wrong::answer(
                                "it takes no more requests, though some come",
                            ));
                        }
                    }
                    Alarm::Ends(_) | Alarm::Written => {}
                }
            }
            wakes.into_iter().for_each(Wakes::wake);
        }

        // The pulse is the only task now.
        let tasks = self.handle.metrics().num_alive_tasks() - 1;
        if tasks > 0 {
            return Err(Wrong::answer(format!(
                "`serve` is over, and tasks of it are left: {tasks}"
            )));
        }
        drop(self.end);
        self.thread.join().expect("it ends");
        Ok(())
    }
}

/// A task beside those of `serve`.
fn beat(world: World) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        loop {
            world.wait(0, "", |state| state.beat).await;
        }
    })
}

/// All threads sleep. Is this the end? It is if all are answered, and nobody
/// can ask any more.
fn judge_end(
    state: &State,
    can_come: bool,
    is_over: bool,
) -> Result<bool, Wrong> {
    let wrong = match (is_over, state.first_unanswered()) {
        (true, None) if !can_come => return Ok(true),
        (true, Some(number)) if !can_come => {
            format!("`serve` is over, and not so request {number}")
        }
        (true, _) => "`serve` is over, and requests can come".to_owned(),
        (false, None) if !can_come && !state.is_blocked() => {
            "all are answered, nobody can ask any more, and `serve` is not over"
                .to_owned()
        }
        (false, _) => return Ok(false),
    };
    Err(Wrong::answer(wrong))
}

/// Set if a request waits for its turn, to be unpacked or to have room.
fn is_crowded(state: &State) -> bool {
    let waits = |(number, request): (usize, &Asked)| {
        request.stage == Stage::Loaded
            && state.holds().all(|hold| hold.number != number)
    };
    state.is_full() || state.requests.iter().enumerate().any(waits)
}

/// All threads sleep. What does the runtime's do, and where does each request
/// stand?
fn judge(state: &State, is_parked: bool) -> Result<(), Wrong> {
    if state.is_blocked() {
        return Ok(());
    }
    // A thread that waits for others is asleep, and not parked.
    if !is_parked {
        let elsewhere = state.holds().find(|hold| hold.is_call());
        let elsewhere = elsewhere.map_or(String::new(), |hold| {
            let call = if hold.what == "unpack" { "unpack" } else { "write" };
            format!(
                "; meanwhile another thread is in `{call}`, for request {}",
                hold.number
            )
        });
        return Err(Wrong::way(format!(
            "after {} ms the only thread of the runtime sleeps in the middle \
             of a poll, in no call of the backend{elsewhere}",
            state.now
        )));
    }
    let unpacking = state.unpacking();
    if unpacking > CORES {
        return Err(Wrong::way(format!(
            "{unpacking} pages are unpacked at the same time, and there are \
             {CORES} cores"
        )));
    }
    // Does each request wait for something, or for its turn?
    let over = state.holds().find(|hold| hold.over.is_some());
    if let Some(hold) = over {
        return Err(Wrong::way(format!(
            "request {} has what it waited for, the {}, and nothing polls it",
            hold.number, hold.what
        )));
    }
    let mut waiting = vec![false; state.requests.len()];
    state.holds().for_each(|it| waiting[it.number] = true);
    for (number, request) in state.requests.iter().enumerate().skip(1) {
        if waiting[number] {
            continue;
        }
        let why = match request.stage {
            Stage::ToCome | Stage::Answered => continue,
            Stage::Loaded if unpacking == CORES => continue,
            // It may wait in a line of its own.
            Stage::Unpacked if state.is_full() => continue,
            Stage::Came => "has come, and nothing begins with it".to_owned(),
            Stage::Begun => {
                "has begun, and does not ask the cache for its page".to_owned()
            }
            Stage::Missed => {
                "has no page from the cache, and does not ask the store"
                    .to_owned()
            }
            Stage::Loaded => format!(
                "has its page, packed, and only {unpacking} of {CORES} cores \
                 unpack one"
            ),
            Stage::Unpacked => {
                "has its page, and its line is not written".to_owned()
            }
            Stage::Written => {
                "has its line in the journal, and is not answered".to_owned()
            }
        };
        return Err(Wrong::way(format!("request {number} {why}")));
    }
    Ok(())
}

/// Does a request have a thread while it waits for the cache or the store? One
/// that has its page may have one.
fn judge_threads(state: &State, threads: usize) -> Result<(), Wrong> {
    let count = |is_so: fn(Stage) -> bool| {
        state.requests.iter().filter(|it| is_so(it.stage)).count()
    };
    let have_it = count(|stage| stage >= Stage::Loaded);
    let wait = count(|it| matches!(it, Stage::Begun | Stage::Missed));
    if threads <= have_it + SPARE {
        return Ok(());
    }
    Err(Wrong::way(format!(
        "{threads} threads are there while {wait} requests wait for the cache \
         or the store: a wait needs none"
    )))
}

/// Who kept the thread, and who was late because of it.
fn tell_block(state: &State, block: &Block, is_of_the_page: bool) -> Wrong {
    let Block { number, what, from, to } = *block;
    let late =
        state.late.iter().filter(|(_, due, polled)| *due < to && *polled >= to);
    let late =
        late.max_by_key(|(number, due, polled)| (*number > 0, polled - due));
    let late = match late {
        Some((0, due, polled)) => {
            format!("`pulse` is {} ms late", polled - due)
        }
        Some((number, due, polled)) => {
            format!("request {number} is {} ms late", polled - due)
        }
        None => "nothing else runs meanwhile".to_owned(),
    };
    let call = match what {
        _ if is_of_the_page => "",
        "unpack" => "`unpack` of ",
        _ => "`write` of ",
    };
    Wrong::way(format!(
        "{call}request {number} keeps the only thread of the runtime for {} \
         ms, from {from} to {to}: {late}",
        to - from
    ))
}
