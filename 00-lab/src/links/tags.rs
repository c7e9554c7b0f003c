//! The tags of a page, one after the other.

use html5gum::{
    DefaultEmitter, Emitter, ForwardingEmitter, State, Token, Tokenizer,
};
use std::cell::Cell;

/// A start tag, with its attributes.
pub(super) type StartTag = html5gum::StartTag<()>;

/// A tag, with its name in lower case.
pub(super) enum Tag<'a> {
    Start(&'a str, &'a StartTag),
    End(&'a str),
}

/// Shows the tags of a page to `see`, which gives back how to read on, if that
/// changes. While `in_foreign` is set, there may be sections of CDATA.
pub(super) fn each_tag(
    html: &[u8],
    in_foreign: &Cell<bool>,
    mut see: impl FnMut(Tag<'_>) -> Option<State>,
) {
    let emitter = TagsOnly { emitter: DefaultEmitter::default(), in_foreign };
    let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
    while let Some(Ok(token)) = tokenizer.next() {
        let state = match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name);
                see(Tag::Start(&name, &tag))
            }
            Token::EndTag(tag) => {
                see(Tag::End(&String::from_utf8_lossy(&tag.name)))
            }
            _ => None,
        };
        if let Some(state) = state {
            tokenizer.set_state(state);
        }
    }
}

/// The value of an attribute. If several have the name, the first counts.
pub(super) fn value(tag: &StartTag, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

/// An emitter that passes over text and over errors. In a debug build that
/// halves the time: the tokenizer looks for errors byte by byte.
struct TagsOnly<'a> {
    emitter: DefaultEmitter<()>,
    in_foreign: &'a Cell<bool>,
}

impl ForwardingEmitter for TagsOnly<'_> {
    type Token = Token<()>;

    fn inner(&mut self) -> &mut impl Emitter<Token = Token<()>> {
        &mut self.emitter
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }

    fn emit_string(&mut self, _text: &[u8]) {}

    fn adjusted_current_node_present_but_not_in_html_namespace(
        &mut self,
    ) -> bool {
        self.in_foreign.get()
    }
}
