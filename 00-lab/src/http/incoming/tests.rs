use super::*;
use crate::cpu_time_of_thread;
use crate::http::{MOST_BODY, MOST_HEADER};
use proptest::prelude::*;
use sha1_smol::Sha1;

fn url() -> Url {
    "http://127.0.0.1:8000/dir/page?query".parse().unwrap()
}

/// What `take` gives back for these pieces, and then for the end of the
/// connection; it is not called again once the answer is over.
fn take_all<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Fetched {
    let mut incoming = Incoming::new(&url());
    for piece in pieces.into_iter().filter(|piece| !piece.is_empty()) {
        if let Some(page) = incoming.take(piece)? {
            return Ok(Page { took: Default::default(), ..page });
        }
    }
    let page = incoming.take(&[])?.expect("the end of it is the end");
    Ok(Page { took: Default::default(), ..page })
}

fn take(answer: impl AsRef<[u8]>) -> Fetched {
    take_all([answer.as_ref()])
}

fn body(answer: impl AsRef<[u8]>) -> String {
    String::from_utf8(take(answer).unwrap().body).unwrap()
}

/// The same for an answer with these headers and this body.
fn fails(headers: &str, body: &str) -> Failure {
    take(format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}")).unwrap_err()
}

#[test]
fn a_body_is_as_long_as_its_length_says_and_the_connection_may_stay_open() {
    let mut incoming = Incoming::new(&url());
    let answer = b"HTTP/1.1 200 OK\r\ncontent-LENGTH: 5\r\n\r\nhello, more";
    let page = incoming.take(answer).unwrap().unwrap();
    assert_eq!((page.status, &page.body[..]), (200, &b"hello"[..]));
    assert_eq!(page.digest, Sha1::from("hello").digest().bytes());
    assert_eq!(page.url, url());
}

#[test]
fn an_empty_body_is_whole_with_its_header() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        let page = Incoming::new(&url()).take(head.as_bytes()).unwrap();
        assert_eq!(page.expect("it is whole").body, b"", "{head}");
    }
}

#[test]
fn without_a_length_the_body_goes_on_to_the_end() {
    assert_eq!(body("HTTP/1.0 200 OK\r\n\r\nto the end"), "to the end");
    assert_eq!(body("HTTP/1.1 200\nA: b\n\n"), "");
}

#[test]
fn interim_answers_are_skipped() {
    assert_eq!(
        body(
            "HTTP/1.1 100 Continue\r\n\r\n\
             HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n\
             HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        ),
        "ok"
    );
    assert_eq!(take("HTTP/1.1 101 x\r\n\r\n"), Err(Failure::NotHttp));
}

#[test]
fn chunks_may_have_extensions_and_trailers_and_any_case() {
    assert_eq!(
        body(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n\
             5\r\nhello\r\n\
             00B \t;name=value;\"quoted\"\r\n, wonderful\r\n\
             6;\r\n world\r\n\
             000\r\nTrailer: one\r\nAnother: two\r\n\r\nmore"
        ),
        "hello, wonderful world"
    );
}

#[test]
fn small_chunks_may_have_more_around_them_than_a_header_may() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = "1;extension\r\n.\r\n".repeat(MOST_HEADER / 10);
    assert_eq!(
        body(format!("{head}{chunks}0\r\n\r\n")).len(),
        MOST_HEADER / 10
    );
}

#[test]
fn chunks_win_over_a_length() {
    for order in [
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: minus one",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{order}\r\n\r\n");
        assert_eq!(body(head + "5\r\nhello\r\n0\r\n\r\n"), "hello");
    }
}

#[test]
fn the_same_length_may_be_there_more_than_once() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 5, 05\r\n\
                content-length:5\r\n\r\n";
    assert_eq!(body(head.to_owned() + "hello!"), "hello");
}

#[test]
fn an_old_way_to_write_long_headers_is_understood() {
    let head = "HTTP/1.1 200 OK\r\nA: folded\r\n line\r\n\
                Content-Length:\r\n\t 5\r\n\r\n";
    assert_eq!(body(head.to_owned() + "hello!"), "hello");
}

/// What curl, wget, Python and Chromium understand alike.
#[test]
fn a_header_that_is_not_quite_right_is_understood() {
    for odd in [
        "A : b",
        "A\t: b",
        "Content-Length\t : 5",
        "a line that is no header",
        "no colon, and it\r\n goes on",
        ": b",
        "A(b): c",
        "\u{e9}: \u{e9}",
        " A: b",
        "A: \u{1}b\u{7f}",
        "A: b\rc",
        "A: b\r",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: Identity, ",
        "Transfer-Encoding:",
        "Content-Length-Or-So: 3",
    ] {
        let after = format!("{FIVE}\r\n{}", odd.trim_start());
        for order in [format!("{odd}\r\n{FIVE}"), after] {
            let answer = format!("HTTP/1.1 200 OK\r\n{order}\r\n\r\nhello!");
            assert_eq!(body(answer), "hello", "{odd:?}");
        }
    }
    for line in [
        "HTTP/1.1  200  OK",
        "HTTP/1.1 200",
        "HTTP/1.1 200 ",
        "HTTP/1.0 200 D\u{e9}j\u{e0} vu",
    ] {
        let answer = format!("{line}\r\n{FIVE}\r\n\r\nhello!");
        assert_eq!(body(answer), "hello", "{line:?}");
    }
}

const FIVE: &str = "Content-Length: 5";

#[test]
fn a_line_about_the_end_of_the_body_is_not_passed_over() {
    for line in [
        "Content-Length 5",
        "content-length",
        "Content-Length; 5",
        "Transfer-Encoding chunked",
        "Transfer-Encoding\u{b}: chunked",
        "TRANSFER-ENCODING, chunked",
        " Transfer-Encoding: chunked",
        " Content-Length: 5",
    ] {
        assert_eq!(fails(line, "hello"), Failure::BadHeader, "{line:?}");
        let after = format!("A: b\r\n{}\r\n{FIVE}", line.trim_start());
        let taken = take(format!("HTTP/1.1 200 OK\r\n{after}\r\n\r\nhello"));
        if !line.starts_with(' ') {
            assert_eq!(taken, Err(Failure::BadHeader), "{line:?}");
        }
    }
    // The line continues the header before it, whatever it looks like.
    let folded = format!("A: b\r\n Content-Length: 3\r\n{FIVE}");
    assert_eq!(
        body(format!("HTTP/1.1 200 OK\r\n{folded}\r\n\r\nhello!")),
        "hello"
    );
}

#[test]
fn chunked_may_be_named_twice_and_beside_identity() {
    for header in [
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n");
        assert_eq!(body(head + "5\r\nhello\r\n0\r\n\r\n"), "hello");
    }
}

/// The result for a page of HTML with this coding.
fn coded(coding: &str, body: &[u8]) -> Fetched {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\
         Content-Encoding: {coding}\r\n\r\n"
    );
    take([head.as_bytes(), body].concat())
}

const LINK: &[u8] = b"<a href=a>";

#[test]
fn a_page_that_is_not_compressed_may_say_so() {
    for coding in ["identity", "Identity", "", " , identity"] {
        let page = coded(coding, LINK).unwrap();
        assert_eq!(page.body, LINK, "{coding}");
        assert_eq!(page.links.len(), 1, "{coding}");
    }
}

#[test]
fn a_compressed_page_is_a_failure_that_names_the_coding() {
    let why = |coding: &str| coded(coding, LINK).unwrap_err().to_string();
    for coding in ["gzip", "x-gzip", "deflate", "br", "zstd"] {
        let named = format!("content coding {coding:?} is not supported");
        assert_eq!(why(coding), named);
    }
    assert!(why("gzip, br").starts_with("content coding \"br\""));
    assert!(why("br\r\nContent-Encoding: identity").contains("\"br\""));
    assert!(why("gzip, identity, ").contains("\"gzip\""));
    // A server may name anything.
    let long = why(&"x".repeat(1000));
    assert!(long.len() < 100, "{long}");
    assert!(!why("a\u{9b}").contains('\u{9b}'));
}

#[test]
fn what_has_no_content_has_no_coding() {
    let head = "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Encoding: br\r\n";
    let page = take(format!("{head}Content-Length: 0\r\n\r\n")).unwrap();
    assert_eq!(page.links.len(), 1);
    // Of an error, only the status is looked at.
    let gone = "HTTP/1.1 404 No\r\nContent-Encoding: br\r\n\r\nzzz";
    assert_eq!(take(gone), Err(Failure::Status(404)));
}

#[test]
fn an_illegal_length_is_a_failure() {
    let long = |length| fails(&format!("Content-Length: {length}"), "hello");
    assert_eq!(long("five"), Failure::BadLength);
    assert_eq!(long("-5"), Failure::BadLength);
    assert_eq!(long("+5"), Failure::BadLength);
    assert_eq!(long("5 5"), Failure::BadLength);
    assert_eq!(long("0x5"), Failure::BadLength);
    assert_eq!(long(""), Failure::BadLength);
    assert_eq!(long("5, 6"), Failure::TwoLengths);
    assert_eq!(long("5\r\nContent-Length: 4"), Failure::TwoLengths);
    assert_eq!(long("99999999999999999999999"), Failure::HugeBody);
}

#[test]
fn an_illegal_chunk_is_a_failure() {
    let chunked = |body| fails("Transfer-Encoding: chunked", body);
    assert_eq!(chunked("x\r\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked("-5\r\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked("\r\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked(";\r\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked("5\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked("5 5\r\nhello\r\n"), Failure::BadChunk);
    assert_eq!(chunked("4\r\nhello\r\n0\r\n"), Failure::BadChunk);
    assert_eq!(chunked("00000000000000005\r\nhello"), Failure::BadChunk);
    assert_eq!(chunked("ffffffffffffffff\r\nhello"), Failure::HugeBody);
}

#[test]
fn a_coding_that_we_cannot_undo_is_a_failure() {
    for coding in ["gzip", "gzip, chunked", "chunked, chunked", "x"] {
        let header = format!("Transfer-Encoding: {coding}");
        assert_eq!(fails(&header, ""), Failure::UnknownCoding, "{coding}");
    }
}

#[test]
fn what_ends_too_early_says_how_far_it_came() {
    let words = |answer| take(answer).unwrap_err().to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
    assert_eq!(words(head), "connection closed after 5 of 10 bytes");
    assert_eq!(words(&head[..12]), "connection closed after 12 bytes");
    assert_eq!(words(""), "connection closed without an answer");

    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                   5\r\nhello\r\n5\r\nhe";
    assert_eq!(words(chunked), "connection closed after 7 bytes");
    let begun = &chunked[..chunked.len() - 15];
    assert!(begun.ends_with("\r\n\r\n"));
    assert_eq!(words(begun), "connection closed after 0 bytes");
    let last = chunked.to_owned() + "llo\r\n0\r\n";
    assert_eq!(words(&last), "connection closed after 10 bytes");
}

#[test]
fn what_is_not_http_is_found_out_at_once() {
    for greeting in ["S", "SSH-2.0-OpenSSH\r\n", "\r\nHTTP/1.1", "HTTP/2"] {
        let taken = Incoming::new(&url()).take(greeting.as_bytes());
        assert_eq!(taken, Err(Failure::NotHttp), "{greeting}");
    }
    for line in ["HTTP/1.1 2x0 OK", "HTTP/1.7 200 OK", "HTTP/1.1 099 No"] {
        let answer = format!("{line}\r\n\r\n");
        assert_eq!(take(&answer), Err(Failure::NotHttp), "{line}");
    }
    assert_eq!(fails("A: \0", ""), Failure::BadHeader);
}

#[test]
fn a_header_may_be_large_but_not_huge() {
    let start = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: ";
    let room = MOST_HEADER - start.len() - "\r\n\r\n".len();
    let head = |size| format!("{start}{}\r\n\r\n", "a".repeat(size));
    assert!(take(head(room)).is_ok());
    assert_eq!(take(head(room + 1)), Err(Failure::HugeHeader));

    let many = |n| {
        let interim = "HTTP/1.1 100 Continue\r\n\r\n";
        interim.repeat(n) + &head(0)
    };
    assert!(take(many(1000)).is_ok());
    assert_eq!(take(many(3000)), Err(Failure::HugeHeader));

    let trailers = |n| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}0\r\n{}\r\n", "a: b\r\n".repeat(n))
    };
    assert!(take(trailers(10_000)).is_ok());
    assert_eq!(take(trailers(11_000)), Err(Failure::HugeHeader));
}

#[test]
fn a_huge_body_is_refused_before_it_has_come() {
    let first = |answer: String| Incoming::new(&url()).take(answer.as_bytes());
    let length =
        |n| first(format!("HTTP/1.1 200 OK\r\nContent-Length: {n}\r\n\r\n"));
    assert_eq!(length(MOST_BODY), Ok(None));
    assert_eq!(length(MOST_BODY + 1), Err(Failure::HugeBody));

    let chunk = |n| {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        first(format!("{head}1\r\n.\r\n{n:X}\r\n"))
    };
    assert_eq!(chunk(MOST_BODY - 1), Ok(None));
    assert_eq!(chunk(MOST_BODY), Err(Failure::HugeBody));
}

#[test]
fn a_body_without_an_end_is_cut_at_the_limit() {
    let mut incoming = Incoming::new(&url());
    incoming.take(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let mebibyte = vec![b'.'; 1 << 20];
    for _ in 0..MOST_BODY >> 20 {
        assert_eq!(incoming.take(&mebibyte), Ok(None));
    }
    assert_eq!(incoming.take(b"."), Err(Failure::HugeBody));
}

#[test]
fn a_page_with_an_error_status_is_heard_out_first() {
    let mut incoming = Incoming::new(&url());
    let head = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nno";
    assert_eq!(incoming.take(head), Ok(None));
    assert_eq!(incoming.take(b"ne"), Err(Failure::Status(404)));
}

#[test]
fn only_html_is_searched_for_links() {
    let links = |media: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}");
        take(head + "\r\n\r\n<a href=a>").unwrap().links
    };
    let [a] = ["http://127.0.0.1:8000/dir/a".parse().unwrap()];
    assert_eq!(links("text/html"), [a]);
    assert_eq!(links("Text/HTML ;charset=utf-8").len(), 1);
    assert_eq!(links("text/plain"), []);
    assert_eq!(links("text/htmlx"), []);
    // Of several types, the last legal one counts.
    assert_eq!(links("text/plain\r\nContent-Type: text/html").len(), 1);
    assert_eq!(links("text/html\r\nContent-Type: text/plain"), []);
    assert_eq!(links("text/plain, text/html").len(), 1);
    assert_eq!(links("text/html\r\nContent-Type:").len(), 1);
    assert_eq!(links("text/html\r\nContent-Type: */*").len(), 1);
}

#[test]
fn a_page_without_a_type_is_html_if_it_begins_with_a_tag() {
    let links = |head: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\n{head}\r\n");
        take([head.as_bytes(), body].concat()).unwrap().links.len()
    };
    let utf_16 = "\u{feff}\r\n<a href=a>".encode_utf16();
    let utf_16: Vec<_> = utf_16.flat_map(u16::to_be_bytes).collect();
    for (head, body, count) in [
        ("", &b"<a href=a>"[..], 1),
        ("", b" \r\n\t<!doctype html><a href=a>", 1),
        ("", b"\xef\xbb\xbf<a href=a>", 1),
        ("", &utf_16, 1),
        ("Content-Type:\r\n", b"<a href=a>", 1),
        ("Content-Type: charset=utf-8\r\n", b"<a href=a>", 1),
        ("", b"Write <a href=a>, and it is a link.", 0),
        ("", b"", 0),
        ("Content-Type: text/plain\r\n", b"<a href=a>", 0),
    ] {
        let shown = String::from_utf8_lossy(body);
        assert_eq!(links(head, body), count, "{head}{shown}");
    }
}

#[test]
fn the_header_says_in_which_charset_a_page_is() {
    let link = |media: &str| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n\r\n");
        let page = take([head.as_bytes(), b"<a href='?\xe9'>"].concat());
        page.map(|page| page.links[0].query().unwrap().to_owned())
    };
    let cyrillic = Ok("%E9".to_owned());
    for media in [
        "text/html; charset=koi8-r",
        "text/html;x=y;CharSet = \"KOI8-R\" ;charset=utf-8",
        "text/html; charset='koi8-r'",
        "text/html; charset=koi8-r\r\nContent-Type: TEXT/html",
        "text/html; charset=utf-8\r\nContent-Type: text/html; charset=koi8-r",
    ] {
        assert_eq!(link(media), cyrillic, "{media}");
    }
    let lossy = Ok("%EF%BF%BD".to_owned());
    assert_eq!(link("text/html; charset=utf-8"), lossy);
    // That charset belongs to another media type.
    let other = "text/plain; charset=utf-8\r\nContent-Type: text/html";
    assert_eq!(link(other), cyrillic);
    assert_eq!(link("text/html; charset="), cyrillic);
    let why = link("text/html; charset=x").unwrap_err();
    assert_eq!(why.to_string(), "charset \"x\" is not supported");
}

#[test]
fn the_only_link_of_a_redirect_is_its_target() {
    let links = |location: &str| {
        let page = take(format!(
            "HTTP/1.1 302 Found\r\nContent-Type: text/html\r\n{location}\r\n\
             <a href=a>"
        ));
        let links = page.unwrap().links;
        links.iter().map(Url::to_string).collect::<Vec<_>>()
    };
    let site = "http://127.0.0.1:8000";
    assert_eq!(links("Location: ../b#c\r\n"), [format!("{site}/b")]);
    assert_eq!(links("location:?d\r\n"), [format!("{site}/dir/page?d")]);
    assert_eq!(links("Location: \r\n"), [url().to_string()]);
    assert_eq!(links("Location: http://example.org/\r\n"), [""; 0]);
    assert_eq!(links("Location: http://[/\r\n"), [""; 0]);
    assert_eq!(links(""), [""; 0]);
    assert_eq!(links("Location: /é\r\n"), [format!("{site}/%C3%A9")]);

    // No byte is lost, even if they are not UTF-8.
    let latin = b"HTTP/1.1 302 Found\r\nLocation: /caf\xe9?\xff\r\n\r\n";
    let links = take(latin).unwrap().links;
    assert_eq!(links[0].as_str(), format!("{site}/caf%E9?%FF"));
}

#[test]
fn a_page_says_how_much_work_it_asks_for() {
    let rounds = |header: &str| {
        take(format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n")).unwrap().rounds
    };
    assert_eq!(rounds("work: 12"), 12);
    assert_eq!(rounds("Work: hard"), 0);
    assert_eq!(rounds("A: b"), 0);
}

#[test]
#[should_panic(expected = "is over")]
fn there_is_no_answer_after_the_answer() {
    let mut incoming = Incoming::new(&url());
    assert!(incoming.take(&[]).is_err());
    let _ = incoming.take(&[]);
}

/// Answers put together from parts that are good, bad, or nearly good.
fn answers() -> impl Strategy<Value = Vec<u8>> {
    let heads = prop::collection::vec(
        prop::sample::select(vec![
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.0 302 Found\n",
            "HTTP/1.1 404 None\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "Content-Length: 11\r\n",
            "Content-Length: 12\r\n",
            "Content-Length: x\r\n",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Content-Type: text/html\r\n",
            "Location: /elsewhere\n",
            "Folded: a\r\n b\r\n",
            "\r\n",
            "\n",
            "\r",
        ]),
        0..6,
    );
    let bodies = prop::collection::vec(
        prop::sample::select(vec![
            "5\r\nhello\r\n",
            "B;x=y\r\n<a href=b/>\r\n",
            "1000000\r\n",
            "0\r\n",
            "0\r\nTrailer: a\r\n\r\n",
            "<a href='c'>",
            "\r\n",
            "zz\r\n",
        ]),
        0..6,
    );
    let start = prop::sample::select(vec![
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n",
        "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
    ]);
    let damage =
        prop::option::weighted(0.2, any::<(prop::sample::Index, u8)>());
    (start, heads, bodies, damage).prop_map(|(start, heads, bodies, damage)| {
        let answer = [start, &heads.concat(), "\r\n", &bodies.concat()];
        let mut answer = answer.concat().into_bytes();
        if let Some((at, byte)) = damage {
            *at.get_mut(&mut answer) = byte;
        }
        answer
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn it_does_not_matter_where_an_answer_is_cut(
        answer in answers(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let mut cuts: Vec<_> =
            cuts.iter().map(|cut| cut.index(answer.len())).collect();
        cuts.extend([0, answer.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|ends| &answer[ends[0]..ends[1]]);

        let whole = take(&answer);
        prop_assert_eq!(&take_all(pieces), &whole);
        prop_assert_eq!(&take_all(answer.chunks(1)), &whole);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        let _ = take(&bytes);
        let _ = take([b"HTTP/1.1 200 OK\r\n", &bytes[..]].concat());
        let html = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
        prop_assert!(take([html, &bytes[..]].concat()).is_ok());
        let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let _ = take([chunked, &bytes[..]].concat());
    }
}

/// A header of twice the size, byte by byte, must not take four times as long.
#[test]
fn small_pieces_cost_no_more_than_their_bytes() {
    let time = |size: usize| {
        let head = format!("HTTP/1.1 200 OK\r\nA: {}", "a".repeat(size));
        let mut incoming = Incoming::new(&url());
        // The clock would count other programs as well.
        let began = cpu_time_of_thread();
        for byte in head.as_bytes().chunks(1) {
            incoming.take(byte).unwrap();
        }
        cpu_time_of_thread() - began
    };
    let [short, long] = [6_000, 60_000]
        .map(|n| (0..5).map(|_| time(n)).min().expect("five times"));
    assert!(long < 30 * short, "{long:?} against {short:?}");
}
