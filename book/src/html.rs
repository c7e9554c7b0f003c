//! A page of the book as the live reader sends it: with the reader's own style
//! and scripts, and a policy that allows those scripts and the page's own, and
//! no others.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

/// The reader's own style.
pub const STYLE: &str = include_str!("../live/live.css");

/// The reader's own scripts.
pub const SCRIPT: &str = concat!(
    include_str!("../live/live.js"),
    include_str!("../live/knobs.js"),
    include_str!("../live/editor.js"),
    include_str!("../live/exercises.js")
);

/// A page of this edition, with the reader's style and scripts.
pub fn with_reader(page: &str, edition: usize) -> String {
    let script = format!(
        "<script src=\"/live/script.js\" data-edition=\"{edition}\"></script>\n\
         </body>"
    );
    let style = "<link rel=\"stylesheet\" href=\"/live/style.css\">\n</head>";
    let page = page.replacen("</head>", style, 1);
    without_frame(&page).replacen("</body>", &script, 1)
}

/// A page that says what there is without JavaScript. mdBook shows the contents
/// in a frame beside it then; our policy lets no page be framed, not even by
/// ours. So there is a link to them, and no button for what is beside the page.
fn without_frame(page: &str) -> String {
    let frame = "<iframe class=\"sidebar-iframe-outer\" src=\"";
    let framed = page.split_once(frame).and_then(|(before, rest)| {
        let (contents, rest) = rest.split_once('"')?;
        Some((before, contents, rest.split_once("</iframe>")?.1))
    });
    let Some((before, contents, after)) = framed else {
        return page.to_owned();
    };
    let why = match page.contains("language-console") {
        true => NO_RUN,
        false => "",
    };
    let main = format!(
        "<noscript><p>{why}<a href=\"{contents}\">The contents of the \
         book</a></p></noscript>\n<main>"
    );
    let after = after.replacen("<main>", &main, 1);
    format!("{before}{after}")
}

/// Why there is no button.
const NO_RUN: &str = "<strong>Run and Check need JavaScript, which is \
                      off.</strong> The commands on this page can be typed in \
                      a terminal. ";

/// The content security policy for a page: scripts from us, and those written
/// into the page by mdBook, each by its hash. They differ by page, since they
/// hold the way to the book's root.
pub fn policy_for(page: &str) -> String {
    let hash = |script| Base64::encode_string(&Sha256::digest(script));
    let hashes: Vec<_> = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", hash(script)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_without_a_source_are_hashed() {
        let page = "<head><script src=\"a.js\"></script>\
                    <script>abc</script><script type=x>two</script></head>";
        let scripts: Vec<_> = inline_scripts(page).collect();
        assert_eq!(scripts, ["abc", "two"]);
        let policy = policy_for(page);
        assert_eq!(policy.matches("sha256-").count(), 2);
        // As the system's own `sha256sum` and `base64` say of "abc".
        let abc = "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='";
        assert!(policy.contains(abc), "{policy}");
    }

    #[test]
    fn a_page_has_our_style_after_all_others_and_our_script_last() {
        let page = "<head>\n<link href=\"a.css\">\n</head>\n<body>text\n\
                    <script src=\"b.js\"></script>\n</body>";
        let expected = "<head>\n<link href=\"a.css\">\n\
            <link rel=\"stylesheet\" href=\"/live/style.css\">\n</head>\n\
            <body>text\n<script src=\"b.js\"></script>\n\
            <script src=\"/live/script.js\" data-edition=\"3\"></script>\n\
            </body>";
        assert_eq!(with_reader(page, 3), expected);
    }

    #[test]
    fn without_scripts_a_page_says_what_there_is_instead() {
        let page = "<noscript>\n    <iframe class=\"sidebar-iframe-outer\" \
            src=\"../toc.html\"></iframe>\n</noscript>\n<main>\n\
            <code class=\"language-console\"></code>\n</main>\n";
        let page = with_reader(page, 0);
        assert!(!page.contains("<iframe"), "{page}");
        assert_eq!(page.matches("<a href=\"../toc.html\">").count(), 1);
        assert!(page.contains("<noscript><p><strong>Run "), "{page}");
        assert!(!with_reader("<main>\n", 0).contains("Run"));
    }
}
