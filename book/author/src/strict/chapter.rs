//! A chapter as it is written: its lines, its links, its anchors, its code.

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag,
    TagEnd,
};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A page of the book.
pub struct Chapter {
    pub file: PathBuf,
    pub text: String,
    pub links: Vec<Link>,
    /// The `id` of every heading, as mdBook makes it.
    pub anchors: BTreeSet<String>,
    /// Fenced and inline code, with the line it begins in.
    pub code: Vec<Code>,
    /// Lines of HTML that hold a backtick.
    pub backticks: Vec<usize>,
}

/// A link or an image.
pub struct Link {
    pub line: usize,
    /// Without the anchor.
    pub target: String,
    pub anchor: Option<String>,
    /// Of an image: what it says to those who cannot see it.
    pub alt: Option<String>,
}

/// A piece of code.
pub struct Code {
    pub line: usize,
    /// What follows the fence: `console`, `rust`; of inline code, nothing.
    pub language: Option<String>,
    pub text: String,
}

impl Chapter {
    pub fn new(file: &Path, text: String) -> Chapter {
        let mut chapter = Chapter {
            file: file.to_owned(),
            text: String::new(),
            links: Vec::new(),
            anchors: BTreeSet::new(),
            code: Vec::new(),
            backticks: Vec::new(),
        };
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_HEADING_ATTRIBUTES;
        // `[text][name]`, where nothing says what `name` is, becomes a link to
        // `name`: the check of links then says that it leads nowhere.
        let mut nowhere = |link: BrokenLink<'_>| {
            Some((link.reference.to_string().into(), "".into()))
        };
        let parser = Parser::new_with_broken_link_callback(
            &text,
            options,
            Some(&mut nowhere),
        );
        let mut open = Open::default();
        for (event, range) in parser.into_offset_iter() {
            let line = 1 + text[..range.start].matches('\n').count();
            open.take(&mut chapter, event, line);
        }
        chapter.text = text;
        chapter
    }

    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    pub fn is_summary(&self) -> bool {
        self.file.ends_with("SUMMARY.md")
    }
}

/// The elements that have begun and not ended.
#[derive(Default)]
struct Open {
    heading: Option<String>,
    code: Option<Code>,
    image: Option<Link>,
}

impl Open {
    /// Takes the next event of the parser, which is in this line.
    fn take(&mut self, chapter: &mut Chapter, event: Event<'_>, line: usize) {
        match event {
            // Headings. One may name its own anchor, `{#id}`; the title has
            // none that is linked to.
            Event::Start(Tag::Heading { id: Some(id), .. }) => {
                chapter.anchors.insert(id.to_string());
            }
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {}
            Event::Start(Tag::Heading { .. }) => {
                self.heading = Some(String::new());
            }
            Event::End(TagEnd::Heading(_)) => {
                let heading = self.heading.take();
                chapter.anchors.extend(heading.map(|text| slug(&text)));
            }
            // Code, in a block and in a line.
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let text = String::new();
                // The text begins below the fence.
                let line = line + 1;
                self.code = Some(Code { line, language: Some(language), text });
            }
            Event::End(TagEnd::CodeBlock) => {
                chapter.code.extend(self.code.take());
            }
            Event::Code(text) => {
                if let Some(heading) = &mut self.heading {
                    *heading += &text;
                }
                let text = text.to_string();
                chapter.code.push(Code { line, language: None, text });
            }
            // Text, which is part of whatever is open.
            Event::Text(text) => {
                if let Some(heading) = &mut self.heading {
                    *heading += &text;
                }
                if let Some(code) = &mut self.code {
                    code.text += &text;
                }
                if let Some(Link { alt: Some(alt), .. }) = &mut self.image {
                    *alt += &text;
                }
            }
            // Links and images.
            Event::Start(Tag::Link { dest_url, .. }) => {
                chapter.links.push(Link::new(line, &dest_url));
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                let link = Link::new(line, &dest_url);
                self.image = Some(Link { alt: Some(String::new()), ..link });
            }
            Event::End(TagEnd::Image) => {
                chapter.links.extend(self.image.take());
            }
            Event::Html(html) if html.contains('`') => {
                chapter.backticks.push(line);
            }
            _ => {}
        }
    }
}

impl Link {
    fn new(line: usize, url: &str) -> Link {
        let (target, anchor) = match url.split_once('#') {
            Some((target, anchor)) => (target, Some(anchor.to_owned())),
            None => (url, None),
        };
        Link { line, target: target.to_owned(), anchor, alt: None }
    }
}

/// The `id` that mdBook gives to a heading.
fn slug(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
        _ => None,
    });
    kept.collect()
}
