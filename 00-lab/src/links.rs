//! The links of a page: to other pages of the same site, each once.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};
use std::collections::HashSet;
use std::hash::Hash;
use url::{Position, Url};

/// The links of an HTML page that came from `url`: the `href` of every `<a>`,
/// seen from the page's `<base>`, without its fragment, in the order they
/// come. Off the page's own site nothing counts.
pub(crate) fn of_html(url: &Url, html: &[u8]) -> Vec<Url> {
    let mut anchors = Anchors::default();
    let callback = |event: CallbackEvent<'_>, _: Span<()>| anchors.see(event);
    let emitter = TagsOnly(CallbackEmitter::new(callback));
    let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
    while let Some(Ok(state)) = tokenizer.next() {
        tokenizer.set_state(state);
    }
    drop(tokenizer);

    let Anchors { base, mut hrefs, .. } = anchors;
    let base = base.and_then(|href| url.join(&href).ok());
    let base = base.filter(|base| !base.cannot_be_a_base());
    let base = base.as_ref().unwrap_or(url);
    // Twice: most links are repeated as they stand, and it is the parsing of
    // URLs that takes time.
    once(&mut hrefs);
    let links = hrefs.iter().filter_map(|href| link(url, base, href));
    let mut links = links.collect();
    once(&mut links);
    links
}

/// Keeps of equal items the first.
fn once<T: Clone + Eq + Hash>(items: &mut Vec<T>) {
    let mut known = HashSet::new();
    items.retain(|item| known.insert(item.clone()));
}

/// The link of a redirect that came from `url`, if it stays on the site.
pub(crate) fn of_redirect(url: &Url, location: Option<&str>) -> Vec<Url> {
    location.and_then(|href| link(url, url, href)).into_iter().collect()
}

/// Where `href` leads from `base`, if that is on the same site as `url`.
fn link(url: &Url, base: &Url, href: &str) -> Option<Url> {
    let mut link = base.join(href).ok()?;
    link.set_fragment(None);
    // Scheme, host and port, in the one way there is to write them.
    let site = ..Position::BeforePath;
    (link[site] == url[site]).then_some(link)
}

/// An emitter that passes over text and over errors. In a debug build that
/// halves the time: the tokenizer looks for errors byte by byte.
struct TagsOnly<E>(E);

impl<E: Emitter> ForwardingEmitter for TagsOnly<E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = E::Token> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_string(&mut self, _text: &[u8]) {}
}

/// What of a page's tags is about links.
#[derive(Default)]
struct Anchors {
    /// The first `href` of a `<base>`.
    base: Option<String>,
    /// The `href` of every `<a>`, without its fragment.
    hrefs: Vec<String>,
    /// The tag we are in.
    tag: Tag,
    /// The attribute we are in is the tag's first `href`.
    in_href: bool,
    href: Option<String>,
}

#[derive(Clone, Copy, Default)]
enum Tag {
    A,
    Base,
    /// What follows is text, up to the tag that ends it.
    Text(State),
    #[default]
    Other,
}

impl Anchors {
    /// Sees a piece of the page; gives back how to read on, if that changes.
    fn see(&mut self, event: CallbackEvent<'_>) -> Option<State> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag::named(name);
                self.href = None;
            }
            CallbackEvent::AttributeName { name } => {
                self.in_href = name == b"href" && self.href.is_none();
                if self.in_href {
                    self.href = Some(String::new());
                }
            }
            CallbackEvent::AttributeValue { value } if self.in_href => {
                self.href = Some(String::from_utf8_lossy(value).into_owned());
            }
            CallbackEvent::CloseStartTag { .. } => return self.close(),
            _ => {}
        }
        None
    }

    fn close(&mut self) -> Option<State> {
        match (self.tag, self.href.take()) {
            (Tag::A, Some(mut href)) => {
                href.truncate(href.find('#').unwrap_or(href.len()));
                self.hrefs.push(href);
            }
            (Tag::Base, Some(href)) if self.base.is_none() => {
                self.base = Some(href);
            }
            (Tag::Text(state), _) => return Some(state),
            _ => {}
        }
        None
    }
}

impl Tag {
    fn named(name: &[u8]) -> Tag {
        match name {
            b"a" => Tag::A,
            b"base" => Tag::Base,
            b"textarea" | b"title" => Tag::Text(State::RcData),
            b"script" => Tag::Text(State::ScriptData),
            b"style" | b"iframe" | b"xmp" | b"noembed" | b"noframes" => {
                Tag::Text(State::RawText)
            }
            b"plaintext" => Tag::Text(State::PlainText),
            _ => Tag::Other,
        }
    }
}

#[cfg(test)]
mod tests;
