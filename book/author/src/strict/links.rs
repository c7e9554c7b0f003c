//! Links within the book must lead somewhere; images must speak.

use super::chapter::Chapter;
use super::check::Check;

/// Finds links that lead nowhere, and images without a text.
pub fn check(check: &mut Check<'_>, chapter: &Chapter, all: &[Chapter]) {
    for link in &chapter.links {
        if link.alt.as_deref() == Some("") {
            let why = format!("the image {} has no text", link.target);
            check.fault(&chapter.file, link.line, why);
        }
        // A link out of the book is not followed: a build needs no network.
        if link.target.contains("://") || link.target.starts_with("mailto:") {
            continue;
        }
        // Is the file there, and the heading in it?
        let file = match link.target.as_str() {
            "" => chapter.file.clone(),
            target => chapter.folder().join(target),
        };
        let Ok(file) = file.canonicalize() else {
            let why = format!("the link leads nowhere: {}", link.target);
            check.fault(&chapter.file, link.line, why);
            continue;
        };
        let Some(anchor) = &link.anchor else { continue };
        let there = all.iter().find(|other| {
            other.file.canonicalize().is_ok_and(|other| other == file)
        });
        if there.is_none_or(|there| !there.anchors.contains(anchor)) {
            let target = &link.target;
            let why = format!("there is no heading for {target}#{anchor}");
            check.fault(&chapter.file, link.line, why);
        }
    }
}
