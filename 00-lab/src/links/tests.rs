use super::*;
use crate::cpu_time_of_thread;

/// The links of a page, without the site.
fn links(html: impl AsRef<[u8]>) -> Vec<String> {
    links_in(html, None).expect("a charset that we know")
}

/// The same of a page whose header names a charset.
fn links_in(
    html: impl AsRef<[u8]>,
    charset: Option<&str>,
) -> Result<Vec<String>, Failure> {
    let url = "http://host:8000/dir/page?q#f".parse().unwrap();
    let links = of_html(&url, html.as_ref(), charset)?.into_iter();
    let here = |link: Url| {
        let link = link.to_string();
        link.strip_prefix("http://host:8000").expect("same site").to_owned()
    };
    Ok(links.map(here).collect())
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
    let links = of_html(&url, b"<a href=http://host:80/a>", None);
    assert_eq!(links, Ok(vec!["http://host/a".parse().unwrap()]));
}

#[test]
fn a_user_is_not_part_of_a_link() {
    let hrefs = links(
        "<a href=//me:word@host:8000/a><a href=//you@host:8000/a>\
         <a href=//me@other:8000/b>",
    );
    assert_eq!(hrefs, ["/a"]);
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
fn in_svg_and_mathml_a_tag_that_closes_itself_is_closed() {
    for root in ["svg", "math"] {
        for tag in [
            "style",
            "title",
            "script",
            "textarea",
            "iframe",
            "xmp",
            "noembed",
            "noframes",
            "plaintext",
            "unknown",
        ] {
            let html = format!("<{root}><{tag}/><a href=a></{root}><a href=b>");
            assert_eq!(links(&html), ["/dir/a", "/dir/b"], "{html}");
        }
    }
    // In HTML it is not closed, and after an empty `<svg/>` we are in HTML.
    assert_eq!(links("<style/><a href=a></style><a href=b>"), ["/dir/b"]);
    assert_eq!(links("<svg/><style><a href=a></style>"), NONE);
}

#[test]
fn in_svg_and_mathml_no_name_begins_text() {
    for html in [
        "<svg><style><a href=a></style></svg>",
        "<svg><script><a href=a></script></svg>",
        "<svg><title>T <a href=a></title></svg>",
        "<svg><g><title/></g><desc/><a href=a></svg>",
        "<math><mi><mglyph><style></mglyph></mi><a href=a></math>",
        "<math><annotation-xml><style></annotation-xml><a href=a></math>",
        "<svg><font><style></font></svg><a href=a>",
        "<svg><a href=a>",
        "<svg><a xlink:href=b href=a>",
    ] {
        assert_eq!(links(html), ["/dir/a"], "{html}");
    }
}

#[test]
fn html_begins_again_inside_of_svg_and_mathml_and_behind_them() {
    for html in [
        "<svg><foreignObject><style><a href=b></style></foreignObject></svg>",
        "<svg><foreignObject><div></div><textarea/><a href=b></textarea>",
        "<svg><desc><title><a href=b></title>",
        "<svg><title><style><a href=b></style>",
        "<math><mtext><style/><a href=b></style>",
        "<math><annotation-xml encoding='Text/HTML'><style><a href=b></style>",
        "<math><annotation-xml><svg><desc><style><a href=b></style>",
        "<svg></svg><style><a href=b></style>",
        "<svg><path></SVG><style><a href=b></style>",
        // A tag that is out of place in SVG ends it, and so does the end of the
        // element around it.
        "<svg><p><style><a href=b></style>",
        "<svg><font color=red><style><a href=b></style>",
        "<svg></p><style><a href=b></style>",
        "<div><svg><g></div><style><a href=b></style>",
        "<svg><foreignObject><p></foreignObject></svg><style><a href=b></style>",
    ] {
        let html = format!("{html}<a href=a>");
        assert_eq!(links(&html), ["/dir/a"], "{html}");
    }
}

#[test]
fn a_section_of_cdata_is_text_in_svg_and_mathml_alone() {
    let cdata = "<![CDATA[ > <a href=b>]]>";
    for foreign in ["<svg>", "<math><mi>", "<svg><desc><p></p>"] {
        let html = format!("{foreign}{cdata}<a href=a>");
        assert_eq!(links(html), ["/dir/a"], "{foreign}");
    }
    for html in ["", "<svg></svg>", "<svg><desc><p>"] {
        let html = format!("{html}{cdata}<a href=a>");
        assert_eq!(links(&html), ["/dir/b", "/dir/a"], "{html}");
    }
}

#[test]
fn a_page_of_nothing_but_start_tags_takes_no_longer_than_others() {
    let time = |n: usize| {
        let html = "<b><div>".repeat(n) + &"</x></i>".repeat(n);
        let began = cpu_time_of_thread();
        assert_eq!(links(html), NONE);
        cpu_time_of_thread() - began
    };
    let [short, long] = [1_000, 10_000]
        .map(|n| (0..3).map(|_| time(n)).min().expect("three times"));
    assert!(long < 40 * short, "{long:?} against {short:?}");
}

#[test]
fn tags_deep_in_a_page_take_no_longer_than_others() {
    let time = |depth: usize| {
        let inside = "<div></div></x><li><td>".repeat(1_000);
        let html = "<i>".repeat(depth) + &inside;
        let began = cpu_time_of_thread();
        assert_eq!(links(html), NONE);
        cpu_time_of_thread() - began
    };
    let [high, deep] = [1, 500]
        .map(|depth| (0..3).map(|_| time(depth)).min().expect("three times"));
    assert!(deep < 10 * high, "{deep:?} against {high:?}");
}

#[test]
fn a_path_is_in_utf_8_and_a_query_in_the_charset_of_the_page() {
    let cafe = b"<a href='/caf\xe9?caf\xe9'>";
    for charset in ["ISO-8859-1", "latin1", "windows-1252"] {
        let links = links_in(cafe, Some(charset)).unwrap();
        assert_eq!(links, ["/caf%C3%A9?caf%E9"], "{charset}");
    }
    let utf_8 = links_in("<a href='/caf\u{e9}?caf\u{e9}'>", Some("utf8"));
    assert_eq!(utf_8.unwrap(), ["/caf%C3%A9?caf%C3%A9"]);
    let sjis = links_in(b"<a href='/\x83\x5c?\x83\x5c'>", Some("shift_jis"));
    assert_eq!(sjis.unwrap(), ["/%E3%82%BD?%83\\"]);
    // The same for the base; and a character that is not in the charset.
    let html = b"<base href='/\xe9/'><a href='a?&#x20ac;&#x3b1;'>";
    let links = links_in(html, Some("iso-8859-15")).unwrap();
    assert_eq!(links, ["/%C3%A9/a?%A4%26%23945%3B"]);
}

#[test]
fn the_mark_counts_more_than_the_header_and_that_more_than_the_page() {
    let meta = "<meta charset=windows-1251>";
    let marked = format!("\u{feff}{meta}<a href='/\u{e9}'>");
    assert_eq!(links_in(marked, Some("latin1")).unwrap(), ["/%C3%A9"]);
    let mut page = meta.as_bytes().to_vec();
    page.extend(b"<a href='/\xe9'>");
    assert_eq!(links_in(&page, Some("latin1")).unwrap(), ["/%C3%A9"]);
    assert_eq!(links(&page), ["/%D0%B9"]);
    // An unknown name counts as none, if there is another.
    assert_eq!(links_in(&page, Some("klingon")).unwrap(), ["/%D0%B9"]);
}

#[test]
fn a_page_may_name_its_charset_in_more_than_one_way() {
    for meta in [
        "<meta charset=\"koi8-r\">",
        "<META CHARSET = ' KOI8-R '>",
        "<meta http-equiv=Content-Type content='text/html; charset=koi8-r'>",
        "<meta content='x charset charset = \"koi8-r\"' http-equiv=content-type>",
        "<meta charset=unknown><meta charset=koi8-r><meta charset=latin1>",
        "<!-- <meta charset=latin1> --><meta charset=koi8-r>",
    ] {
        let mut page = meta.as_bytes().to_vec();
        page.extend(b"<a href='/\xe9'>");
        assert_eq!(links(&page), ["/%D0%98"], "{meta}");
    }
    for meta in [
        "<meta http-equiv=refresh content='text/html; charset=koi8-r'>",
        "<meta content='text/html; charset=koi8-r'>",
        "<meta name=charset content=koi8-r>",
        &format!("{}<meta charset=koi8-r>", " ".repeat(1024)),
    ] {
        let mut page = meta.as_bytes().to_vec();
        page.extend(b"<a href='/\xe9'>");
        assert_eq!(links(&page), ["/%C3%A9"], "{meta}");
    }
}

#[test]
fn a_page_in_utf_16_is_read_by_its_mark_or_its_header() {
    let html = "<meta charset=utf-16><a href='/\u{e9}'>";
    let marked = format!("\u{feff}{html}");
    let le = |text: &str| -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let be = |text: &str| -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    };
    assert_eq!(links(le(&marked)), ["/%C3%A9"]);
    assert_eq!(links(be(&marked)), ["/%C3%A9"]);
    assert_eq!(links_in(le(html), Some("utf-16")).unwrap(), ["/%C3%A9"]);
    assert_eq!(links_in(be(html), Some("utf-16be")).unwrap(), ["/%C3%A9"]);
    // Where the tag could be read as ASCII, it cannot be true.
    assert_eq!(links(html), ["/%C3%A9"]);
}

#[test]
fn a_charset_that_we_do_not_know_is_a_failure() {
    let why = |charset| links_in("<a href=a>", Some(charset)).unwrap_err();
    assert_eq!(
        why("ebcdic").to_string(),
        "charset \"ebcdic\" is not supported"
    );
    // Browsers refuse to read it.
    assert!(matches!(why("iso-2022-kr"), Failure::Unsupported(_)));
    // The name comes from a server: it is quoted, and cut.
    let odd = why("\u{1b}[2J\u{202e}\"").to_string();
    let quoted = r#""\u{1b}[2J\u{202e}\"""#;
    assert_eq!(odd, format!("charset {quoted} is not supported"));
    assert!(why(&"x".repeat(10_000)).to_string().len() < 100);
    let page = links_in("<meta charset=klingon><a href=a>", None);
    assert!(matches!(page, Err(Failure::Unsupported(_))));
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let odd = b"\0\xff<a href='a\0\xff'>\0";
    // No charset is named, and UTF-8 they are not.
    assert_eq!(links(odd), ["/dir/a%EF%BF%BD%C3%BF"]);
    let utf_8 = links_in(odd, Some("utf-8")).unwrap();
    assert_eq!(utf_8, ["/dir/a%EF%BF%BD%EF%BF%BD"]);
    assert_eq!(links(b"\xef\xbb\xbf<a href=a>"), ["/dir/a"]);
}
