//! Frames: where one message ends and the next begins, in a pipe that knows
//! only bytes.
//!
//! A frame is a length, in four bytes with the most significant first, and then
//! as many bytes as it says.

use std::io::{self, ErrorKind, Read, Write};

/// The most bytes that a frame may have: a body of 16 MiB, and a line about it.
pub const MAX_FRAME: usize = 17 << 20;

// ANCHOR: frames
/// Writes a frame, by one `write` unless the pipe takes less.
///
/// ```
/// let mut pipe = Vec::new();
/// processes::write_frame(&mut pipe, b"/3")?;
/// assert_eq!(pipe, b"\0\0\0\x02/3");
/// assert_eq!(processes::read_frame(&mut &pipe[..])?, Some(b"/3".to_vec()));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// If it is longer than [`MAX_FRAME`], and then nothing is written; or if the
/// pipe cannot be written to.
pub fn write_frame(mut pipe: impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = check_length(bytes.len())?;
    pipe.write_all(&[&length.to_be_bytes(), bytes].concat())?;
    pipe.flush()
}

/// Reads a frame, however many pieces it comes in; `None` if the pipe ends
/// where a frame would begin.
///
/// # Errors
///
/// If the pipe ends in the middle of a frame ([`ErrorKind::UnexpectedEof`]), if
/// it is longer than [`MAX_FRAME`] ([`ErrorKind::InvalidData`]), or if the pipe
/// cannot be read. There is no next frame after an error.
pub fn read_frame(mut pipe: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match read_until_full(&mut pipe, &mut length)? {
        0 => return Ok(None),
        4 => {}
        n => return Err(cut_error(n, 4, "length")),
    }
    let length = check_length(u32::from_be_bytes(length) as usize)?;
    // `bytes` grows with what comes. A length of 17 MiB with nothing behind it
    // takes no memory.
    let mut bytes = Vec::new();
    pipe.take(length.into()).read_to_end(&mut bytes)?;
    match bytes.len() {
        n if n == length as usize => Ok(Some(bytes)),
        n => Err(cut_error(n, length as usize, "frame")),
    }
}

// ANCHOR_END: frames

fn check_length(bytes: usize) -> io::Result<u32> {
    if bytes > MAX_FRAME {
        let why = format!("a frame of {bytes} bytes; {MAX_FRAME} are the most");
        return Err(io::Error::new(ErrorKind::InvalidData, why));
    }
    Ok(bytes as u32)
}

fn cut_error(got: usize, of: usize, what: &str) -> io::Error {
    let why = format!("the pipe ended after {got} of {of} bytes of a {what}");
    io::Error::new(ErrorKind::UnexpectedEof, why)
}

/// Reads until `buffer` is full or the pipe has ended. Returns how many bytes
/// it has read.
fn read_until_full(
    mut pipe: impl Read,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match pipe.read(&mut buffer[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(why) if why.kind() == ErrorKind::Interrupted => {}
            Err(why) => return Err(why),
        }
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::{any, proptest};

    /// A pipe that gives its bytes in pieces of these sizes.
    struct Pieces<'a> {
        bytes: &'a [u8],
        sizes: Vec<usize>,
        interrupted: bool,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let size = self.sizes.pop().unwrap_or(usize::MAX).max(1);
            let n = size.min(buffer.len()).min(self.bytes.len());
            let (piece, rest) = self.bytes.split_at(n);
            buffer[..n].copy_from_slice(piece);
            self.bytes = rest;
            Ok(n)
        }
    }

    fn pieces(bytes: &[u8], sizes: Vec<usize>) -> Pieces<'_> {
        Pieces { bytes, sizes, interrupted: false }
    }

    fn read_all_frames(mut pipe: Pieces<'_>) -> io::Result<Vec<Vec<u8>>> {
        let mut frames = Vec::new();
        while let Some(frame) = read_frame(&mut pipe)? {
            frames.push(frame);
        }
        Ok(frames)
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_whatever_pieces_it_comes_in(
            frames in vec(vec(any::<u8>(), 0..40), 0..8),
            sizes in vec(0_usize..12, 0..200),
        ) {
            let mut pipe = Vec::new();
            for frame in &frames {
                write_frame(&mut pipe, frame).unwrap();
            }
            assert_eq!(read_all_frames(pieces(&pipe, sizes)).unwrap(), frames);
        }

        #[test]
        fn what_is_cut_anywhere_is_an_error_but_between_frames(
            frames in vec(vec(any::<u8>(), 0..20), 1..5),
            sizes in vec(0_usize..12, 0..50),
            cut in 0_usize..100,
        ) {
            let (mut pipe, mut ends) = (Vec::new(), vec![0]);
            for frame in &frames {
                write_frame(&mut pipe, frame).unwrap();
                ends.push(pipe.len());
            }
            let cut = cut % pipe.len();
            match read_all_frames(pieces(&pipe[..cut], sizes)) {
                Ok(whole) => {
                    assert_eq!(ends[whole.len()], cut);
                    assert_eq!(whole, frames[..whole.len()]);
                }
                Err(why) => {
                    assert_eq!(why.kind(), ErrorKind::UnexpectedEof);
                    assert!(!ends.contains(&cut), "{cut}: {why}");
                    assert!(why.to_string().contains("the pipe ended after"));
                }
            }
        }

        #[test]
        fn what_is_no_frame_is_refused_or_cut(
            bytes in vec(any::<u8>(), 0..60),
            sizes in vec(0_usize..12, 0..50),
        ) {
            // The reading ends, and the frames hold each byte once.
            if let Ok(frames) = read_all_frames(pieces(&bytes, sizes)) {
                let kept: usize = frames.iter().map(|it| it.len() + 4).sum();
                assert_eq!(kept, bytes.len());
            }
        }
    }

    #[test]
    fn a_frame_over_the_limit_is_neither_written_nor_read() {
        let mut pipe = Vec::new();
        let why = write_frame(&mut pipe, &vec![0; MAX_FRAME + 1]).unwrap_err();
        assert_eq!(why.kind(), ErrorKind::InvalidData);
        assert!(pipe.is_empty());

        let length = (MAX_FRAME as u32 + 1).to_be_bytes();
        let why = read_frame(&length[..]).unwrap_err();
        let expected = "a frame of 17825793 bytes; 17825792 are the most";
        assert_eq!(why.to_string(), expected);
    }

    #[test]
    fn a_frame_at_the_limit_passes() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &vec![7; MAX_FRAME]).unwrap();
        let frame = read_frame(&mut &pipe[..]).unwrap().unwrap();
        assert!(
            frame.len() == MAX_FRAME && frame.iter().all(|byte| *byte == 7)
        );
    }
}
