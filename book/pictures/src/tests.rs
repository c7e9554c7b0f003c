//! Tests of the picture for a page.

use crate::svg;
use timeline::Recording;

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
    let picture = svg(&crawl(), "Fish & \"chips\"");
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"));
    assert!(
        picture.lines().all(|line| !line.trim().is_empty()),
        "a blank line"
    );
    assert!(!picture.contains(" id="), "an id may clash with the page's");
    for rule in picture.lines().filter(|line| line.contains(" {")) {
        assert!(rule.contains(".lanes-svg") || rule.contains("@media"));
    }
}

#[test]
fn it_is_well_formed_whatever_the_names_are() {
    let picture = svg(&crawl(), "Fish & \"chips\"");
    let style = picture.find("</style>").expect("a style");
    let mut open = Vec::new();
    for tag in picture[style + 8..].split('<').skip(1) {
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
    let picture = svg(&crawl(), "");
    let (_, rest) = picture.split_once("<desc>").expect("a description");
    let (words, _) = rest.split_once("</desc>").expect("its end");
    assert_eq!(
        words,
        "8 threads in 249 ms. At most 8 wait at once. \
         At most 8 run at once. At most 8 requests in flight."
    );
    let alone = svg(&tasks(1, 2), "");
    assert!(alone.contains("At most 1 waits at once.</desc>"), "{alone}");
}

#[test]
fn forty_pages_are_drawn_in_less_than_40_kib() {
    let length = svg(&crawl(), "").len();
    assert!(length < 40 * 1024, "{length} bytes");
}

#[test]
fn the_legend_shows_what_was_used_and_nothing_else() {
    let picture = svg(&crawl(), "");
    let legend = &picture[picture.find("lanes-legend'").expect("a legend")..];
    for used in ["lanes-run", "lanes-wait", "lanes-held"] {
        assert!(legend.contains(used), "{used}");
    }
    for unused in ["lanes-blocked", "lanes-ready", "lanes-arrow"] {
        assert!(!legend.contains(unused), "{unused}");
    }
}

/// A condition variable, a lock, and a task that is woken.
const CAUSES: &str = "\
    0 7 1 1 0 spawn thread - main\n\
    0 7 1 1 0 run\n\
    0 7 2 2 0 spawn thread - worker\n\
    0 7 2 2 0 wait condvar 1\n\
    4000000 7 1 1 4000000 hold Jobs 1\n\
    5000000 7 1 1 5000000 notify condvar 1\n\
    6000000 7 2 2 0 run\n\
    6000000 7 2 2 0 want Jobs 1\n\
    8000000 7 1 1 8000000 release Jobs 1\n\
    8500000 7 2 2 0 hold Jobs 1\n\
    9000000 7 2 2 500000 release Jobs 1\n\
    9000000 7 2 2 500000 done\n\
    9000000 7 1 3 9000000 spawn task 1 \n\
    9100000 7 1 3 9100000 wait tea\n\
    9200000 7 1 3 9200000 ready 1\n\
    9500000 7 1 3 9500000 run\n\
    9900000 7 1 3 9900000 done\n\
    9900000 7 1 1 9900000 done\n";

#[test]
fn a_script_can_tell_when_everything_was_and_why() {
    let picture = svg(&Recording::parse(CAUSES), "");
    assert!(picture.contains(" data-length='9900' data-margin='"), "{picture}");
    let title = |bar: &str| {
        let (_, rest) =
            picture.split_once(bar).unwrap_or_else(|| panic!("{picture}"));
        let (_, rest) = rest.split_once("<title>").expect("a title");
        rest.split_once("</title>").expect("its end").0.to_owned()
    };
    assert_eq!(title("data-kind='thread'"), "main");
    assert_eq!(
        title("class='lanes-wait' data-t='0 6000'"),
        "waits for condvar 1: 6.0 ms; then main notified it"
    );
    assert_eq!(
        title("class='lanes-blocked lanes-hue lanes-1' data-t='6000 8500'"),
        "waits for lock Jobs: 2.5 ms; then main released it"
    );
    assert_eq!(title("class='lanes-run' data-t='8500 9000'"), "runs: 500 µs");
    assert_eq!(
        title("data-t='9100 9200'"),
        "waits for tea: 100 µs; then main woke it"
    );
    assert_eq!(
        title("data-t='9200 9500'"),
        "is ready to run: 300 µs; main woke it"
    );
    assert_eq!(title("data-t='4000 8000'"), "holds Jobs: 4.0 ms");
    assert!(
        picture
            .contains("class='lanes-flow' data-t='5000 6000' data-rows='0 1'")
    );
    assert!(
        picture
            .contains("class='lanes-flow' data-t='8000 8500' data-rows='0 1'")
    );
}

#[test]
fn what_is_too_short_to_be_seen_is_there_for_readers_who_zoom_in() {
    let mut text = String::new();
    for n in 0..1000 {
        let (wait, run) = (1_000_000 * n + 1, 1_000_000 * n + 101_000);
        text += &format!("{wait} 7 1 1 {wait} wait /{n}\n");
        text += &format!("{run} 7 1 1 {wait} run\n");
    }
    let picture = svg(&Recording::parse(&text), "");
    let fine = picture.matches("lanes-fine' data-t=").count();
    assert_eq!(fine, crate::rows::FINE, "and not more than that");
    let bar = "lanes-wait lanes-fine' data-t='1000 1100'";
    assert!(picture.contains(bar), "{picture}");
}

#[test]
fn a_lane_that_idles_is_drawn_as_nothing() {
    let text = "0 7 1 1 0 spawn thread - main\n\
        0 7 1 2 0 spawn socket - \n\
        1000000 7 1 2 0 wait bytes\n\
        3000000 7 1 2 0 run\n\
        4000000 7 1 2 900000 idle\n\
        9000000 7 1 1 900000 run\n";
    let picture = svg(&Recording::parse(text), "");
    assert!(picture.contains("data-t='1000 3000'"), "{picture}");
    assert!(!picture.contains("data-t='4000 9000'"), "{picture}");
    let legend = &picture[picture.find("lanes-legend'").expect("a legend")..];
    assert!(!legend.contains("dies"), "{legend}");
}

#[test]
fn a_lost_wake_up_is_named() {
    let text = "0 7 1 1 0 spawn thread - main\n\
        0 7 1 2 0 spawn task - \n\
        1000000 7 1 2 0 run\n\
        2000000 7 1 2 0 wait a page\n\
        2000000 7 3 3 0 run\n\
        3000000 7 3 2 0 ready 3\n\
        4000000 7 1 1 0 wait a bell\n\
        9000000 7 3 3 0 run\n";
    let picture = svg(&Recording::parse(text), "");
    assert!(picture.contains(">lost wake-up</text>"), "{picture}");
    assert!(picture.contains("task 1 is ready, its wake-up lost."));
    // What has woken it, and when.
    let arrow =
        "class='lanes-flow lanes-point' data-t='3000 3000' data-rows='2 1'";
    assert!(picture.contains(arrow), "{picture}");
    // Woken later it is only ready: its thread slept by then.
    let later = text.replace("3000000 7 3 2", "5000000 7 3 2");
    let picture = svg(&Recording::parse(&later), "");
    assert!(!picture.contains("lost wake-up"), "{picture}");
}

/// Two threads, each of which waits for the lock that the other one holds.
const CIRCLE: &str = "\
    0 7 1 1 0 spawn thread - one\n0 7 2 2 0 spawn thread - two\n\
    8000000 7 1 1 0 hold A\n8000000 7 2 2 0 hold B\n\
    9000000 7 1 1 0 want B\n9000000 7 2 2 0 want A\n\
    16000000 7 3 3 0 spawn thread - three\n";

#[test]
fn a_circle_is_drawn_and_said() {
    let picture = svg(&Recording::parse(CIRCLE), "");
    let arrows: Vec<_> = picture.matches("lanes-flow lanes-point").collect();
    assert_eq!(arrows.len(), 2, "there and back: {picture}");
    for said in [
        ">a circle: neither can go on<",
        ">wants A<",
        ">wants B<",
        ">holds A<",
        ">holds B<",
    ] {
        assert!(picture.contains(said), "{said}: {picture}");
    }
}

#[test]
fn a_lock_has_one_colour_wherever_it_shows() {
    let picture = svg(&Recording::parse(CIRCLE), "");
    for (shape, class) in [
        ("lanes-held lanes-hue lanes-1' data-t='8000 16000'", "A, held"),
        ("lanes-blocked lanes-hue lanes-2' data-t='9000 16000'", "B, wanted"),
        ("lanes-held lanes-hue lanes-2' data-t='8000 16000'", "B, held"),
        ("lanes-blocked lanes-hue lanes-1' data-t='9000 16000'", "A, wanted"),
    ] {
        assert!(picture.contains(shape), "{class}: {picture}");
    }
}

/// Two threads fetch these pages, each half a step after the other.
fn fetch(pages: &[&str]) -> String {
    let mut text = String::new();
    for (n, page) in (1..).zip(pages) {
        let lane = 1 + n % 2;
        let [a, b] = [n * 1_000_000, n * 1_000_000 + 1_500_000];
        text += &format!("{a} 7 {lane} {lane} 0 wait {page}\n");
        text += &format!("{a} 7 {lane} {lane} 0 ask {page}\n");
        text += &format!("{b} 7 {lane} {lane} 0 got {page}\n");
        text += &format!("{b} 7 {lane} {lane} 0 run\n");
    }
    text
}

#[test]
fn a_page_that_two_fetch_at_once_is_marked_and_counted() {
    let picture = svg(&Recording::parse(&fetch(&["/b", "/a", "/a"])), "");
    assert_eq!(picture.matches(">/a ×2<").count(), 1, "{picture}");
    assert!(picture.contains(">/a is fetched twice<"), "{picture}");
    let more = fetch(&["/a", "/a", "/b", "/b", "/c"]);
    let picture = svg(&Recording::parse(&more), "");
    let said = ">2 pages are fetched more than once<";
    assert!(picture.contains(said), "{picture}");
    let once = svg(&Recording::parse(&fetch(&["/a", "/b", "/a"])), "");
    assert!(!once.contains("lanes-said'"), "{once}");
}

#[test]
fn pages_have_colours_if_there_are_enough_for_all() {
    let few = ["/", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8"];
    let picture = svg(&Recording::parse(&fetch(&few)), "");
    assert!(picture.contains("lanes-wait lanes-hue lanes-8'"), "{picture}");
    let more = [&few[..], &["/9"]].concat();
    let picture = svg(&Recording::parse(&fetch(&more)), "");
    assert!(!picture.contains("lanes-wait lanes-hue"), "{picture}");
}

#[test]
fn lanes_with_long_names_are_told_apart() {
    let mut text = "0 7 1 1 0 spawn thread - main\n".to_owned();
    for lane in 1..=12 {
        text += &format!("0 8 {lane} {lane} 0 spawn task - \n");
        text += &format!("0 8 {lane} {lane} 0 run\n");
    }
    let picture = svg(&Recording::parse(&text), "");
    for name in ["proce… 2: task 1<", "proce…2: task 12<"] {
        assert!(picture.contains(name), "{picture}");
    }
}

/// A site, and two sockets and a timer of one thread. The first socket runs for
/// long; meanwhile the site sends the second page, and the timer is due.
const SLOW: &str = "\
    0 7 1 1 0 spawn thread - main\n0 7 9 9 0 spawn site - site\n\
    0 7 1 2 0 spawn socket - \n0 7 1 2 0 wait /1\n\
    0 7 1 3 0 spawn socket - \n0 7 1 3 0 wait /2\n\
    0 7 1 4 0 spawn timer - \n0 7 1 4 0 until 30000000\n\
    20000000 7 1 2 0 run\n30000000 7 9 9 0 sent /2\n\
    80000000 7 1 2 60000000 wait \n81000000 7 1 4 0 run\n\
    82000000 7 1 4 0 done\n82000000 7 1 3 0 run\n83000000 7 1 3 0 done\n";

#[test]
fn a_slow_run_is_named_and_so_is_what_is_late_because_of_it() {
    let picture = svg(&Recording::parse(SLOW), "");
    for said in [
        ">runs 60 ms</text>",
        ">late 51 ms</text>",
        ">late 52 ms</text>",
        ">socket 1 runs for 60 ms: 2 others are late, by<",
        ">up to 52 ms<",
        "<rect class='lanes-ready lanes-bad' data-t='30000 82000'",
        // Before that it waited in truth.
        "<line class='lanes-wait lanes-hue lanes-2' data-t='0 30000'",
    ] {
        assert!(picture.contains(said), "{said}: {picture}");
    }
    let quick = SLOW.replace("30000000 7 9 9 0 sent /2\n", "");
    let quick = quick.replace("until 30000000", "until 80000000");
    let picture = svg(&Recording::parse(&quick), "");
    assert!(!picture.contains(">late "), "{picture}");
    // Also in words.
    let slow = svg(&Recording::parse(SLOW), "");
    assert!(slow.contains("by up to 52 ms.</desc>"), "{slow}");
}

#[test]
fn a_killed_process_is_a_zombie_from_its_death_on() {
    let text = "0 9 1 1 0 spawn thread - main\n0 8 1 1 0 spawn thread - main\n\
        0 8 1 1 0 wait tea\n20000 9 1 1 0 kill 8\n\
        50000 9 1 1 0 reap 8 signal: 9 (SIGKILL)\n90000 9 1 1 0 done\n";
    let picture = svg(&Recording::parse(text), "");
    let shape = "class='lanes-zombie lanes-bad' data-t='20 50'";
    assert!(picture.contains(shape), "{picture}");
    let said = ">process 2 is dead for 30 µs before its parent<";
    assert!(picture.contains(said), "{picture}");
}

#[test]
fn a_queue_shows_its_length_and_when_it_was_full() {
    let text = "0 9 1 1 0 spawn thread - main\n\
        10000000 9 1 1 0 length 1 2 pages\n\
        20000000 9 1 1 0 length 2 2 pages\n\
        70000000 9 1 1 0 length 0 2 pages\n90000000 9 1 1 0 done\n";
    let picture = svg(&Recording::parse(text), "");
    for part in [
        ">pages queued<",
        "<rect class='lanes-flight' data-t='10000 20000'",
        "<rect class='lanes-flight lanes-bad' data-t='20000 70000'",
        ">full: 2</text>",
    ] {
        assert!(picture.contains(part), "{part}: {picture}");
    }
    let with_room =
        svg(&Recording::parse(&text.replace(" 2 pages", " 3 pages")), "");
    assert!(!with_room.contains("full:"), "{with_room}");
}

#[test]
fn the_deeper_a_stack_the_larger_its_block() {
    let text = "0 9 1 1 0 spawn thread - main\n0 9 1 2 0 spawn greenlet 1 \n\
        10 9 1 2 0 run\n20000 9 1 2 0 kept stack, 100 bytes\n\
        20000 9 1 2 0 wait \n30000 9 1 2 0 run\n\
        50000 9 1 2 0 kept stack, 200 bytes\n50000 9 1 2 0 wait \n\
        60000 9 1 2 0 run\n90000 9 1 1 0 done\n";
    let picture = svg(&Recording::parse(text), "");
    let height = |t: &str| {
        let (_, rest) =
            picture.split_once(&format!("lanes-kept' data-t='{t}'")).unwrap();
        let (_, rest) = rest.split_once("height='").unwrap();
        rest.split_once('\'').unwrap().0.to_owned()
    };
    assert_eq!([height("20 30"), height("50 60")], ["9.0", "18.0"]);
    // A future is as large as it is, and is not drawn.
    let future = svg(&Recording::parse(&text.replace("stack", "future")), "");
    assert!(!future.contains("lanes-kept'"), "{future}");
}

/// So many tasks, each of which waits for a page, `pages` times.
fn tasks(n: usize, pages: usize) -> Recording {
    let mut text = "0 7 1 1 0 spawn thread - main\n".to_owned();
    for task in 2..n + 2 {
        text += &format!("0 7 1 {task} 0 spawn task 1 \n");
        for page in 0..pages {
            let (at, to) = (1 + page * 1000, 500 + page * 1000);
            text += &format!("{at}000 7 1 {task} 0 wait /{page}\n");
            text += &format!("{to}000 7 1 {task} 0 run\n");
        }
        text += &format!("{}000 7 1 {task} 0 done\n", pages * 1000);
    }
    Recording::parse(&text)
}

#[test]
fn many_lanes_are_thin_and_more_of_them_are_one_row() {
    let count = |picture: &str, what: &str| picture.matches(what).count();
    let few = svg(&tasks(20, 1), "");
    assert_eq!(count(&few, "lanes-row lanes-thin'"), 0);
    let many = svg(&tasks(40, 1), "");
    assert_eq!(count(&many, "lanes-row lanes-thin'"), 41, "{many}");
    let more = svg(&tasks(100, 1), "");
    assert_eq!(count(&more, "lanes-row lanes-thin'"), 60);
    assert!(more.contains(">41 more tasks<"), "{more}");
    assert!(more.contains(">41 wait at once</text>"), "{more}");
}

#[test]
fn of_twenty_thousand_pages_no_more_is_drawn_than_a_page_can_bear() {
    for (lanes, pages) in [(200, 100), (20, 1000), (8, 2500)] {
        let picture = svg(&tasks(lanes, pages), "");
        assert!(picture.len() < 700 * 1024, "{} bytes", picture.len());
        let elements = picture.matches('<').count();
        assert!(elements < 2_000, "{elements} for {lanes} tasks");
    }
    // And yet all of it is there for those who zoom in.
    let picture = svg(&tasks(200, 100), "");
    let rest = picture.split("<desc class='lanes-all'>").nth(2).unwrap();
    let (all, _) = rest.split_once("</desc>").unwrap();
    assert!(all.starts_with("y0 1 |w0 499 /0|o0 501 |w0 499 /1|"), "{all}");
    assert_eq!(all.matches('|').count(), 201);
}

/// Waits 2,500 times for 1 ms, with a run of 1 ms after each; halfway it waits
/// 5 s for a lock.
fn crowded_lane() -> String {
    let mut text = "0 7 1 1 0 spawn thread - main\n".to_owned();
    let mut line = |ms: u64, cpu: u64, what: &str| {
        text += &format!("{ms}000000 7 1 1 {cpu}000000 {what}\n");
    };
    for n in 0..2500 {
        let at = 2 * n + if n >= 1250 { 5_000 } else { 0 };
        if n == 1250 {
            line(2500, n, "want A");
        }
        line(at, n, &format!("wait /{n}"));
        line(at + 1, n, "run");
    }
    line(10_000, 2500, "done");
    text
}

#[test]
fn what_is_drawn_of_a_crowded_lane_is_so() {
    let picture = svg(&Recording::parse(&crowded_lane()), "");
    // Where its shapes of a class begin and end, in ten-thousandths.
    let path = |class: &str| -> Vec<(f64, f64)> {
        let path = picture.split(&format!("<path class='{class}' d='")).nth(1);
        let (path, _) = path.expect(&picture).split_once('\'').unwrap();
        let ends = path.split('M').skip(1).map(|part| {
            let (from, long) = part.split_once(" 0h").unwrap();
            let [from, long] = [from, long].map(|it| it.parse().unwrap());
            (from, from + long)
        });
        ends.collect()
    };
    assert_eq!(path("lanes-wait"), [(0.0, 2499.0), (7500.0, 9999.0)]);
    assert_eq!(path("lanes-blocked"), [(2500.0, 7500.0)]);
    let runs = path("lanes-run");
    assert!((60..=75).contains(&runs.len()), "as many as fit: {runs:?}");
    for pair in runs.windows(2) {
        assert!(pair[1].0 - pair[0].1 >= 35.0, "no gap: {pair:?}");
    }
    let meanwhile = runs.iter().filter(|it| (2500.0..7500.0).contains(&it.0));
    assert_eq!(meanwhile.count(), 0, "{runs:?}");
}
