use super::*;
use crate::http::checksum;

fn url(path: &str) -> Url {
    format!("http://host{path}").parse().unwrap()
}

fn new_frontier() -> Frontier {
    Frontier::new(url("/"))
}

/// A page of three bytes with these links, which took ten milliseconds.
fn page(path: &str, status: u16, links: &[&str]) -> Page {
    Page {
        url: url(path),
        status,
        body: path.into(),
        digest: [path.len() as u8; 20],
        links: links.iter().map(|path| url(path)).collect(),
        rounds: 0,
        harm: None,
        took: Duration::from_millis(10),
    }
}

fn ok(path: &str, links: &[&str]) -> Fetched {
    Ok(page(path, 200, links))
}

/// Crawls a site: path, status, and where it leads.
fn crawl(site: &[(&str, u16, &[&str])]) -> Frontier {
    let mut frontier = new_frontier();
    while let Some(next) = frontier.next() {
        let known = site.iter().find(|(path, ..)| url(path) == next);
        let fetched = match known {
            Some((path, status, links)) => Ok(page(path, *status, links)),
            None => Err(Failure::Status(404)),
        };
        frontier.done(&next, fetched);
    }
    assert!(frontier.finished());
    frontier
}

#[test]
fn every_page_is_taken_once_in_the_order_of_discovery() {
    let mut frontier = new_frontier();
    assert_eq!(frontier.next(), Some(url("/")));
    frontier.done(&url("/"), ok("/", &["/b", "/a", "/", "/b"]));
    assert_eq!(frontier.next(), Some(url("/b")));
    frontier.done(&url("/b"), ok("/b", &["/", "/a", "/c"]));
    assert_eq!(frontier.next(), Some(url("/a")));
    assert_eq!(frontier.next(), Some(url("/c")));
    assert_eq!(frontier.next(), None);
}

#[test]
fn it_is_finished_when_nothing_is_queued_and_nothing_under_way() {
    let mut frontier = new_frontier();
    assert!(!frontier.finished(), "one is queued");
    frontier.next();
    assert!(!frontier.finished(), "one is under way, and may link to more");
    frontier.done(&url("/"), ok("/", &["/a"]));
    assert!(!frontier.finished(), "it did");
    frontier.next();
    frontier.done(&url("/a"), Err(Failure::Reset));
    assert!(frontier.finished());
}

#[test]
fn a_page_that_is_put_back_is_handed_out_again_after_the_others() {
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), ok("/", &["/a", "/b"]));
    frontier.next();
    frontier.put_back(&url("/a"));
    assert_eq!(frontier.next(), Some(url("/b")));
    assert_eq!(frontier.next(), Some(url("/a")));
    assert!(!frontier.finished());
}

#[test]
#[should_panic(expected = "http://host/a was done before")]
fn a_page_is_not_done_twice() {
    let mut frontier = crawl(&[("/", 200, &["/a"])]);
    frontier.done(&url("/a"), Err(Failure::TimedOut));
}

#[test]
#[should_panic(expected = "http://host/a was never found")]
fn a_page_that_is_not_known_cannot_be_done() {
    new_frontier().done(&url("/a"), ok("/a", &[]));
}

#[test]
#[should_panic(expected = "http://host/ was not taken")]
fn a_page_that_was_not_taken_cannot_be_done() {
    new_frontier().done(&url("/"), ok("/", &[]));
}

#[test]
fn after_the_deadline_the_crawl_is_finished_once_nothing_is_under_way() {
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), ok("/", &["/a", "/b", "/c", "/d"]));
    for _ in ["/a", "/b", "/c"] {
        frontier.next();
    }
    let mut frontier = frontier.until(Instant::now());
    frontier.done(&url("/a"), Err(Failure::TimedOut));
    assert_eq!(frontier.next(), None, "/a and /d stay where they are");
    frontier.done(&url("/b"), Err(Failure::Status(500)));
    assert!(!frontier.finished(), "/c is under way");
    frontier.done(&url("/c"), ok("/c", &["/e"]));
    assert!(frontier.finished());

    let results = frontier.results();
    assert_eq!(results.pages, 2);
    assert_eq!(results.failed, [(url("/b"), Failure::Status(500))]);
    assert_eq!(results.not_reached, [url("/a"), url("/d"), url("/e")]);
}

fn no_files() -> Failure {
    Failure::Shortage("too many open files".to_owned())
}

#[test]
fn a_page_for_which_the_system_has_nothing_left_waits_for_the_others() {
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), ok("/", &["/a", "/b", "/c", "/d"]));
    let taken = ["/a", "/b", "/c", "/d"].map(url);
    for url in &taken {
        assert_eq!(frontier.next().as_ref(), Some(url));
    }
    // Two pages have what they need. When they are done must not matter.
    frontier.done(&url("/a"), ok("/a", &[]));
    frontier.done(&url("/c"), Err(no_files()));
    frontier.done(&url("/d"), Err(no_files()));
    assert!(!frontier.finished());
    assert_eq!(frontier.next(), Some(url("/c")));
    assert_eq!(frontier.next(), None, "two are under way");
    frontier.done(&url("/b"), ok("/b", &[]));
    assert_eq!(frontier.next(), Some(url("/d")));
    frontier.done(&url("/d"), ok("/d", &[]));
    frontier.done(&url("/c"), ok("/c", &[]));
    assert!(frontier.finished());

    let results = frontier.results();
    assert_eq!((results.pages, results.failed.len()), (5, 0));
    assert_eq!(results.room, Some(Room { pages: 2, why: no_files() }));
    assert_eq!(results.put_back, [(url("/c"), 1), (url("/d"), 1)]);
}

#[test]
fn a_page_fails_for_which_the_system_has_nothing_though_it_is_alone() {
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), Err(no_files()));
    assert!(frontier.finished());
    assert_eq!(frontier.results().no_start, Some(no_files()));

    // If every page runs short, the crawl ends, too.
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), ok("/", &["/a", "/b", "/c"]));
    let mut taken = VecDeque::new();
    while !frontier.finished() {
        while let Some(url) = frontier.next() {
            taken.push_back(url);
        }
        let url = taken.pop_front().expect("one is under way");
        frontier.done(&url, Err(no_files()));
    }
    assert_eq!(frontier.results().failed.len(), 3);
}

#[test]
fn the_deadline_does_not_come_between_two_questions() {
    let mut frontier = new_frontier().until(Instant::now());
    assert!(!frontier.finished());
    assert_eq!(frontier.next(), Some(url("/")), "it was not finished");
    frontier.done(&url("/"), Err(Failure::TimedOut));
    assert!(frontier.finished());
    assert_eq!(frontier.results().not_reached, [url("/")]);
}

#[test]
fn before_the_deadline_a_page_that_times_out_has_failed() {
    let far = Instant::now() + Duration::from_secs(1000);
    let mut frontier = new_frontier().until(far);
    frontier.next();
    frontier.done(&url("/"), Err(Failure::TimedOut));
    let results = frontier.results();
    assert_eq!(results.failed, [(url("/"), Failure::TimedOut)]);
    assert_eq!(results.not_reached, []);
    assert_eq!(results.no_start, Some(Failure::TimedOut));
}

#[test]
fn results_add_up_what_was_fetched_well() {
    let frontier = crawl(&[
        ("/", 200, &["/b", "/old", "/gone"]),
        ("/b", 200, &[]),
        ("/old", 301, &["/new"]),
        ("/new", 200, &[]),
    ]);
    let results = frontier.results();
    assert_eq!(results.pages, 4);
    assert_eq!(results.bytes, "/".len() + 2 + 2 * "/old".len());
    assert_eq!(results.failed, [(url("/gone"), Failure::Status(404))]);
    assert_eq!(
        results.listing,
        [
            (200, url("/")),
            (200, url("/b")),
            (200, url("/new")),
            (301, url("/old")),
            (404, url("/gone")),
        ]
    );
    let digests = [("/new", 4), ("/", 1), ("/old", 4), ("/b", 2)];
    let digests = digests.map(|(path, length)| (path, [length; 20]));
    assert_eq!(results.checksum, checksum(digests));
    assert!(results.sum_of_waits >= Duration::from_millis(40));
    assert_eq!(results.no_start, None);
}

#[test]
fn a_start_that_gives_no_answer_is_no_start() {
    let mut frontier = new_frontier();
    frontier.next();
    frontier.done(&url("/"), Err(Failure::Refused));
    assert_eq!(frontier.results().no_start, Some(Failure::Refused));

    let missing = crawl(&[]);
    assert_eq!(missing.results().no_start, None, "it has been reached");
}

#[test]
fn redirects_without_an_end_are_failures() {
    let frontier = crawl(&[
        ("/", 200, &["/in", "/self", "/1", "/too", "/out"]),
        ("/self", 302, &["/self"]),
        ("/1", 302, &["/2"]),
        ("/2", 307, &["/3"]),
        ("/3", 301, &["/1"]),
        // Redirects into a circle, to a page, and off the site.
        ("/in", 302, &["/1"]),
        ("/too", 302, &["/in"]),
        ("/out", 302, &["/out-2"]),
        ("/out-2", 302, &["/", "/off"]),
        ("/off", 302, &[]),
    ]);
    let results = frontier.results();
    let failed: Vec<_> =
        results.failed.iter().map(|(url, why)| (url.path(), why)).collect();
    let circle = &Failure::RedirectLoop;
    let in_circles = ["/1", "/2", "/3", "/in", "/self", "/too"];
    assert_eq!(failed, in_circles.map(|path| (path, circle)));
    assert_eq!(results.pages, 4);
    assert_eq!(results.listing.len(), 10, "all have been reached");
}

#[test]
fn long_chains_of_redirects_take_no_longer_than_their_length() {
    let mut frontier = new_frontier();
    for n in 0..20_000 {
        let at = frontier.next().unwrap();
        let next = format!("/{n}");
        frontier.done(&at, Ok(page(at.path(), 302, &[&next])));
    }
    let at = frontier.next().unwrap();
    frontier.done(&at, Ok(page(at.path(), 302, &["/9999"])));
    assert_eq!(frontier.results().failed.len(), 20_001);
}

#[test]
fn links_of_pages_are_no_redirects() {
    let frontier = crawl(&[("/", 200, &["/a"]), ("/a", 200, &["/"])]);
    assert_eq!(frontier.results().failed, []);
}

#[test]
fn the_start_is_known_without_its_fragment() {
    let mut frontier = Frontier::new(url("/#top"));
    assert_eq!(frontier.next(), Some(url("/")));
}

#[test]
fn the_ideal_is_the_critical_path_or_the_sum() {
    let frontier = crawl(&[
        ("/", 200, &["/a", "/b", "/c"]),
        ("/a", 200, &["/d"]),
        ("/b", 200, &["/d"]),
        ("/c", 200, &[]),
        ("/d", 200, &[]),
    ]);
    let results = frontier.results();
    let pages = |n: u64| Duration::from_millis(n * 10);
    assert_eq!(results.sum_of_waits, pages(5));
    assert_eq!(results.ideal(1), pages(5));
    assert_eq!(results.ideal(2), pages(3));
    assert_eq!(results.ideal(100), pages(3));
}
