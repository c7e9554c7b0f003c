//! The tags of a page, one after the other.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, Tokenizer};
use std::cell::Cell;

/// A start tag.
#[derive(Default)]
pub(super) struct Tag {
    /// In lower case.
    pub name: String,
    pub self_closing: bool,
    attributes: Vec<(String, String)>,
}

/// The attributes that somebody here asks for; a page has many more.
const ATTRIBUTES: [&[u8]; 8] = [
    b"charset",
    b"color",
    b"content",
    b"encoding",
    b"face",
    b"href",
    b"http-equiv",
    b"size",
];

impl Tag {
    /// The value of an attribute. Of several of one name, the first counts.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What there is to see on a page.
pub(super) enum Seen<'a> {
    Start(&'a Tag),
    /// An end tag with this name, in lower case.
    End(&'a str),
}

/// Shows the tags of a page to `see`, which says how to read on, if that
/// changes. While `in_foreign` is set, there may be sections of CDATA.
pub(super) fn each_tag(
    html: &[u8],
    in_foreign: &Cell<bool>,
    mut see: impl FnMut(Seen<'_>) -> Option<State>,
) {
    let mut tag = None::<Tag>;
    let mut wanted = false;
    let callback = |event: CallbackEvent<'_>, _: Span<()>| {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                tag = Some(Tag { name: text(name), ..Tag::default() });
            }
            // Not of an end tag.
            CallbackEvent::AttributeName { name } => {
                wanted = ATTRIBUTES.contains(&name);
                if let (Some(tag), true) = (&mut tag, wanted) {
                    tag.attributes.push((text(name), String::new()));
                }
            }
            CallbackEvent::AttributeValue { value } if wanted => {
                let tag = tag.as_mut();
                if let Some(last) =
                    tag.and_then(|tag| tag.attributes.last_mut())
                {
                    last.1 = text(value);
                }
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let tag = Tag { self_closing, ..tag.take()? };
                return see(Seen::Start(&tag));
            }
            CallbackEvent::EndTag { name } => {
                return see(Seen::End(&text(name)));
            }
            _ => {}
        }
        None
    };
    let emitter = CallbackEmitter::new(callback);
    let emitter = TagsOnly { emitter, in_foreign };
    let mut tokenizer = Tokenizer::new_with_emitter(html, emitter);
    while let Some(Ok(state)) = tokenizer.next() {
        tokenizer.set_state(state);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An emitter that passes over text and over errors. In a debug build that
/// halves the time: the tokenizer looks for errors byte by byte.
struct TagsOnly<'a, E> {
    emitter: E,
    in_foreign: &'a Cell<bool>,
}

impl<E: Emitter> ForwardingEmitter for TagsOnly<'_, E> {
    type Token = E::Token;

    fn inner(&mut self) -> &mut impl Emitter<Token = E::Token> {
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
