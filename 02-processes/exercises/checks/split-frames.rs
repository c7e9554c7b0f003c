//! Judges `Frames`: whole frames come out, as soon as they are whole, wherever
//! the bytes are cut.
//!
//! As shipped: in one piece, 3 frames

use super::{Frames, MOST, TooLong};
use lab::judge::Judge;

lab::answer!("exercises/split-frames.rs");

#[test]
fn whole_frames_come_out_wherever_the_bytes_are_cut() {
    let judge = Judge::of(ANSWER);
    let frames = [&b"one"[..], b"", b"three!"];
    let mut bytes = Vec::new();
    // How much has come when each frame is whole.
    let mut ends = Vec::new();
    for frame in frames {
        bytes.extend((frame.len() as u32).to_be_bytes());
        bytes.extend(frame);
        ends.push(bytes.len());
    }
    comes_out(&frames, &ends, &bytes, &[]);
    for first in 0..=bytes.len() {
        for second in first..=bytes.len() {
            comes_out(&frames, &ends, &bytes, &[first, second]);
        }
    }
    let everywhere: Vec<_> = (0..bytes.len()).collect();
    comes_out(&frames, &ends, &bytes, &everywhere);
    a_length_over_the_limit_is_refused_at_once();
    judge.end();
}

/// Hands over the bytes, cut after so many.
fn comes_out(frames: &[&[u8]], ends: &[usize], bytes: &[u8], cuts: &[usize]) {
    let how = match cuts {
        [] => "in one piece".to_owned(),
        [one, two] => format!("cut after {one} bytes and after {two}"),
        _ => "cut after every byte".to_owned(),
    };
    let mut coming = Frames::default();
    let mut out = Vec::new();
    let mut from = 0;
    for &to in cuts.iter().chain([&bytes.len()]) {
        let taken = coming.take(&bytes[from..to]);
        let Ok(more) = taken else {
            panic!(
                "wrong answer: {how}, {} frames give {taken:?}; none of them \
                 is too long",
                frames.len()
            );
        };
        out.extend(more);
        from = to;
        let whole = ends.iter().filter(|end| **end <= to).count();
        assert!(
            out == frames[..whole],
            "wrong answer: {how}, {} frames; of these, {whole} are whole when \
             {to} bytes have come, and {out:?} came out",
            frames.len()
        );
    }
}

fn a_length_over_the_limit_is_refused_at_once() {
    for length in [MOST as u32 + 1, u32::MAX] {
        let taken = Frames::default().take(&length.to_be_bytes());
        assert!(
            taken == Err(TooLong),
            "wrong answer: a length of {length} has come, {MOST} are the most, \
             and `take` gave {taken:?}"
        );
    }
    // The length itself may come in pieces.
    let mut coming = Frames::default();
    let length = (MOST as u32 + 1).to_be_bytes();
    let taken: Vec<_> =
        length.iter().map(|byte| coming.take(&[*byte])).collect();
    assert!(
        taken[3] == Err(TooLong),
        "wrong answer: a length of {} has come, byte by byte, {MOST} are the \
         most, and `take` gave {taken:?}",
        MOST + 1
    );
    let most = vec![7; MOST];
    let bytes = [&(MOST as u32).to_be_bytes()[..], &most].concat();
    let taken = Frames::default().take(&bytes);
    assert!(
        taken == Ok(vec![most]),
        "wrong answer: a frame of {MOST} bytes is not too long, and it did not \
         come out"
    );
}
