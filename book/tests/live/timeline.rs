//! Timelines on the page, in a real browser: zoomed, and read by keyboard.

use super::browser::{open, open_shared};
use super::webdriver::Browser;
use serde_json::{Value, json};
use timeline::Recording;

const ENTER: char = '\u{e007}';
const RIGHT: char = '\u{e014}';
const DOWN: char = '\u{e015}';

/// What a script finds in the first timeline of the page.
fn find(browser: &Browser, what: &str) -> Value {
    let svg = "const svg = document.querySelector('svg.timeline');";
    browser.script(&format!("{svg} return {what}"))
}

fn sentence(browser: &Browser) -> String {
    let said = "document.querySelector('.timeline-said').textContent";
    find(browser, said).as_str().unwrap().to_owned()
}

fn number(browser: &Browser, what: &str) -> f64 {
    find(browser, what).as_f64().unwrap_or_else(|| panic!("no {what}"))
}

#[test]
fn a_timeline_is_read_and_zoomed_by_keyboard() {
    let page = "1-threads/crawl.html";
    let Some(browser) = open_shared(page, "svg.timeline") else { return };
    let axis = "[...svg.querySelectorAll('.lanes-grid + text')]
                    .map((it) => it.textContent).join()";
    let height = "svg.getBoundingClientRect().height";
    let letters = "svg.querySelector('.lanes-row text')
                       .getBoundingClientRect().height";
    let frame = "svg.querySelector('.timeline-frame')
                     .getBoundingClientRect().width";
    let sizes = [height, letters].map(|it| number(&browser, it));
    let whole = find(&browser, axis);

    find(&browser, "svg.focus()");
    browser.press(ENTER);
    assert!(sentence(&browser).starts_with("main runs: "));
    // The first worker may be the one with the first page; then others wait.
    browser.press(DOWN);
    browser.press(DOWN);
    assert!(sentence(&browser).starts_with("worker "));
    // Along the lane, to a wait that another thread has ended.
    let mut read = Vec::new();
    while !sentence(&browser).contains("; then worker ") {
        read.push(sentence(&browser));
        assert!(read.len() < 80, "no such wait: {read:?}");
        browser.press(RIGHT);
    }
    assert!(sentence(&browser).contains(" waits for "));
    let led = "svg.querySelectorAll('.timeline-led').length";
    assert!(number(&browser, led) >= 1.0, "no arrow leads to it");

    let before = number(&browser, frame);
    for _ in 0..3 {
        browser.press('+');
    }
    let zoomed = number(&browser, frame);
    assert!(zoomed > 2.0 * before, "{before} px, then {zoomed}");
    assert_ne!(find(&browser, axis), whole);
    let now = [height, letters].map(|it| number(&browser, it));
    assert_eq!(now, sizes, "only time is zoomed");
    browser.press('0');
    assert_eq!(find(&browser, axis), whole);

    find(
        &browser,
        "document.querySelector('.timeline-tools label:last-child input').click()",
    );
    assert_eq!(number(&browser, height), sizes[0] - 30.0, "a lane less");
    // Arrows turn the page, but not here.
    let address = find(&browser, "location.pathname");
    assert_eq!(address, format!("/{page}"));
}

#[test]
fn a_bar_is_read_where_the_mouse_is() {
    let page = "1-threads/1-2-thread-per-page.html";
    let Some(browser) = open_shared(page, "svg.timeline") else { return };
    let hint = sentence(&browser);
    // In the middle of a wait, but not on its line: anywhere in its lane.
    let over = "(() => {
        const at = svg.querySelector('.lanes-wait').getBoundingClientRect();
        svg.dispatchEvent(new PointerEvent('pointermove', {
            clientX: at.left + at.width / 2, clientY: at.top + 9,
        }));
        return svg.querySelector('.timeline-time').textContent;
    })()";
    let time = find(&browser, over);
    assert!(time.as_str().unwrap().ends_with(" ms"), "{time}");
    assert!(sentence(&browser).contains(" waits for "));
    find(&browser, "svg.dispatchEvent(new PointerEvent('pointerleave'))");
    assert_eq!(sentence(&browser), hint);
}

#[test]
fn lanes_fold_and_unfold() {
    let page = "1-threads/crawl.html";
    let Some(browser) = open_shared(page, "svg.timeline") else { return };
    let height = "svg.getBoundingClientRect().height";
    let lanes =
        "svg.querySelectorAll('.lanes-row:not([data-kind=site])').length";
    let press = "[...document.querySelectorAll('.timeline-tools button')]
        .find((it) => it.textContent === 'thin lanes').click()";
    let [tall, lanes] = [height, lanes].map(|it| number(&browser, it));
    find(&browser, press);
    assert_eq!(number(&browser, height), tall - 16.0 * lanes);
    let hidden = "getComputedStyle(svg.querySelector('.lanes-what')).display";
    assert_eq!(find(&browser, hidden), "none", "no room for words");
    find(&browser, press);
    assert_eq!(number(&browser, height), tall);
}

/// Thirty tasks that wait for 500 pages each, 8 ms for one.
fn many_pages() -> Recording {
    let mut text = "0 7 1 1 0 spawn thread - main\n".to_owned();
    for task in 2..32 {
        text += &format!("0 7 1 {task} 0 spawn task 1 \n");
        for page in 0..500 {
            let us = page * 10_000 + task * 100;
            let (cpu, to) = (page * 2_000, us + 8_000);
            text += &format!("{us}000 7 1 {task} {cpu}000 wait /{page}\n");
            text += &format!("{to}000 7 1 {task} {cpu}000 run\n");
        }
    }
    Recording::parse(&text)
}

#[test]
fn many_pages_are_few_elements_and_yet_each_is_there_to_be_read() {
    let page = "1-threads/1-2-thread-per-page.html";
    let Some(browser) = open_shared(page, "svg.timeline") else { return };
    let picture = json!(pictures::svg(&many_pages(), "Many pages"));
    browser.script(&format!(
        "const page = new DOMParser().parseFromString({picture}, 'text/html');
         const figure = document.querySelector('figure:has(.timeline)');
         figure.replaceChildren(page.querySelector('svg'));
         figure.dispatchEvent(new Event('drawn', {{ bubbles: true }}));"
    ));
    let elements = "svg.querySelectorAll('*').length";
    assert!(number(&browser, elements) < 500.0, "it is a few paths");
    find(
        &browser,
        "document.querySelector('.timeline-tools [aria-pressed]').click()",
    );
    find(&browser, "svg.focus()");
    for _ in 0..8 {
        browser.press('+');
        let elements = number(&browser, elements);
        assert!(elements < 500.0, "{elements}, zoomed in");
    }
    // What is told is what is drawn.
    browser.press(ENTER);
    browser.press(DOWN);
    let said = sentence(&browser);
    let page = said.strip_prefix("task 1 waits for ").expect(&said);
    let page = page.strip_suffix(": 8.0 ms.").expect(&said);
    let drawn = "(() => {
        const { left, right } = svg.querySelector('.timeline-frame')
            .getBoundingClientRect();
        const row = svg.querySelector('.lanes-row:has(.timeline-frame)');
        const lane = row.querySelector('.lanes-crowd');
        const x = svg.getBoundingClientRect().x + lane.x.baseVal.value;
        const width = lane.width.baseVal.value;
        const waits = lane.querySelector('.lanes-wait').getAttribute('d');
        const at = (place) =>
            x + Math.min(Math.max(place / 10000, 0), 1) * width;
        const isThere = [...waits.matchAll(/M(\\S+) 0H([^M]+)/g)].some(
            ([, from, to]) => Math.abs(at(from) - left) < 2
                && Math.abs(at(to) - right) < 6);
        const words = [...row.querySelectorAll('.lanes-what')];
        return [isThere, words.map((it) => it.textContent)];
    })()";
    let drawn = find(&browser, drawn);
    assert_eq!(drawn[0], true, "{drawn}");
    assert!(drawn[1].as_array().unwrap().contains(&json!(page)), "{drawn}");
}

#[test]
fn dragging_measures() {
    let page = "1-threads/1-2-thread-per-page.html";
    let Some(browser) = open_shared(page, "svg.timeline") else { return };
    let drag = "(() => {
        const { left, top, width } = svg.getBoundingClientRect();
        const at = (type, part) => new PointerEvent(type, {
            pointerId: 1, button: 0,
            clientX: left + width * part, clientY: top + 40,
        });
        svg.setPointerCapture = () => {};
        svg.dispatchEvent(at('pointerdown', 0.5));
        svg.dispatchEvent(at('pointermove', 0.6));
        svg.dispatchEvent(at('pointermove', 0.7));
        svg.dispatchEvent(at('pointerup', 0.7));
    })()";
    find(&browser, drag);
    let measured = sentence(&browser);
    let words: Vec<_> = measured.split([' ', ':']).collect();
    let ["From", a, "ms", "to", b, "ms", "", c, "ms."] = words[..] else {
        panic!("{measured:?}");
    };
    let [a, b, c] = [a, b, c].map(|it| it.parse::<f64>().unwrap());
    assert!((b - a - c).abs() < 1.0 && c > 5.0, "{measured}");
}

#[test]
fn the_run_just_made_can_be_zoomed_and_saved() {
    let page = "1-threads/1-1-spawn-and-join.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    browser.script("document.querySelector('.live-run').click()");
    browser.wait_for(
        "the timeline of the run",
        "return document.querySelector('.live-picture svg.timeline') != null",
    );
    let link = "return document.querySelector('.live-picture a')?.href";
    let link = browser.wait_for("the link", link);
    let link = link.as_str().unwrap();
    let (_, path) = link.split_once("/live/").unwrap();
    let saved = browser.script(&format!(
        "return (async () => {{
             const answer = await fetch('/live/{path}');
             const name = answer.headers.get('Content-Disposition');
             return {{ name, trace: await answer.json() }};
         }})()"
    ));
    let name = saved["name"].as_str().unwrap();
    assert_eq!(name, "attachment; filename=\"1-1-spawn-and-join.json\"");
    let events = saved["trace"]["traceEvents"].as_array().unwrap();
    let thread = |it: &&Value| it["args"]["name"] == "thread 1";
    assert_eq!(events.iter().filter(thread).count(), 1);
    // The same with another run, here itself, on one axis.
    let (picture, _) = path.rsplit_once('/').unwrap();
    let run = picture.trim_start_matches("runs/");
    let get = |query: &str| {
        let answer = browser.script(&format!(
            "return (async () => {{
                 const answer =
                     await fetch('/live/{picture}/picture?{query}');
                 return {{ status: answer.status, text: await answer.text() }};
             }})()"
        ));
        let text = answer["text"].as_str().unwrap().to_owned();
        (answer["status"].as_u64().unwrap(), text)
    };
    let (status, both) = get(&format!("with={run}"));
    assert_eq!(status, 200);
    for title in [">the run before<", ">this run<"] {
        assert!(both.contains(title), "{both}");
    }
    assert_eq!(both.matches(">thread 1<").count(), 4, "a name and its title");
    for none in ["with=77", "with=x", "width=0"] {
        assert_eq!(get(none).0, 404, "{none}");
    }
    drop(reader);
}
