//! Tests of the picture for a page.

use crate::record::Recording;

/// Eight threads that take turns at forty pages, under a lock.
fn crawl() -> Recording {
    let mut text = String::new();
    let mut line = |at: u32, lane: u32, what: &str| {
        text += &format!("{at}000 7 {lane} {lane} {at}000 {what}\n");
    };
    line(0, 9, "spawn site - site");
    for page in 0..40 {
        let (lane, at) = (1 + page % 8, 10 + page / 8 * 50_000 + page % 8);
        if page < 8 {
            line(at, lane, &format!("spawn thread - <thread {lane}>"));
        }
        line(at + 20, lane, "hold Frontier 1");
        line(at + 40, lane, "release Frontier 1");
        line(at + 60, lane, &format!("wait /{page}?a=1&b='2'"));
        line(at + 60, 9, &format!("flight {}", 1 + page % 8));
        line(at + 49_000, lane, "run");
    }
    Recording::parse(&text)
}

#[test]
fn it_can_stand_in_a_markdown_page() {
    let svg = crawl().svg("Fish & \"chips\"");
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    assert!(svg.lines().all(|line| !line.trim().is_empty()), "a blank line");
    assert!(!svg.contains(" id="), "an id may clash with the page's");
    for rule in svg.lines().filter(|line| line.contains(" {")) {
        assert!(rule.contains(".lanes-svg") || rule.contains("@media"));
    }
}

#[test]
fn it_is_well_formed_whatever_the_names_are() {
    let svg = crawl().svg("Fish & \"chips\"");
    let style = svg.find("</style>").expect("a style");
    let mut open = Vec::new();
    for tag in svg[style + 8..].split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("tags end");
        let name = tag.split(' ').next().expect("a name");
        match name.strip_prefix('/') {
            Some(name) if name != "svg" || !open.is_empty() => {
                assert_eq!(open.pop(), Some(name));
            }
            Some(_) => {}
            None if tag.ends_with('/') => {}
            None => open.push(name),
        }
        assert_eq!(tag.matches('\'').count() % 2, 0, "{tag}");
        let entities = text.split('&').skip(1);
        assert!(entities.into_iter().all(|e| e.contains(';')), "{text}");
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn it_says_in_words_what_it_shows() {
    let svg = crawl().svg("");
    let (_, rest) = svg.split_once("<desc>").expect("a description");
    let (words, _) = rest.split_once("</desc>").expect("its end");
    assert_eq!(
        words,
        "8 threads in 249 ms. At most 8 wait at once. \
         At most 8 run at once. At most 8 requests in flight."
    );
}

#[test]
fn forty_pages_are_drawn_in_less_than_40_kib() {
    let length = crawl().svg("").len();
    assert!(length < 40 * 1024, "{length} bytes");
}

#[test]
fn the_legend_shows_what_was_used_and_nothing_else() {
    let svg = crawl().svg("");
    let legend = &svg[svg.find("lanes-legend'").expect("a legend")..];
    for used in ["lanes-run", "lanes-wait", "lanes-held"] {
        assert!(legend.contains(used), "{used}");
    }
    for unused in ["lanes-blocked", "lanes-ready", "lanes-arrow"] {
        assert!(!legend.contains(unused), "{unused}");
    }
}
