//! Judges `read_line`: it gives all lines, whole and in order, however often it
//! is dropped while it waits.
//!
//! The source is the check's own, and so is the hand that polls (see
//! [`trials::hand`]). A text comes in pieces. At any time `read_line` may be
//! dropped, and then another one is called; or it is polled without a cause, or
//! with another waker. All orders are tried, and all ways to cut a short text.
//!
//! Ways to be wrong: what was read of a line is lost when `read_line` is
//! dropped as it waits for more, or as it waits for something else, or when it
//! is dropped twice; or it is given twice, or put back behind what came later;
//! the bytes behind a line are lost, or are not looked at before it waits; the
//! end of a line is looked for in the wrong place, or is left in the line; two
//! lines are given as one, or one as two; an empty line is taken for the end,
//! the last line is lost, or there is no end; more bytes are given than were
//! read; bytes are taken for letters; lines may not be long, or not many; it
//! asks for no bytes at all, or for more before it looks, if a piece fills its
//! buffer; it wakes itself, or does not come back; readers share something.
//!
//! As shipped: `read_line` was dropped while it waited, and the next one gave

use super::LineReader;
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use timeline::cpu_time_of_thread;
use trials::hand::{Hand, Task, Whims, Wrong, try_orders};
use trials::judge::Judge;

trials::answer!("exercises/cancel-safe-line.rs");

#[test]
fn each_line_comes_whole_however_often_it_is_dropped() {
    let judge = Judge::of(ANSWER);
    let dice = &mut Dice::random();
    const SHORT: [&str; 9] = [
        "a\nb\n", "ab\nc", "\n\na\n", "a\n\n", "ab", "", "a\n\0\n", "a\r\n",
        "é\nü",
    ];
    for text in SHORT {
        try_orders(dice, 100, |hand| {
            let pieces = cut_anywhere(hand, text.as_bytes());
            Reading::new(hand, "", text.as_bytes()).read_each(hand, pieces)
        });
    }
    let mut tell = |texts: &[&str], whims: Whims| {
        try_orders(dice, 500, |hand| {
            let text = texts[hand.choose(texts.len())].as_bytes();
            let reading = Reading::new(hand, "", text);
            reading.flow.may_come(hand, cut_anywhere(hand, text), "");
            reading.play(hand, whims)?;
            reading.judge_end()
        });
    };
    tell(&SHORT, Whims { polls: 1, wakers: 1, drops: 0 });
    tell(&["abc\n"], Whims { polls: 0, wakers: 0, drops: 1 });
    tell(&SHORT, Whims { polls: 0, wakers: 0, drops: 1 });
    tell(&SHORT, Whims { polls: 0, wakers: 0, drops: 3 });
    tell(&SHORT, Whims { polls: 1, wakers: 2, drops: 2 });
    // Before long texts: a part of one may fill it by chance.
    try_orders(dice, 1, |hand| a_piece_fills_the_buffer(hand, 1));
    for (lines, longest) in [(3, 300), (2, 1000), (300, 3)] {
        try_orders(dice, 8, |hand| lines_are(hand, lines, longest));
    }
    try_orders(dice, 200, there_are_several);
    try_orders(dice, 1, |hand| a_line_is_long(hand, 9_000));
    try_orders(dice, 1, |hand| a_line_is_long(hand, 70_000));
    try_orders(dice, 1, |hand| a_piece_fills_the_buffer(hand, 2));
    try_orders(dice, 4, it_is_dropped_very_often);
    judge.end();
}

/// Bytes that come when the check says so.
pub struct Source {
    flow: Rc<Flow>,
}

/// What is known of a source.
#[derive(Default)]
struct Flow {
    /// What has come, and was not read yet.
    unread: RefCell<VecDeque<u8>>,
    has_ended: Cell<bool>,
    /// Set once the end was read, too.
    end_was_read: Cell<bool>,
    /// How many bytes were read.
    read: Cell<usize>,
    /// How many bytes it was asked for last.
    asked: Cell<usize>,
    /// How often it was asked in vain, since the hand has done something.
    in_vain: Cell<usize>,
    /// Set if it was asked for no bytes.
    was_asked_for_none: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Source {
    /// Reads what has come, as many bytes as fit into `buffer`, and gives their
    /// number. Waits for the first of them; 0 says that no more will come. If
    /// it is dropped before it is ready, it has read nothing.
    #[allow(dead_code, reason = "not every answer reads")]
    pub fn read<'a>(&'a mut self, buffer: &'a mut [u8]) -> Read<'a> {
        Read { flow: Reads(Rc::clone(&self.flow)), buffer }
    }
}

/// What [`Source::read`] gives back.
#[allow(dead_code, reason = "not every answer reads")]
pub struct Read<'a> {
    flow: Reads,
    buffer: &'a mut [u8],
}

/// A source that is being read.
struct Reads(Rc<Flow>);

/// A source that is asked in vain more often than this is asked in a loop.
const MOST_IN_VAIN: usize = 1000;

impl Future for Read<'_> {
    type Output = usize;

    fn poll(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<usize> {
        let Read { flow: Reads(flow), buffer } = &mut *self;
        let mut unread = flow.unread.borrow_mut();
        let n = unread.len().min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(unread.drain(..n)) {
            *place = byte;
        }
        flow.read.set(flow.read.get() + n);
        flow.asked.set(buffer.len());
        flow.waker.take();
        if n > 0 {
            return Poll::Ready(n);
        }
        flow.in_vain.set(flow.in_vain.get() + 1);
        assert!(
            flow.in_vain.get() <= MOST_IN_VAIN,
            "right answer, wrong way: busy loop: the source is asked again and \
             again in one poll of `read_line`, {MOST_IN_VAIN} times"
        );
        if buffer.is_empty() {
            flow.was_asked_for_none.set(true);
            return Poll::Ready(0);
        }
        if flow.has_ended.get() {
            flow.end_was_read.set(true);
            return Poll::Ready(0);
        }
        flow.waker.replace(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Reads {
    fn drop(&mut self) {
        self.0.waker.take();
    }
}

impl Flow {
    /// The next piece comes, or the end.
    fn comes(&self, piece: Option<Vec<u8>>) {
        match piece {
            Some(piece) => self.unread.borrow_mut().extend(piece),
            None => self.has_ended.set(true),
        }
        let waker = self.waker.take();
        waker.into_iter().for_each(Waker::wake);
    }

    /// The hand may have these pieces come, one after the other, and then the
    /// end.
    fn may_come(
        self: &Rc<Flow>,
        hand: &Hand,
        mut pieces: VecDeque<Vec<u8>>,
        which: &'static str,
    ) {
        let piece = pieces.pop_front();
        let what = what_comes(piece.as_deref(), which);
        let (flow, own) = (Rc::clone(self), hand.clone());
        hand.may(&what, move || {
            if piece.is_some() {
                flow.may_come(&own, pieces, which);
            }
            flow.comes(piece);
        });
    }
}

fn what_comes(piece: Option<&[u8]>, which: &str) -> String {
    match piece {
        Some(piece) => format!("{} comes{which}", shown(piece)),
        None => format!("the source{which} ends"),
    }
}

type Line = Vec<u8>;

/// A reader, and the one who wants all its lines.
struct Reading {
    which: &'static str,
    reader: Rc<RefCell<LineReader>>,
    flow: Rc<Flow>,
    text: Vec<u8>,
    /// Where in the text its lines end, each behind its `\n`.
    ends: Vec<usize>,
    /// How many lines were given.
    given: Cell<usize>,
    /// How many bytes had been read when it was judged last.
    judged: Cell<usize>,
    /// The last call of `read_line`.
    task: RefCell<Task<Option<Line>>>,
    /// Set if one was dropped while it waited, since the last line was given.
    was_dropped: Cell<bool>,
    is_over: Cell<bool>,
}

impl Reading {
    fn new(hand: &Hand, which: &'static str, text: &[u8]) -> Reading {
        let flow = Rc::<Flow>::default();
        let reader = LineReader::new(Source { flow: Rc::clone(&flow) });
        let reader = Rc::new(RefCell::new(reader));
        let task = RefCell::new(call(hand, &reader, which));
        let lines = text.split_inclusive(|byte| *byte == b'\n');
        let ends = lines.scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        });
        Reading {
            which,
            reader,
            flow,
            text: text.to_vec(),
            ends: ends.collect(),
            given: Cell::new(0),
            judged: Cell::new(0),
            task,
            was_dropped: Cell::new(false),
            is_over: Cell::new(false),
        }
    }

    /// Each piece is read before the next one comes.
    fn read_each(
        &self,
        hand: &Hand,
        pieces: VecDeque<Vec<u8>>,
    ) -> Result<(), Wrong> {
        for piece in pieces.into_iter().map(Some).chain([None]) {
            self.comes(hand, piece)?;
        }
        self.judge_end()
    }

    /// The next piece comes, or the end, and is read.
    fn comes(&self, hand: &Hand, piece: Option<Vec<u8>>) -> Result<(), Wrong> {
        hand.note(what_comes(piece.as_deref(), self.which));
        self.flow.comes(piece);
        self.play(hand, Whims::default())
    }

    /// All that may come comes at any time.
    fn play(&self, hand: &Hand, whims: Whims) -> Result<(), Wrong> {
        hand.play_judging(whims, || self.judge(hand))
    }

    /// Judges what the last call has done. If that is over, calls once more.
    fn judge(&self, hand: &Hand) -> Result<(), Wrong> {
        self.flow.in_vain.set(0);
        // To read is progress, however often it gives others a turn.
        if self.judged.replace(self.flow.read.get()) < self.flow.read.get() {
            hand.note_progress();
        }
        if self.flow.was_asked_for_none.get() {
            return Err(Wrong::answer(
                "`read` was given a buffer of no bytes: the 0 that it gives \
                 then is not the end",
            ));
        }
        let task = self.task.borrow().clone();
        if self.is_over.get() {
            return Ok(());
        }
        if !task.is_over() {
            return if task.sleeps() {
                self.judge_sleep(&task)
            } else {
                Ok(())
            };
        }
        // A read that is kept may have one, and wait for the next call.
        let of_source = usize::from(self.flow.waker.borrow().is_some());
        if task.wakers() + task.old_wakers() > of_source {
            return Err(Wrong::way(
                "`read_line` is over, and a waker of its task is kept",
            ));
        }
        match task.take() {
            Some(got) => {
                self.judge_line(got.as_deref())?;
                self.was_dropped.set(false);
            }
            None if task.polls() > 0 => self.was_dropped.set(true),
            None => {}
        }
        if !self.is_over.get() {
            self.task.replace(call(hand, &self.reader, self.which));
        }
        Ok(())
    }

    /// Where in the text the next line begins.
    fn at(&self) -> usize {
        self.given.get().checked_sub(1).map_or(0, |last| self.ends[last])
    }

    /// The line that is to be given next, and where the one behind it begins.
    fn next_line(&self) -> Option<(&[u8], usize)> {
        let end = *self.ends.get(self.given.get())?;
        let line = &self.text[self.at()..end];
        Some((line.strip_suffix(b"\n").unwrap_or(line), end))
    }

    /// Set if the next line was read to its end.
    fn line_was_read(&self) -> bool {
        let ends = self.next_line().map(|(_, next)| next);
        let has_end = ends.is_some_and(|end| self.text[end - 1] == b'\n');
        let is_read = ends.is_some_and(|end| self.flow.read.get() >= end);
        is_read && has_end || self.flow.end_was_read.get()
    }

    fn judge_line(&self, got: Option<&[u8]>) -> Result<(), Wrong> {
        let was_dropped = self.was_dropped.get();
        let who = match was_dropped {
            true => "`read_line` was dropped while it waited, and the next one",
            false => "`read_line`",
        };
        let wrong = |what: String| Err(Wrong::answer(format!("{who} {what}")));
        match (got, self.next_line()) {
            (None, _) if !self.flow.end_was_read.get() => wrong(
                "gave `None`, and the source has not said that it ends".into(),
            ),
            (None, None) => {
                self.is_over.set(true);
                Ok(())
            }
            (None, Some((line, _))) => wrong(format!(
                "gave `None` for the line {}{}",
                shown(line),
                if was_dropped {
                    ": what had been read of it is lost"
                } else {
                    ""
                }
            )),
            (Some(got), None) => wrong(format!(
                "gave {}, and all lines had been given",
                shown(got)
            )),
            (Some(got), Some((line, _))) if got == line => {
                if !self.line_was_read() {
                    return wrong(format!(
                        "gave {} for a line, and has not read its end yet",
                        shown(got)
                    ));
                }
                self.given.set(self.given.get() + 1);
                Ok(())
            }
            (Some(got), Some((line, _))) => wrong(format!(
                "gave {} for the line {}: {}",
                shown(got),
                shown(line),
                self.differ(got, line)
            )),
        }
    }

    /// What is wrong with a line that was given for this one.
    fn differ(&self, got: &[u8], line: &[u8]) -> &'static str {
        let was_dropped = self.was_dropped.get();
        if got.strip_suffix(b"\n") == Some(line) {
            "the end is not a part of it"
        } else if got.starts_with(line) && got[line.len()..].contains(&b'\n') {
            "these are several lines"
        } else if was_dropped && line.ends_with(got) {
            "what had been read of it is lost"
        } else if was_dropped && got.ends_with(line) {
            "what had been read of it comes twice"
        } else if self.at() + got.len() > self.flow.read.get() {
            "it is longer than what had been read"
        } else if line.starts_with(got) {
            "the rest of it is missing"
        } else {
            "bytes are missing, or are in another order"
        }
    }

    /// The last call waits.
    fn judge_sleep(&self, task: &Task<Option<Line>>) -> Result<(), Wrong> {
        let Flow { unread, has_ended, end_was_read, .. } = &*self.flow;
        if end_was_read.get() {
            return Err(task
                .sleeps_on()
                .after("the source has said that it ends"));
        }
        if let Some((line, _)) =
            self.next_line().filter(|_| self.line_was_read())
        {
            let line = shown(line);
            return Err(Wrong::answer(match self.was_dropped.get() {
                true => format!(
                    "`read_line` was dropped while it waited, and the next one \
                     waits, too, though the line {line} had been read to its \
                     end"
                ),
                false => format!(
                    "the line {line} was read to its end, and `read_line` \
                     waits for more"
                ),
            }));
        }
        match (unread.borrow().is_empty(), has_ended.get()) {
            (false, _) => Err(task.sleeps_on().after("more has come")),
            (true, true) => Err(task.sleeps_on().after("the source has ended")),
            (true, false) => Ok(()),
        }
    }

    /// All has come.
    fn judge_end(&self) -> Result<(), Wrong> {
        match self.is_over.get() {
            true => Ok(()),
            false => Err(self.task.borrow().sleeps_on()),
        }
    }
}

/// Calls `read_line`, as a task of its own.
#[expect(
    clippy::await_holding_refcell_ref,
    reason = "there is one call at a time"
)]
fn call(
    hand: &Hand,
    reader: &Rc<RefCell<LineReader>>,
    which: &str,
) -> Task<Option<Line>> {
    let reader = Rc::clone(reader);
    hand.spawn(&format!("`read_line`{which}"), async move {
        reader.borrow_mut().read_line().await
    })
}

/// Bytes, as a reader sees them.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 20;
    let some = bytes[..bytes.len().min(MOST)].escape_ascii();
    match bytes.len() {
        ..=MOST => format!("\"{some}\""),
        all => format!("\"{some}…\" ({all} bytes)"),
    }
}

/// The pieces of a text that is cut in some places, or in none.
fn cut_anywhere(hand: &Hand, text: &[u8]) -> VecDeque<Vec<u8>> {
    let mut pieces = VecDeque::<Vec<u8>>::new();
    for byte in text {
        match pieces.back_mut() {
            Some(piece) if hand.choose(2) == 0 => piece.push(*byte),
            _ => pieces.push_back(vec![*byte]),
        }
    }
    pieces
}

/// A text of `lines` lines, the longest of which has `longest` bytes.
fn lines_are(hand: &Hand, lines: usize, longest: usize) -> Result<(), Wrong> {
    let dice = &mut Dice::new(hand.choose(1 << 30) as u64);
    let mut text = Vec::new();
    for n in 0..lines {
        let length = if n == 0 { longest } else { dice.below(longest + 1) };
        text.extend((0..length).map(|_| b"ab\0\r\xC3\xFF"[dice.below(6)]));
        text.push(b'\n');
    }
    // The last line may have no end.
    text.truncate(text.len() - dice.below(2));
    let pieces = text.chunks(1 + text.len() / 4).map(Vec::from).collect();
    let reading = Reading::new(hand, "", &text);
    reading.flow.may_come(hand, pieces, "");
    let whims = Whims { polls: 1, wakers: 1, drops: 2 };
    let played = reading.play(hand, whims);
    let judged = played.and_then(|()| reading.judge_end());
    judged.map_err(|wrong| {
        wrong.after(&format!("{lines} lines come, one of {longest} bytes"))
    })
}

/// A line comes in small pieces. It may be looked at anew for each of them, and
/// that takes longer and longer: then it is not all that comes. The limit is
/// some ten times as long as one byte at a time takes.
fn a_line_is_long(hand: &Hand, length: usize) -> Result<(), Wrong> {
    const MOST: Duration = Duration::from_millis(120);
    let mut text = vec![b'a'; length];
    text.push(b'\n');
    let reading = Reading::new(hand, "", &text);
    let began = cpu_time_of_thread();
    let read = || {
        for piece in text.chunks(500) {
            reading.comes(hand, Some(piece.to_vec()))?;
            if cpu_time_of_thread() - began > MOST {
                return Ok(());
            }
        }
        reading.comes(hand, None)?;
        reading.judge_end()
    };
    read().map_err(|wrong| {
        wrong.after(&format!("a line of {length} bytes comes"))
    })
}

/// One that has read as much as it has asked for might ask for more first.
fn a_piece_fills_the_buffer(hand: &Hand, times: usize) -> Result<(), Wrong> {
    let probe = Reading::new(hand, " that is looked at", b"");
    probe.play(hand, Whims::default())?;
    let room = probe.flow.asked.get().clamp(1, 1 << 16);
    let mut text = vec![b'a'; times * room];
    *text.last_mut().expect("it is not empty") = b'\n';
    let reading = Reading::new(hand, "", &text);
    let read = reading.read_each(hand, [text.clone()].into());
    read.map_err(|wrong| wrong.after("a piece comes that fills its buffer"))
}

/// More often than a byte can count.
const OFTEN: usize = 300;

/// It is dropped after each byte, and each time another one is dropped before
/// it was polled.
fn it_is_dropped_very_often(hand: &Hand) -> Result<(), Wrong> {
    let dice = &mut Dice::new(hand.choose(1 << 30) as u64);
    let mut bytes = [b'\n'; OFTEN];
    bytes.fill_with(|| b"abcdef\n"[dice.below(7)]);
    let reading = Reading::new(hand, "", &bytes);
    let drops = || {
        for byte in bytes {
            reading.comes(hand, Some(vec![byte]))?;
            reading.task.borrow().cancel();
            drop(reading.reader.borrow_mut().read_line());
            hand.note("a `read_line` is dropped before it is polled");
            reading.judge(hand)?;
        }
        reading.comes(hand, None)?;
        reading.judge_end()
    };
    drops().map_err(|wrong| {
        wrong.after(&format!("a `read_line` is dropped {OFTEN} times"))
    })
}

fn there_are_several(hand: &Hand) -> Result<(), Wrong> {
    let texts = [" of one", " of another"].map(|which| {
        let text = ["ab\n", "cd\ne"][hand.choose(2)].as_bytes();
        let reading = Reading::new(hand, which, text);
        reading.flow.may_come(hand, cut_anywhere(hand, text), which);
        reading
    });
    let whims = Whims { polls: 1, wakers: 1, drops: 2 };
    let judge = || texts.iter().try_for_each(|it| it.judge(hand));
    let played = hand.play_judging(whims, judge);
    let judged =
        played.and_then(|()| texts.iter().try_for_each(Reading::judge_end));
    judged.map_err(|wrong| wrong.after("there are two readers"))
}
