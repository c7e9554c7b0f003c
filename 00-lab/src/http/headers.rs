//! The values of headers, as far as a crawler needs them.

use httparse::Header;
use percent_encoding::{AsciiSet, percent_encode};

/// The values of all headers of this name.
pub(super) fn values(
    headers: &[Header<'_>],
    name: &str,
) -> impl Iterator<Item = String> {
    let named = headers
        .iter()
        .filter(move |header| header.name.eq_ignore_ascii_case(name));
    named.map(|header| String::from_utf8_lossy(header.value).trim().to_owned())
}

/// Where a redirect leads. Bytes that are not ASCII stay as they are, written
/// as `%` and a number, since nothing names their charset; browsers, curl, wget
/// and Python do the same.
pub(super) fn location(headers: &[Header<'_>]) -> Option<String> {
    let mut headers = headers.iter();
    let is_it = |it: &&Header<'_>| it.name.eq_ignore_ascii_case("Location");
    let bytes = headers.find(is_it)?.value.trim_ascii();
    Some(percent_encode(bytes, &AsciiSet::EMPTY).to_string())
}

/// The items of all headers of this name, whose values are lists. The same list
/// twice counts once.
pub(super) fn items(headers: &[Header<'_>], name: &str) -> Vec<String> {
    let mut lists: Vec<_> = values(headers, name).collect();
    lists.dedup();
    let items = lists.iter().flat_map(|list| list.split(','));
    items.map(|item| item.trim().to_owned()).collect()
}

/// The items that name a coding: some servers say that there is none.
pub(super) fn codings(headers: &[Header<'_>], name: &str) -> Vec<String> {
    let mut codings = items(headers, name);
    codings.retain(|it| !it.is_empty() && !it.eq_ignore_ascii_case("identity"));
    codings
}

/// The media type, in lower case, and the charset. Of several, the last legal
/// one counts; if it names no charset, an equal one before it may (the Fetch
/// Standard, "extract a MIME type").
pub(super) fn media_type(headers: &[Header<'_>]) -> (String, Option<String>) {
    let (mut media, mut charset) = (String::new(), None);
    for types in values(headers, "Content-Type") {
        for text in types.split(',') {
            let mut parts = text.split(';');
            let name = parts.next().unwrap_or_default().trim();
            if !name.contains('/') || name == "*/*" {
                continue;
            }
            let own = parts.find_map(charset_of);
            if own.is_some() || !media.eq_ignore_ascii_case(name) {
                charset = own;
            }
            media = name.to_ascii_lowercase();
        }
    }
    (media, charset)
}

/// The value of a parameter, if it is a charset and not empty.
fn charset_of(parameter: &str) -> Option<String> {
    let (name, value) = parameter.split_once('=')?;
    let value = value.trim().trim_matches(['"', '\'']);
    let is_charset = name.trim().eq_ignore_ascii_case("charset");
    (is_charset && !value.is_empty()).then(|| value.to_owned())
}
