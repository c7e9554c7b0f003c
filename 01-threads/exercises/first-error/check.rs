//! Judges `fetch_all`: all pages, or the first failure and no fetch after it.
//!
//! The site answers one request at a time, when all other threads sleep, and
//! counts the requests. So nothing here depends on how long anything takes.
//!
//! As shipped: begun after the first failure

use super::fetch_all;
use lab::{Dice, Failure, Page};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;
use trials::judge::{Gate, Judge, others_sleep, wait_until};
use trials::{Adversary, waits_under_locks};

trials::answer!("exercises/first-error.rs");

/// When all threads have slept for that long, none of them is about to do
/// anything.
const MOMENT: Duration = Duration::from_millis(1);

/// A thread that looks again and again does so at least once in that time.
const LOOKS: Duration = Duration::from_millis(15);

#[test]
fn without_a_failure_each_page_is_fetched_once_and_some_at_once() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER);
    let at_once = 3 + dice.below(4);
    let pages = at_once * (2 + dice.below(3));
    let few = 1 + dice.below(3);
    // More than there are cores, and more than an answer may think enough.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let many = cores + 17 + dice.below(16);
    let mut runs = Vec::new();
    for (pages, at_once) in [
        (pages, at_once),
        // They cannot be shared out evenly.
        (at_once + 1, at_once),
        (few, 4),
        (3, 1),
        (0, 3),
        (many, many),
    ] {
        let run = Run::of(pages, at_once, &[], Next::Any, &mut dice);
        run.judge_all();
        runs.push(run);
        if runs.iter().any(Run::is_slow) {
            break;
        }
    }
    judge_ways(judge, &runs);
}

#[test]
fn the_first_failure_is_the_answer_and_the_last_thing_to_happen() {
    let mut dice = Dice::random();
    let judge = Judge::of(ANSWER);
    // Each is the first once.
    let mut failures = [404, 410, 500, 503, HANGS_UP];
    failures.rotate_left(dice.below(5));
    let [a, b, c, d, e] = failures;
    let at_once = 3 + dice.below(4);
    let pages = at_once * (3 + dice.below(2));
    let middle = 1 + dice.below(pages - 2 * at_once);
    let last = 1 + dice.below(2);
    let mut runs = Vec::new();
    for (pages, at_once, good, then, next) in [
        // After the failure others get their pages, and each of them has to
        // stop as well.
        (pages, at_once, middle, [a, 200, 200, b], Next::Any),
        // A page that is earlier in the list fails later.
        (pages, at_once, 0, [b, c, 200, d], Next::LastOfTheList),
        (pages, at_once, pages - 1, [c, 200, 200, 200], Next::Any),
        (3, 1, 0, [d, 200, 200, 200], Next::Any),
        (3, 1, last, [e, 200, 200, 200], Next::Any),
    ] {
        let answers = [&vec![200; good][..], &then].concat();
        let run = Run::of(pages, at_once, &answers, next, &mut dice);
        run.judge_first(then[0]);
        runs.push(run);
        if runs.iter().any(Run::is_slow) {
            break;
        }
    }
    judge_ways(judge, &runs);
}

/// In place of a status: the site hangs up without an answer.
const HANGS_UP: u16 = 0;

/// Which of the requests under way is answered next.
#[derive(Clone, Copy)]
enum Next {
    Any,
    LastOfTheList,
}

/// How `fetch_all` did with a list of pages.
struct Run {
    pages: usize,
    at_once: usize,
    answer: Result<Vec<Page>, Failure>,
    /// All that was asked for.
    asked: Vec<String>,
    /// How many were under way before the first was answered.
    at_first: usize,
    /// The most that were under way.
    most: usize,
    /// Set if nothing ran while these waited.
    slept: bool,
    /// How many had been asked for when the first failure came, if one did.
    before: Option<usize>,
    /// How many were still under way when `fetch_all` was back.
    left_behind: usize,
}

impl Next {
    fn of(self, held: &[String], dice: &mut Dice) -> String {
        match self {
            Next::Any => dice.one_of(held),
            Next::LastOfTheList => {
                let place = |path: &&String| path[1..].parse::<usize>().ok();
                held.iter().max_by_key(place).expect("some are held").clone()
            }
        }
    }
}

impl Run {
    /// Has pages fetched. The requests under way are answered one by one with
    /// the statuses in `answers`, and then with 200. Up to the first failure it
    /// is always the oldest that is answered; from there on `next` says which.
    fn of(
        pages: usize,
        at_once: usize,
        answers: &[u16],
        next: Next,
        dice: &mut Dice,
    ) -> Run {
        let gate = Gate::new();
        let list = (0..pages).map(|n| gate.page(n)).collect();
        let is_back = AtomicBool::new(false);
        let full = pages.min(at_once);
        // A thread that releases a lock lets another have it first: what two
        // can take is taken twice. Not where a page fails: a thread that is
        // held up just before its fetch would look as if it slept, and then
        // begin it.
        let plays = answers.is_empty() && full > 1 && pages > full;
        let adversary = plays.then(|| Adversary::among(full));
        thread::scope(|scope| {
            let caller = scope.spawn(|| {
                let answer = fetch_all(list, at_once);
                is_back.store(true, SeqCst);
                answer
            });
            // Not longer than need be: a fetch has two seconds.
            let looks = if answers.is_empty() { LOOKS } else { MOMENT };
            let is_full = wait_until(|| gate.held().len() >= full);
            drop(adversary);
            let mut slept = !is_full || pages == 0 || others_sleep(looks);

            let (mut most, mut left_behind, mut before) = (0, 0, None);
            let at_first = gate.held().len();
            for answer in 0.. {
                let status = answers.get(answer).copied().unwrap_or(200);
                let back = || is_back.load(SeqCst);
                wait_until(|| !gate.held().is_empty() || back());
                // When all threads sleep, all fetches have begun that will.
                // Threads that spin never sleep: they have had their time.
                if status != 200 || before.is_some() {
                    slept = slept && others_sleep(MOMENT);
                }
                let held = gate.held();
                most = most.max(held.len());
                if back() {
                    left_behind = left_behind.max(held.len());
                }
                let Some(oldest) = held.first() else { break };
                if status != 200 && before.is_none() {
                    before = Some(gate.asked().len());
                }
                match (before, status) {
                    (None, _) => gate.answer(oldest, 200),
                    (_, HANGS_UP) => gate.hang_up(&next.of(&held, dice)),
                    _ => gate.answer(&next.of(&held, dice), status),
                }
            }
            gate.open();
            let answer = caller.join();
            let asked = gate.end();
            let answer = answer.unwrap_or_else(|own| resume_unwind(own));
            Run {
                pages,
                at_once,
                answer,
                asked,
                at_first,
                most,
                slept,
                before,
                left_behind,
            }
        })
    }

    /// Judges a run in which every page was there.
    fn judge_all(&self) {
        let Run { pages, at_once, .. } = *self;
        self.judge_asked();
        let fetched = match &self.answer {
            Ok(fetched) => fetched,
            Err(why) => {
                panic!("wrong answer: {why}, and every page was there")
            }
        };
        let mut paths: Vec<_> =
            fetched.iter().map(|it| it.url.path()).collect();
        paths.sort_unstable();
        paths.dedup();
        assert!(
            paths.len() == pages && fetched.len() == pages,
            "wrong answer: of {pages} pages, {at_once} at a time, {} were \
             given back, {} of them different; the site was asked for {}",
            fetched.len(),
            paths.len(),
            self.asked.len()
        );
    }

    /// Judges a run in which this status, or none, was the first failure.
    fn judge_first(&self, status: u16) {
        let Run { pages, left_behind, slept, .. } = *self;
        self.judge_asked();
        if !slept {
            // A thread that never sleeps may be about to begin a fetch, or not.
            return;
        }
        let Some(before) = self.before else {
            let asked = self.asked.len();
            panic!("wrong answer: of {pages} pages, only {asked} were fetched");
        };
        let after = match self.asked.len() - before {
            0 => None,
            1 => Some("1 fetch was".to_owned()),
            more => Some(format!("{more} fetches were")),
        };
        if let Some(after) = after {
            panic!("wrong answer: {after} begun after the first failure");
        }
        assert!(
            left_behind == 0,
            "wrong answer: `fetch_all` was back, and {left_behind} of the \
             fetches were still under way"
        );
        let first = match status {
            HANGS_UP => Failure::NoAnswer,
            status => Failure::Status(status),
        };
        match &self.answer {
            Err(answer) => assert!(
                *answer == first,
                "wrong answer: {answer} is not the failure that came first, \
                 which was {first}"
            ),
            Ok(_) => {
                panic!("wrong answer: a page could not be had, and all is well")
            }
        }
    }

    fn judge_asked(&self) {
        let Run { at_once, most, .. } = *self;
        let mut asked = self.asked.clone();
        asked.sort_unstable();
        if let Some(twice) = asked.windows(2).find(|two| two[0] == two[1]) {
            panic!("wrong answer: {} was fetched more than once", twice[0]);
        }
        assert!(
            most <= at_once,
            "wrong answer: {most} fetches at once, though `at_once` is \
             {at_once}"
        );
    }

    /// Set if fewer were under way than could have been.
    fn is_slow(&self) -> bool {
        self.at_first < self.pages.min(self.at_once)
    }
}

/// Judges how all these runs came about.
fn judge_ways(judge: Judge, runs: &[Run]) {
    let judged = judge.end();
    assert!(
        judged.threads_left.is_empty(),
        "wrong answer: `fetch_all` is back, and these have not ended: {}",
        judged.threads_left.join(", ")
    );
    let under_locks = waits_under_locks(&judged.recording);
    assert!(
        under_locks.is_empty(),
        "right answer, wrong way: {}: all that want the lock wait as well",
        under_locks[0]
    );
    for run in runs {
        let Run { pages, at_once, at_first, .. } = run;
        match at_first {
            1 if run.is_slow() => panic!(
                "right answer, wrong way: the fetches never overlapped: there \
                 were {pages} pages, and {at_once} fetches allowed at once"
            ),
            few => assert!(
                !run.is_slow(),
                "right answer, wrong way: only {few} fetches at once, where \
                 {at_once} are allowed and {pages} pages are to be had"
            ),
        }
        assert!(
            run.slept,
            "right answer, wrong way: while {at_first} fetches were under way, \
             a thread looked again and again whether they had ended"
        );
    }
}
