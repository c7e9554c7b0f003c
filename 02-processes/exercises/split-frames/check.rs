//! Judges `Frames`: whole frames come out, as soon as they are whole, wherever
//! the bytes are cut.
//!
//! As shipped: in one piece: what came out

use super::{Frames, MOST, TooLong};
use lab::Dice;
use trials::judge::{Judge, smallest};

/// What `MOST` has to be.
const LIMIT: usize = 1000;

/// Lengths over the limit. All but the first look small to an answer that
/// leaves out some of the bytes, or takes the first bit for a sign.
const TOO_LONG: [u32; 5] =
    [LIMIT as u32 + 1, 0x0001_0003, 0x0100_0003, 0x8000_0003, u32::MAX];

/// How many random streams each of the twenty runs tries.
const STREAMS: usize = 300;

trials::answer!("exercises/split-frames.rs");

#[test]
fn whole_frames_come_out_wherever_the_bytes_are_cut() {
    let judge = Judge::of(ANSWER);
    assert_eq!(
        MOST, LIMIT,
        "wrong answer: {LIMIT} bytes are the most that a frame may have"
    );
    let frames = [&b"one"[..], b"", b"three!"].map(<[u8]>::to_vec);
    let whole = Stream { frames: frames.to_vec(), ..Stream::default() };
    judge_stream(&whole, "");
    let length = whole.bytes().len();
    for first in 1..length {
        judge_stream(&Stream { cuts: vec![first], ..whole.clone() }, "");
    }
    for first in 0..=length {
        for second in first..=length {
            judge_stream(
                &Stream { cuts: vec![first, second], ..whole.clone() },
                "",
            );
        }
    }
    judge_stream(&Stream { cuts: (0..length).collect(), ..whole.clone() }, "");
    let longest = Stream { frames: vec![vec![b'x'; LIMIT]], ..whole.clone() };
    judge_stream(&longest, "");
    // After a length over the limit the frame may follow, and then a good one.
    let mut skipped = vec![b'x'; LIMIT + 1];
    skipped.extend([0, 0, 0, 1, b'x']);
    let bytes = whole.bytes().len();
    judge_stream(
        &Stream {
            too_long: Some(LIMIT as u32 + 1),
            rest: skipped,
            cuts: vec![bytes, bytes + 4, bytes + 4 + LIMIT + 1],
            ..whole.clone()
        },
        "",
    );
    for length in TOO_LONG {
        let alone = Stream { too_long: Some(length), ..Stream::default() };
        judge_stream(&alone, "");
        judge_stream(&Stream { too_long: Some(length), ..whole.clone() }, "");
    }

    let mut dice = Dice::random();
    let again = format!(" {}", dice.again());
    for n in 0..STREAMS {
        let stream = Stream::random(&mut dice, n);
        let wrong = |stream: &Stream| stream.play().is_err();
        if wrong(&stream) {
            judge_stream(&smallest(stream, Stream::smaller, wrong), &again);
        }
    }
    judge.end();
}

fn judge_stream(stream: &Stream, again: &str) {
    if let Err(why) = stream.play() {
        panic!("wrong answer: {why}{again}");
    }
}

/// What comes through the pipe.
#[derive(Clone, Default)]
struct Stream {
    frames: Vec<Vec<u8>>,
    /// The length of a frame that is too long, and what follows it.
    too_long: Option<u32>,
    rest: Vec<u8>,
    /// After how many bytes it is cut, in order. Where a number stands twice,
    /// there is an empty piece.
    cuts: Vec<usize>,
}

impl Stream {
    /// Small ones first: they are easier to follow.
    fn random(dice: &mut Dice, n: usize) -> Stream {
        let byte = |dice: &mut Dice| dice.number() as u8;
        let mut frames = Vec::new();
        for _ in 0..dice.below(3 + n / 40) {
            let length = match dice.below(12) {
                0 => dice.one_of(&[255, 256, 257, LIMIT - 1, LIMIT]),
                1 => dice.below(LIMIT + 1),
                _ => dice.below(6),
            };
            frames.push((0..length).map(|_| byte(dice)).collect());
        }
        let mut stream = Stream { frames, ..Stream::default() };
        if dice.below(3) == 0 {
            let over = LIMIT + 1 + dice.below(u32::MAX as usize - LIMIT);
            let which = dice.below(2 * TOO_LONG.len());
            let length = TOO_LONG.get(which).copied();
            stream.too_long = Some(length.unwrap_or(over as u32));
            // It may look like a frame.
            stream.rest = vec![0; dice.below(8)];
        }
        let bytes = stream.bytes().len();
        let cuts = match dice.below(4) {
            0 => (0..bytes).collect(),
            _ => (0..dice.below(9)).map(|_| dice.below(bytes + 1)).collect(),
        };
        stream.cuts = cuts;
        stream.cuts.sort_unstable();
        stream
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for frame in &self.frames {
            bytes.extend((frame.len() as u32).to_be_bytes());
            bytes.extend(frame);
        }
        bytes.extend(self.too_long.iter().flat_map(|it| it.to_be_bytes()));
        bytes.extend(&self.rest);
        bytes
    }

    /// Hands the stream over, piece by piece, and judges what comes out.
    fn play(&self) -> Result<(), String> {
        let bytes = self.bytes();
        let how = self.describe(bytes.len());
        // How many bytes have come when each frame is whole, and when it is
        // known that one is too long.
        let mut ends = Vec::new();
        let mut end = 0;
        for frame in &self.frames {
            end += 4 + frame.len();
            ends.push(end);
        }
        let refused = self.too_long.map(|_| end + 4);

        let mut coming = Frames::default();
        let mut out: Vec<Vec<u8>> = Vec::new();
        let (mut from, mut is_refused) = (0, false);
        for &cut in self.cuts.iter().chain([&bytes.len()]) {
            let to = cut.min(bytes.len());
            let taken = coming.take(&bytes[from..to]);
            from = to;
            // After the error, nothing may come out.
            if is_refused {
                let more = taken.unwrap_or_default();
                if !more.is_empty() {
                    return Err(format!(
                        "{how}: after the error nothing says where a frame \
                         begins, and what came out is {}",
                        all_quoted(&more)
                    ));
                }
            // This piece makes it known that a frame is too long.
            } else if refused.is_some_and(|at| to >= at) {
                is_refused = true;
                if taken != Err(TooLong) {
                    return Err(format!(
                        "{how}: {LIMIT} bytes are the most, and `take` gave no \
                         error but {}",
                        all_quoted(&taken.unwrap_or_default())
                    ));
                }
            // Or else all frames come out that are whole by now.
            } else {
                let Ok(more) = taken else {
                    return Err(format!(
                        "{how}: when {to} bytes have come, `take` gave \
                         {taken:?}; no length over the limit is here"
                    ));
                };
                out.extend(more);
                let whole = ends.iter().filter(|end| **end <= to).count();
                if out != self.frames[..whole] {
                    return Err(format!(
                        "{how}: what came out when {to} bytes have come is \
                         {}; it has to be {}",
                        all_quoted(&out),
                        all_quoted(&self.frames[..whole])
                    ));
                }
            }
        }
        Ok(())
    }

    /// Describes the stream, and where it is cut.
    fn describe(&self, length: usize) -> String {
        let mut parts: Vec<_> =
            self.frames.iter().map(|it| quoted(it)).collect();
        parts.extend(self.too_long.map(|it| format!("a length of {it}")));
        if !self.rest.is_empty() {
            parts.push(format!("{} bytes more", self.rest.len()));
        }
        let sent = parts.join(", ");
        match &self.cuts[..] {
            [] => format!("{sent} in one piece"),
            [one] => format!("{sent} cut at byte {one}"),
            all if all.len() == length => format!("{sent} cut at every byte"),
            all => format!("{sent} cut at bytes {all:?}"),
        }
    }

    /// With one frame or one cut less, or a shorter frame.
    fn smaller(&self) -> Vec<Stream> {
        let mut all = Vec::new();
        for n in 0..self.frames.len() {
            let mut stream = self.clone();
            stream.frames.remove(n);
            all.push(stream);
        }
        for n in 0..self.cuts.len() {
            let mut stream = self.clone();
            stream.cuts.remove(n);
            all.push(stream);
        }
        for (n, frame) in self.frames.iter().enumerate() {
            for length in [frame.len() / 2, frame.len().saturating_sub(1)] {
                if length < frame.len() {
                    let mut stream = self.clone();
                    stream.frames[n].truncate(length);
                    all.push(stream);
                }
            }
            if frame.iter().any(|byte| *byte != b'x') {
                let mut stream = self.clone();
                stream.frames[n].fill(b'x');
                all.push(stream);
            }
        }
        if !self.rest.is_empty() {
            let mut stream = self.clone();
            stream.rest.pop();
            all.push(stream);
        }
        if self.rest.is_empty() && self.too_long.is_some() {
            all.push(Stream { too_long: None, ..self.clone() });
        }
        all
    }
}

/// A frame as text, and of a long one the beginning.
fn quoted(frame: &[u8]) -> String {
    match frame.len() {
        0..=20 => format!("\"{}\"", frame.escape_ascii()),
        all => format!("\"{}…\" ({all} bytes)", frame[..8].escape_ascii()),
    }
}

fn all_quoted(frames: &[Vec<u8>]) -> String {
    let quoted: Vec<_> = frames.iter().map(|it| quoted(it)).collect();
    match quoted.len() {
        0 => "no frame".to_owned(),
        1 => format!("the frame {}", quoted[0]),
        n => format!("{n} frames: {}", quoted.join(", ")),
    }
}
