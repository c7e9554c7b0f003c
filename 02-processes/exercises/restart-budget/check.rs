//! Judges `Budget` and `supervise`: as many restarts as there have to be, and
//! no more.
//!
//! As shipped: was refused

use super::{Budget, supervise};
use lab::Dice;
use std::cell::Cell;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};
use trials::judge::{Judge, others_sleep, smallest};

/// How many random lists of questions each of the twenty runs tries.
const LISTS: usize = 1000;

const HOUR: Duration = Duration::from_secs(3600);
/// How long a restart counts, where a child runs for longer than that.
const SHORT: Duration = Duration::from_millis(40);
/// How long all threads have to sleep, while a child runs.
const STRETCH: Duration = Duration::from_millis(30);
/// Longer than [`SHORT`].
const LONGER: &str = "sleep 0.05; exit 1";

trials::answer!("exercises/restart-budget.rs");

#[test]
fn a_budget_holds_within_any_stretch_of_time() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let lists = (0..LISTS).map(|n| Asked::random(&mut dice, n));
    // Hardly any of these uses up a large budget.
    for asked in lists.chain((0..15).map(Asked::in_one_moment)) {
        let wrong = |asked: &Asked| asked.judge().is_err();
        if wrong(&asked) {
            let asked = smallest(asked, Asked::smaller, wrong);
            let why = asked.judge().unwrap_err();
            panic!("wrong answer: {why} {again}");
        }
    }
    judge.end();
}

/// What a budget is asked: it allows `most` restarts `within` a number of
/// ticks, and is asked `at` these ticks.
#[derive(Clone)]
struct Asked {
    most: usize,
    within: u32,
    tick: Duration,
    at: Vec<u32>,
}

impl Asked {
    /// Short ones first: they are easier to follow.
    fn random(dice: &mut Dice, n: usize) -> Asked {
        let within = 1 + dice.below(10) as u32;
        // How long after the one before the budget is asked: often at the very
        // end of the period, or a tick before or after.
        let gaps = [0, 0, 1, within / 2, within - 1, within, within + 1];
        // A large budget is used up only by many restarts in a short time.
        let (most, gaps) = match dice.below(3) {
            0 => (dice.below(15), [0, 0, 0, 0, 0, 1, within]),
            _ => (dice.below(4), gaps),
        };
        let mut now = 0;
        let at = (0..1 + dice.below(1 + n / 50)).map(|_| {
            now += dice.one_of(&gaps);
            now
        });
        let at = at.collect();
        let second = Duration::from_secs(1);
        // From some nanoseconds to some minutes.
        let most_odd = dice.one_of(&[1 << 8, 1 << 20, 1 << 30, 1 << 40]);
        let odd = Duration::from_nanos(1 + dice.number() % most_odd);
        let tick = dice.one_of(&[second, second, odd]);
        Asked { most, within, tick, at }
    }

    /// Once more than a budget of `most` allows, and all in one moment.
    fn in_one_moment(most: usize) -> Asked {
        let tick = Duration::from_secs(1);
        Asked { most, within: 10, tick, at: vec![0; most + 1] }
    }

    /// Asks a budget, and compares each reply with what was allowed before.
    fn judge(&self) -> Result<(), String> {
        let zero = Instant::now();
        let mut budget = Budget::new(self.most, self.tick * self.within);
        let mut allowed = Vec::new();
        for &now in &self.at {
            let counts = |then: &&u32| now - **then < self.within;
            let before = allowed.iter().filter(counts).count();
            let may_be = before < self.most;
            let is_allowed = budget.allows(zero + self.tick * now);
            if is_allowed != may_be {
                return Err(self.describe(now, is_allowed, before));
            }
            if is_allowed {
                allowed.push(now);
            }
        }
        Ok(())
    }

    fn describe(&self, now: u32, is_allowed: bool, before: usize) -> String {
        let time = |ticks: u32| match ticks {
            0 => "0s".to_owned(),
            some => format!("{:?}", self.tick * some),
        };
        let at: Vec<_> = self.at.iter().map(|at| time(*at)).collect();
        let count = match before {
            0 if is_allowed => "it allows none".to_owned(),
            0 => "no restart counts at that time".to_owned(),
            1 => "one restart counts at that time".to_owned(),
            n => format!("{n} restarts count at that time"),
        };
        let (most, within) = (self.most, time(self.within));
        format!(
            "a budget of {most} within {within}, asked at {}: the one at {} was \
             {}, and {count}",
            at.join(", "),
            time(now),
            if is_allowed { "allowed" } else { "refused" }
        )
    }

    /// With one question less, or with less time in between.
    fn smaller(&self) -> Vec<Asked> {
        let mut all = Vec::new();
        for n in 0..self.at.len() {
            let mut asked = self.clone();
            asked.at.remove(n);
            all.push(asked);
        }
        let second = Duration::from_secs(1);
        if self.tick != second {
            all.push(Asked { tick: second, ..self.clone() });
        }
        for n in 0..self.at.len() {
            let before = n.checked_sub(1).map_or(0, |before| self.at[before]);
            if self.at[n] > before {
                let mut asked = self.clone();
                asked.at[n..].iter_mut().for_each(|at| *at -= 1);
                all.push(asked);
            }
        }
        if self.within > 1 {
            all.push(Asked { within: self.within - 1, ..self.clone() });
        }
        if self.most > 0 {
            all.push(Asked { most: self.most - 1, ..self.clone() });
        }
        all
    }
}

#[test]
fn a_child_is_started_again_as_long_as_the_budget_allows() {
    let judge = Judge::of(ANSWER);
    judge_ends(&["exit 0"], 3, HOUR, 1);
    judge_ends(&["exit 1", "exit 2", "exit 0"], 3, HOUR, 3);
    judge_ends(&["exit 1", "exit 2", "exit 3", "exit 4"], 3, HOUR, 4);
    judge_ends(&["exit 7"], 0, HOUR, 1);
    judge_ends(&["kill -9 $$", "exit 0"], 1, HOUR, 2);
    judge_ends(&["kill -9 $$", "kill -15 $$"], 1, HOUR, 2);
    // The first restart has been forgotten when the next one is due: the child
    // in between runs for longer than it counts.
    judge_ends(&["exit 1", LONGER, "exit 0"], 1, SHORT, 3);
    // A child that always fails, and a budget for more than a few.
    judge_ends(&["exit 1"; 13], 12, HOUR, 13);
    judge_random_ends();
    judge_failing_start();

    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `supervise` is back, and a child is left \
         that was not waited for"
    );
    judge_wait();
}

/// Supervises some children that end badly, each in its way, and one that ends
/// well. The budget may be too small for them.
fn judge_random_ends() {
    let mut dice = Dice::random();
    let bad = ["exit 1", "exit 255", "kill -9 $$", "kill -15 $$", "exit 2"];
    let mut children: Vec<_> =
        (0..1 + dice.below(4)).map(|_| dice.one_of(&bad)).collect();
    children.push("exit 0");
    let most = dice.below(children.len() + 1);
    let wanted = children.len().min(1 + most);
    judge_ends(&children[..wanted], most, HOUR, wanted);
}

/// Supervises `children`, each a shell's command, with a budget of `most`
/// restarts. `wanted` of them have to be started: all, and no other after the
/// last.
fn judge_ends(children: &[&str], most: usize, within: Duration, wanted: usize) {
    let started = Cell::new(0);
    let how = format!(
        "with a budget of {most} within {within:?}, and children that \
         {children:?}"
    );
    let start = || -> io::Result<Child> {
        let n = started.replace(started.get() + 1);
        if n > 0 && children[n - 1] == "exit 0" {
            panic!(
                "wrong answer: {how}: number {n} was followed by another, \
                 though it had ended well"
            );
        }
        let Some(child) = children.get(n) else {
            panic!(
                "wrong answer: {how}: number {} was started when the budget \
                 was used up",
                n + 1
            );
        };
        shell(child).spawn()
    };
    let ended = supervise(start, Budget::new(most, within));
    let (status, count) = ended.unwrap_or_else(|why| {
        panic!("wrong answer: {how}: `supervise` gave an error: {why}")
    });
    let started = started.get();
    let last = children[started - 1];
    assert!(
        started == wanted || !last.starts_with("kill"),
        "wrong answer: {how}: the one killed by a signal was taken for one \
         that had ended well"
    );
    assert!(
        started == wanted || within != SHORT,
        "wrong answer: {how}: when a restart was due, the one before was over \
         {SHORT:?} ago, and only {started} of {wanted} were started"
    );
    assert!(
        started == wanted,
        "wrong answer: {how}: {started} were started, which is too few; there \
         have to be {wanted}"
    );
    let number = |after| last.split(after).nth(1)?.split(' ').next();
    let right = [number("exit "), number("kill -")];
    let gave = [status.code(), status.signal()];
    let gave = gave.map(|number| number.map(|number| number.to_string()));
    assert!(
        gave.each_ref().map(Option::as_deref) == right
            && count as usize == wanted,
        "wrong answer: {how}: `supervise` gave {status}, and {count} children; \
         it has to be how the last one ended, and {wanted}"
    );
}

fn shell(code: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", code]);
    shell
}

/// A child cannot be started: the first, or the second after the first ended
/// badly.
fn judge_failing_start() {
    for can in [0, 1] {
        let mut started = 0;
        let start = || {
            started += 1;
            match started <= can {
                true => shell("exit 1").spawn(),
                false => Err(io::Error::other("no more processes")),
            }
        };
        let ended = supervise(start, Budget::new(3, HOUR));
        let error = ended.as_ref().map_err(ToString::to_string);
        assert!(
            error.is_err_and(|why| why.contains("no more processes")),
            "wrong answer: number {} could not be started, and `supervise` \
             gave {ended:?}",
            can + 1
        );
        assert!(
            started == can + 1,
            "wrong answer: number {} could not be started, and `supervise` \
             tried {started} times in all; the error is handed on at once",
            can + 1
        );
    }
}

/// Two supervisors at the same time: the first child of the one, and the second
/// of the other, run until the check lets them end.
fn judge_wait() {
    let judge = Judge::of(ANSWER);
    let (ended, looks) = thread::scope(|scope| {
        let supervised = [0, 1].map(|before| start_supervisor(scope, before));
        let all_sleep = others_sleep(STRETCH);
        let runs = |(ended, _): &Supervised<'_>| !ended.is_finished();
        let looks = !all_sleep && supervised.iter().any(runs);
        let ended = supervised.map(|(ended, mut input)| {
            let _ = input.write_all(b"\n");
            ended.join().unwrap()
        });
        (ended, looks)
    });
    judge.end();
    for ended in ended {
        let ended = ended.map(|(status, _)| status.success());
        assert!(matches!(ended, Ok(true)), "wrong answer: {ended:?}");
    }
    assert!(
        !looks,
        "right answer, wrong way: while a child ran, `supervise` asks again \
         and again instead of waiting"
    );
}

/// A supervisor at work, and what its last child waits for.
type Supervised<'a> =
    (ScopedJoinHandle<'a, io::Result<(ExitStatus, u32)>>, ChildStdin);

/// Starts a supervisor. `before` children end badly, and the next one runs
/// until it is given a line.
fn start_supervisor<'a>(
    scope: &'a Scope<'a, '_>,
    before: usize,
) -> Supervised<'a> {
    let child = shell("read line").stdin(Stdio::piped()).spawn();
    let mut child = child.expect("there is a shell");
    let input = child.stdin.take().expect("it is piped");
    let mut child = Some(child);
    let mut bad = before;
    let start = move || match bad.checked_sub(1) {
        Some(left) => {
            bad = left;
            shell("exit 1").spawn()
        }
        None => Ok(child.take().expect("it ends well")),
    };
    let supervises = move || supervise(start, Budget::new(1, HOUR));
    (scope.spawn(supervises), input)
}
