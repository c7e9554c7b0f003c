//! The links of a page: to other pages of the same site, each once.

mod charset;
mod open;
mod tags;

use crate::http::Failure;
use charset::{PRESCAN, query_in};
use encoding_rs::{Encoding, UTF_8};
use open::Open;
use std::cell::Cell;
use std::collections::HashSet;
use std::hash::Hash;
use tags::{Seen, each_tag};
use url::Url;

/// The links of an HTML page that came from `url`: the `href` of every `<a>`,
/// seen from the page's `<base>`, without its fragment, in the order they
/// come. Off the page's own site nothing counts.
///
/// `charset` is what the header says. A byte-order mark counts more, and what
/// the page itself says counts less.
///
/// # Errors
///
/// If we do not know how to read the page.
pub(crate) fn of_html(
    url: &Url,
    html: &[u8],
    charset: Option<&str>,
) -> Result<Vec<Url>, Failure> {
    let encoding = charset::of_page(html, charset)?;
    let (html, ..) = encoding.decode(html);
    let (base, mut hrefs) = anchors(html.as_bytes());

    let base = base.and_then(|href| resolve(url, &href, encoding));
    let base = base.filter(|base| !base.cannot_be_a_base());
    let base = base.as_ref().unwrap_or(url);
    // Twice: most links are repeated as they stand, and it is the parsing of
    // URLs that takes time.
    once(&mut hrefs);
    let links = hrefs.iter().filter_map(|href| link(url, base, href, encoding));
    let mut links = links.collect();
    once(&mut links);
    Ok(links)
}

/// Whether a page begins with a tag. If its header names no media type, this
/// decides whether it is HTML: browsers look at its first bytes as well.
pub(crate) fn begins_with_tag(page: &[u8]) -> bool {
    // A byte-order mark can say that it is not in UTF-8.
    let (start, ..) = UTF_8.decode(&page[..page.len().min(PRESCAN)]);
    start.trim_start().starts_with('<')
}

/// The link of a redirect that came from `url`, if it stays on the site.
pub(crate) fn of_redirect(url: &Url, location: Option<&str>) -> Vec<Url> {
    let links = location.and_then(|href| link(url, url, href, UTF_8));
    links.into_iter().collect()
}

/// The first `href` of a `<base>`; and the `href` of every `<a>`, without its
/// fragment.
fn anchors(html: &[u8]) -> (Option<String>, Vec<String>) {
    let (mut base, mut hrefs) = (None, Vec::new());
    let mut open = Open::default();
    let in_foreign = Cell::new(false);
    each_tag(html, &in_foreign, |seen| {
        let state = match seen {
            Seen::End(name) => {
                open.end(name);
                None
            }
            Seen::Start(tag) => {
                let state = open.start(tag);
                // Of an element of SVG it is a link as well.
                match (tag.name.as_str(), tag.value("href")) {
                    ("a", Some(href)) => {
                        let end = href.find('#').unwrap_or(href.len());
                        hrefs.push(href[..end].to_owned());
                    }
                    ("base", Some(href)) if base.is_none() => {
                        base = Some(href.to_owned());
                    }
                    _ => {}
                }
                state
            }
        };
        in_foreign.set(open.is_foreign());
        state
    });
    (base, hrefs)
}

/// Where `href` leads from `base`, if that is on the same site as `url`. Who
/// asks for it is not part of the name of a page.
fn link(
    url: &Url,
    base: &Url,
    href: &str,
    encoding: &'static Encoding,
) -> Option<Url> {
    let mut link = resolve(base, href, encoding)?;
    link.set_fragment(None);
    let is_here = link.origin() == url.origin();
    let is_bare = is_here
        && link.set_username("").is_ok()
        && link.set_password(None).is_ok();
    is_bare.then_some(link)
}

fn resolve(base: &Url, href: &str, encoding: &'static Encoding) -> Option<Url> {
    Url::options()
        .base_url(Some(base))
        .encoding_override(Some(&|query| query_in(encoding, query)))
        .parse(href)
        .ok()
}

/// Keeps of equal items the first.
fn once<T: Clone + Eq + Hash>(items: &mut Vec<T>) {
    let mut known = HashSet::new();
    items.retain(|item| known.insert(item.clone()));
}

#[cfg(test)]
mod tests;
