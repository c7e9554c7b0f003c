//! Judges `Outbox`: whatever a socket takes, and whenever, the bytes come out
//! once, in order, and without asking it in vain.
//!
//! Ways to be wrong: a full socket is an error, or is asked until it has room;
//! what it did not take is dropped, or what it took is sent again; new bytes go
//! before old ones; an interrupted write, or one that takes nothing, is taken
//! for another thing, or goes on for ever; an error takes bytes with it, or is
//! dropped; the loop is told to call again for nothing, or not to call though
//! something is left; an empty outbox writes; one socket is given the whole
//! turn; bytes are written one by one; the rest is moved after each write;
//! memory grows with all that was ever sent, or is never given back.
//!
//! As shipped: a full socket is no error

use super::{MOST, Outbox};
use lab::Dice;
use std::collections::VecDeque;
use std::fmt::{self, Display, Formatter};
use std::io::{self, ErrorKind, IoSlice, Write};
use trials::judge::{Judge, allocated, smallest};

/// What `MOST` has to be.
const LIMIT: usize = 16;

/// How many random stories each run tries.
const STORIES: usize = 500;

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
    let wrong = |story: &Story| story.play().is_err();
    // First what happens most: a part is taken, and later the rest.
    let usual = [vec![Says::Takes(2)], vec![], vec![Says::Takes(2)]];
    let usual =
        usual.into_iter().flat_map(|it| [Step::Send(4), Step::Flush(it)]);
    let usual = [Story(usual.collect())].into_iter();
    let any = (0..STORIES).map(|n| Story::random(&mut dice, 2 + n / 40));
    for story in usual.chain(any) {
        if wrong(&story) {
            let story = smallest(story, Story::smaller, wrong);
            let why = story.play().expect_err("it was wrong");
            panic!("{}: {story}: {} {again}", why.kind, why.sentence);
        }
    }
    judge_many_writes();
    judge_moves();
    judge_memory();
    judge.end();
}

/// What is wrong.
struct Why {
    kind: &'static str,
    sentence: String,
}

fn wrong(sentence: impl Into<String>) -> Why {
    Why { kind: "wrong answer", sentence: sentence.into() }
}

fn wrong_way(sentence: impl Into<String>) -> Why {
    Why { kind: "right answer, wrong way", sentence: sentence.into() }
}

/// What the socket says to one write.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    /// It has room for that many bytes, at least 1.
    Takes(usize),
    Zero,
    Fails(ErrorKind),
}

impl Says {
    fn random(dice: &mut Dice) -> Says {
        match dice.below(12) {
            0 => Says::Zero,
            1 | 2 => Says::Fails(ErrorKind::Interrupted),
            3 => Says::Fails(ErrorKind::WouldBlock),
            4 => Says::Fails(ErrorKind::ConnectionReset),
            5 => Says::Takes(1000),
            n => Says::Takes(n - 5),
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

impl Display for Says {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Says::Takes(1000) => write!(f, "takes all"),
            Says::Takes(n) => write!(f, "takes {n}"),
            Says::Zero => write!(f, "takes 0"),
            Says::Fails(kind) => write!(f, "{kind:?}"),
        }
    }
}

/// A socket that says what the check wants.
#[derive(Default)]
struct Script {
    /// What it says to the next writes. After that it is full.
    says: VecDeque<Says>,
    /// What it said to the writes of this `flush`.
    said: Vec<Says>,
    taken: Vec<u8>,
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

    fn note(&mut self, why: Why) {
        self.wrong.get_or_insert(why);
    }
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            self.note(wrong_way("`flush` wrote an empty slice"));
            self.said.push(Says::Takes(1));
            self.stop_if_endless();
            return Ok(0);
        }
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
        self.stop_if_endless();
        let full = Says::Fails(ErrorKind::WouldBlock);
        let says = self.says.pop_front().unwrap_or(full);
        self.said.push(says);
        match says {
            Says::Takes(room) => {
                let taken = room.min(bytes.len());
                self.taken.extend(&bytes[..taken]);
                Ok(taken)
            }
            Says::Zero => Ok(0),
            Says::Fails(kind) => Err(kind.into()),
        }
    }

    /// As one write of all of them.
    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        let all: Vec<u8> = slices.iter().flat_map(|it| it.to_vec()).collect();
        self.write(&all)
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
    fn random(dice: &mut Dice, most: usize) -> Story {
        let step = |dice: &mut Dice| match dice.below(5) {
            0 | 1 => Step::Send(dice.below(9)),
            // Now and then it is nothing but interrupted, or takes 1 each time.
            2 if dice.below(5) == 0 => {
                let says = match dice.below(2) {
                    0 => Says::Fails(ErrorKind::Interrupted),
                    _ => Says::Takes(1),
                };
                Step::Flush(vec![says; 2 * LIMIT])
            }
            _ => {
                let count = dice.below(5);
                Step::Flush((0..count).map(|_| Says::random(dice)).collect())
            }
        };
        Story((0..1 + dice.below(most)).map(|_| step(dice)).collect())
    }

    /// With one step, one byte, or one reply of the socket less.
    fn smaller(&self) -> Vec<Story> {
        let mut all = Vec::new();
        for n in 0..self.0.len() {
            let mut steps = self.0.clone();
            steps.remove(n);
            all.push(Story(steps));
            match &self.0[n] {
                Step::Send(0) => {}
                Step::Send(count) => {
                    let mut steps = self.0.clone();
                    steps[n] = Step::Send(count - 1);
                    all.push(Story(steps));
                }
                Step::Flush(says) => {
                    for which in 0..says.len() {
                        let mut says = says.clone();
                        says.remove(which);
                        let mut steps = self.0.clone();
                        steps[n] = Step::Flush(says);
                        all.push(Story(steps));
                    }
                }
            }
        }
        all
    }

    /// Does it, then has the rest go out, and judges each step.
    fn play(&self) -> Result<(), Why> {
        let mut outbox = Outbox::default();
        let mut socket = Script::default();
        let mut sent = Vec::new();
        for step in &self.0 {
            match step {
                Step::Send(count) => {
                    let from = sent.len();
                    let letters = (b'a'..=b'z').cycle();
                    sent.extend(letters.skip(from % 26).take(*count));
                    outbox.send(&sent[from..]);
                }
                Step::Flush(says) => {
                    flush(&mut outbox, &mut socket, says, &sent)?;
                }
            }
        }
        for _ in 0..2 {
            let says = [Says::Takes(1000); LIMIT];
            flush(&mut outbox, &mut socket, &says, &sent)?;
        }
        // One write may take all, but it may also be one for each `send`.
        for _ in 0..sent.len() {
            flush(&mut outbox, &mut socket, &[Says::Takes(1000); 1], &sent)?;
        }
        if socket.taken.len() < sent.len() {
            return Err(wrong("not all bytes came out"));
        }
        Ok(())
    }
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

/// Calls `flush` once, and judges it.
fn flush(
    outbox: &mut Outbox,
    socket: &mut Script,
    says: &[Says],
    sent: &[u8],
) -> Result<(), Why> {
    let left_before = sent.len() - socket.taken.len();
    socket.says = says.iter().copied().collect();
    socket.said.clear();
    let flushed = outbox.flush(socket);
    let shown = match &flushed {
        Ok(again) => format!("Ok({again})"),
        Err(why) => format!("Err({:?})", why.kind()),
    };
    if !sent.starts_with(&socket.taken) {
        return Err(wrong(format!(
            "sent was \"{}\", and the socket got \"{}\"",
            sent.escape_ascii(),
            socket.taken.escape_ascii()
        )));
    }
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
    let left = sent.len() - socket.taken.len();
    let last = socket.said.last().copied();
    let due = match last {
        Some(Says::Zero) => Err(ErrorKind::WriteZero),
        Some(Says::Fails(kind)) if last.is_some_and(Says::ends) => Err(kind),
        _ => Ok(left > 0),
    };
    let due = match due {
        // A full socket is no error.
        Err(ErrorKind::WouldBlock) => Ok(true),
        due => due,
    };
    let seen = flushed.map_err(|why| why.kind());
    if seen == due {
        return Ok(());
    }
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

/// Byte `n` of what is sent to a [`Counter`].
fn byte(n: usize) -> u8 {
    (n % 251) as u8
}

/// A socket that compares and counts what it is given.
#[derive(Default)]
struct Counter {
    /// How many bytes it takes in each write.
    room: usize,
    /// How many it takes until it is full.
    room_in_all: usize,
    writes: usize,
    taken: usize,
    sent: usize,
    /// Where the bytes that it did not take were.
    rest_at: Option<usize>,
    /// How often many bytes were moved between two writes.
    moves: usize,
}

impl Counter {
    fn send(&mut self, outbox: &mut Outbox, count: usize) {
        let bytes: Vec<u8> = (self.sent..self.sent + count).map(byte).collect();
        self.sent += count;
        outbox.send(&bytes);
    }

    /// Takes `count` bytes, `room` in each write.
    fn take(&mut self, outbox: &mut Outbox, room: usize, count: usize) {
        self.room = room;
        self.room_in_all = count;
        for _ in 0..=count {
            let again = outbox.flush(self).expect("nothing fails");
            if self.room_in_all == 0 {
                return;
            }
            assert!(
                again,
                "wrong answer: {} bytes were sent, the socket has taken {}, \
                 and `flush` gave Ok(false)",
                self.sent, self.taken
            );
        }
        panic!(
            "wrong answer: {} bytes were sent, and after many calls of `flush` \
             the socket was given {}",
            self.sent, self.taken
        );
    }
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        /// Small pieces may be copied to where they are written from.
        const MANY: usize = 1 << 15;

        if self.room_in_all == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        self.writes += 1;
        let at = bytes.as_ptr().addr();
        if self.rest_at.is_some_and(|rest| rest != at) && bytes.len() > MANY {
            self.moves += 1;
        }
        let taken = bytes.len().min(self.room).min(self.room_in_all);
        for (n, seen) in bytes[..taken].iter().enumerate() {
            assert!(
                *seen == byte(self.taken + n),
                "wrong answer: {} bytes were sent, and the socket was given \
                 another one for byte {}",
                self.sent,
                self.taken + n
            );
        }
        self.taken += taken;
        self.room_in_all -= taken;
        self.rest_at = Some(at + taken);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// To a socket that has room, bytes go in large pieces.
fn judge_many_writes() {
    const SENDS: usize = 10;
    const BYTES: usize = 10_000;

    let (mut outbox, mut socket) = (Outbox::default(), Counter::default());
    for _ in 0..SENDS {
        socket.send(&mut outbox, BYTES);
    }
    let all = SENDS * BYTES;
    socket.take(&mut outbox, usize::MAX, all);
    assert!(
        socket.writes <= SENDS + all / 200,
        "right answer, wrong way: the socket takes all that it is given, and \
         for {all} bytes it was given {} pieces",
        socket.writes
    );
}

/// What is left must not be moved after each write, or each `flush`. That it is
/// shows in where it is.
fn judge_moves() {
    const BYTES: usize = 100_000;
    const WRITES: usize = 200 * LIMIT;

    let (mut outbox, mut socket) = (Outbox::default(), Counter::default());
    socket.send(&mut outbox, BYTES);
    for n in 1..=WRITES {
        socket.take(&mut outbox, 1, 1);
        assert!(
            socket.moves < 100,
            "right answer, wrong way: some {BYTES} bytes are left, the socket \
             takes one in each write, and in {n} writes all the others were \
             moved or copied {} times",
            socket.moves
        );
    }
    socket.take(&mut outbox, usize::MAX, BYTES - WRITES);
}

/// Memory is needed for what is left, and for nothing else.
fn judge_memory() {
    const PIECE: usize = 1000;
    const TURNS: usize = 500;
    const LARGE: usize = 20_000 * LIMIT;
    const MOST: isize = 100_000;

    let before = allocated();
    let (mut outbox, mut socket) = (Outbox::default(), Counter::default());
    socket.send(&mut outbox, PIECE);
    // It is never empty: two pieces are left, the socket takes one.
    for _ in 0..TURNS {
        socket.send(&mut outbox, PIECE);
        socket.take(&mut outbox, PIECE, PIECE);
        let held = allocated() - before;
        assert!(
            held < MOST,
            "right answer, wrong way: never more than {} bytes are left, and \
             after {} of all the outbox holds {held} bytes of memory",
            2 * PIECE,
            socket.taken
        );
    }
    socket.take(&mut outbox, PIECE, PIECE);
    // The last write that one call may do can be the one that takes the rest.
    for room in [usize::MAX, LARGE / LIMIT, LARGE] {
        socket.send(&mut outbox, LARGE);
        socket.take(&mut outbox, room, LARGE);
        let held = allocated() - before;
        assert!(
            held < MOST,
            "right answer, wrong way: {LARGE} bytes were sent, nothing is \
             left, and the outbox still holds {held} bytes of memory"
        );
    }
}
