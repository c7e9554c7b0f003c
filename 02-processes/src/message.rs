//! What crosses the pipe, as bytes: an order, and its answer.
//!
//! Each is a line of JSON. After an answer's line comes the body of the page,
//! as it is.

use lab::http::Digest;
use lab::{Failure, Fetched, Page, Url};
use serde_json::{Value, json};
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

/// The bytes of an order to fetch a page, and to give up on it at `deadline`.
/// What crosses is the time that is left: an `Instant` means nothing in another
/// process.
pub fn encode_order(url: &Url, deadline: Instant) -> Vec<u8> {
    let left = deadline.saturating_duration_since(Instant::now());
    let line = json!({ "url": url.as_str(), "left_us": micros(left) });
    line.to_string().into_bytes()
}

/// The page to fetch, and when to give up on it.
///
/// # Errors
///
/// If the bytes are no order.
pub fn decode_order(bytes: &[u8]) -> io::Result<(Url, Instant)> {
    let line = parse_json(bytes)?;
    let order = || {
        let left = Duration::from_micros(line["left_us"].as_u64()?);
        Some((decode_url(&line["url"])?, Instant::now() + left))
    };
    order().ok_or_else(|| invalid("order"))
}

/// What a worker sends to its parent.
#[derive(Debug, PartialEq, Eq)]
pub enum WorkerMessage {
    /// It is still at work. This is the CPU time that it has used so far: if
    /// the number grows, the worker is not stuck.
    Alive(Duration),
    /// What became of the page.
    Fetched(Fetched),
}

impl WorkerMessage {
    /// The bytes that cross the pipe.
    pub fn encode(&self) -> Vec<u8> {
        let (line, body) = match self {
            WorkerMessage::Alive(cpu) => {
                (json!({ "cpu_us": micros(*cpu) }), &[][..])
            }
            WorkerMessage::Fetched(Err(why)) => {
                (json!({ "failure": encode_failure(why) }), &[][..])
            }
            WorkerMessage::Fetched(Ok(page)) => {
                (encode_page(page), &page.body[..])
            }
        };
        [line.to_string().as_bytes(), b"\n", body].concat()
    }

    /// The message that these bytes stand for.
    ///
    /// # Errors
    ///
    /// If they are no message.
    pub fn decode(bytes: &[u8]) -> io::Result<WorkerMessage> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (line, body) = bytes.split_at(end.ok_or_else(|| invalid("line"))?);
        let line = parse_json(line)?;
        if let Some(why) = line.get("failure") {
            let why = decode_failure(why).ok_or_else(|| invalid("failure"))?;
            return Ok(WorkerMessage::Fetched(Err(why)));
        }
        if let Some(cpu) = line["cpu_us"].as_u64() {
            return Ok(WorkerMessage::Alive(Duration::from_micros(cpu)));
        }
        let page = decode_page(&line, &body[1..]);
        Ok(WorkerMessage::Fetched(Ok(page.ok_or_else(|| invalid("page"))?)))
    }
}

/// A failure as JSON. The sentence that a person reads would not do: two
/// failures may have the same sentence.
fn encode_failure(why: &Failure) -> Value {
    match why {
        Failure::Cut { got, of } => json!({ "cut": got, "of": of }),
        Failure::Status(code) => json!({ "status": code }),
        Failure::Unsupported(what) => json!({ "unsupported": what }),
        Failure::Tls(why) => json!({ "tls": why }),
        Failure::Robots(why) => json!({ "robots": why }),
        Failure::Deadly(how) => json!({ "deadly": how }),
        Failure::Shortage(what) => json!({ "shortage": what }),
        Failure::System(why) => json!({ "system": why }),
        // Its place in a list. Both ends of the pipe are the same program, and
        // have the same list.
        plain => {
            let mut all = Failure::PLAIN.iter();
            json!({ "plain": all.position(|(it, _)| it == plain) })
        }
    }
}

fn decode_failure(line: &Value) -> Option<Failure> {
    let number = |name: &str| Some(line.get(name)?.as_u64()? as usize);
    let text = |name: &str| Some(line.get(name)?.as_str()?.to_owned());
    if let Some(n) = number("plain") {
        return Some(Failure::PLAIN.get(n)?.0.clone());
    }
    if let Some(got) = number("cut") {
        return Some(Failure::Cut { got, of: number("of") });
    }
    if let Some(code) = number("status") {
        return Some(Failure::Status(code.try_into().ok()?));
    }
    (text("unsupported").map(Failure::Unsupported))
        .or_else(|| text("tls").map(Failure::Tls))
        .or_else(|| text("robots").map(Failure::Robots))
        .or_else(|| text("deadly").map(Failure::Deadly))
        .or_else(|| text("shortage").map(Failure::Shortage))
        .or_else(|| text("system").map(Failure::System))
}

/// A page without its body, which follows the line. Its harm is left out: a
/// page that has done harm to its worker comes with no answer.
fn encode_page(page: &Page) -> Value {
    let links: Vec<_> = page.links.iter().map(Url::as_str).collect();
    json!({
        "url": page.url.as_str(),
        "status": page.status,
        "digest": page.digest,
        "links": links,
        "rounds": page.rounds,
        "took_us": micros(page.took),
    })
}

fn decode_page(line: &Value, body: &[u8]) -> Option<Page> {
    let mut digest = Digest::default();
    let bytes = line["digest"].as_array()?;
    if bytes.len() != digest.len() {
        return None;
    }
    for (byte, number) in digest.iter_mut().zip(bytes) {
        *byte = number.as_u64()?.try_into().ok()?;
    }
    Some(Page {
        url: decode_url(&line["url"])?,
        status: line["status"].as_u64()?.try_into().ok()?,
        body: body.to_vec(),
        digest,
        links: line["links"]
            .as_array()?
            .iter()
            .map(decode_url)
            .collect::<Option<_>>()?,
        rounds: line["rounds"].as_u64()?.try_into().ok()?,
        harm: None,
        took: Duration::from_micros(line["took_us"].as_u64()?),
    })
}

fn parse_json(line: &[u8]) -> io::Result<Value> {
    serde_json::from_slice(line).map_err(|_| invalid("line"))
}

fn decode_url(text: &Value) -> Option<Url> {
    text.as_str()?.parse().ok()
}

fn micros(time: Duration) -> u64 {
    time.as_micros() as u64
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("not a valid {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            url: "http://127.0.0.1:8000/3?a=\"b\"".parse().unwrap(),
            status: 200,
            body: b"one\ntwo\0\xff".to_vec(),
            digest: [200; 20],
            links: vec!["http://127.0.0.1:8000/4".parse().unwrap()],
            rounds: 12,
            harm: None,
            took: Duration::from_micros(51_900),
        }
    }

    #[test]
    fn a_message_is_the_same_at_the_other_end() {
        let empty = Page { body: Vec::new(), links: Vec::new(), ..page() };
        for message in [
            WorkerMessage::Alive(Duration::from_micros(7)),
            WorkerMessage::Fetched(Ok(page())),
            WorkerMessage::Fetched(Ok(empty)),
        ] {
            assert_eq!(
                WorkerMessage::decode(&message.encode()).unwrap(),
                message
            );
        }
    }

    /// Also two failures that have the same sentence.
    #[test]
    fn every_failure_is_the_same_at_the_other_end() {
        let words = || "status 404".to_owned();
        let more = [
            Failure::Cut { got: 0, of: None },
            Failure::Cut { got: 7, of: Some(9) },
            Failure::Status(404),
            Failure::Unsupported(words()),
            Failure::Tls(words()),
            Failure::Robots(words()),
            Failure::Deadly(words()),
            Failure::Shortage(words()),
            Failure::System(words()),
        ];
        let plain = Failure::PLAIN.map(|(why, _)| why);
        for why in plain.into_iter().chain(more) {
            let message = WorkerMessage::Fetched(Err(why));
            assert_eq!(
                WorkerMessage::decode(&message.encode()).unwrap(),
                message
            );
        }
    }

    #[test]
    fn an_order_says_how_much_time_is_left() {
        let url = page().url;
        let deadline = Instant::now() + Duration::from_secs(100);
        let (same, later) =
            decode_order(&encode_order(&url, deadline)).unwrap();
        assert_eq!(same, url);
        // A little has passed on the way.
        let off = later.saturating_duration_since(deadline);
        assert!(off < Duration::from_secs(50), "{off:?}");

        let (_, now) =
            decode_order(&encode_order(&url, Instant::now())).unwrap();
        assert!(now <= Instant::now());
    }

    #[test]
    fn nonsense_is_refused() {
        for bytes in [
            "",
            "{}",
            "{}\n",
            "[]\n",
            "{\"url\": 3}\n",
            "\n\n",
            "{\"failure\": {\"plain\": 99}}\n",
        ] {
            assert!(
                WorkerMessage::decode(bytes.as_bytes()).is_err(),
                "{bytes:?}"
            );
            assert!(decode_order(bytes.as_bytes()).is_err(), "{bytes:?}");
        }
        let mut digest = encode_page(&page());
        digest["digest"] = json!([1, 2, 3]);
        assert!(
            WorkerMessage::decode(format!("{digest}\n").as_bytes()).is_err()
        );
    }
}
