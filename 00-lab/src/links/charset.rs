//! In which charset a page is written.

use super::tags::{Seen, Tag, each_tag};
use crate::http::Failure;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::cell::Cell;

/// How far into a page it may say what its charset is, or that it is HTML.
pub(super) const PRESCAN: usize = 1024;

/// The charset of a page: its byte-order mark tells, else the header, else the
/// page itself. If nobody does, it is UTF-8 if it can be, and what browsers
/// take for the web's oldest charset otherwise.
///
/// # Errors
///
/// If the only charset that is named is none of the web's.
pub(super) fn of_page(
    html: &[u8],
    header: Option<&str>,
) -> Result<&'static Encoding, Failure> {
    if let Some((encoding, _)) = Encoding::for_bom(html) {
        return Ok(encoding);
    }
    let mut unknown = None;
    if let Some(label) = header {
        match Encoding::for_label_no_replacement(label.as_bytes()) {
            Some(encoding) => return Ok(encoding),
            None => unknown = Some(label.to_owned()),
        }
    }
    let mut encoding = None;
    let start = &html[..html.len().min(PRESCAN)];
    each_tag(start, &Cell::new(false), |seen| {
        if let (Seen::Start(tag), None) = (seen, encoding) {
            let label = declared(tag)?;
            match Encoding::for_label_no_replacement(label.as_bytes()) {
                Some(found) => encoding = Some(in_ascii(found)),
                None => {
                    unknown.get_or_insert(label);
                }
            }
        }
        None
    });
    match (encoding, unknown) {
        (Some(encoding), _) => Ok(encoding),
        (None, Some(label)) => Err(Failure::unsupported("charset", &label)),
        (None, None) if str::from_utf8(html).is_ok() => Ok(UTF_8),
        (None, None) => Ok(WINDOWS_1252),
    }
}

/// What a tag says of the page's charset.
fn declared(tag: &Tag) -> Option<String> {
    if tag.name != "meta" {
        return None;
    }
    if let Some(label) = tag.value("charset") {
        return Some(label.to_owned());
    }
    let http = tag.value("http-equiv")?;
    let content = tag.value("content")?.to_ascii_lowercase();
    http.eq_ignore_ascii_case("content-type").then(|| in_content(&content))?
}

/// The charset in `text/html; charset=utf-8`.
fn in_content(mut content: &str) -> Option<String> {
    loop {
        content = content.split_once("charset")?.1.trim_ascii_start();
        let Some(value) = content.strip_prefix('=') else { continue };
        let value = value.trim_ascii_start();
        let label = match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split_once(&value[..1])?.0,
            None => value.split([';', ' ', '\t', '\n', '\r']).next()?,
        };
        return Some(label.to_owned());
    }
}

/// What a tag means that names an encoding in which it could not have been
/// read: it was read byte by byte.
fn in_ascii(encoding: &'static Encoding) -> &'static Encoding {
    match encoding {
        _ if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        _ if encoding == encoding_rs::X_USER_DEFINED => WINDOWS_1252,
        other => other,
    }
}

/// The query of a link in the page's charset. A character that it has not is
/// written as HTML would name it, says the URL Standard.
pub(super) fn query_in<'a>(
    encoding: &'static Encoding,
    text: &'a str,
) -> Cow<'a, [u8]> {
    let (bytes, _, has_others) = encoding.encode(text);
    if !has_others {
        return bytes;
    }
    let mut query = Vec::new();
    for char in text.chars() {
        match encoding.encode(char.encode_utf8(&mut [0; 4])) {
            (bytes, _, false) => query.extend_from_slice(&bytes),
            (.., true) => {
                let name = format!("%26%23{}%3B", u32::from(char));
                query.extend_from_slice(name.as_bytes());
            }
        }
    }
    query.into()
}
