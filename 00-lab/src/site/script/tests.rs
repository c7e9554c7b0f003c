use super::{Step, body_of, script_of, without_body};
use crate::site::graph::Graph;
use crate::site::{Fault, Shape};
use crate::{Incoming, Url};

fn new_graph() -> Graph {
    Graph::new(&Shape { faults: Fault::survivable(), ..Shape::default() })
}

/// The script of the n-th page with a fault, and where the page is.
fn script(graph: &Graph, fault: Fault, nth: u32) -> (usize, Vec<Step>) {
    let is_it = |node: &_| {
        let node: &super::Node = node;
        (node.fault, node.nth) == (Some(fault), nth)
    };
    let index = graph.pages.iter().position(is_it).unwrap();
    (index, script_of(graph, index, "http://127.0.0.1:80"))
}

/// The bytes of each step that sends; those of a `Repeat` once.
fn sent(script: &[Step]) -> Vec<&[u8]> {
    let bytes = script.iter().filter_map(|step| match step {
        Step::Send(bytes) | Step::Repeat(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    bytes.collect()
}

#[test]
fn splitting_cuts_in_every_kind_of_place() {
    let graph = new_graph();
    for nth in [1, 2] {
        let (index, script) = script(&graph, Fault::Split, nth);
        let pieces = sent(&script);
        let whole = pieces.concat();
        let mut cuts = Vec::new();
        let mut at = 0;
        for piece in &pieces {
            at += piece.len();
            cuts.push(at);
        }
        let text = String::from_utf8(whole.clone()).unwrap();
        let head = text.find("\r\n\r\n").unwrap() + 4;
        let cut_in = |part: &str| {
            let from = text.find(part).unwrap_or_else(|| panic!("no {part}"));
            let inside = from + 1..from + part.len();
            assert!(cuts.iter().any(|at| inside.contains(at)), "{part} whole");
        };

        cut_in("HTTP/1.1 200 OK");
        cut_in("Content-Type: text/html; charset=utf-8");
        cut_in(&text[head..]);
        for (cr, _) in text.match_indices("\r\n") {
            assert!(cuts.contains(&(cr + 1)), "CR and LF together at {cr}");
        }
        let lines = text[..head].match_indices("\r\n");
        let ends = lines.map(|(cr, _)| cr + 2).collect::<Vec<_>>();
        assert!(ends.iter().any(|end| cuts.contains(end)), "no line alone");
        if nth == 2 {
            let mut sizes = text[head..].match_indices(";n=").map(|(at, _)| {
                let line = text[..head + at].rfind('\n').unwrap() + 1;
                line + 1..head + at
            });
            let within = |size: std::ops::Range<usize>| {
                cuts.iter().any(|at| size.contains(at))
            };
            assert!(sizes.any(within), "no chunk size is cut");
        }
        assert!(reads_as(&pieces, &graph.pages[index].body));
    }
}

/// Whether `Incoming` makes this page of these pieces.
fn reads_as(pieces: &[&[u8]], body: &[u8]) -> bool {
    let mut incoming = Incoming::new(&Url::parse("http://127.0.0.1/").unwrap());
    for piece in pieces {
        if let Some(page) = incoming.take(piece).unwrap() {
            return page.body == body;
        }
    }
    let end = incoming.take(&[]).unwrap();
    end.is_some_and(|page| page.body == body)
}

#[test]
fn what_a_good_client_has_in_the_end_is_what_the_answer_says() {
    let graph = new_graph();
    let benign = Fault::survivable()
        .into_iter()
        .filter(|fault| fault.breaks().is_none());
    for fault in benign {
        for nth in [1, 2] {
            let (index, script) = script(&graph, fault, nth);
            let body = body_of(&graph.pages[index]);
            assert!(reads_as(&sent(&script), &body), "{fault} {nth}");
        }
    }
}

#[test]
fn headers_are_huge_in_lines_and_in_number() {
    for nth in [1, 2] {
        let (_, script) = script(&new_graph(), Fault::HugeHeader, nth);
        let [bytes] = sent(&script)[..] else { panic!("in pieces") };
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        assert!(end.unwrap() > 64 * 1024, "{end:?}");
    }
}

#[test]
fn chunks_have_extensions_and_a_trailer() {
    let (_, script) = script(&new_graph(), Fault::Chunked, 1);
    let text = String::from_utf8(sent(&script).concat()).unwrap();
    assert!(text.contains(";n=1;note=\"a chunk\"\r\n"), "{text}");
    assert!(text.ends_with("0;last\r\nX-End: true\r\n\r\n"), "{text}");
    assert!(!text.contains("Content-Length"), "{text}");
}

#[test]
fn lengths_are_wrong_by_as_much_as_they_say() {
    let graph = new_graph();
    for (fault, more) in [(Fault::WrongLength, 100), (Fault::ShortLength, 0)] {
        let (index, script) = script(&graph, fault, 1);
        let text = String::from_utf8(sent(&script).concat()).unwrap();
        let (head, sent) = text.split_once("\r\n\r\n").unwrap();
        let body = graph.pages[index].body.len();
        let length = format!("Content-Length: {}", body + more);
        assert!(head.ends_with(&length), "{head}");
        let surplus = sent.len() - body;
        assert_eq!(surplus > 0, fault == Fault::ShortLength);
    }
}

#[test]
fn an_answer_without_body_has_the_whole_head_and_no_more() {
    let graph = new_graph();
    for fault in [Fault::Trickle, Fault::Split, Fault::Interim, Fault::HugeBody]
    {
        let (_, script) = script(&graph, fault, 1);
        let bytes = sent(&without_body(script)).concat();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("HTTP/1.1 200 OK"), "{text}");
        assert!(text.ends_with("\r\n\r\n"), "{fault}: {text}");
    }
}
