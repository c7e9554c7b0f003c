//! What a page asks the reader for, asked without a browser.

use super::reader::Reader;
use super::workspace::workspace;
use exercises::tree::prepare_cargo;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::time::Duration;

impl Reader {
    /// The status of the answer, and its body.
    pub fn post(&self, path: &str, body: &str) -> (u16, String) {
        let mut answer = self.ask("POST", path, "", body);
        let mut text = String::new();
        answer.read_to_string(&mut text).expect("an answer");
        let status = text.split(' ').nth(1).unwrap().parse().unwrap();
        let body = text.split_once("\r\n\r\n").unwrap().1;
        (status, body.to_owned())
    }

    /// Starts a step; its number, or the status and the reason.
    pub fn run(&self, step: &str, pages: u32) -> Result<u64, (u16, String)> {
        let order = format!(
            "{{\"program\": \"{step}\", \"knobs\": {{\"pages\": {pages}}}}}"
        );
        match self.post("/live/runs", &order) {
            (200, body) => {
                let body: Value = serde_json::from_str(&body).unwrap();
                Ok(body["run"].as_u64().unwrap())
            }
            refused => Err(refused),
        }
    }

    pub fn stop(&self, run: u64) {
        let (status, why) = self.post(&format!("/live/runs/{run}/stop"), "{}");
        assert_eq!(status, 204, "{why}");
    }

    /// The events of a run after one that was seen, as they come.
    pub fn events(&self, run: u64, seen: Option<u64>) -> Events {
        let seen = seen.map(|seen| format!("Last-Event-ID: {seen}\r\n"));
        let path = format!("/live/runs/{run}/events");
        let stream = self.ask("GET", &path, &seen.unwrap_or_default(), "");
        Events { lines: BufReader::new(stream) }
    }

    /// All that a run has to say, and how it ended.
    pub fn all_of(&self, run: u64) -> (String, String) {
        let mut output = String::new();
        for event in self.events(run, None) {
            match event.name.as_str() {
                "output" => output += &event.text,
                "end" => return (output, event.text),
                _ => {}
            }
        }
        panic!("the stream ended before the run: {output}");
    }

    /// Sends a request with these header lines, too.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        more: &str,
        body: &str,
    ) -> TcpStream {
        let address = ("127.0.0.1", self.port());
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(90))).unwrap();
        let (cookie, port) = (self.cookie(), self.port());
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\
             Origin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n{more}\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        socket
    }
}

/// An event of a stream.
#[derive(Debug)]
pub struct Event {
    pub id: u64,
    pub name: String,
    pub text: String,
}

/// The events of a stream, as they come. Dropped, it is a browser that is gone.
pub struct Events {
    lines: BufReader<TcpStream>,
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let mut event =
            Event { id: 0, name: String::new(), text: String::new() };
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("a line in time") == 0 {
                return None;
            }
            let line = line.trim_end();
            // Between them are the sizes of chunks, which have no colon.
            let Some((field, value)) = line.split_once(": ") else {
                if line.is_empty() && !event.name.is_empty() {
                    return Some(event);
                }
                continue;
            };
            match field {
                "id" => event.id = value.parse().unwrap(),
                "event" => event.name = value.to_owned(),
                "data" => {
                    let told: Value = serde_json::from_str(value).unwrap();
                    let text = told["how"].as_str().or(told.as_str());
                    event.text = text.unwrap_or_default().to_owned();
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_body_that_is_not_exactly_so_is_refused_with_a_sentence() {
    let reader = Reader::shared();
    let name = "/live/exercises/frontier";
    for (path, body) in [
        (
            "/live/runs".to_owned(),
            r#"{"program": "threads", "faults": "stall"}"#,
        ),
        ("/live/runs".to_owned(), r#"{"program": "threads", "fault": []}"#),
        ("/live/runs".to_owned(), r#"{"program": "threads", "knobs": []}"#),
        ("/live/runs".to_owned(), r#"["threads"]"#),
        ("/live/runs".to_owned(), "threads"),
        ("/live/runs/0/stop".to_owned(), r#"{"run": 0}"#),
        (format!("{name}/check"), r#"{"name": "frontier"}"#),
        (format!("{name}/hint"), r#"{"hints": "1"}"#),
        (format!("{name}/hint"), r#"{"hints": 1.5}"#),
        (format!("{name}/hint"), r#"{"hints": 10}"#),
        (format!("{name}/hint"), r#"{"hints": 1, "of": 3}"#),
        (format!("{name}/solution"), r#"{"anyway": "true"}"#),
        (format!("{name}/solution"), r#"{"anyway": 1}"#),
        (format!("{name}/solution"), ""),
    ] {
        let (status, why) = reader.post(&path, body);
        assert_eq!(status, 400, "{path} {body}: {why}");
        assert!(why.ends_with('.'), "{path} {body}: {why}");
    }
    let (status, _) = reader.post("/live/runs", &"x".repeat(100_000));
    assert_eq!(status, 413);
    // A chunk with a length that is no number, and one that is not all there.
    for body in ["zz\r\nabcd", "4\r\nab"] {
        let chunked = "Transfer-Encoding: chunked\r\n";
        let mut socket = reader.ask("POST", "/live/runs", chunked, body);
        socket.shutdown(Shutdown::Write).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{body:?}: {answer}");
        assert!(answer.ends_with("The request breaks off."), "{answer}");
    }
}

#[test]
fn a_folder_without_its_slash_leads_to_the_one_with_it() {
    let reader = Reader::shared();
    let get = |path: &str| {
        let mut answer = String::new();
        let mut socket = reader.ask("GET", path, "", "");
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    };
    let answer = get("/1-threads");
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(answer.contains("ocation: /1-threads/\r\n"), "{answer}");
    for path in ["/", "/1-threads/", "/1-threads/index.html"] {
        assert!(get(path).starts_with("HTTP/1.1 200 "), "{path}");
    }
    let lost = get("/1-threads.html");
    assert!(lost.starts_with("HTTP/1.1 404 "), "{lost}");
    // There is a way back.
    assert!(lost.contains("text/html"), "{lost}");
    assert!(lost.contains("<a href=\"/\">"), "{lost}");
}

/// What is offered for a crawl, it takes: the most of each number is in its own
/// words, when it is given more.
#[test]
fn the_reader_and_the_crawls_agree_on_what_is_possible() {
    let reader = Reader::shared();
    let mut menu = String::new();
    let mut answer = reader.ask("GET", "/live/menu", "", "");
    answer.read_to_string(&mut menu).expect("an answer");
    let (_, menu) = menu.split_once("\r\n\r\n").unwrap();
    let menu: Value = serde_json::from_str(menu).unwrap();
    let programs = menu["programs"].as_array().unwrap();
    let crawls = programs.iter().filter(|it| it["faults"] == true);
    let mut asked = 0;
    for crawl in crawls {
        let name = crawl["name"].as_str().unwrap();
        for knob in crawl["knobs"].as_array().unwrap() {
            let [flag, least, most] =
                ["name", "least", "most"].map(|it| &knob[it]);
            let flag = format!("--{}", flag.as_str().unwrap());
            let said = refusal(name, &flag, "1e9");
            let range =
                format!("{flag} takes a number from {least} to {most},");
            assert!(said.contains(&range), "{name}: {said}");
            asked += 1;
        }
        let styles = crawl["styles"].as_array().unwrap().iter();
        let styles: Vec<_> = styles.map(|it| it.as_str().unwrap()).collect();
        if !styles.is_empty() {
            let said = refusal(name, "--style", "1e9");
            let list = format!("--style takes one of {};", styles.join(", "));
            assert!(said.contains(&list), "{name}: {said}");
        }
    }
    assert!(asked > 15, "{asked} numbers");
}

/// What a crawl says of a value that it does not take.
fn refusal(package: &str, flag: &str, value: &str) -> String {
    // Not in the copy: what rung 6 is built on would be built there once more.
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cargo = prepare_cargo();
    cargo.args(["run", "-q", "-p", package, "--", flag, value]);
    cargo.current_dir(ours);
    let ran = watchdog::run(&mut cargo, Duration::from_secs(300));
    ran.unwrap_or_else(|why| panic!("{why}")).stderr
}

#[test]
fn a_run_is_told_by_the_text_that_it_was_compiled_from() {
    let reader = Reader::start();
    let theatre = |run: u64| {
        let path = format!("/live/runs/{run}/theatre");
        let mut answer = String::new();
        let mut socket = reader.ask("GET", &path, "", "");
        socket.read_to_string(&mut answer).expect("an answer");
        answer
    };
    assert!(theatre(7).starts_with("HTTP/1.1 404 "));
    let told = |run| {
        let (_, body) = reader.all_of(run);
        assert_eq!(body, "done");
        let answer = theatre(run);
        assert!(answer.contains("ontent-type: application/json\r\n"));
        let json = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str::<Value>(json).unwrap()
    };
    let step = "1-5-lock-across-fetch";
    let path = format!("01-threads/src/bin/{step}.rs");
    let file = workspace().join(&path);
    let before = fs::read_to_string(&file).unwrap();

    let first = reader.run(step, 2).unwrap();
    let events = told(first)["events"].as_array().unwrap().len();
    assert!(events > 10, "{events}");
    let after = format!("{before}// Another line.\n");
    fs::write(&file, &after).unwrap();
    let second = reader.run(step, 2).unwrap();
    for (run, text) in [(second, &after), (first, &before)] {
        let listed = &told(run)["files"][0];
        assert_eq!(listed["path"], path.as_str());
        assert_eq!(listed["text"], text.as_str());
    }
    fs::write(&file, &before).unwrap();
}
