//! The links of a page: to other pages of the same site, each once.

mod charset;
mod open;
mod tags;

use crate::failure::Failure;
use charset::{PRESCAN, query_in};
use encoding_rs::{Encoding, UTF_8};
use open::Open;
use std::cell::Cell;
use std::collections::HashSet;
use std::hash::Hash;
use tags::{Tag, each_tag, value};
use url::Url;

/// The links of an HTML page that came from `url`: the `href` of every `<a>`,
/// resolved against the page's `<base>`, without its fragment, in the order of
/// the page. A link to another site does not count.
///
/// `charset` is the one that the header names. A byte-order mark counts before
/// it, and a charset that the page names after it.
///
/// # Errors
///
/// If the page is in a charset that we do not know.
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
    // Most links are repeated letter by letter, and parsing URLs takes time. So
    // repeated texts go first, and repeated links after that.
    keep_first(&mut hrefs);
    let links = hrefs.iter().filter_map(|href| link(url, base, href, encoding));
    let mut links = links.collect();
    keep_first(&mut links);
    Ok(links)
}

/// Set if a page begins with a tag. Without a media type in the header, such a
/// page counts as HTML: browsers look at the first bytes as well.
pub(crate) fn begins_with_tag(page: &[u8]) -> bool {
    // A byte-order mark may name another charset, and is left out.
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
    each_tag(html, &in_foreign, |tag| {
        let state = match tag {
            Tag::End(name) => {
                open.end(name);
                None
            }
            Tag::Start(name, tag) => {
                // An `<a>` of SVG is a link as well.
                match (name, value(tag, "href")) {
                    ("a", Some(href)) => {
                        hrefs.extend(href.split('#').next().map(str::to_owned));
                    }
                    ("base", href @ Some(_)) if base.is_none() => base = href,
                    _ => {}
                }
                open.start(name, tag)
            }
        };
        in_foreign.set(open.is_foreign());
        state
    });
    (base, hrefs)
}

/// Where `href` leads from `base`, if that is on the same site as `url`. A user
/// and a password are not part of a page's name.
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

/// Keeps only the first of equal items.
fn keep_first<T: Clone + Eq + Hash>(items: &mut Vec<T>) {
    let mut known = HashSet::new();
    items.retain(|item| known.insert(item.clone()));
}

#[cfg(test)]
mod tests;
