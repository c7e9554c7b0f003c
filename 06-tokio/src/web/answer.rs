//! An answer of a site on the web, and what the crawl makes of it.

use super::content::Content;
use super::why;
use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::Incoming as IncomingBody;
use hyper::header::{
    AsHeaderName, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap,
    LOCATION,
};
use lab::http::MOST_HEADER;
use lab::{Failure, Fetched, Incoming, Url};

/// An answer with its whole body.
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// Waits for the body of an answer, and undoes its coding.
    pub async fn read(
        response: Response<IncomingBody>,
    ) -> Result<Answer, Failure> {
        let (head, mut body) = response.into_parts();
        let mut headers = head.headers;
        // What hyper has taken is within its own limits, which count otherwise.
        let bytes = headers.iter().map(|(name, value)| {
            name.as_str().len() + value.len() + ": \r\n".len()
        });
        if bytes.sum::<usize>() > MOST_HEADER {
            return Err(Failure::HugeHeader);
        }
        let of = text(&headers, CONTENT_LENGTH).and_then(|n| n.parse().ok());
        let mut content = Content::new(&mut headers, of)?;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|why| {
                why::no_body(&why, Failure::Cut { got: content.got(), of })
            })?;
            if let Ok(data) = frame.into_data() {
                content.take(&data)?;
            }
        }
        let body = content.end()?;
        Ok(Answer { status: head.status.as_u16(), headers, body })
    }

    /// Where it leads, if it is a redirect to somewhere on the web.
    pub fn redirect(&self, from: &Url) -> Option<Url> {
        let is_redirect = matches!(self.status, 301 | 302 | 303 | 307 | 308);
        let to = from.join(text(&self.headers, LOCATION)?).ok()?;
        let is_web = matches!(to.scheme(), "http" | "https");
        (is_redirect && is_web).then_some(to)
    }

    /// The page, as on every rung: `lab` reads the answer, finds its links and
    /// keeps its limits. For this it is written down as HTTP/1.1, with no more
    /// headers than that needs: one that asks for work is not for the web.
    pub fn into_page(self, mut incoming: Incoming) -> Fetched {
        let mut head = format!("HTTP/1.1 {} \r\n", self.status).into_bytes();
        for name in [CONTENT_TYPE, CONTENT_ENCODING, LOCATION] {
            for value in self.headers.get_all(&name) {
                head.extend_from_slice(name.as_str().as_bytes());
                head.extend_from_slice(b": ");
                head.extend_from_slice(value.as_bytes());
                head.extend_from_slice(b"\r\n");
            }
        }
        head.extend_from_slice(b"\r\n");

        // Some statuses have no body. Of the others it ends with the
        // connection, which an empty slice stands for.
        for bytes in [&head, &self.body] {
            if !bytes.is_empty()
                && let Some(page) = incoming.take(bytes)?
            {
                return Ok(page);
            }
        }
        Ok(incoming.take(&[])?.expect("the body has ended"))
    }
}

/// The first value of a header, if it is text.
pub(super) fn text(
    headers: &HeaderMap,
    name: impl AsHeaderName,
) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}
