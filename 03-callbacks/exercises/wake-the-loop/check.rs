//! Judges `Mailbox`: all that is posted is collected, once and in order, and
//! the loop sleeps at its bell while there is nothing to do.
//!
//! Some hundred schedules are tried in each run: the check decides in which
//! order the threads take their steps (see [`trials::schedule`]). The bell is
//! the check's own. It notes when it is rung, and for what.
//!
//! Ways to be wrong, each with an answer in `wrong/`: the bell is rung before
//! the item is there, or the mailbox closed; it is silenced after the look; it
//! is not rung at all, not for the second item, not for a close, or not for an
//! item that another thread is thought to have rung for: because of a look or a
//! note under another lock; it is rung for each item, or while the lock is
//! held; it is never silenced, or not if it rang for nothing, so that the loop
//! spins, or the loop does not wait at all; the loop waits twice before it
//! looks; it waits with the lock, or for something else than its bell, or has
//! another thread wait; it takes it that a bell rings for an item, or for the
//! end; a mailbox that is locked is taken for empty, or for closed; some items
//! are left inside, come out in another order, or not at all once the mailbox
//! is closed, or go in when it is closed; items are counted by what is no
//! count, or never dropped; a post waits while many are inside; the loop is
//! treated otherwise than others when it posts or closes itself; what follows a
//! look is taken to be one with it; and a wait by means that are not recorded,
//! a sleep or a spin before the wait at the bell.
//!
//! As shipped: was rung while the item was not in yet

use super::{Bell, Mailbox};
use lab::{Dice, waiting};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use trials::judge::Judge;
use trials::schedule::{
    Case, Finding, Schedule, Thread, look, step, try_all, wait_until,
};

trials::answer!("exercises/wake-the-loop.rs");

#[test]
fn all_that_is_posted_is_collected_and_the_loop_sleeps_at_its_bell() {
    let answer = ANSWER.require_recorded_waits().require_no_sleep();
    let judge = Judge::of(answer);
    let dice = &mut Dice::random();
    try_all(dice, &CASES);
    judge.end();
}

type Tried = Result<(), Finding>;

/// In how many schedules each case is tried. Those that find a wrong way come
/// last: a wrong answer has to be called wrong.
const CASES: [(usize, Case); 24] = [
    (1, an_item_is_in_when_the_bell_rings_for_it),
    (4, the_loop_sleeps_and_is_woken),
    (2, a_bell_may_ring_for_nothing),
    (1, the_bell_rings_for_nothing_again_and_again),
    (4, what_is_closed_takes_nothing_and_gives_the_rest),
    (1, what_is_closed_stays_closed),
    (4, a_close_wakes_the_loop),
    (4, the_loop_posts_to_itself),
    (16, |it, _| one_posts_while_the_loop_looks(it, false)),
    (140, |it, _| one_posts_while_the_loop_looks(it, true)),
    (24, one_closes_while_the_loop_looks),
    (20, two_post_while_the_loop_sleeps),
    (26, |it, dice| several_post(it, dice, false)),
    (12, |it, dice| several_post(it, dice, true)),
    (40, one_posts_and_one_closes_while_the_loop_sleeps),
    (44, |it, _| they_are_held_up_at_the_lock(it, false)),
    (28, |it, _| they_are_held_up_at_the_lock(it, true)),
    (10, several_are_held_up_at_the_lock),
    (4, items_come_while_the_loop_is_busy),
    (1, very_many_come_while_the_loop_is_busy),
    (1, items_without_a_size_are_collected),
    (1, what_is_left_inside_is_dropped),
    (2, |it, _| the_lock_is_free_while_the_bell_is_rung(it, "post")),
    (2, |it, _| the_lock_is_free_while_the_bell_is_rung(it, "close")),
];

/// Ringing takes so long that the loop, which was busy, looks meanwhile.
fn an_item_is_in_when_the_bell_rings_for_it(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    let trial = Trial::on(schedule);
    trial.bell.takes_long.store(true, SeqCst);
    let poster = trial.post(&[1]);
    schedule.settle()?;
    let is_ringing = !poster.is_done() && trial.bell.times.load(SeqCst) == 1;
    trial.start_loop();
    schedule.settle()?;
    let found = !trial.log().collected.is_empty();
    let is_too_early = is_ringing && !found && trial.bell.asleep.load(SeqCst);
    trial.bell.takes_long.store(false, SeqCst);
    schedule.settle()?;
    if is_too_early && trial.sleeps_with(1) {
        return wrong(
            "the bell was rung while the item was not in yet: a loop that \
             looked just then found nothing, and sleeps",
        );
    }
    trial.judge("one item was posted")?;
    trial.end()
}

fn the_loop_sleeps_and_is_woken(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = Trial::on(schedule);
    trial.start_loop();
    trial.settle("nothing was posted")?;
    for item in 1..=3 {
        trial.post(&[item]);
        schedule.settle()?;
        if trial.sleeps_with(item) {
            let log = trial.log();
            let why = match log.posts.iter().any(|it| it.rang) {
                _ if log.posts.last().is_some_and(|it| it.rang) => {
                    "was rung too early, or the loop does not look when it is \
                     woken"
                }
                true => "was rung for others, and not for this one",
                false => "was not rung",
            };
            return wrong(&format!(
                "the loop slept, and item {item} was posted; it sleeps on: the \
                 bell {why}"
            ));
        }
        trial.judge("one item was posted while the loop slept")?;
    }
    trial.end()
}

fn a_bell_may_ring_for_nothing(schedule: &Schedule, _: &mut Dice) -> Tried {
    let trial = Trial::on(schedule);
    // It has been used before.
    trial.bell.ring();
    trial.bell.wait();
    trial.bell.silence();
    trial.start_loop();
    for _ in 0..3 {
        trial.settle("nothing was posted, and the bell rang")?;
        trial.bell.ring();
    }
    trial.settle("nothing was posted, and the bell rang")?;
    trial.post(&[1]);
    trial.settle("the bell had rung for nothing before")?;
    trial.end()
}

/// It rings for nothing once between two posts, then twice, and so on.
fn the_bell_rings_for_nothing_again_and_again(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    let trial = Trial::on(schedule);
    trial.start_loop();
    for item in 1..=18 {
        for _ in 1..item {
            trial.bell.ring();
            schedule.settle()?;
        }
        trial.post(&[item]);
        trial.settle("the bell had rung for nothing before")?;
    }
    trial.end()
}

fn items_come_while_the_loop_is_busy(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    while_the_loop_is_busy(schedule, 2 + dice.below(5))
}

/// More than a byte can count.
const MANY: usize = 257;

fn very_many_come_while_the_loop_is_busy(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    while_the_loop_is_busy(schedule, MANY + dice.below(50))
}

/// All are posted before the loop looks.
fn while_the_loop_is_busy(schedule: &Schedule, items: usize) -> Tried {
    let trial = Trial::on(schedule);
    let list: Vec<_> = (1..=items as u32).collect();
    let poster = trial.post(&list);
    schedule.settle()?;
    if !poster.is_done() {
        let posts = trial.log().posts.len();
        return wrong(&format!(
            "the loop is busy, and `post` does not come back with item {posts}: \
             it must not wait"
        ));
    }
    let times = trial.bell.times.load(SeqCst);
    trial.start_loop();
    trial.settle("all were posted while the loop was busy")?;
    let first = trial.log().collected.first().map_or(0, Vec::len);
    if first < items {
        return wrong(&format!(
            "{items} items lay in the mailbox, and `collect` took {first}; it \
             has to take all"
        ));
    }
    if times > 1 {
        return wrong_way(&format!(
            "{items} items were posted while the loop was busy, and the bell \
             was rung {times} times; once is enough"
        ));
    }
    // It is rung anew after a look.
    trial.post(&[items as u32 + 1]);
    trial.settle("others had been collected before")?;
    trial.end()
}

fn what_is_closed_takes_nothing_and_gives_the_rest(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let trial = Trial::on(schedule);
    let items = dice.below(3) as u32;
    let list: Vec<_> = (1..=items).collect();
    trial.post(&list).join()?;
    for closed in 1..=2 {
        trial.close().join()?;
        let late = 10 * closed;
        trial.post(&[late]).join()?;
        if trial.log().accepted(late) {
            let again = if closed == 2 { " for the second time" } else { "" };
            return wrong(&format!(
                "`post` said Ok to a mailbox that was closed{again}"
            ));
        }
    }
    trial.start_loop();
    trial.settle("the mailbox was closed before the loop looked")?;
    trial.ask_again(1)?;
    trial.end()
}

fn what_is_closed_stays_closed(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = Trial::on(schedule);
    trial.start_loop();
    trial.close();
    trial.settle("the mailbox was closed while the loop looked")?;
    let times = MANY + dice.below(50);
    let late: Vec<_> = (1..=times as u32).collect();
    trial.post(&late).join()?;
    if let Some(post) = trial.log().posts.iter().find(|it| it.accepted()) {
        return wrong(&format!(
            "{} items were posted to a mailbox that was closed, and for the \
             last of them `post` said Ok",
            post.item
        ));
    }
    trial.ask_again(times)?;
    trial.end()
}

fn a_close_wakes_the_loop(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = Trial::on(schedule);
    trial.start_loop();
    trial.settle("nothing was posted")?;
    if dice.below(2) == 0 {
        trial.post(&[1]);
        trial.settle("one item was posted while the loop slept")?;
    }
    trial.end()
}

/// What the loop posts while it handles what it has collected, and in the end
/// it closes.
fn the_loop_posts_to_itself(schedule: &Schedule, dice: &mut Dice) -> Tried {
    let trial = Trial::on(schedule);
    let mut own = Vec::new();
    for nth in 1..=1 + dice.below(3) as u32 {
        let items = 2 + dice.below(2) as u32;
        own.push((1..=items).map(|n| 10 * nth + n).collect());
    }
    trial.start_loop_that_posts(own, true);
    trial.post(&[1]);
    trial.settle("the loop posts to itself, and then closes")?;
    trial.end()
}

/// Each may be about to do what the other has just done. All orders are tried
/// in which they take turns twice, in whatever steps.
fn one_posts_while_the_loop_looks(
    schedule: &Schedule,
    rings_for_nothing: bool,
) -> Tried {
    schedule.change_step_by_step(true);
    let trial = Trial::on(schedule);
    if rings_for_nothing {
        trial.bell.rings.store(true, SeqCst);
    }
    trial.start_loop();
    for item in 1..=2 {
        trial.post(&[item]);
        trial.settle("one thread posted as the loop went to sleep")?;
    }
    trial.end()
}

fn one_closes_while_the_loop_looks(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    schedule.change_step_by_step(true);
    let trial = Trial::on(schedule);
    trial.bell.rings.store(dice.below(2) == 0, SeqCst);
    trial.start_loop();
    trial.end()
}

/// Each may take the other for the one that rings.
fn two_post_while_the_loop_sleeps(schedule: &Schedule, _: &mut Dice) -> Tried {
    schedule.change_step_by_step(false);
    let trial = Trial::on(schedule);
    trial.start_loop();
    schedule.settle()?;
    trial.post(&[1]);
    trial.post(&[2]);
    trial.settle("two threads posted while the loop slept")?;
    trial.end()
}

/// A post may be held up after any of its steps, until all is over for the
/// others.
fn one_posts_and_one_closes_while_the_loop_sleeps(
    schedule: &Schedule,
    _: &mut Dice,
) -> Tried {
    schedule.change_step_by_step(false);
    let trial = Trial::on(schedule);
    trial.start_loop();
    schedule.settle()?;
    trial.post(&[1]);
    trial.close();
    trial.settle("one thread posted and one closed while the loop slept")?;
    trial.end()
}

fn several_post(schedule: &Schedule, dice: &mut Dice, closes: bool) -> Tried {
    let trial = Trial::on(schedule);
    for thread in 1..=2 + dice.below(2) as u32 {
        let items = 1 + dice.below(2) as u32;
        let items: Vec<_> = (1..=items).map(|n| 10 * thread + n).collect();
        trial.post(&items);
    }
    trial.start_loop();
    if closes {
        trial.close();
    }
    trial.settle("several threads posted")?;
    trial.end()
}

/// A look that does not wait for the lock may find it held; and what follows a
/// look may come too late.
fn they_are_held_up_at_the_lock(schedule: &Schedule, closes: bool) -> Tried {
    schedule.hold_up_at_locks();
    schedule.change_step_by_step(false);
    let trial = Trial::on(schedule);
    trial.start_loop();
    if closes {
        trial.post_and_close(1);
    } else {
        trial.post(&[1, 2]);
    }
    trial.settle("one thread posted as the loop went to sleep")?;
    trial.end()
}

fn several_are_held_up_at_the_lock(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    schedule.hold_up_at_locks();
    let closes = dice.below(2) == 0;
    several_post(schedule, dice, closes)
}

/// Items that take no memory can be counted all the same.
fn items_without_a_size_are_collected(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let bell = Arc::<Noted>::default();
    let mailbox = Arc::new(Mailbox::<(), _>::new(Arc::clone(&bell)));
    let (items, count) = (1 + dice.below(5), Arc::new(AtomicUsize::new(0)));
    let (own, counts) = (Arc::clone(&mailbox), Arc::clone(&count));
    schedule.spawn("the loop", move || {
        while let Some(items) = own.collect() {
            counts.fetch_add(items.len(), SeqCst);
            step();
        }
    });
    let own = Arc::clone(&mailbox);
    schedule.spawn("poster", move || {
        for _ in 0..items {
            let _ = own.post(());
            step();
        }
    });
    schedule.settle()?;
    let count = count.load(SeqCst);
    if count != items {
        return wrong(&format!(
            "of {items} items of the type `()`, {count} were collected, and no \
             thread can go on"
        ));
    }
    schedule.spawn("closer", move || mailbox.close());
    schedule.end()
}

/// The items know how many there are of them.
fn what_is_left_inside_is_dropped(
    schedule: &Schedule,
    dice: &mut Dice,
) -> Tried {
    let item = Arc::new(());
    let bell = Arc::<Noted>::default();
    let mailbox = Mailbox::<Arc<()>, _>::new(bell);
    let items = 1 + dice.below(5);
    let posted = Arc::clone(&item);
    schedule.spawn("poster", move || {
        for _ in 0..items {
            let _ = mailbox.post(Arc::clone(&posted));
            step();
        }
        drop((mailbox, posted));
    });
    schedule.end()?;
    match Arc::strong_count(&item) - 1 {
        0 => Ok(()),
        left => wrong(&format!(
            "a mailbox was dropped with {items} items in it, and {left} of \
             them were not dropped"
        )),
    }
}

fn the_lock_is_free_while_the_bell_is_rung(
    schedule: &Schedule,
    call: &str,
) -> Tried {
    let trial = Trial::on(schedule);
    let own = trial.start_loop();
    trial.settle("nothing was posted")?;
    trial.bell.takes_long.store(true, SeqCst);
    match call {
        "post" => trial.post(&[1]),
        _ => trial.close(),
    };
    schedule.settle()?;
    if own.waits_for_lock() {
        return wrong_way(&format!(
            "`{call}` rings the bell while it holds the lock, so the loop that \
             it wakes has to wait again"
        ));
    }
    trial.bell.takes_long.store(false, SeqCst);
    trial.settle("the bell was rung")?;
    trial.end()
}

/// What is posted: it can neither be copied nor made up.
struct Gift(u32);

/// The bell, and what it notes.
#[derive(Default)]
struct Noted {
    rings: AtomicBool,
    /// Set while the loop waits for it.
    asleep: AtomicBool,
    /// How often it was rung.
    times: AtomicUsize,
    /// Set if ringing it takes until this is no longer set.
    takes_long: AtomicBool,
}

thread_local! {
    /// How often this thread has rung the bell.
    static RUNG: Cell<usize> = const { Cell::new(0) };
}

impl Bell for Arc<Noted> {
    fn ring(&self) {
        look();
        RUNG.set(RUNG.get() + 1);
        self.times.fetch_add(1, SeqCst);
        self.rings.store(true, SeqCst);
        if self.takes_long.load(SeqCst) {
            let own = Arc::clone(self);
            wait_until(move || !own.takes_long.load(SeqCst));
        }
    }

    fn wait(&self) {
        look();
        // A wait that ends at once is no progress: a loop that does only that
        // spins.
        if !self.rings.load(SeqCst) {
            let _waiting = waiting("its bell");
            self.asleep.store(true, SeqCst);
            let own = Arc::clone(self);
            wait_until(move || own.rings.load(SeqCst));
            self.asleep.store(false, SeqCst);
        }
    }

    fn silence(&self) {
        look();
        self.rings.store(false, SeqCst);
    }
}

/// What has happened, in the numbers of its steps.
#[derive(Default)]
struct Log {
    steps: usize,
    posts: Vec<Post>,
    /// What each call of `collect` gave.
    collected: Vec<Vec<u32>>,
    /// Set if `collect` gave `None`.
    is_over: bool,
    /// When `close` was called first.
    close_began: Option<usize>,
    /// When a call of `close` came back first.
    close_ended: Option<usize>,
    close_rang: bool,
}

struct Post {
    item: u32,
    began: usize,
    /// When it came back.
    ended: Option<usize>,
    /// What it came back with.
    accepted: Option<bool>,
    /// Set if it rang the bell.
    rang: bool,
}

impl Post {
    fn accepted(&self) -> bool {
        self.accepted == Some(true)
    }
}

impl Log {
    fn step(&mut self) -> usize {
        self.steps += 1;
        self.steps
    }

    fn accepted(&self, item: u32) -> bool {
        self.posts.iter().any(|post| post.item == item && post.accepted())
    }
}

/// What a thread has at hand: the mailbox, and the log of what is done with it.
#[derive(Clone)]
struct Hand {
    mailbox: Arc<Mailbox<Gift, Arc<Noted>>>,
    log: Arc<Mutex<Log>>,
}

impl Hand {
    fn post(&self, item: u32) {
        let mut begun = lock(&self.log);
        let number = begun.posts.len();
        let began = begun.step();
        let (ended, accepted, rang) = (None, None, false);
        begun.posts.push(Post { item, began, ended, accepted, rang });
        drop(begun);
        let rung = RUNG.get();
        let posted = self.mailbox.post(Gift(item));
        let mut log = lock(&self.log);
        let ended = log.step();
        let post = &mut log.posts[number];
        post.ended = Some(ended);
        post.accepted = Some(posted.is_ok());
        post.rang = RUNG.get() > rung;
    }

    fn close(&self) {
        let mut begun = lock(&self.log);
        let began = begun.step();
        begun.close_began.get_or_insert(began);
        drop(begun);
        let rung = RUNG.get();
        self.mailbox.close();
        let mut log = lock(&self.log);
        let ended = log.step();
        log.close_ended.get_or_insert(ended);
        log.close_rang |= RUNG.get() > rung;
    }
}

/// A mailbox, and the threads of one schedule that use it.
struct Trial<'a> {
    schedule: &'a Schedule,
    hand: Hand,
    bell: Arc<Noted>,
}

impl Trial<'_> {
    fn on(schedule: &Schedule) -> Trial<'_> {
        let bell = Arc::<Noted>::default();
        let mailbox = Arc::new(Mailbox::new(Arc::clone(&bell)));
        let hand = Hand { mailbox, log: Arc::default() };
        Trial { schedule, hand, bell }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        lock(&self.hand.log)
    }

    /// Starts the loop, which collects until there is nothing more to come.
    fn start_loop(&self) -> Thread<()> {
        self.start_loop_that_posts(Vec::new(), false)
    }

    /// The same, but whenever it has collected something, it posts items of its
    /// `own`; and closes, if it `closes`, when there are no more.
    fn start_loop_that_posts(
        &self,
        own: Vec<Vec<u32>>,
        closes: bool,
    ) -> Thread<()> {
        let hand = self.hand.clone();
        let mut own = own.into_iter();
        self.schedule.spawn("the loop", move || {
            loop {
                let collected = hand.mailbox.collect();
                let mut log = lock(&hand.log);
                let Some(items) = collected else {
                    log.is_over = true;
                    break;
                };
                let items: Vec<_> = items.into_iter().map(|it| it.0).collect();
                let is_empty = items.is_empty();
                log.collected.push(items);
                drop(log);
                // Or else it might go on for ever.
                if is_empty {
                    break;
                }
                step();
                match own.next() {
                    Some(items) => {
                        items.into_iter().for_each(|it| hand.post(it));
                    }
                    None if closes => hand.close(),
                    None => {}
                }
            }
        })
    }

    /// Starts a thread that posts these, one after another.
    fn post(&self, items: &[u32]) -> Thread<()> {
        let (hand, items) = (self.hand.clone(), items.to_vec());
        let first = items.first().copied().unwrap_or_default();
        self.schedule.spawn(&format!("poster of {first}"), move || {
            for item in items {
                hand.post(item);
                step();
            }
        })
    }

    fn close(&self) -> Thread<()> {
        let hand = self.hand.clone();
        self.schedule.spawn("closer", move || hand.close())
    }

    /// Starts a thread that posts an item, and closes at once.
    fn post_and_close(&self, item: u32) -> Thread<()> {
        let hand = self.hand.clone();
        self.schedule.spawn("poster that closes", move || {
            hand.post(item);
            hand.close();
        })
    }

    /// Calls `collect` once more this many `times`, after it has given None.
    fn ask_again(&self, times: usize) -> Tried {
        let mailbox = self.hand.mailbox.clone();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let more = self.schedule.spawn("the loop", move || {
            (0..times).all(|_| {
                count.fetch_add(1, SeqCst);
                step();
                mailbox.collect().is_none()
            })
        });
        self.schedule.settle()?;
        if !more.is_done() {
            let times = asked.load(SeqCst);
            let times = match times {
                1 => "once more".to_owned(),
                _ => format!("{times} times more"),
            };
            return wrong(&format!(
                "`collect` had given None, was called {times}, and waits; a \
                 closed mailbox stays closed"
            ));
        }
        match more.join()? {
            true => Ok(()),
            false => wrong("`collect` gave None, and then something after all"),
        }
    }

    /// Set if this item was posted, and the loop sleeps all the same.
    fn sleeps_with(&self, item: u32) -> bool {
        let log = self.log();
        self.bell.asleep.load(SeqCst)
            && log.accepted(item)
            && !log.collected.concat().contains(&item)
    }

    /// Waits until no thread can go on, and judges what has come of it.
    fn settle(&self, when: &str) -> Tried {
        self.schedule.settle()?;
        self.judge(when)
    }

    /// Closes the mailbox, and waits until all threads have ended.
    fn end(&self) -> Tried {
        self.close();
        self.settle("the mailbox was closed at last")?;
        self.schedule.end()
    }

    /// Judges what has come about, with no thread left that could go on.
    fn judge(&self, when: &str) -> Tried {
        let log = self.log();
        if log.collected.iter().any(Vec::is_empty) {
            return wrong(&format!(
                "{when}, and `collect` gave no items; it has to wait until \
                 there are some"
            ));
        }
        if log.is_over && log.close_began.is_none() {
            return wrong(&format!(
                "{when}, and `collect` gave None from an open mailbox"
            ));
        }
        judge_replies(&log)?;
        judge_order(&log)?;
        if let Some(post) = log.posts.iter().find(|it| it.ended.is_none()) {
            return wrong(&format!(
                "{when}, no thread can go on, and `post` does not come back \
                 with item {}: {}",
                post.item,
                self.loop_does(&log)
            ));
        }
        if log.close_began.is_some() && log.close_ended.is_none() {
            return wrong(&format!(
                "{when}, no thread can go on, and `close` does not come back: \
                 {}",
                self.loop_does(&log)
            ));
        }
        if log.is_over {
            let all = log.collected.concat();
            let lost = log
                .posts
                .iter()
                .find(|post| post.accepted() && !all.contains(&post.item));
            return match lost {
                Some(post) => wrong(&format!(
                    "`post` said Ok for item {}, and `collect` gave None \
                     without it",
                    post.item
                )),
                None => Ok(()),
            };
        }
        self.judge_sleep(&log, when)
    }

    /// Judges what is left to do while the loop waits.
    fn judge_sleep(&self, log: &Log, when: &str) -> Tried {
        let all = log.collected.concat();
        let lost = log
            .posts
            .iter()
            .find(|post| post.accepted() && !all.contains(&post.item));
        let sleeps = self.loop_does(log);
        if let Some(post) = lost {
            let why = match post.rang {
                true => {
                    "rang, and the bell was silenced without a look after it"
                }
                false => "did not ring, and no ring before it is left",
            };
            return wrong(&format!(
                "{when}: item {} lies in the mailbox, and {sleeps}: its `post` \
                 {why}",
                post.item
            ));
        }
        if log.close_ended.is_some() {
            let why = match log.close_rang {
                true => {
                    "`close` rang the bell too early, or it was silenced \
                     after the look"
                }
                false => "`close` did not ring",
            };
            return wrong(&format!(
                "{when}, nothing more can come, and {sleeps}: {why}"
            ));
        }
        match self.bell.asleep.load(SeqCst) {
            true => Ok(()),
            false => wrong_way(&format!("{when}, and {sleeps}")),
        }
    }

    fn loop_does(&self, log: &Log) -> &'static str {
        match self.bell.asleep.load(SeqCst) {
            true => "the loop sleeps",
            false if log.is_over => "the loop has ended",
            false => "the loop waits for something else than its bell",
        }
    }
}

/// A mailbox that is open takes all, and one that is closed takes nothing.
fn judge_replies(log: &Log) -> Tried {
    for Post { item, began, ended, accepted, .. } in &log.posts {
        let was_open = log.close_began.is_none_or(|it| Some(it) > *ended);
        let was_closed = log.close_ended.is_some_and(|it| it < *began);
        match accepted {
            Some(false) if was_open => {
                return wrong(&format!(
                    "`post` gave item {item} back, and the mailbox was open"
                ));
            }
            Some(true) if was_closed => {
                return wrong("`post` said Ok to a mailbox that was closed");
            }
            _ => {}
        }
    }
    Ok(())
}

/// An item that was in before another was posted comes out before it.
fn judge_order(log: &Log) -> Tried {
    // With nothing of the check's own in it, it is compiled once for all
    // answers of ours.
    let mut places: BTreeMap<u32, usize> = BTreeMap::new();
    for (place, post) in log.posts.iter().enumerate() {
        places.insert(post.item, place);
    }
    // Of those that have come out, the one that was posted last.
    let mut last: Option<&Post> = None;
    for item in log.collected.iter().flatten() {
        let Some(place) = places.get(item) else { continue };
        let post = &log.posts[*place];
        let before = last.filter(|last| last.began > post.began);
        if let Some(last) = before
            && post.ended.is_some_and(|ended| ended < last.began)
        {
            return wrong(&format!(
                "item {} was in before item {} was posted, and came out after \
                 it",
                post.item, last.item
            ));
        }
        last = before.or(Some(post));
    }
    Ok(())
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wrong(why: &str) -> Tried {
    Err(Finding::new(format!("wrong answer: {why}")))
}

fn wrong_way(why: &str) -> Tried {
    Err(Finding::new(format!("right answer, wrong way: {why}")))
}
