//! The theatre in a real browser: a run is stepped through, forwards and
//! backwards.

use super::browser::{open, open_shared};
use super::webdriver::Browser;
use super::workspace::workspace;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::fs;

const SHIFT: char = '\u{e008}';
const ESCAPE: char = '\u{e00c}';
const END: char = '\u{e010}';
const HOME: char = '\u{e011}';
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';

/// All that changes from event to event, and must not depend on the way there.
const SHOWN: &str = "['.theatre-place', '.theatre-says', '.theatre-jumps',
     '.theatre-path', '.theatre-boxes', '.theatre-list [aria-current]']
     .map((it) => document.querySelector(it).innerText)";

/// Opens a theatre of the page, with the focus where events are chosen.
pub fn enter(browser: &Browser, theatre: &str) {
    browser.wait_for(
        theatre,
        &format!(
            "const it = document.querySelector('{theatre}');
             it.open = true;
             it.querySelector('.theatre-along')?.focus();
             return it.querySelector('.theatre-along') != null"
        ),
    );
}

/// What stands in the queue, in order, and what waits, by its name.
const CHIPS: &str = "const names = (box) => [...document.querySelectorAll(
         `.theatre-boxes section:nth-child(${box}) .theatre-chip`)]
         .map((it) => it.textContent);
     return [names(2), names(3).sort()];";

/// The same after each of the first events, as the recording says.
fn chips(run: &Value, events: usize) -> Vec<Value> {
    let lanes = run["lanes"].as_array().unwrap();
    let name = |lane: &Value| {
        let lane = &lanes[lane.as_u64().unwrap() as usize];
        lane["name"].as_str().unwrap()
    };
    let (mut queue, mut waiting) = (Vec::new(), BTreeSet::new());
    let mut all = Vec::new();
    for event in &run["events"].as_array().unwrap()[..events] {
        if let Some(queues) = event["now"]["queues"].as_array() {
            let lanes = queues.first().map(|it| it[1].as_array().unwrap());
            queue = lanes.into_iter().flatten().map(name).collect();
        }
        for lane in event["now"]["lanes"].as_array().into_iter().flatten() {
            let name = name(&lane[0]);
            waiting.remove(name);
            if lane[1] == "waits" && name != "main" {
                waiting.insert(name);
            }
        }
        all.push(json!([queue, waiting]));
    }
    all
}

fn shown(browser: &Browser) -> Value {
    browser.script(&format!("return {SHOWN}"))
}

/// Which event is shown, from 1, and how many there are.
fn place(browser: &Browser) -> (usize, usize) {
    let place = text(browser, ".theatre-place");
    let words: Vec<_> = place.split(' ').collect();
    (words[1].parse().unwrap(), words[3].parse().unwrap())
}

fn text(browser: &Browser, what: &str) -> String {
    let text = format!("return document.querySelector('{what}').textContent");
    browser.script(&text).as_str().unwrap().to_owned()
}

#[test]
fn a_run_is_stepped_through_forwards_and_backwards() {
    let page = "5-own-executor/5-8-sleep-until-the-first-is-due.html";
    let Some(browser) = open_shared(page, ".theatre") else { return };
    enter(&browser, ".theatre");
    // Back is where one was before.
    let scrolled = "return [location.href, document.documentElement.scrollTop]";
    let stays = browser.script(scrolled);
    let run = "return (async () => (await fetch(
         document.querySelector('.theatre').dataset.theatre)).json())()";
    let recorded = chips(&browser.script(run), 51);
    let mut states = Vec::new();
    for recorded in &recorded {
        if !states.is_empty() {
            browser.press(RIGHT);
        }
        states.push(shown(&browser));
        let chips = browser.script(CHIPS);
        assert_eq!(chips, *recorded, "at {}", states[states.len() - 1][0]);
    }
    for (part, least) in [(1, 20), (3, 3), (4, 20)] {
        let different: HashSet<_> =
            states.iter().map(|it| it[part].as_str()).collect();
        assert!(different.len() >= least, "of 51 events: {different:?}");
    }
    for state in states.iter().rev().skip(1) {
        browser.press(LEFT);
        assert_eq!(shown(&browser), *state);
    }
    // So it is from far away, and by a click into the list. The picture has the
    // moment marked.
    let mark = "return document.querySelector('.theatre .timeline-moment')
         .getBoundingClientRect().x";
    let first = browser.script(mark).as_f64();
    browser.press(END);
    let (last, all) = place(&browser);
    assert_eq!(last, all);
    assert!(browser.script(mark).as_f64() > first);
    browser.press(HOME);
    assert_eq!(browser.script(mark).as_f64(), first);
    assert_eq!(shown(&browser), states[0]);
    browser.script("document.querySelector('[data-event=\"7\"]').click()");
    assert_eq!(shown(&browser), states[7]);

    // From event to event of one task, and by a button, of its queue.
    let who = text(&browser, ".theatre-jump > span");
    assert!(who.starts_with("task "), "{who}");
    for _ in 0..6 {
        browser.press_together(&[SHIFT, RIGHT]);
        assert_eq!(text(&browser, ".theatre-jump > span"), who);
    }
    assert!(place(&browser).0 > 20, "other tasks' events are between");
    for _ in 0..6 {
        browser.press_together(&[SHIFT, LEFT]);
    }
    assert_eq!(shown(&browser), states[7]);
    let queue = ".theatre-jump:last-child";
    while text(&browser, &format!("{queue} > span")) != "ready" {
        browser.press(RIGHT);
    }
    let (from, _) = place(&browser);
    let on = format!("document.querySelector('{queue} button:last-child')");
    browser.script(&format!("{on}.click()"));
    assert!(place(&browser).0 > from);
    assert_eq!(text(&browser, &format!("{queue} > span")), "ready");

    // It plays, and is not spoken meanwhile.
    let spoken = "return document.querySelector('.theatre-says').ariaLive";
    assert_eq!(browser.script(spoken), "polite");
    let (from, _) = place(&browser);
    browser.press(' ');
    assert_eq!(browser.script(spoken), "off");
    let plays = format!(
        "return document.querySelector('.theatre-along').value > {from}"
    );
    browser.wait_for("the next event", &plays);
    browser.press(' ');
    assert_eq!(browser.script(spoken), "polite");
    assert_eq!(browser.script(scrolled), stays, "the page has moved");

    // Closed, it gives the picture back, and the focus to what opens it.
    browser.press(ESCAPE);
    let focus = browser.script("return document.activeElement.textContent");
    let focus = focus.as_str().unwrap();
    assert!(focus.starts_with("Step through this run"), "{focus}");
    let back = "return document.querySelector(
         'figure:has(svg) + .theatre figure:empty') != null";
    browser.wait_for("the picture above", back);
}

#[test]
fn the_run_just_made_is_stepped_through_with_the_text_it_was_made_of() {
    let step = "3-5-timers";
    let page = format!("3-callbacks/{step}.html");
    let file = workspace().join(format!("03-callbacks/src/bin/{step}.rs"));
    let Some((reader, browser)) = open(&page, ".live-run") else { return };
    browser.script("document.querySelector('.live-run').click()");
    let there = "return document.querySelector('.live .theatre') != null";
    browser.wait_for("the theatre of the run", there);
    enter(&browser, ".live .theatre");
    assert!(place(&browser).1 > 50, "{:?}", place(&browser));
    let code = fs::read_to_string(file).unwrap();
    while !text(&browser, ".live .theatre-path").starts_with(step) {
        browser.press(RIGHT);
    }
    assert_eq!(text(&browser, ".live .theatre-listing code"), code);
    // It stays open for the next run.
    let run = "document.querySelector('.live .theatre').dataset.theatre";
    let before = browser.script(&format!("return {run}"));
    browser.script("document.querySelector('.live-run').click()");
    let next = format!(
        "return {run} !== {before}
             && document.querySelector('.live .theatre-along') != null"
    );
    browser.wait_for("the theatre of the next run", &next);
    drop(reader);
}
