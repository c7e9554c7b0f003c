//! Which elements of a page are open: in SVG and MathML a tag means something
//! else than in HTML.
//!
//! There `<style/>` is an element without content, and `<style>` has tags
//! inside; here either is followed by text, up to the tag that ends it. This
//! keeps the stack of the HTML Standard (13.2.4.2), which tells where we are,
//! and leaves out what has no influence on that.

use super::tags::Tag;
use html5gum::State;
use std::collections::HashMap;

/// As deep as in a browser. Deeper elements are not noted, so that a page of
/// nothing but start tags takes time in proportion to its length.
const DEEPEST: usize = 512;

const HEADINGS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// The elements that are open, the innermost last.
#[derive(Default)]
pub(super) struct Open {
    stack: Vec<Element>,
    /// How many of them have a name. What is not there at all is not looked
    /// for, or each tag of a deep page would take time in proportion to the
    /// depth.
    named: HashMap<String, usize>,
}

struct Element {
    name: String,
    space: Space,
    kind: Kind,
    /// Set if HTML begins again inside of it.
    holds_html: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    Html,
    Svg,
    MathMl,
}

/// What an element is to those around it, if it is one of HTML.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What is inside may outlive it.
    Formatting,
    Heading,
    /// It ends a paragraph.
    Block,
    /// It stands in tables only.
    TablePart,
    Special,
    /// It has no content, or is there once and for all.
    Void,
    Plain,
}

impl Open {
    /// Set if the innermost element is one of SVG or MathML.
    pub fn is_foreign(&self) -> bool {
        self.stack.last().is_some_and(|last| last.space != Space::Html)
    }

    /// Sees a start tag; gives back how to read on, if that changes.
    pub fn start(&mut self, tag: &Tag) -> Option<State> {
        if let Some(space) = self.foreign_for(&tag.name) {
            if !breaks_out(tag) {
                self.open(tag, space);
                return None;
            }
            self.leave_foreign();
        }
        let name = tag.name.as_str();
        match (name, Kind::of(name)) {
            ("svg", _) => self.open(tag, Space::Svg),
            ("math", _) => self.open(tag, Space::MathMl),
            ("hr", _) => self.close("p"),
            (_, Kind::Void) => {}
            // Outside of a table, browsers pass over its parts.
            (_, Kind::TablePart) if !self.is_in_table() => {}
            (_, kind) => {
                self.make_room(name, kind);
                self.open(tag, Space::Html);
                return text_after(name);
            }
        }
        None
    }

    /// Sees an end tag.
    pub fn end(&mut self, name: &str) {
        if self.is_foreign() && matches!(name, "br" | "p") {
            self.leave_foreign();
        }
        if !self.has(name) {
            return;
        }
        for place in (0..self.stack.len()).rev() {
            let element = &self.stack[place];
            if element.space == Space::Html {
                return self.close(name);
            }
            if element.name == name {
                return self.truncate(place);
            }
        }
    }

    /// In which namespace an element of this name would be here, if not in
    /// HTML's.
    fn foreign_for(&self, name: &str) -> Option<Space> {
        let last = self.stack.last()?;
        let is_html = match last.space {
            Space::Html => true,
            Space::Svg => last.holds_html,
            Space::MathMl => match last.name.as_str() {
                "annotation-xml" => last.holds_html || name == "svg",
                _ if matches!(name, "mglyph" | "malignmark") => false,
                _ => last.holds_html,
            },
        };
        (!is_html).then_some(last.space)
    }

    fn is_in_table(&self) -> bool {
        ["table", "template"].iter().any(|name| {
            self.has(name) && self.stack.iter().any(|it| it.is_html(name))
        })
    }

    /// Set if an element is open that an end tag of this name might close.
    fn has(&self, name: &str) -> bool {
        self.named.contains_key(name)
            || Kind::of(name) == Kind::Heading
                && HEADINGS.iter().any(|it| self.named.contains_key(*it))
    }

    fn open(&mut self, tag: &Tag, space: Space) {
        let is_over = tag.self_closing && space != Space::Html;
        if is_over || self.stack.len() >= DEEPEST {
            return;
        }
        let holds_html = match (space, tag.name.as_str()) {
            (Space::Svg, name) => {
                matches!(name, "foreignobject" | "desc" | "title")
            }
            (Space::MathMl, "mi" | "mo" | "mn" | "ms" | "mtext") => true,
            (Space::MathMl, "annotation-xml") => {
                let encoding = tag.value("encoding").unwrap_or_default();
                let encoding = encoding.to_ascii_lowercase();
                encoding == "text/html" || encoding == "application/xhtml+xml"
            }
            _ => false,
        };
        let (name, kind) = (tag.name.clone(), Kind::of(&tag.name));
        *self.named.entry(name.clone()).or_default() += 1;
        self.stack.push(Element { name, space, kind, holds_html });
    }

    /// Closes the element at `place`; what is inside of it stays open.
    fn remove(&mut self, place: usize) {
        let element = self.stack.remove(place);
        let named = self.named.get_mut(&element.name).expect("it is open");
        *named -= 1;
        if *named == 0 {
            self.named.remove(&element.name);
        }
    }

    /// Closes all from `place` on.
    fn truncate(&mut self, place: usize) {
        while self.stack.len() > place {
            self.remove(self.stack.len() - 1);
        }
    }

    /// Closes the innermost element if it is such a one.
    fn close_last_if(&mut self, is_such: impl Fn(&Element) -> bool) -> bool {
        let is_one = self.stack.last().is_some_and(is_such);
        if is_one {
            self.remove(self.stack.len() - 1);
        }
        is_one
    }

    /// Closes elements up to one that holds HTML.
    fn leave_foreign(&mut self) {
        let is_foreign =
            |it: &Element| it.space != Space::Html && !it.holds_html;
        while self.close_last_if(is_foreign) {}
    }

    /// Closes the innermost HTML element of this name, and all inside of it,
    /// unless it is out of reach for its end tag.
    fn close(&mut self, name: &str) {
        if !self.has(name) {
            return;
        }
        let kind = Kind::of(name);
        let reach = Reach::of(name, kind);
        for place in (0..self.stack.len()).rev() {
            let element = &self.stack[place];
            if element.is_html(name)
                || kind == Kind::Heading && element.is_html_of(kind)
            {
                let mut inside = self.stack[place + 1..].iter();
                if kind == Kind::Formatting && inside.any(Element::is_special) {
                    self.remove(place);
                } else {
                    self.truncate(place);
                }
                return;
            }
            if reach.ends_at(element) {
                return;
            }
        }
    }

    /// Closes what cannot have an element of this name inside of it.
    fn make_room(&mut self, name: &str, kind: Kind) {
        match name {
            "li" => self.close_item(&["li"]),
            "dd" | "dt" => self.close_item(&["dd", "dt"]),
            "a" | "nobr" | "button" => self.close(name),
            "option" | "optgroup" => {
                self.close_last_if(|it| it.is_html("option"));
            }
            _ => {}
        }
        if matches!(kind, Kind::Block | Kind::Heading) {
            self.close("p");
        }
        if kind == Kind::Heading {
            self.close_last_if(|it| it.is_html_of(kind));
        }
    }

    /// Closes the item of a list that another one follows.
    fn close_item(&mut self, names: &[&str]) {
        if !names.iter().any(|name| self.has(name)) {
            return;
        }
        for element in self.stack.iter().rev() {
            if let Some(name) = names.iter().find(|it| element.is_html(it)) {
                return self.close(name);
            }
            let goes_on = ["address", "div", "p"];
            if element.is_special()
                && !goes_on.iter().any(|it| element.is_html(it))
            {
                return;
            }
        }
    }
}

impl Element {
    fn is_html(&self, name: &str) -> bool {
        self.space == Space::Html && self.name == name
    }

    fn is_html_of(&self, kind: Kind) -> bool {
        self.space == Space::Html && self.kind == kind
    }

    fn is_special(&self) -> bool {
        match self.space {
            Space::Html => self.kind.is_special(),
            Space::Svg | Space::MathMl => self.is_border(),
        }
    }

    /// Set if it is between HTML and what is not. (MathML's `annotation-xml`
    /// always is.)
    fn is_border(&self) -> bool {
        self.space != Space::Html
            && (self.holds_html
                || self.space == Space::MathMl && self.name == "annotation-xml")
    }
}

/// How far out an end tag may find its element.
enum Reach {
    /// To the next special element.
    Near,
    /// To the next that is a scope.
    Scope,
    /// To the border of a table.
    Table,
}

impl Reach {
    fn of(name: &str, kind: Kind) -> Reach {
        match kind {
            _ if name == "table" || name == "template" => Reach::Table,
            Kind::TablePart => Reach::Table,
            Kind::Formatting => Reach::Scope,
            _ if kind.is_special() => Reach::Scope,
            _ => Reach::Near,
        }
    }

    fn ends_at(&self, element: &Element) -> bool {
        let is_one_of =
            |names: &[&str]| names.iter().any(|it| element.is_html(it));
        match self {
            Reach::Near => element.is_special(),
            Reach::Table => is_one_of(&["table", "template"]),
            Reach::Scope if element.space != Space::Html => element.is_border(),
            Reach::Scope => is_one_of(&[
                "applet", "button", "caption", "marquee", "object", "table",
                "td", "template", "th",
            ]),
        }
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

/// Set if the tag, met in SVG or MathML, ends them: nobody would write it
/// there.
fn breaks_out(tag: &Tag) -> bool {
    let is_html = |name| tag.value(name).is_some();
    match tag.name.as_str() {
        "b" | "big" | "blockquote" | "body" | "br" | "center" | "code"
        | "dd" | "div" | "dl" | "dt" | "em" | "embed" | "h1" | "h2" | "h3"
        | "h4" | "h5" | "h6" | "head" | "hr" | "i" | "img" | "li"
        | "listing" | "menu" | "meta" | "nobr" | "ol" | "p" | "pre"
        | "ruby" | "s" | "small" | "span" | "strong" | "strike" | "sub"
        | "sup" | "table" | "tt" | "u" | "ul" | "var" => true,
        "font" => ["color", "face", "size"].into_iter().any(is_html),
        _ => false,
    }
}

impl Kind {
    fn of(name: &str) -> Kind {
        match name {
            "a" | "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s"
            | "small" | "strike" | "strong" | "tt" | "u" => Kind::Formatting,
            name if HEADINGS.contains(&name) => Kind::Heading,
            "address" | "article" | "aside" | "blockquote" | "center"
            | "dd" | "details" | "dialog" | "dir" | "div" | "dl" | "dt"
            | "fieldset" | "figcaption" | "figure" | "footer" | "form"
            | "header" | "hgroup" | "li" | "listing" | "main" | "menu"
            | "nav" | "ol" | "p" | "plaintext" | "pre" | "search"
            | "section" | "summary" | "table" | "ul" | "xmp" => Kind::Block,
            "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th"
            | "thead" | "tr" => Kind::TablePart,
            "applet" | "button" | "iframe" | "marquee" | "noembed"
            | "noframes" | "noscript" | "object" | "script" | "select"
            | "style" | "template" | "textarea" | "title" => Kind::Special,
            "area" | "base" | "basefont" | "bgsound" | "br" | "col"
            | "embed" | "frame" | "hr" | "image" | "img" | "input"
            | "keygen" | "link" | "meta" | "param" | "source" | "track"
            | "wbr" => Kind::Void,
            "body" | "frameset" | "head" | "html" => Kind::Void,
            _ => Kind::Plain,
        }
    }

    /// As the standard says *special*: most end tags do not reach beyond it.
    fn is_special(self) -> bool {
        matches!(
            self,
            Kind::Block | Kind::Heading | Kind::Special | Kind::TablePart
        )
    }
}
