//! Codings of the content: how it was compressed.
//!
//! A request asks for none, but some servers compress all the same. The usual
//! codings are undone. With any other the page fails: otherwise it would look
//! like a page without links.

use super::MOST_BODY;
use crate::failure::Failure;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::io::Read;

/// The most codings, as many as curl takes. With more, a few bytes could keep
/// us busy for long.
const MOST: usize = 5;

/// Undoes the codings of a body, which are named in the order in which they
/// were applied. None of its forms may exceed [`MOST_BODY`].
pub(super) fn undo(
    codings: &[String],
    mut body: Vec<u8>,
) -> Result<Vec<u8>, Failure> {
    if codings.len() > MOST {
        let all = codings.join(", ");
        return Err(Failure::unsupported("content coding", &all));
    }
    for coding in codings.iter().rev() {
        // An answer without a body may name a coding, too.
        if body.is_empty() {
            break;
        }
        match coding.to_ascii_lowercase().as_str() {
            "" | "identity" => {}
            "gzip" | "x-gzip" => body = gunzip(&body)?,
            "deflate" => body = inflate(&body)?,
            _ => return Err(Failure::unsupported("content coding", coding)),
        }
    }
    Ok(body)
}

/// Undoes gzip, one member after another (RFC 1952, section 2.2). What follows
/// the last member is padding.
fn gunzip(mut rest: &[u8]) -> Result<Vec<u8>, Failure> {
    const MAGIC: &[u8] = b"\x1f\x8b";

    let mut body = Vec::new();
    loop {
        let mut member = GzDecoder::new(rest);
        read_to_end(&mut member, &mut body, Failure::BadGzip)?;
        rest = member.into_inner();
        if !rest.starts_with(MAGIC) {
            return Ok(body);
        }
    }
}

/// Undoes deflate, with the header of zlib, as the standard has it, or without,
/// as many servers send it.
fn inflate(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    let decoder: &mut dyn Read = match bytes {
        [a, b, ..]
            if a & 0xf == 8 && u16::from_be_bytes([*a, *b]) % 31 == 0 =>
        {
            &mut ZlibDecoder::new(bytes)
        }
        _ => &mut DeflateDecoder::new(bytes),
    };
    read_to_end(decoder, &mut body, Failure::BadDeflate)?;
    Ok(body)
}

fn read_to_end(
    decoder: &mut dyn Read,
    body: &mut Vec<u8>,
    damage: Failure,
) -> Result<(), Failure> {
    // One byte more than allowed shows that there are too many.
    let room = MOST_BODY - body.len() + 1;
    match decoder.take(room as u64).read_to_end(body) {
        Err(_) => Err(damage),
        Ok(_) if body.len() > MOST_BODY => Err(Failure::HugeBody),
        Ok(_) => Ok(()),
    }
}
