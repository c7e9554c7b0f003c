use super::*;

/// The links of a page, as one would write them down on its site.
fn links(html: impl AsRef<[u8]>) -> Vec<String> {
    let url = "http://host:8000/dir/page?q#f".parse().unwrap();
    let links = of_html(&url, html.as_ref()).into_iter();
    let here = |link: Url| {
        let link = link.to_string();
        link.strip_prefix("http://host:8000").expect("same site").to_owned()
    };
    links.map(here).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_link_may_be_written_in_many_ways() {
    assert_eq!(links("<a href=a>"), ["/dir/a"]);
    assert_eq!(links("<a href='a'></a>"), ["/dir/a"]);
    assert_eq!(links("<A\nHREF\t=\n\"a\"\n>"), ["/dir/a"]);
    assert_eq!(links("<a class=b href=a/>"), ["/dir/a/"]);
    assert_eq!(links("<a\x0chref=/a>"), ["/a"]);
    assert_eq!(links("<a id=x href=a href=b>"), ["/dir/a"]);
    assert_eq!(links("<a/href=a>"), ["/dir/a"]);
    assert_eq!(links("<a href = a title='>' >"), ["/dir/a"]);
    assert_eq!(links("<a title=\"<a href=b>\" href=a>"), ["/dir/a"]);
    assert_eq!(links("<a href=\"\n /a\n b \">"), ["/a%20b"]);
}

#[test]
fn entities_stand_for_characters() {
    assert_eq!(links("<a href='?a=1&amp;b=2'>"), ["/dir/page?a=1&b=2"]);
    assert_eq!(links("<a href=&#47;a&#x2F;b>"), ["/a/b"]);
    // Not an entity in an attribute, says the standard.
    assert_eq!(links("<a href='?a&copy=2'>"), ["/dir/page?a&copy=2"]);
    assert_eq!(links("<a href='/&copy;'>"), ["/%C2%A9"]);
}

#[test]
fn a_link_may_lead_anywhere_on_the_site() {
    assert_eq!(links("<a href=./a><a href=../a>"), ["/dir/a", "/a"]);
    assert_eq!(links("<a href=../../../a>"), ["/a"]);
    assert_eq!(links("<a href=?r>"), ["/dir/page?r"]);
    assert_eq!(links("<a href=//host:8000/b>"), ["/b"]);
    assert_eq!(links("<a href=http://host:8000>"), ["/"]);
    assert_eq!(links("<a href=HTTP://HOST:8000/b>"), ["/b"]);
    assert_eq!(links("<a href=http:b>"), ["/dir/b"]);
    assert_eq!(links("<a href='/\u{e9} \\x'>"), ["/%C3%A9%20/x"]);
}

#[test]
fn a_link_may_lead_to_the_page_itself() {
    for href in ["href", "href=''", "href=' '", "href=#", "href='#x'"] {
        assert_eq!(links(format!("<a {href}>")), ["/dir/page?q"], "{href}");
    }
}

#[test]
fn a_page_is_linked_once_in_the_order_of_the_links() {
    let html = "<a href=b><a href=a><a href=b#c><a href=/dir/b><a href=./a>";
    assert_eq!(links(html), ["/dir/b", "/dir/a"]);
}

#[test]
fn what_leads_off_the_site_does_not_count() {
    for href in [
        "//other/a",
        "http://host/a",
        "http://host:8001/a",
        "https://host:8000/a",
        "http://user@host:8000/a",
        "javascript:go('/a#b')",
        "mailto:a@host",
        "data:text/html,a",
        "ftp://host:8000/",
        "http://",
        "http://[",
    ] {
        assert_eq!(links(format!("<a href=\"{href}\">")), NONE, "{href}");
    }
}

#[test]
fn the_usual_port_is_the_same_written_out_or_not() {
    let url = "http://host/".parse().unwrap();
    let links = of_html(&url, b"<a href=http://host:80/a>");
    assert_eq!(links, ["http://host/a".parse().unwrap()]);
}

#[test]
fn all_links_are_seen_from_the_first_base_wherever_it_is() {
    let base = "<base target=x><base href=/b/c><base href=/d/>";
    assert_eq!(links(format!("<a href=a>{base}<a href=b>")), ["/b/a", "/b/b"]);
    assert_eq!(links("<base href=sub/><a href=a>"), ["/dir/sub/a"]);
    assert_eq!(links("<base href=..><a href=a><a href>"), ["/a", "/"]);
    assert_eq!(links("<base href=//other/><a href=a>"), NONE);
    let back = "<base href=//other/><a href=//host:8000/a>";
    assert_eq!(links(back), ["/a"]);
}

#[test]
fn a_base_that_leads_nowhere_is_none() {
    for base in ["http://[", "javascript:b", "data:,b", ""] {
        let html = format!("<base href='{base}'><a href=a>");
        assert_eq!(links(html), ["/dir/a"], "{base}");
    }
}

#[test]
fn what_is_no_element_has_no_links() {
    for html in [
        "<!-- <a href=a> -->",
        "<!-- > <a href=a>-->",
        "<script>'<a href=a>'</script>",
        "<script><!-- <script> </script> <a href=a> --></script>",
        "<style><a href=a></style>",
        "<textarea><a href=a></textarea>",
        "<title><a href=a></TITLE>",
        "<iframe><a href=a></iframe>",
        "<noframes><a href=a></noframes>",
        "<xmp><a href=a></xmp>",
        "<![CDATA[<a href=a>",
        "<!doctype html '<a href=a>'>",
        "<?php <a href=a>",
        "</a href=a>",
        "< a href=a>",
        "&lt;a href=a>",
        "<link href=a><area href=a><ab href=a>",
        "<a name=a><a hrefs=a><a data-href=a>",
    ] {
        assert_eq!(links(html), NONE, "{html}");
        let more = links(format!("{html}<a href=b>"));
        assert_eq!(more, ["/dir/b"], "{html}");
    }
}

#[test]
fn what_is_never_closed_is_no_element_up_to_the_end() {
    for start in ["<!-- >", "<script>", "<title>", "<plaintext></plaintext>"] {
        assert_eq!(links(format!("{start}<a href=a>")), NONE, "{start}");
    }
}

#[test]
fn what_a_browser_may_not_show_is_searched_all_the_same() {
    for tag in ["noscript", "template", "svg", "select", "table", "unknown"] {
        assert_eq!(links(format!("<{tag}><a href=a>")), ["/dir/a"], "{tag}");
    }
}

#[test]
fn a_tag_that_is_cut_off_is_none() {
    for html in ["<a href=a", "<a href='a", "<a href='a>b", "<a hr", "<", ""] {
        assert_eq!(links(html), NONE, "{html}");
        assert_eq!(links(format!("<a href=b>{html}")), ["/dir/b"], "{html}");
    }
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    assert_eq!(
        links(b"\0\xff<a href='a\0\xff'>\0"),
        ["/dir/a%EF%BF%BD%EF%BF%BD"]
    );
    assert_eq!(links(b"\xef\xbb\xbf<a href=a>"), ["/dir/a"]);
}
