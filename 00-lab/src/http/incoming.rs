//! An answer on its way in.

use super::body::Body;
use super::head::{Head, HeadBytes};
use super::{Fetched, Page, page};
use crate::failure::Failure;
use crate::links;
use std::mem;
use std::time::Instant;
use timeline::What;
use url::Url;

/// An answer on its way in, piece by piece. The network may cut the pieces
/// anywhere: the result depends on the bytes alone.
///
/// A page is in flight from `new` until [`take`](Incoming::take) has given it
/// back, or an error. Dropping an `Incoming` before that gives the page up.
///
/// ```
/// use lab::{Incoming, Url};
///
/// let url: Url = "http://127.0.0.1/".parse().unwrap();
/// let mut incoming = Incoming::new(&url);
/// assert_eq!(incoming.take(b"HTTP/1.1 200 OK\r\nContent-Le"), Ok(None));
/// assert_eq!(incoming.take(b"ngth: 5\r\n\r\nhel"), Ok(None));
/// let page = incoming.take(b"lo").unwrap().unwrap();
/// assert_eq!(page.body, b"hello");
/// ```
pub struct Incoming {
    url: Url,
    asked: Instant,
    stage: Stage,
}

/// How far the answer has come.
enum Stage {
    Head(HeadBytes),
    Body(Head, Body),
    Over,
}

impl Incoming {
    /// Expects the answer to a request for `url` that was sent just now.
    pub fn new(url: &Url) -> Incoming {
        timeline::event(What::Ask(page::path(url)));
        Incoming {
            url: url.clone(),
            asked: Instant::now(),
            stage: Stage::Head(HeadBytes::default()),
        }
    }

    /// Takes the next bytes; an empty slice is the end of the connection.
    /// Gives back the page once it is whole, `None` if more has to come.
    /// Bytes behind the end of the answer are ignored.
    ///
    /// # Errors
    ///
    /// If there will be no page, as soon as that is certain. An answer with a
    /// status of 400 or above is read to its end before it is an error.
    ///
    /// # Panics
    ///
    /// If it has given back a page or an error before.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Option<Page>, Failure> {
        let whole = match bytes {
            [] => self.end().map(|()| true),
            _ => self.more(bytes),
        };
        if whole == Ok(false) {
            return Ok(None);
        }
        timeline::event(What::Got(page::path(&self.url)));
        let stage = mem::replace(&mut self.stage, Stage::Over);
        match (whole, stage) {
            (Ok(_), Stage::Body(head, body)) => self.page(head, body).map(Some),
            (Ok(_), _) => unreachable!("there is no answer without a head"),
            (Err(why), _) => Err(why),
        }
    }

    /// Takes more bytes; gives back whether the answer is whole.
    fn more(&mut self, mut bytes: &[u8]) -> Result<bool, Failure> {
        loop {
            match &mut self.stage {
                Stage::Head(so_far) => match so_far.take(&mut bytes)? {
                    None => return Ok(false),
                    // The answer proper is still to come.
                    Some(head) if head.is_interim() => {}
                    Some(head) => {
                        let body = Body::new(head.framing);
                        self.stage = Stage::Body(head, body);
                    }
                },
                Stage::Body(_, body) => return body.take(bytes),
                Stage::Over => panic!("the answer for {} is over", self.url),
            }
        }
    }

    /// The connection has ended; an error if the answer is not whole.
    fn end(&self) -> Result<(), Failure> {
        match &self.stage {
            Stage::Head(so_far) => so_far.end(),
            Stage::Body(_, body) => body.end(),
            Stage::Over => panic!("the answer for {} is over", self.url),
        }
    }

    fn page(&self, head: Head, Body { bytes: body, .. }: Body) -> Fetched {
        let took = self.asked.elapsed();
        if head.status >= 400 {
            return Err(Failure::Status(head.status));
        }
        // The request asks for none. Read as it is, a compressed page would
        // look like one without links.
        if let Some(name) = head.coding.filter(|_| !body.is_empty()) {
            return Err(Failure::unsupported("content coding", &name));
        }
        // Links are searched here, and not while the frontier is locked.
        let links = match (head.status, head.media.as_str()) {
            (300.., _) => {
                links::of_redirect(&self.url, head.location.as_deref())
            }
            (_, "") if !links::begins_with_tag(&body) => Vec::new(),
            (_, "" | "text/html") => {
                links::of_html(&self.url, &body, head.charset.as_deref())?
            }
            _ => Vec::new(),
        };
        Ok(Page {
            url: self.url.clone(),
            status: head.status,
            digest: page::digest(&body),
            body,
            links,
            rounds: head.rounds,
            harm: head.harm,
            took,
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !matches!(self.stage, Stage::Over) {
            timeline::event(What::Got(page::path(&self.url)));
        }
    }
}

#[cfg(test)]
mod tests;
