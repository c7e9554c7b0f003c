//! In which charset a page is written.

use super::tags::{StartTag, Tag, each_tag, value};
use crate::failure::Failure;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;
use std::cell::Cell;

/// How many bytes of a page are searched for its charset, and for a first tag.
pub(super) const PRESCAN: usize = 1024;

/// The charset of a page: its byte-order mark names it, or else the header, or
/// else the page itself. If none does, it is UTF-8 if the bytes can be read as
/// that, and otherwise the charset that browsers assume, Windows-1252.
///
/// # Errors
///
/// If the only charset that is named is none of the web's.
pub(super) fn of_page(
    html: &[u8],
    header: Option<&str>,
) -> Result<&'static Encoding, Failure> {
    let find =
        |label: &String| Encoding::for_label_no_replacement(label.as_bytes());
    // The mark, and the header.
    if let Some((encoding, _)) = Encoding::for_bom(html) {
        return Ok(encoding);
    }
    let header = header.map(str::to_owned);
    if let Some(encoding) = header.as_ref().and_then(find) {
        return Ok(encoding);
    }
    // The page itself: the first name that is known counts.
    let mut names = Vec::new();
    each_tag(&html[..html.len().min(PRESCAN)], &Cell::new(false), |tag| {
        if let Tag::Start("meta", tag) = tag {
            names.extend(declared(tag));
        }
        None
    });
    if let Some(encoding) = names.iter().find_map(find) {
        return Ok(in_ascii(encoding));
    }
    // There is no known name.
    match header.or(names.into_iter().next()) {
        Some(name) => Err(Failure::unsupported("charset", &name)),
        None if str::from_utf8(html).is_ok() => Ok(UTF_8),
        None => Ok(WINDOWS_1252),
    }
}

/// The charset that a `<meta>` declares.
fn declared(tag: &StartTag) -> Option<String> {
    if let Some(label) = value(tag, "charset") {
        return Some(label);
    }
    let http = value(tag, "http-equiv")?;
    let content = value(tag, "content")?.to_ascii_lowercase();
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

/// The charset that a tag means: the tag was read as ASCII, so a charset in
/// which ASCII reads differently cannot be true.
fn in_ascii(encoding: &'static Encoding) -> &'static Encoding {
    match encoding {
        _ if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        _ if encoding == encoding_rs::X_USER_DEFINED => WINDOWS_1252,
        other => other,
    }
}

/// The query of a link in the page's charset. A character that is not in the
/// charset is written as HTML's number for it, as the URL Standard says.
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
