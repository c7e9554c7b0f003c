//! The live page in a real browser: Run, output, picture, Stop.

use super::reader::Reader;
use super::webdriver::Browser;
use std::borrow::Borrow;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// The browser and a reader with its page open and this on it, unless there is
/// no browser here; CI insists on one.
pub fn open(page: &str, what: &str) -> Option<(Reader, Browser)> {
    open_with(Reader::start, page, what)
}

/// The same with the reader that tests share: for those that run nothing.
pub fn open_shared(page: &str, what: &str) -> Option<Browser> {
    Some(open_with(Reader::shared, page, what)?.1)
}

/// The same with a reader of one's own.
pub fn open_with<R: Borrow<Reader>>(
    reader: impl FnOnce() -> R,
    page: &str,
    what: &str,
) -> Option<(R, Browser)> {
    let Some(browser) = Browser::start(1280, 900) else {
        assert!(std::env::var_os("CI").is_none(), "CI needs chromedriver");
        println!("skipped: there is no chromedriver here");
        return None;
    };
    let reader = reader();
    browser.open(&reader.borrow().url_of(page));
    let there = format!("return document.querySelector('{what}') != null");
    browser.wait_for(what, &there);
    Some((reader, browser))
}

#[test]
fn run_streams_the_output_and_draws_what_happened() {
    let page = "1-threads/1-2-thread-per-page.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };

    let address = browser.script("return location.href").to_string();
    assert!(!address.contains('?'), "the token, or more, stays in {address}");

    browser.script(
        "document.querySelector('.live input[name=latency]').value = 20;
         document.querySelector('.live-run').click();",
    );
    browser.wait_for(
        "the end of the run",
        "return document.querySelector('.live-status').textContent === 'done'",
    );
    let output = browser
        .script("return document.querySelector('.live-output').textContent");
    let output = output.as_str().unwrap();
    assert!(output.contains("8 at once"), "{output}");
    let picture = browser.wait_for(
        "the picture",
        "return document.querySelector('.live-picture svg')?.textContent",
    );
    let picture = picture.as_str().unwrap();
    for lane in ["main", "thread 1", "thread 8", "site"] {
        assert!(picture.contains(lane), "no lane {lane}: {picture}");
    }
    assert!(!picture.contains("thread 9"), "{picture}");

    let refused: Vec<_> = browser
        .console()
        .into_iter()
        .filter(|line| line.contains("Content Security Policy"))
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
    drop(reader);
}

/// Asks a site for its front page, and waits until it has come.
fn ask(url: &str) -> io::Result<()> {
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    write!(socket, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n")?;
    socket.read_to_end(&mut Vec::new())?;
    Ok(())
}

#[test]
fn stop_ends_a_program_that_would_never_end() {
    let page = "0-one-at-a-time/0-1-meet-the-slow-site.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };

    browser.script("document.querySelector('.live-run').click()");
    let url = browser.wait_for(
        "the address of the site",
        "return document.querySelector('.live-output').textContent
             .match(/http:\\/\\/127.0.0.1:\\d+\\//)?.[0]",
    );
    let url = url.as_str().unwrap();
    ask(url).expect("the site that the page has started is up");
    browser.wait_for(
        "a line for the request",
        "return document.querySelector('.live-output').textContent
             .includes('GET /')",
    );

    browser
        .script("document.querySelector('.live button[type=button]').click()");
    browser.wait_for(
        "the end of the run",
        "return document.querySelector('.live-status').textContent
             === 'stopped'",
    );
    let patience = Instant::now() + Duration::from_secs(5);
    while ask(url).is_ok() {
        assert!(Instant::now() < patience, "the site is still up");
    }
    drop(reader);
}

#[test]
fn a_run_ends_with_the_reader_that_started_it() {
    let page = "0-one-at-a-time/0-1-meet-the-slow-site.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    browser.script("document.querySelector('.live-run').click()");
    let url = browser.wait_for(
        "the address of the site",
        "return document.querySelector('.live-output').textContent
             .match(/http:\\/\\/127.0.0.1:\\d+\\//)?.[0]",
    );
    let url = url.as_str().unwrap();
    ask(url).expect("the site is up");

    // As Ctrl-C does.
    drop(reader);
    let patience = Instant::now() + Duration::from_secs(5);
    while ask(url).is_ok() {
        assert!(Instant::now() < patience, "the site outlives the reader");
    }
    // The page does not know yet. It says so once Run is pressed.
    let status = "document.querySelector('.live-status').textContent";
    browser.wait_for("the end", &format!("return {status} === 'stopped'"));
    browser.script("document.querySelector('.live-run').click()");
    let gone = format!("return {status}.includes('The reader is gone')");
    browser.wait_for("the page to say that the reader is gone", &gone);
}
