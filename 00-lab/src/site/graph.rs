//! The pages of the site: their texts, their links, their latencies.

use super::{Fault, Shape};
use dice::Dice;
use std::fmt::Write;
use std::time::Duration;

/// A site's pages, made from its [`Shape`].
pub(crate) struct Graph {
    /// The healthy pages first, as many as the shape has.
    pub pages: Vec<Node>,
}

/// A page of the site.
pub(crate) struct Node {
    pub path: String,
    pub fault: Option<Fault>,
    /// Which of the pages with this fault it is, from 1.
    pub nth: u32,
    pub latency: Duration,
    /// How much computing it asks for.
    pub work: Duration,
    /// How many rounds of hashing take this machine as long as `work`; 0 until
    /// that is known.
    pub rounds: u32,
    /// The indices of the pages it links to, in the order of its text.
    pub links: Vec<usize>,
    pub body: Vec<u8>,
    pub content_type: &'static str,
}

impl Graph {
    pub(crate) fn new(shape: &Shape) -> Graph {
        // What the pages are called.
        let healthy = (0..shape.pages).map(|n| (path_of(n), None, 0));
        let faulty = shape.faults.iter().flat_map(|&fault| {
            let nth = 1..=Fault::PAGES;
            nth.map(move |n| (format!("/{fault}-{n}"), Some(fault), n))
        });
        // How long they take.
        let pages = healthy.chain(faulty).enumerate();
        let pages = pages.map(|(index, (path, fault, nth))| {
            let mut dice = dice_of(shape.seed, index);
            Node {
                path,
                fault,
                nth,
                latency: around(&mut dice, shape.latency),
                work: around(&mut dice, shape.work),
                rounds: 0,
                links: Vec::new(),
                body: Vec::new(),
                content_type: "text/html; charset=utf-8",
            }
        });
        // What is on them. A text has the links in it, so these come first.
        let mut graph = Graph { pages: pages.collect() };
        graph.link(shape);
        for index in 0..graph.pages.len() {
            graph.pages[index].body = graph.text(index).into_bytes();
        }
        graph
    }

    /// Links the pages as a tree, so that every page is found, and then adds
    /// some links, so that many pages are found twice.
    fn link(&mut self, shape: &Shape) {
        let healthy = shape.pages as usize;
        // One page is plain text, in which `<a href` is no link.
        if healthy >= 10 {
            self.pages[healthy - 1].content_type = "text/plain";
        }
        for n in 1..self.pages.len() {
            let mut dice = dice_of(!shape.seed, n);
            // The tree is shallow, so that a crawl soon knows more pages than
            // it may ask for at once, and each page has about as many links.
            let youngest = (n.min(healthy) - 1) / 6;
            let choice = if n < healthy { 4 } else { healthy };
            let parent = youngest - dice.below(choice.min(youngest + 1));
            self.pages[parent].links.push(n);
        }
        for n in 0..self.pages.len() {
            let more = self.more_links(shape, n);
            let node = &mut self.pages[n];
            match node.fault {
                _ if node.content_type == "text/plain" => {}
                Some(Fault::Redirect) => node.links = vec![more[0]],
                // Each leads to the other one.
                Some(Fault::RedirectLoop) => {
                    node.links =
                        vec![if node.nth == 1 { n + 1 } else { n - 1 }];
                }
                _ => drop(node.links.splice(0..0, more)),
            }
        }
    }

    /// Links to the front page, to two of a few popular pages, and to any page.
    fn more_links(&self, shape: &Shape, page: usize) -> [usize; 4] {
        let healthy = shape.pages as usize;
        let mut dice = dice_of(shape.seed.rotate_left(32), page);
        let mut popular = || (1 + dice.below(4)) * healthy / 5;
        [popular(), popular(), dice.below(healthy), 0]
    }

    fn text(&self, index: usize) -> String {
        let node = &self.pages[index];
        let path = &node.path;
        if node.content_type == "text/plain" {
            let link = "<a href=\"/no-such-page\">";
            return format!("{path} is plain text: {link} is no link here.\n");
        }
        // Some pages have a base, from which their links start.
        let (base, root) = match index % 5 {
            3 => ("<base href=\"/once/here/\">\n", "../../"),
            _ => ("", ""),
        };
        let mut text = format!(
            "<!DOCTYPE html>\n<html lang=en>\n<title>Page {path}</title>\n\
             {base}<h1>Page {path}</h1>\n\
             <p>You waited for this page, and nobody computed anything: it \
             took {:?} because it was told to. It links to these:\n<ul>\n",
            node.latency
        );
        for (n, &link) in node.links.iter().enumerate() {
            let link = a(&self.pages[link].path, root, index + n);
            let _ = writeln!(text, "<li>{link}");
        }
        // A crawl follows none of these.
        text += "</ul>\n<!-- <a href=\"/commented-out\">not a link</a> -->\n\
                 <p>Elsewhere: \
                 <a href=\"https://www.rust-lang.org/\">Rust</a>, \
                 <a href=\"mailto:nobody@localhost\">nobody</a>, \
                 <a href=\"http://127.0.0.1:1/\">another port</a>, \
                 <a name=\"top\">an anchor</a>.\n\
                 <script>document.write('<a href=\"/scripted\">')</script>\n";
        text
    }
}

/// The path of healthy page `n`.
pub(super) fn path_of(n: u32) -> String {
    if n == 0 { "/".to_owned() } else { format!("/{n}") }
}

/// A link to a page, written in one of nine ways. Relative links start with
/// `root`, which leads to the top.
fn a(path: &str, root: &str, style: usize) -> String {
    let name = &path[1..];
    match style % 9 {
        _ if path == "/" => "<a href=\"/\">home</a>".into(),
        0 => format!("<a href=\"{path}\">{path}</a>"),
        1 => format!("<a href=\"{root}{name}\">{path}</a>"),
        2 => format!("<a href=\"./{root}{name}\">{path}</a>"),
        3 => format!("<a href=\"away/../{root}{name}\">{path}</a>"),
        4 => format!("<a href=\"{path}#top\">{path}</a>"),
        5 => format!("<a href={path}>{path}</a>"),
        6 => format!("<A class=x HREF='{path}'>{path}</A>"),
        7 => format!("<a\n  href = \"&#47;{name}\"\n>{path}</a>"),
        _ => format!("<a href=\" ../../{name} \">{path}</a>"),
    }
}

/// The dice of a page, which depend on nothing but the seed and its index.
pub(super) fn dice_of(seed: u64, page: usize) -> Dice {
    Dice::new(seed ^ (page as u64).wrapping_mul(0xA24B_AED4_963E_E407))
}

/// A time between a half and one and a half of `mean`, in whole microseconds.
fn around(dice: &mut Dice, mean: Duration) -> Duration {
    let micros = mean.as_micros() as u64;
    Duration::from_micros(micros / 2 + dice.number() % (micros + 1))
}

#[cfg(test)]
mod tests;
