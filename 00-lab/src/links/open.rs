//! Where SVG and MathML begin and end in a page: a tag means something else in
//! them than in HTML.
//!
//! In SVG, `<style/>` is an element without content, and `<style>` has tags
//! inside. In HTML either is followed by text, up to the tag that ends it. The
//! HTML Standard (13.2.4.2) keeps a stack of all open elements to tell where we
//! are. Here the stack is empty outside of SVG and MathML, and any end tag
//! closes the innermost element of its name: that is the same in each page
//! whose elements are closed in order.

use super::tags::{StartTag, value};
use html5gum::State;

/// As deep as in a browser. Deeper elements are not noted, so that a page of
/// nothing but start tags takes time in proportion to its length.
const DEEPEST: usize = 512;

/// What is open from the outermost `<svg>` or `<math>` on, the innermost last.
#[derive(Default)]
pub(super) struct Open(Vec<Element>);

struct Element {
    name: String,
    space: Space,
    /// Set if HTML begins again inside of it.
    holds_html: bool,
}

/// The three vocabularies that a page can mix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Html,
    Svg,
    MathMl,
}

impl Open {
    /// Set if the innermost element is one of SVG or MathML.
    pub fn is_foreign(&self) -> bool {
        self.0.last().is_some_and(|last| last.space != Space::Html)
    }

    /// Notes a start tag; gives back how to read on, if that changes.
    pub fn start(&mut self, name: &str, tag: &StartTag) -> Option<State> {
        let is_html = |attribute| value(tag, attribute).is_some();
        if self.space_for(name) != Space::Html
            && (breaks_out(name)
                || name == "font"
                    && ["color", "face", "size"].into_iter().any(is_html))
        {
            self.leave_foreign();
        }
        let space = match (self.space_for(name), name) {
            (Space::Html, "svg") => Space::Svg,
            (Space::Html, "math") => Space::MathMl,
            (space, _) => space,
        };
        let is_noted = match space {
            Space::Html => !self.0.is_empty(),
            Space::Svg | Space::MathMl => !tag.self_closing,
        };
        if is_noted && self.0.len() < DEEPEST {
            let holds_html = begins_html(space, name, tag);
            self.0.push(Element { name: name.to_owned(), space, holds_html });
        }
        if space == Space::Html { text_after(name) } else { None }
    }

    /// Notes an end tag.
    pub fn end(&mut self, name: &str) {
        match self.0.iter().rposition(|element| element.name == name) {
            Some(place) => self.0.truncate(place),
            // It ends an element of HTML around the SVG, and so the SVG.
            None if self.is_foreign() && breaks_out(name) => {
                self.leave_foreign();
            }
            None => {}
        }
    }

    /// In which vocabulary an element of this name would be here.
    fn space_for(&self, name: &str) -> Space {
        let Some(last) = self.0.last() else { return Space::Html };
        let is_mathml = last.space == Space::MathMl;
        let holds_it = match name {
            "svg" if is_mathml && last.name == "annotation-xml" => true,
            "mglyph" | "malignmark" if is_mathml => false,
            _ => last.holds_html,
        };
        if holds_it { Space::Html } else { last.space }
    }

    /// Closes elements up to one that is or holds HTML.
    fn leave_foreign(&mut self) {
        let is_html = |it: &Element| it.space == Space::Html || it.holds_html;
        let place = self.0.iter().rposition(is_html);
        self.0.truncate(place.map_or(0, |place| place + 1));
    }
}

/// Set if HTML begins again inside of the element that this tag opens.
fn begins_html(space: Space, name: &str, tag: &StartTag) -> bool {
    match (space, name) {
        (Space::Svg, "foreignobject" | "desc" | "title")
        | (Space::MathMl, "mi" | "mo" | "mn" | "ms" | "mtext") => true,
        (Space::MathMl, "annotation-xml") => {
            let encoding = value(tag, "encoding").unwrap_or_default();
            ["text/html", "application/xhtml+xml"]
                .iter()
                .any(|html| encoding.eq_ignore_ascii_case(html))
        }
        _ => false,
    }
}

/// How to read on after a start tag of HTML: what follows some is text, up to
/// the tag that ends it.
fn text_after(name: &str) -> Option<State> {
    match name {
        "textarea" | "title" => Some(State::RcData),
        "script" => Some(State::ScriptData),
        "style" | "iframe" | "xmp" | "noembed" | "noframes" => {
            Some(State::RawText)
        }
        "plaintext" => Some(State::PlainText),
        _ => None,
    }
}

/// Set if a tag of this name, met in SVG or MathML, ends them, since it cannot
/// stand there.
fn breaks_out(name: &str) -> bool {
    const NAMES: &str = "b big blockquote body br center code dd div dl dt em \
        embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta nobr ol p \
        pre ruby s small span strong strike sub sup table tt u ul var";
    NAMES.split(' ').any(|known| known == name)
}
