//! What the site sends, byte by byte and pause by pause.

use super::Fault;
use super::graph::{Graph, Node, dice_of};
use crate::http::HARM;
use std::time::Duration;

/// One thing to do with a connection, which is closed after the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Send these bytes, as fast as the client takes them.
    Send(Vec<u8>),
    /// Send these bytes again and again.
    Repeat(Vec<u8>),
    /// Do nothing for this long.
    Pause(Duration),
    /// Never do anything again.
    Stall,
    /// Reset the connection; bytes that are under way are lost.
    Reset,
}

/// The status of a redirect.
const REDIRECT: &str = "302 Found";

/// The answer of page `index`. The site itself is at `site`, as in
/// `http://host:port`.
pub(super) fn script_of(graph: &Graph, index: usize, site: &str) -> Vec<Step> {
    let node = &graph.pages[index];
    let whole = answer_of(node);
    let Some(fault) = node.fault else { return vec![Step::Send(whole)] };
    let ms = Duration::from_millis;
    let part = |n: usize| Step::Send(whole[..n].to_vec());
    let nearly_all = whole.len() - 100;
    match fault {
        // The bytes are right, and come in an odd way. Without a pause between
        // the pieces, the kernel might send several together.
        Fault::Trickle => pieces(&whole, Duration::from_micros(50), |_| 1),
        Fault::Split if node.nth == 1 => pieces(&whole, ms(1), anywhere(node)),
        Fault::Split => pieces(&chunked_answer(node), ms(1), anywhere(node)),
        // The first such page stops in its body, the second in its head.
        Fault::Stall if node.nth == 1 => vec![part(nearly_all), Step::Stall],
        Fault::Stall => vec![part(20), Step::Stall],
        // A reset drops what the client has not read yet. The pause gives it
        // time to read the part.
        Fault::Reset => {
            vec![part(nearly_all), Step::Pause(ms(10)), Step::Reset]
        }
        Fault::HugeBody => {
            let block = b"<p>and so on</p>\n".repeat(4096);
            vec![Step::Send(head_of(node, "")), Step::Repeat(block)]
        }
        // Redirects, and answers without a page.
        Fault::Redirect | Fault::RedirectLoop => {
            let path = &graph.pages[node.links[0]].path;
            // The first such page gives a part of a URL, the second all of it.
            let site = if node.nth == 1 { "" } else { site };
            let top = if fault == Fault::Redirect { "#top" } else { "" };
            let location = format!("Location: {site}{path}{top}\r\n");
            vec![Step::Send(plain_answer(REDIRECT, &location))]
        }
        Fault::Error500 => refusal("500 Internal Server Error"),
        Fault::Missing => refusal("404 Not Found"),
        fault => vec![Step::Send(odd_answer(node, fault))],
    }
}

/// The answer of a page whose fault is in its bytes, not in their timing.
fn odd_answer(node: &Node, fault: Fault) -> Vec<u8> {
    let body = node.body.as_slice();
    let first = node.nth == 1;
    match fault {
        Fault::WrongLength => {
            [&with_length(node, body.len() + 100), body].concat()
        }
        Fault::ShortLength => {
            let surplus = b"HTTP/1.1 200 OK\r\n\r\n<a href=/surplus>no</a>";
            [&answer_of(node)[..], surplus].concat()
        }
        Fault::NoLength => {
            let mut head = head_of(node, "");
            if !first {
                // The second such page is in HTTP/1.0, where an answer needs
                // no length.
                head[b"HTTP/1.".len()] = b'0';
            }
            [&head, body].concat()
        }
        Fault::Chunked => chunked_answer(node),
        Fault::Interim => {
            let interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early \
                            Hints\r\nLink: </early>; rel=preload\r\n\r\n";
            [&interim[..], &answer_of(node)].concat()
        }
        Fault::HugeHeader => {
            // The first such page has many lines, the second a very long one.
            let (lines, length) = if first { (70, 1000) } else { (1, 70_000) };
            let line = format!("X-Padding: {}\r\n", "x".repeat(length));
            [&head_of(node, &line.repeat(lines)), body].concat()
        }
        Fault::Abort | Fault::Eat | Fault::Hang => {
            let length = body.len();
            let extra =
                format!("Content-Length: {length}\r\n{HARM}: {fault}\r\n");
            [&head_of(node, &extra), body].concat()
        }
        // What a server of SSH sends, and one that expects TLS.
        Fault::NotHttp if first => b"SSH-2.0-slow_site\r\n".to_vec(),
        Fault::NotHttp => b"\x15\x03\x01\0\x02\x02\x46".to_vec(),
        _ => answer_of(node),
    }
}

/// The answer that there is no page, with a `status` that says why.
pub fn refusal(status: &str) -> Vec<Step> {
    vec![Step::Send(plain_answer(status, ""))]
}

/// The answer to HEAD: only what comes before the body.
pub(super) fn without_body(script: Vec<Step>) -> Vec<Step> {
    let mut bytes = Vec::new();
    for step in script {
        if let Step::Send(more) = step {
            bytes.extend(more);
        }
    }
    let mut end = 0;
    while let Some(n) = bytes[end..].windows(4).position(|w| w == b"\r\n\r\n") {
        let is_interim = bytes[end..].starts_with(b"HTTP/1.1 1");
        end += n + 4;
        if !is_interim {
            bytes.truncate(end);
        }
    }
    vec![Step::Send(bytes)]
}

/// The body that a good client gets of this page.
pub(super) fn body_of(node: &Node) -> Vec<u8> {
    match node.fault {
        Some(Fault::Redirect | Fault::RedirectLoop) => {
            format!("{REDIRECT}\n").into_bytes()
        }
        _ => node.body.clone(),
    }
}

/// The page, answered without a fault.
fn answer_of(node: &Node) -> Vec<u8> {
    [with_length(node, node.body.len()), node.body.clone()].concat()
}

fn with_length(node: &Node, length: usize) -> Vec<u8> {
    head_of(node, &format!("Content-Length: {length}\r\n"))
}

fn head_of(node: &Node, extra: &str) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nConnection: close\r\n",
        node.content_type
    );
    if node.rounds > 0 {
        head += &format!("Work: {}\r\n", node.rounds);
    }
    head += extra;
    head += "\r\n";
    head.into_bytes()
}

/// An answer whose text repeats the status.
fn plain_answer(status: &str, extra: &str) -> Vec<u8> {
    let length = status.len() + 1;
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\n{extra}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{status}\n"
    )
    .into_bytes()
}

/// An answer in chunks of growing size, with an extension on each, and a
/// trailer.
fn chunked_answer(node: &Node) -> Vec<u8> {
    let coding = "Transfer-Encoding: chunked\r\nTrailer: X-End\r\n";
    let mut bytes = head_of(node, coding);
    let mut rest = node.body.as_slice();
    for n in 0.. {
        let (chunk, more) = rest.split_at(rest.len().min(1 + n * 40));
        if chunk.is_empty() {
            break;
        }
        let size = format!("{:X};n={n};note=\"a chunk\"\r\n", chunk.len());
        bytes.extend([size.as_bytes(), chunk, b"\r\n"].concat());
        rest = more;
    }
    bytes.extend(b"0;last\r\nX-End: true\r\n\r\n");
    bytes
}

/// Sends `bytes` in pieces; `cut` is given what is left, and gives back the
/// length of the next piece.
fn pieces(
    bytes: &[u8],
    pause: Duration,
    mut cut: impl FnMut(&[u8]) -> usize,
) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(cut(rest));
        steps.extend([Step::Send(piece.to_vec()), Step::Pause(pause)]);
        rest = more;
    }
    // No pause after the last piece.
    steps.pop();
    steps
}

/// A `cut` for [`pieces`], at random places. It always cuts between the CR and
/// the LF of a line, and half of the time right after the LF. The pieces are
/// small at first, where the head is.
fn anywhere(node: &Node) -> impl FnMut(&[u8]) -> usize {
    let mut dice = dice_of(u64::from(node.nth), node.body.len());
    let mut longest = 8;
    move |rest| {
        longest += 1;
        if rest.starts_with(b"\n") {
            return rest.len().min(1 + dice.below(2));
        }
        let cr = rest.iter().position(|&byte| byte == b'\r');
        let line = cr.map_or(rest.len(), |cr| cr + 1);
        line.min(1 + dice.below(longest))
    }
}

#[cfg(test)]
mod tests;
