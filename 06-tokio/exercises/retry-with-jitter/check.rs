//! Judges `retry`: it tries again what may pass, after waits within the bounds
//! that differ from call to call, and it is over at the deadline.
//!
//! The clock is paused (see `paused`): an attempt takes as long as the check
//! says, and when it began and ended is known to the millisecond.
//!
//! Ways to be wrong: all is tried again, or nothing, or a trouble that has no
//! meaning; no wait; one that does not grow, grows by adding, grows without
//! end, grows too late, overflows; the bounds are half as high, or from zero
//! on, or apply to a wait that counts from the beginning of the attempt; no
//! jitter, or the same in each call, or one for all waits of a call, or for
//! some, or drawn from a clock which is the same for two calls; the deadline is
//! looked at between attempts only, or is for the attempts only, or for each
//! anew, or is not heeded; the first trouble is given back, or none; it gives
//! up while time is left for a short wait, or for any, or after a number of
//! attempts; it goes on after it went well; two attempts at once; an attempt
//! that outlives it; a thread is blocked, or the clock is asked again and
//! again.
//!
//! As shipped: that does not pass

use super::{FIRST, LONGEST, retry};
use lab::Dice;
use paused::{Run, Story, Wrong, try_stories};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::pending;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::time::Duration;
use tokio::time::{Instant, sleep, sleep_until};
use trials::judge::Judge;

/// Why an attempt has failed. Each has a number of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The site has too much to do: 503.
    Busy(usize),
    /// The connection broke.
    CutOff(usize),
    /// There is no such page: 404.
    NotFound(usize),
    /// The time was over before any attempt had ended.
    TimedOut,
}

impl Trouble {
    /// Set if the same may go well later.
    pub fn may_pass(&self) -> bool {
        matches!(self, Trouble::Busy(_) | Trouble::CutOff(_))
    }
}

trials::answer!("exercises/retry-with-jitter.rs");

#[test]
fn it_tries_again_what_may_pass_and_is_over_in_time() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    try_stories(dice, 1, async |_, _| judge_bounds());
    let waits = &RefCell::new(Vec::new());
    let one = |few, ends| {
        async move |story: &Story, dice: &mut Dice| {
            let plan = Plan::draw(dice, few, ends);
            let call = Call::start(story, "`retry`", plan);
            let end = call.lasts() + MOMENT;
            while story.now() < end {
                // In parts, so that a busy machine is not taken for a hang.
                let left = end - story.now();
                story.pass(left.min(Duration::from_secs(300))).await?;
            }
            call.judge()?;
            waits.borrow_mut().push(call.log.parts_of_waits());
            Ok(())
        }
    };
    try_stories(dice, 10, one(1, &[Ends::NotFound]));
    try_stories(dice, 10, one(2, &[Ends::Well]));
    try_stories(dice, 1, it_waits_without_looking);
    try_stories(dice, 30, one(6, &[Ends::Well, Ends::NotFound]));
    try_stories(dice, 40, one(6, &[Ends::Never, Ends::Late, Ends::Goes]));
    try_stories(dice, 10, one(1, &[Ends::Never, Ends::Late]));
    try_stories(dice, 150, one(DOUBLED, &[Ends::Well]));
    try_stories(dice, 10, it_is_dropped);
    try_stories(dice, 5, an_attempt_panics);
    try_stories(dice, 1, async |_, _| judge_spread(&waits.borrow()));
    try_stories(dice, 4, two_at_once);
    try_stories(dice, 5, most_waits_end_in_time);
    waits.borrow_mut().clear();
    try_stories(dice, 1, one(MANY, &[Ends::Well]));
    try_stories(dice, 1, async |_, _| judge_many(&waits.borrow()[0]));
    judge.end();
}

const MOMENT: Duration = Duration::from_millis(1);

/// So many troubles that the bounds of the last waits are not doubled any more.
const DOUBLED: usize = 8;
/// So many that every counter which can overflow has done so.
const MANY: usize = 1200;

/// How the last attempt of a plan ends.
#[derive(Clone, Copy, Debug)]
enum Ends {
    Well,
    NotFound,
    /// Not at all: it is under way at the deadline.
    Never,
    /// Well, but after the deadline.
    Late,
    /// There is no last one: all are in trouble that may pass.
    Goes,
}

/// What the attempts of a call are to meet with.
struct Plan {
    /// How long each takes, of those with a trouble that may pass.
    troubles: Vec<Duration>,
    /// How long the last one takes, if it ends in time.
    last: Duration,
    ends: Ends,
    /// When the time is over.
    deadline: Duration,
}

impl Plan {
    fn draw(dice: &mut Dice, few: usize, ends: &[Ends]) -> Plan {
        let ends = dice.one_of(ends);
        let troubles = match few {
            DOUBLED.. => few,
            _ => dice.below(few + 1),
        };
        // Some attempts take longer than any wait.
        let longs: Vec<_> =
            (0..=troubles).map(|_| dice.below(6) == 0).collect();
        let mut ms = |below| Duration::from_millis(dice.below(below) as u64);
        let mut takes = longs.into_iter().map(|is_long| match is_long {
            true => ms(90_000),
            false => ms(300),
        });
        let last = takes.next().expect("there is one more");
        let troubles: Vec<_> = takes.collect();
        // The longest that all attempts and waits may take.
        let mut longest = Duration::from_secs(1);
        for (n, takes) in troubles.iter().enumerate() {
            longest += *takes + bounds(n).1 + MOMENT;
        }
        let deadline = match ends {
            Ends::Goes => MOMENT + ms(20_000),
            _ => longest + last + ms(500),
        };
        Plan { troubles, last, ends, deadline }
    }
}

/// How long the wait after this attempt may be, the first being 0.
fn bounds(attempt: usize) -> (Duration, Duration) {
    let longest = (0..attempt.min(20)).fold(FIRST, |it, _| 2 * it);
    let longest = longest.min(LONGEST);
    (longest / 2, longest)
}

/// What was seen of the attempts of one call.
#[derive(Default)]
struct Log {
    begun: RefCell<Vec<Duration>>,
    /// When each had ended, and its trouble, if it had any.
    ended: RefCell<Vec<(Duration, Option<Trouble>)>>,
    under_way: Cell<usize>,
    most: Cell<usize>,
    /// When the first was dropped that had not ended.
    dropped: Cell<Option<Duration>>,
}

impl Log {
    /// How long each wait was, between an end and the next beginning.
    fn waits(&self) -> Vec<Duration> {
        let (begun, ended) = (self.begun.borrow(), self.ended.borrow());
        let pairs = ended.iter().zip(begun.iter().skip(1));
        pairs.map(|((ended, _), begun)| begun.saturating_sub(*ended)).collect()
    }

    /// Where each wait lay between its bounds: 0 to 1.
    fn parts_of_waits(&self) -> Vec<f64> {
        let waits = self.waits().into_iter().enumerate();
        let part = |(n, wait): (usize, Duration)| {
            let (least, most) = bounds(n);
            let over = wait.saturating_sub(least).as_secs_f64();
            (over / (most - least).as_secs_f64()).min(1.0)
        };
        waits.map(part).collect()
    }
}

/// Notes an attempt that is under way, to its end.
struct UnderWay {
    log: Rc<Log>,
    /// When `retry` was called.
    began: Instant,
    has_ended: bool,
}

impl UnderWay {
    fn new(log: &Rc<Log>, began: Instant) -> UnderWay {
        log.begun.borrow_mut().push(began.elapsed());
        log.under_way.set(log.under_way.get() + 1);
        log.most.set(log.most.get().max(log.under_way.get()));
        UnderWay { log: Rc::clone(log), began, has_ended: false }
    }

    fn note(&mut self, trouble: Option<Trouble>) {
        let ended = (self.began.elapsed(), trouble);
        self.log.ended.borrow_mut().push(ended);
        self.has_ended = true;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.log.under_way.set(self.log.under_way.get() - 1);
        if !self.has_ended && self.log.dropped.get().is_none() {
            self.log.dropped.set(Some(self.began.elapsed()));
        }
    }
}

type Gave = (Result<u32, Trouble>, Duration);

/// A call of `retry`.
struct Call {
    plan: Rc<Plan>,
    log: Rc<Log>,
    run: Run<Gave>,
}

impl Call {
    fn start(story: &Story, name: &str, plan: Plan) -> Call {
        let (plan, log) = (Rc::new(plan), Rc::<Log>::default());
        let began = Instant::now();
        let (own_plan, own_log) = (Rc::clone(&plan), Rc::clone(&log));
        let attempt = async move || {
            let Plan { troubles, last, ends, deadline } = &*own_plan;
            let number = own_log.begun.borrow().len();
            let mut under_way = UnderWay::new(&own_log, began);
            let trouble = match number % 2 {
                0 => Trouble::Busy(number),
                _ => Trouble::CutOff(number),
            };
            if let Some(takes) = troubles.get(number) {
                sleep(*takes).await;
                under_way.note(Some(trouble.clone()));
                return Err(trouble);
            }
            match ends {
                Ends::Well => sleep(*last).await,
                Ends::NotFound => {
                    sleep(*last).await;
                    under_way.note(Some(Trouble::NotFound(number)));
                    return Err(Trouble::NotFound(number));
                }
                Ends::Never => pending().await,
                Ends::Late => sleep(*deadline + 3 * MOMENT).await,
                Ends::Goes => {
                    sleep(Duration::from_millis(20)).await;
                    under_way.note(Some(trouble.clone()));
                    return Err(trouble);
                }
            }
            under_way.note(None);
            Ok(6)
        };
        let ends = began + plan.deadline;
        let said = format!("{name}, until {:?},", plan.deadline);
        let run = story.start(&said, async move {
            (retry(ends, attempt).await, began.elapsed())
        });
        Call { plan, log, run }
    }

    /// When it is over at the latest.
    fn lasts(&self) -> Duration {
        self.plan.deadline
    }

    /// Judges the attempts and what it has given.
    fn judge(&self) -> Result<(), Wrong> {
        let Log { begun, ended, under_way, most, dropped } = &*self.log;
        let (begun, ended) = (begun.borrow(), ended.borrow());
        if most.get() > 1 {
            return Err(Wrong::way(format!(
                "{} attempts were under way at once",
                most.get()
            )));
        }
        match begun.first() {
            None => return Err(Wrong::answer("it has not tried at all")),
            Some(&Duration::ZERO) => {}
            Some(late) => {
                return Err(Wrong::answer(format!(
                    "the first attempt began after {late:?}, not at once"
                )));
            }
        }
        let deadline = self.plan.deadline;
        if let Some(early) = dropped.get().filter(|it| *it < deadline) {
            return Err(Wrong::answer(format!(
                "an attempt was dropped at {early:?}, and the deadline was \
                 {deadline:?}"
            )));
        }
        for (n, (_, trouble)) in ended.iter().enumerate() {
            let was_last = begun.len() == n + 1;
            match trouble {
                None if !was_last => {
                    return Err(Wrong::answer(
                        "it has tried once more after it went well",
                    ));
                }
                Some(it) if !it.may_pass() && !was_last => {
                    return Err(Wrong::answer(format!(
                        "it has tried once more after {it:?}, a trouble that \
                         does not pass"
                    )));
                }
                _ => {}
            }
        }
        self.judge_waits(&begun, &ended)?;
        if let Some(late) = begun.iter().find(|it| **it > deadline) {
            return Err(Wrong::answer(format!(
                "an attempt began at {late:?}, and the deadline was {deadline:?}"
            )));
        }
        let Some((gave, over)) = self.run.output() else {
            return Err(Wrong::answer(format!(
                "the deadline is over, {deadline:?}, and it is not: {}",
                match under_way.get() {
                    0 => "it waits",
                    _ => "it waits for an attempt",
                }
            )));
        };
        self.judge_end(gave, over, &ended)?;
        match under_way.get() {
            0 => Ok(()),
            _ => {
                Err(Wrong::answer("it is over, and an attempt is not dropped"))
            }
        }
    }

    fn judge_waits(
        &self,
        begun: &[Duration],
        ended: &[(Duration, Option<Trouble>)],
    ) -> Result<(), Wrong> {
        for (n, wait) in self.log.waits().into_iter().enumerate() {
            let (least, most) = bounds(n);
            // A timer is as exact as that.
            if (least..=most + MOMENT).contains(&wait) {
                continue;
            }
            return Err(Wrong::answer(format!(
                "after attempt {} it waited {wait:?}, which is not between \
                 {least:?} and {most:?} (attempts began at {:?}, the trouble \
                 came at {:?})",
                n + 1,
                &begun[n.saturating_sub(1)..n + 2],
                ended[n].0
            )));
        }
        Ok(())
    }

    fn judge_end(
        &self,
        gave: Result<u32, Trouble>,
        over: Duration,
        ended: &[(Duration, Option<Trouble>)],
    ) -> Result<(), Wrong> {
        let last = ended.last().map_or(&Some(Trouble::TimedOut), |it| &it.1);
        let deadline = self.plan.deadline;
        if over > deadline {
            return Err(Wrong::answer(format!(
                "it was over at {over:?}, and the deadline was {deadline:?}"
            )));
        }
        match (&gave, last) {
            (Ok(6), None) => return Ok(()),
            (Ok(_), _) => {
                return Err(Wrong::answer(
                    "it gives a value which no attempt has given",
                ));
            }
            (Err(gave), None) => {
                return Err(Wrong::answer(format!(
                    "the last attempt went well, and it gives {gave:?}"
                )));
            }
            (Err(gave), Some(last)) if gave != last => {
                return Err(Wrong::answer(format!(
                    "it gives {gave:?}, and the last trouble was {last:?}"
                )));
            }
            (Err(gave), Some(_)) if !gave.may_pass() && over < deadline => {
                return match gave {
                    Trouble::TimedOut => {
                        Err(Wrong::answer("it gives up while time is left"))
                    }
                    _ => Ok(()),
                };
            }
            _ => {}
        }
        // After a trouble that may pass: was there time for another attempt?
        let since = ended.last().map_or(Duration::ZERO, |it| it.0);
        let under_way = self.log.begun.borrow().len() > ended.len();
        let waits = bounds(ended.len().saturating_sub(1)).1;
        if over < deadline && (under_way || since + waits + MOMENT < deadline) {
            return Err(Wrong::answer(format!(
                "it gives up while time is left: at {over:?}, after {} \
                 attempts, and the deadline was {deadline:?}",
                ended.len()
            )));
        }
        Ok(())
    }
}

/// Whether the waits of many calls differ as they should.
fn judge_spread(calls: &[Vec<f64>]) -> Result<(), Wrong> {
    let all: Vec<f64> = calls.iter().flatten().copied().collect();
    let of_all = |it: &dyn Fn(f64) -> bool| {
        all.iter().filter(|part| it(**part)).count() as f64 / all.len() as f64
    };
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    if of_all(&|part| (part - mean).abs() < 0.05) > 0.9 {
        return Err(Wrong::way(
            "the waits are the same in each call: those that met with a \
             trouble together come back together",
        ));
    }
    // Of a call with one wait for all: the parts are the same within a call.
    let long: Vec<_> = calls.iter().filter(|call| call.len() > 3).collect();
    let same = long
        .iter()
        .filter(|call| call.iter().all(|part| (part - call[0]).abs() < 0.04));
    if same.count() * 2 > long.len() {
        return Err(Wrong::way(
            "one number is drawn for all waits of a call: each wait needs its \
             own",
        ));
    }
    for n in 0..DOUBLED {
        let at = calls.iter().filter_map(|call| call.get(n));
        let at: Vec<f64> = at.copied().collect();
        let high = at.iter().filter(|part| **part > 0.5).count();
        if high == 0 || high == at.len() {
            return Err(Wrong::way(format!(
                "the wait after attempt {} is much the same in each call",
                n + 1
            )));
        }
    }
    judge_quarters("", &all)?;
    for n in 0..DOUBLED {
        let at = calls.iter().filter_map(|call| call.get(n));
        let at: Vec<f64> = at.copied().collect();
        judge_quarters(&format!(" after attempt {}", n + 1), &at)?;
    }
    Ok(())
}

/// Whether the waits of a call are drawn anew, however many there are.
fn judge_many(waits: &[f64]) -> Result<(), Wrong> {
    judge_quarters(" of one call", waits)?;
    let hundreds = waits.chunks(100).enumerate();
    for (n, waits) in hundreds.filter(|(_, waits)| waits.len() == 100) {
        judge_quarters(&format!(" after attempt {}", 100 * n + 1), waits)?;
    }
    // If each is drawn, it tells nothing of those that come after it.
    let mean = waits.iter().sum::<f64>() / waits.len() as f64;
    let together = |apart: usize| {
        let pairs = waits.iter().zip(&waits[apart..]);
        pairs.map(|(one, other)| (one - mean) * (other - mean)).sum::<f64>()
    };
    for apart in 1..=100 {
        if (together(apart) / together(0)).abs() > 0.25 {
            return Err(Wrong::way(format!(
                "each wait can be told from that {apart} before it: not every \
                 one has a number of its own"
            )));
        }
    }
    Ok(())
}

/// Whether some of these waits lie in each quarter of the bounds.
fn judge_quarters(which: &str, parts: &[f64]) -> Result<(), Wrong> {
    for quarter in 0..4 {
        let least = f64::from(quarter) / 4.0;
        let quarter = least..=least + 0.25;
        let within = parts.iter().filter(|it| quarter.contains(it)).count();
        let share = within as f64 / parts.len() as f64;
        if share < 0.06 {
            return Err(Wrong::way(format!(
                "of {} waits{which} {:.0} in a hundred lie in one quarter of \
                 the bounds, from {least} to {}: they should lie anywhere",
                parts.len(),
                100.0 * share,
                least + 0.25
            )));
        }
    }
    Ok(())
}

/// Two calls meet with the same trouble at the same times.
async fn two_at_once(story: &Story, _: &mut Dice) -> Result<(), Wrong> {
    let plan = || Plan {
        troubles: vec![Duration::from_millis(10); 6],
        last: Duration::from_millis(10),
        ends: Ends::Well,
        deadline: Duration::from_secs(60),
    };
    let calls = ["one `retry`", "another `retry`"]
        .map(|name| Call::start(story, name, plan()));
    story.pass(calls[0].lasts() + MOMENT).await?;
    let judged = calls.iter().try_for_each(Call::judge);
    judged.map_err(|wrong| wrong.after("there are two calls"))?;
    let [one, another] = calls.map(|call| call.log.waits());
    let apart: BTreeSet<_> = one
        .iter()
        .zip(&another)
        .map(|(one, another)| one.abs_diff(*another))
        .collect();
    if apart.iter().all(|it| *it <= MOMENT) {
        return Err(Wrong::way(
            "two calls that meet with a trouble at the same time come back at \
             the same time, again and again",
        ));
    }
    Ok(())
}

async fn it_is_dropped(story: &Story, dice: &mut Dice) -> Result<(), Wrong> {
    let plan = Plan::draw(dice, 4, &[Ends::Never, Ends::Goes]);
    let call = Call::start(story, "`retry`", plan);
    let within = call.lasts().as_millis() as usize;
    let time = Duration::from_millis(dice.below(within + 1) as u64);
    story.pass(time).await?;
    call.run.cancel();
    story.note("it is dropped");
    story.rest().await?;
    let begun = call.log.begun.borrow().len();
    story.pass(Duration::from_secs(60)).await?;
    let goes_on = call.log.begun.borrow().len() > begun;
    match (goes_on, call.log.under_way.get()) {
        (true, _) => {
            Err(Wrong::answer("`retry` was dropped, and goes on trying"))
        }
        (_, 0) => Ok(()),
        _ => Err(Wrong::answer("`retry` was dropped, and an attempt was not")),
    }
}

/// One of the attempts panics, and not always the first.
async fn an_attempt_panics(
    story: &Story,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    let deadline = Instant::now() + Duration::from_secs(9);
    let mut troubles = dice.below(5);
    story.note(format!("attempt {} will panic", troubles + 1));
    let run = story.start("`retry`", async move {
        let attempt = async || -> Result<u32, Trouble> {
            if troubles > 0 {
                troubles -= 1;
                return Err(Trouble::Busy(troubles));
            }
            // As `panic!`, but nothing is printed.
            resume_unwind(Box::new("an attempt panics"))
        };
        let _ = retry(deadline, attempt).await;
    });
    story.pass(Duration::from_secs(10)).await?;
    match run.result() {
        Some(Err(_)) => Ok(()),
        _ => Err(Wrong::answer("an attempt has panicked, and `retry` has not")),
    }
}

/// While an attempt is under way, and while it waits, nothing is to be done.
async fn it_waits_without_looking(
    story: &Story,
    _: &mut Dice,
) -> Result<(), Wrong> {
    let mut plan = Plan {
        troubles: vec![Duration::ZERO; DOUBLED],
        last: Duration::ZERO,
        ends: Ends::Well,
        deadline: Duration::from_secs(60),
    };
    plan.troubles[0] = Duration::from_millis(1500);
    let call = Call::start(story, "`retry`", plan);
    story.idle().await?;
    // The last of these waits takes longer than that.
    while story.now() < call.lasts() {
        if call.log.ended.borrow().len() == DOUBLED {
            return story.idle().await;
        }
        story.pass(Duration::from_millis(100)).await?;
    }
    call.judge()
}

/// There is time for nine of ten waits that may be drawn. If not one of many
/// calls tries again, it gives up while time is left.
async fn most_waits_end_in_time(
    story: &Story,
    dice: &mut Dice,
) -> Result<(), Wrong> {
    const CALLS: usize = 100;
    let troubles = dice.below(DOUBLED);
    let (least, most) = bounds(troubles);
    let left = least + (most - least).mul_f64(0.9);
    let deadline = Instant::now() + Duration::from_secs(60);
    let came = Instant::now() + Duration::from_secs(60) - left;
    let calls: Vec<_> = (0..CALLS)
        .map(|_| {
            let mut attempts = 0;
            let attempt = async move || {
                attempts += 1;
                if attempts <= troubles {
                    return Err(Trouble::Busy(attempts));
                }
                if attempts == troubles + 1 {
                    sleep_until(came).await;
                    return Err(Trouble::CutOff(attempts));
                }
                Ok(6)
            };
            story.start("`retry`", retry(deadline, attempt))
        })
        .collect();
    story.pass(Duration::from_secs(60) + MOMENT).await?;
    let tries_again = calls.iter().any(|it| matches!(it.output(), Some(Ok(6))));
    match tries_again {
        true => Ok(()),
        false => Err(Wrong::answer(format!(
            "it gives up while time is left: {CALLS} times the trouble came \
             {left:?} before the deadline, the next wait lay between {least:?} \
             and {most:?}, and not once did it try again"
        ))),
    }
}

/// The check reckons with the bounds that the page names.
fn judge_bounds() -> Result<(), Wrong> {
    let bounds = [FIRST, LONGEST];
    match bounds == [Duration::from_millis(100), Duration::from_secs(5)] {
        true => Ok(()),
        false => Err(Wrong::answer(format!(
            "`FIRST` and `LONGEST` are {bounds:?}, and were 100ms and 5s"
        ))),
    }
}
