//! A page of the book as the live reader sends it: with a policy that allows
//! its scripts, and no others.

use sha2::{Digest, Sha256};

/// The content security policy for a page: scripts from us, and those written
/// into the page by mdBook, each by its hash. They differ by page, since they
/// hold the way to the book's root.
pub fn policy(page: &str) -> String {
    let hashes: Vec<_> = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", base64(&Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'none'; script-src 'self'{}; connect-src 'self'; \
         style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         font-src 'self'; worker-src 'self'; form-action 'none'; \
         base-uri 'none'; frame-ancestors 'none'",
        hashes.concat()
    )
}

/// The text of each `<script>` that has no `src`.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script").skip(1).filter_map(|rest| {
        let (tag, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!tag.contains("src=")).then_some(script)
    })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] =
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let mut group = [0; 4];
        group[1..=three.len()].copy_from_slice(three);
        let group = u32::from_be_bytes(group);
        for n in 0..4 {
            let digit = (group >> (18 - 6 * n)) & 63;
            let digit = char::from(DIGITS[digit as usize]);
            text.push(if n <= three.len() { digit } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn only_scripts_without_a_source_are_hashed() {
        let page = "<head><script src=\"a.js\"></script>\
                    <script>one</script><script type=x>two</script></head>";
        let scripts: Vec<_> = inline_scripts(page).collect();
        assert_eq!(scripts, ["one", "two"]);
        assert_eq!(policy(page).matches("sha256-").count(), 2);
    }
}
