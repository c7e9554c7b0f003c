//! Judges `Outbox`: whatever a socket takes, and whenever, the bytes come out
//! once, in order, and without asking it in vain.
//!
//! Ways to be wrong: a full socket is an error, or is asked until it has room;
//! what it did not take is dropped, or what it took is sent again; new bytes go
//! before old ones; an interrupted write, or one that takes nothing, is taken
//! for another thing, or goes on for ever; an error takes bytes with it, or is
//! dropped, or loses its text, or only some are handed on; the loop is told to
//! call again for nothing, or not to call though something is left; an empty
//! outbox writes; one socket is given the whole turn; bytes are written one by
//! one, or in pieces as small as those that were sent; the rest is moved at
//! each write or `send`, if only once the list has wrapped round its end; right
//! for few bytes, and not for a million; memory grows with all that was ever
//! sent, or is never given back, or not by each way out.
//!
//! As shipped: a full socket is no error

use super::{MOST, Outbox};
use lab::Dice;
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind, IoSlice, Write};
use std::iter;
use std::sync::OnceLock;
use trials::judge::{Judge, allocated, smallest};

/// What `MOST` has to be.
const LIMIT: usize = 16;

/// How many random stories each run tries, and how many of larger sizes.
const STORIES: usize = 500;
const LARGE_STORIES: usize = 50;

/// Most bytes in one `send`: a little more than a MiB.
const LARGEST: usize = (1 << 20) + (1 << 12);

/// How many bytes of memory an empty outbox may hold.
const ROOM: isize = 512;

trials::answer!("exercises/partial-write.rs");

#[test]
fn bytes_come_out_once_and_in_order_whatever_the_socket_takes() {
    let judge = Judge::of(ANSWER);
    assert_eq!(
        MOST, LIMIT,
        "wrong answer: {LIMIT} is the most often that `flush` may write"
    );
    let mut dice = Dice::random();
    let again = dice.again();
    let small = (0..STORIES).map(|n| Story::random(&mut dice, 2 + n / 40, 9));
    let small: Vec<_> = Story::usual().into_iter().chain(small).collect();
    judge_stories(small, &again);
    judge_moves(&mut dice, false);
    judge_moves(&mut dice, true);
    judge_pieces(&mut dice);
    // An answer that moves much would take long for these.
    let large = (0..LARGE_STORIES).map(|n| {
        let most = if n % 10 == 0 { LARGEST / 4 } else { 3_000 };
        Story::random(&mut dice, 12, most)
    });
    judge_stories(Story::large().into_iter().chain(large).collect(), &again);
    judge_growth(50, 1, 60_000, 1_000_000);
    judge_growth(2_000, 10, 3, 150_000);
    judge.end();
}

/// Fails if one of them does. A wrong answer is said to be wrong, whatever else
/// it does.
fn judge_stories(stories: Vec<Story>, again: &str) {
    let mut wrong_way = None;
    for story in stories {
        match story.play() {
            Err(why) if why.kind == WRONG => fail(story, again, WRONG),
            Err(_) => wrong_way = wrong_way.or(Some(story)),
            Ok(()) => {}
        }
    }
    if let Some(story) = wrong_way {
        fail(story, again, WRONG_WAY);
    }
}

/// Says what is wrong with a small story that fails so.
fn fail(story: Story, again: &str, kind: &str) -> ! {
    let fails = |story: &Story| story.play().is_err_and(|why| why.kind == kind);
    let story = smallest(story, Story::smaller, fails);
    let why = story.play().expect_err("it fails").sentence;
    panic!("{kind}: {story}: {why} {again}");
}

/// What is wrong.
struct Why {
    kind: &'static str,
    sentence: String,
}

const WRONG: &str = "wrong answer";
const WRONG_WAY: &str = "right answer, wrong way";

fn wrong(sentence: impl Into<String>) -> Why {
    Why { kind: WRONG, sentence: sentence.into() }
}

fn wrong_way(sentence: impl Into<String>) -> Why {
    Why { kind: WRONG_WAY, sentence: sentence.into() }
}

/// What is sent: the alphabet, and then any letters.
fn text(from: usize, count: usize) -> &'static [u8] {
    /// After this number of bytes the same come again. No size is a multiple of
    /// it.
    const PERIOD: usize = 65_521;
    static TEXT: OnceLock<Vec<u8>> = OnceLock::new();

    let text = TEXT.get_or_init(|| {
        let mut dice = Dice::new(0);
        let any = iter::repeat_with(|| dice.number().to_le_bytes()).flatten();
        let letters = (b'a'..=b'z').chain(any.map(|byte| b'a' + byte % 26));
        let period: Vec<u8> = letters.take(PERIOD).collect();
        period.repeat(2 + 2 * LARGEST / PERIOD)
    });
    &text[from % PERIOD..][..count]
}

/// Errors that go to the caller.
const ERRORS: [ErrorKind; 12] = [
    ErrorKind::ConnectionReset,
    ErrorKind::BrokenPipe,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::TimedOut,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkDown,
    ErrorKind::PermissionDenied,
    ErrorKind::OutOfMemory,
    ErrorKind::WriteZero,
    ErrorKind::UnexpectedEof,
    ErrorKind::Other,
];

/// Their text.
const SAYS: &str = "the peer is gone";

/// What the socket says to one write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    /// It has room for that many bytes, at least 1.
    Takes(usize),
    Zero,
    Fails(ErrorKind),
}

const TAKES_ALL: Says = Says::Takes(usize::MAX);

impl Says {
    fn random(dice: &mut Dice, most: usize) -> Says {
        match dice.below(12) {
            0 => Says::Zero,
            1 | 2 => Says::Fails(ErrorKind::Interrupted),
            3 => Says::Fails(ErrorKind::WouldBlock),
            4 => Says::Fails(dice.one_of(&ERRORS)),
            5 => TAKES_ALL,
            _ => Says::Takes(1 + any_size(dice, most)),
        }
    }

    /// After this, one call of `flush` must not write once more.
    fn ends(self) -> bool {
        match self {
            Says::Takes(_) => false,
            Says::Zero => true,
            Says::Fails(kind) => kind != ErrorKind::Interrupted,
        }
    }
}

/// A number less than `most`: one in ten is small, and so is one in a thousand.
fn any_size(dice: &mut Dice, most: usize) -> usize {
    let most = match most {
        ..10 => most,
        _ => 1 + (most >> dice.below(most.ilog2() as usize)),
    };
    dice.below(most)
}

impl Display for Says {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Says::Takes(usize::MAX) => write!(f, "takes all"),
            Says::Takes(n) => write!(f, "takes {n}"),
            Says::Zero => write!(f, "takes 0"),
            Says::Fails(kind) => write!(f, "{kind:?}"),
        }
    }
}

/// A socket that says what the check wants.
#[derive(Default)]
struct Script {
    /// How many bytes were sent, and how many of them it has taken.
    sent: usize,
    taken: usize,
    /// What it says to the next writes. After that it is full.
    says: VecDeque<Says>,
    /// What it said to the writes of this `flush`.
    said: Vec<Says>,
    /// How often it took something.
    writes: usize,
    /// Where the first byte was that it did not take, if it saw that.
    rest_at: Option<usize>,
    /// How often many bytes were elsewhere in the next write.
    moves: usize,
    /// What was wrong with a write.
    wrong: Option<Why>,
}

impl Script {
    /// Ends an answer that writes for ever: nothing else would.
    fn stop_if_endless(&self) {
        if self.said.len() > 20 * LIMIT
            && let Some(why) = &self.wrong
        {
            panic!("{}: {}", why.kind, why.sentence);
        }
    }

    /// Keeps the first one. But that bytes are wrong comes before all else.
    fn note(&mut self, why: Why) {
        match &self.wrong {
            Some(noted) if noted.kind == WRONG || why.kind != WRONG => {}
            _ => self.wrong = Some(why),
        }
    }

    /// Judges that there is a write at all.
    fn judge_write(&mut self) {
        if let Some(last) = self.said.last()
            && last.ends()
        {
            let last = match last {
                Says::Fails(ErrorKind::WouldBlock) => {
                    "it was full (WouldBlock)".to_owned()
                }
                Says::Zero => "it took 0 bytes".to_owned(),
                last => format!("it gave {last}"),
            };
            self.note(wrong_way(format!(
                "{last}, and the same `flush` wrote once more"
            )));
        } else if self.said.len() >= LIMIT {
            self.note(wrong_way(format!(
                "one call of `flush` wrote more than {LIMIT} times"
            )));
        }
    }

    /// Takes bytes, and compares them with what was sent.
    fn take(&mut self, bytes: &[u8]) {
        let left = self.sent - self.taken;
        let due = text(self.taken, left.min(bytes.len()));
        if bytes != due {
            let wrong_at = iter::zip(bytes, due).take_while(|it| it.0 == it.1);
            let wrong_at = wrong_at.count();
            self.note(self.explain(bytes, wrong_at));
        }
        self.taken += due.len();
    }

    /// Says which bytes it was given in place of others.
    fn explain(&self, bytes: &[u8], wrong_at: usize) -> Why {
        /// So many letters are enough to see it.
        const SHOWN: usize = 40;

        let at = self.taken + wrong_at;
        let from = if at < SHOWN { 0 } else { at - 4 };
        let sent = text(from, (self.sent - from).min(SHOWN));
        let mut got = text(from, at - from).to_vec();
        got.extend(bytes[wrong_at..].iter().take(SHOWN - got.len()));
        let from = match from {
            0 => String::new(),
            n => format!("from byte {} on, ", n + 1),
        };
        wrong(format!(
            "{from}sent was \"{}\", and the socket got \"{}\"",
            sent.escape_ascii(),
            got.escape_ascii()
        ))
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_vectored(&[IoSlice::new(bytes)])
    }

    /// As one write of all of them.
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        /// Small pieces may be copied to where they are written from.
        const MANY: usize = 1 << 15;

        let slices = slices.iter().filter(|slice| !slice.is_empty());
        let Some(first) = slices.clone().next() else {
            self.note(wrong_way("`flush` wrote an empty slice"));
            self.said.push(Says::Takes(1));
            self.stop_if_endless();
            return Ok(0);
        };
        self.judge_write();
        self.stop_if_endless();
        let first_at = first.as_ptr().addr();
        if self.rest_at.is_some_and(|at| at != first_at) && first.len() > MANY {
            self.moves += 1;
        }
        self.rest_at = Some(first_at);
        let full = Says::Fails(ErrorKind::WouldBlock);
        let says = self.says.pop_front().unwrap_or(full);
        self.said.push(says);
        let room = match says {
            Says::Takes(room) => room,
            Says::Zero => return Ok(0),
            Says::Fails(kind) if ERRORS.contains(&kind) => {
                return Err(io::Error::new(kind, SAYS));
            }
            Says::Fails(kind) => return Err(kind.into()),
        };
        self.writes += 1;
        let mut taken = 0;
        for slice in slices {
            let now = slice.len().min(room - taken);
            self.take(&slice[..now]);
            taken += now;
            if now < slice.len() {
                self.rest_at = Some(slice.as_ptr().addr() + now);
                break;
            }
            // Where the rest begins, if there is any, was not seen.
            self.rest_at = None;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Clone)]
enum Step {
    Send(usize),
    /// `flush` is called, and the socket says this.
    Flush(Vec<Says>),
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Step::Send(n) => write!(f, "send {n}"),
            Step::Flush(says) if says.is_empty() => write!(f, "flush (full)"),
            Step::Flush(says) => {
                let alike = says.chunk_by(|one, next| one == next);
                let says = alike.map(|alike| match alike.len() {
                    n @ 4.. => format!("{n} times {}", alike[0]),
                    n => vec![alike[0].to_string(); n].join(", "),
                });
                let says: Vec<_> = says.collect();
                write!(f, "flush ({})", says.join(", "))
            }
        }
    }
}

/// What happens to an outbox, step by step.
#[derive(Clone)]
struct Story(Vec<Step>);

impl Story {
    /// First what happens most: a part is taken, and later the rest. Then what
    /// ends a call: after a part was taken, and as the last that it may write.
    fn usual() -> Vec<Story> {
        let send = Step::Send;
        let flush = |says: &[Says]| Step::Flush(says.to_vec());
        let two = [Says::Takes(2)];
        let mut all = vec![Story(vec![
            send(4),
            flush(&two),
            send(4),
            flush(&[]),
            send(4),
            flush(&two),
        ])];
        let ends = ERRORS.map(Says::Fails).into_iter();
        let full = Says::Fails(ErrorKind::WouldBlock);
        for end in ends.chain([Says::Zero, full]) {
            all.push(Story(vec![send(4), flush(&[Says::Takes(2), end])]));
            let mut says = [Says::Fails(ErrorKind::Interrupted); LIMIT];
            says[LIMIT - 1] = end;
            all.push(Story(vec![send(4), flush(&says)]));
        }
        all
    }

    /// Much is sent, and goes out in one way or another.
    fn large() -> Vec<Story> {
        const MANY: usize = 100_000;

        let send = Step::Send;
        let flush = |says: &[Says]| Step::Flush(says.to_vec());
        let piece = Says::Takes(LARGEST / LIMIT);
        let reset = Says::Fails(ErrorKind::ConnectionReset);
        let (most, rest) = (Says::Takes(MANY - 500), Says::Takes(500));
        let (but_one, one) = (Says::Takes(MANY - 1), Says::Takes(1));
        let stories = [
            vec![send(LARGEST), flush(&[TAKES_ALL])],
            vec![send(LARGEST / 2), send(LARGEST / 2), flush(&[piece; LIMIT])],
            vec![send(MANY), flush(&[most, rest])],
            vec![send(MANY), flush(&[but_one]), flush(&[one])],
            vec![send(MANY), flush(&[most, reset])],
            vec![send(MANY), flush(&[most, Says::Zero])],
        ];
        stories.map(Story).into()
    }

    /// One that sends and takes fewer than `most` bytes at once.
    fn random(dice: &mut Dice, steps: usize, most: usize) -> Story {
        let step = |dice: &mut Dice| match dice.below(5) {
            0 | 1 => Step::Send(any_size(dice, most)),
            // Now and then it is nothing but interrupted, or takes 1 each time,
            // until the last write that one call may do, or for longer.
            2 if dice.below(5) == 0 => {
                let says = match dice.below(2) {
                    0 => Says::Fails(ErrorKind::Interrupted),
                    _ => Says::Takes(1),
                };
                let mut all = vec![says; 2 * LIMIT];
                if dice.below(2) == 0 {
                    all.truncate(LIMIT - 1);
                    all.push(Says::random(dice, most));
                }
                Step::Flush(all)
            }
            _ => {
                let count = dice.below(5);
                Step::Flush(
                    (0..count).map(|_| Says::random(dice, most)).collect(),
                )
            }
        };
        Story((0..1 + dice.below(steps)).map(|_| step(dice)).collect())
    }

    /// With one step or one reply of the socket less, or fewer bytes.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for n in 0..self.0.len() {
            let mut with = |step: Option<Step>| {
                let mut steps = self.0.clone();
                match step {
                    Some(step) => steps[n] = step,
                    None => drop(steps.remove(n)),
                }
                all.push(Story(steps));
            };
            with(None);
            match &self.0[n] {
                Step::Send(count) => {
                    for less in fewer(*count) {
                        with(Some(Step::Send(less)));
                    }
                }
                Step::Flush(says) => {
                    for which in 0..says.len() {
                        let mut without = says.clone();
                        without.remove(which);
                        with(Some(Step::Flush(without)));
                        let Says::Takes(room @ 10..) = says[which] else {
                            continue;
                        };
                        for less in fewer(room) {
                            let mut says = says.clone();
                            says[which] = Says::Takes(less.max(1));
                            with(Some(Step::Flush(says)));
                        }
                    }
                }
            }
        }
        all
    }

    /// Does it, then has the rest go out, and judges each step.
    fn play(&self) -> Result<(), Why> {
        let mut trial = Trial::new();
        for step in &self.0 {
            match step {
                Step::Send(count) => trial.send(*count),
                Step::Flush(says) => trial.flush(says)?,
            }
        }
        trial.take_all()?;
        trial.end()
    }
}

/// Smaller numbers, the smallest first.
fn fewer(count: usize) -> impl Iterator<Item = usize> {
    let all = [count, count / 2, count / 8, count / 64, count / 512, 1];
    all.into_iter().filter(|n| *n > 0).map(move |n| count.saturating_sub(n))
}

impl Display for Story {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let steps: Vec<_> = self.0.iter().map(Step::to_string).collect();
        match steps.is_empty() {
            true => f.write_str("nothing is sent"),
            false => f.write_str(&steps.join(", ")),
        }
    }
}

/// An outbox that is tried out.
struct Trial {
    outbox: Outbox,
    socket: Script,
    /// How many bytes of memory it holds.
    held: isize,
    /// What it kept when it was empty.
    kept: Option<Why>,
}

impl Trial {
    fn new() -> Trial {
        let mut socket = Script::default();
        // What the check needs is thereby none of what the outbox holds.
        socket.said.reserve(21 * LIMIT);
        text(0, 0);
        let before = allocated();
        let outbox = Outbox::default();
        let held = allocated() - before;
        Trial { outbox, socket, held, kept: None }
    }

    fn send(&mut self, count: usize) {
        let bytes = text(self.socket.sent, count);
        self.socket.sent += count;
        let before = allocated();
        self.outbox.send(bytes);
        self.held += allocated() - before;
    }

    /// How many bytes the socket has not taken.
    fn left(&self) -> usize {
        self.socket.sent - self.socket.taken
    }

    /// Calls `flush` once, and judges it.
    fn flush(&mut self, says: &[Says]) -> Result<(), Why> {
        let left_before = self.left();
        let socket = &mut self.socket;
        socket.says = says.iter().copied().collect();
        socket.said.clear();
        let before = allocated();
        let flushed = self.outbox.flush(socket);
        let seen = flushed.as_ref().copied().map_err(io::Error::kind);
        let text = flushed.err().map(|why| why.to_string());
        let has_said = text.map(|text| text.contains(SAYS));
        self.held += allocated() - before;

        if let Some(why) = socket.wrong.take() {
            return Err(why);
        }
        if left_before == 0 && !socket.said.is_empty() {
            return Err(wrong_way("nothing was left, and `flush` wrote"));
        }
        if left_before > 0 && socket.said.is_empty() {
            return Err(wrong(format!(
                "{}, and `flush` did not write",
                not_taken(left_before)
            )));
        }
        let last = socket.said.last().copied();
        let left = self.left();
        judge_result(seen, last, left)?;
        if let Some(Says::Fails(kind)) = last
            && has_said == Some(false)
        {
            return Err(wrong(format!(
                "`flush` gave Err({kind:?}), and the text of the error is \
                 lost, {SAYS:?}"
            )));
        }
        if left == 0 && self.held > ROOM {
            self.kept.get_or_insert(wrong_way(format!(
                "{} bytes were sent, nothing is left, and the outbox still \
                 holds {} bytes of memory",
                self.socket.sent, self.held
            )));
        }
        Ok(())
    }

    /// Has all bytes go out, to a socket that has room. It is given large
    /// pieces, whatever the size of those that were sent.
    fn take_all(&mut self) -> Result<(), Why> {
        const LEAST: usize = 2048;

        let (all, before) = (self.left(), self.socket.writes);
        while self.left() > 0 {
            self.flush(&[TAKES_ALL; LIMIT])?;
            let writes = self.socket.writes - before;
            if writes > LIMIT + all / LEAST {
                return Err(wrong_way(format!(
                    "{all} bytes are left, the socket takes all that it is \
                     given, and for {} of them it was given {writes} pieces",
                    all - self.left()
                )));
            }
        }
        // There is nothing to be written any more.
        self.flush(&[TAKES_ALL; LIMIT])
    }

    /// Drops the outbox, and judges what it has kept.
    fn end(self) -> Result<(), Why> {
        let Trial { outbox, held, kept, .. } = self;
        let before = allocated();
        drop(outbox);
        let held = held + allocated() - before;
        match kept {
            Some(why) => Err(why),
            None if held > 0 => Err(wrong_way(format!(
                "the outbox was dropped, and bytes of memory are kept: {held}"
            ))),
            None => Ok(()),
        }
    }
}

/// Judges what `flush` gave back, if the socket said this to its last write,
/// and `left` bytes are left.
fn judge_result(
    seen: Result<bool, ErrorKind>,
    last: Option<Says>,
    left: usize,
) -> Result<(), Why> {
    let due = match last {
        Some(Says::Zero) => Err(ErrorKind::WriteZero),
        // A full socket is no error.
        Some(Says::Fails(ErrorKind::WouldBlock)) => Ok(true),
        Some(Says::Fails(kind)) if last.is_some_and(Says::ends) => Err(kind),
        _ => Ok(left > 0),
    };
    if seen == due {
        return Ok(());
    }
    let shown = match seen {
        Ok(again) => format!("Ok({again})"),
        Err(kind) => format!("Err({kind:?})"),
    };
    Err(wrong(match (due, seen) {
        (Ok(_), Err(ErrorKind::WouldBlock)) => {
            format!("a full socket is no error, and `flush` gave {shown}")
        }
        (Ok(_), Err(_)) => {
            format!("`flush` gave {shown}; nothing had failed")
        }
        (Ok(true), _) => format!(
            "{}, and `flush` gave {shown}: the loop does not call again",
            not_taken(left)
        ),
        (Ok(false), _) => format!(
            "nothing is left, and `flush` gave {shown}: the loop calls again \
             for nothing"
        ),
        (Err(kind), _) => {
            format!("`flush` gave {shown}, and it has to be Err({kind:?})")
        }
    }))
}

fn not_taken(bytes: usize) -> String {
    match bytes {
        1 => "the socket has not taken 1 byte yet".to_owned(),
        n => format!("the socket has not taken {n} bytes yet"),
    }
}

/// Has the test fail if something is wrong.
fn expect_right(result: Result<(), Why>) {
    if let Err(why) = result {
        panic!("{}: {}", why.kind, why.sentence);
    }
}

/// Many small pieces are sent, and go out in large ones.
fn judge_pieces(dice: &mut Dice) {
    const SENDS: usize = 2_000;

    let mut trial = Trial::new();
    for _ in 0..SENDS {
        trial.send(1 + dice.below(100));
    }
    expect_right(trial.take_all().map_err(|why| Why {
        sentence: format!("after {SENDS} calls of `send` {}", why.sentence),
        ..why
    }));
}

/// What is left must not be moved after each write, or each `flush`, or if some
/// is sent after it. That it is shows in where it is.
fn judge_moves(dice: &mut Dice, sends: bool) {
    const WRITES: usize = 150;
    const MOST: usize = 30;

    let mut trial = Trial::new();
    let bytes = 80_000 + dice.below(40_000);
    trial.send(bytes);
    for n in 1..=WRITES {
        expect_right(trial.flush(&[Says::Takes(1)]));
        let also = match sends {
            true => "one is sent after each write, ",
            false => "",
        };
        assert!(
            trial.socket.moves < MOST,
            "right answer, wrong way: some {bytes} bytes are left, the socket \
             takes one in each write, {also}and in {n} writes all the others \
             were moved or copied {} times",
            trial.socket.moves
        );
        if sends {
            trial.send(1);
        }
    }
}

/// Memory is needed for what is left, and not for all that was ever sent. Twice
/// as much as is sent in a turn is left before each `flush`.
fn judge_growth(turns: usize, sends: usize, piece: usize, most: isize) {
    let mut trial = Trial::new();
    trial.send(sends * piece);
    for _ in 0..turns {
        for _ in 0..sends {
            trial.send(piece);
        }
        let end = trial.left() - sends * piece;
        while trial.left() > end {
            let room = trial.left() - end;
            expect_right(trial.flush(&[Says::Takes(room)]));
        }
        assert!(
            trial.held < most,
            "right answer, wrong way: never more than {} bytes are left, and \
             after {} of all the outbox holds {} bytes of memory",
            2 * sends * piece,
            trial.socket.taken,
            trial.held
        );
    }
}
