//! What a page may ask for: a program out of our list, and numbers.

use crate::body::parse;
use crate::rungs::rung;
use command_line::{Fault, Flag, Rung, SHAPE};
use exercises::Tree;
use exercises::tree::Program;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    program: String,
    #[serde(default)]
    knobs: BTreeMap<String, u64>,
    #[serde(default)]
    faults: Vec<String>,
    style: Option<String>,
    #[serde(default)]
    release: bool,
}

/// A program, and the flags it is started with. Nothing in it is a text that a
/// page has sent.
#[derive(Debug)]
pub struct Order<'a> {
    pub program: Program<'a>,
    pub flags: Vec<String>,
    /// Whether it is built with `--release`.
    pub release: bool,
}

impl<'a> Order<'a> {
    /// Reads `{"program": NAME, "knobs": {NAME: NUMBER, …}, "faults": [NAME,
    /// …], "style": NAME, "release": BOOLEAN}`.
    ///
    /// # Errors
    ///
    /// A sentence that says what there is instead.
    pub fn parse(tree: &'a Tree, body: &[u8]) -> Result<Order<'a>, String> {
        let asked: Asked = parse(body)?;
        let program = tree.program(&asked.program);
        let program = program.ok_or("There is no program of that name.")?;
        // Its numbers, each within its bounds.
        let mut flags = Vec::new();
        let known = knobs_of(program);
        for (name, number) in asked.knobs {
            let Some(knob) = known.iter().find(|knob| knob.name == name) else {
                return Err(format!("There is no knob {name:?} here."));
            };
            let Flag { name, least, most, .. } = knob;
            if !(*least..=*most).contains(&number) {
                return Err(format!("{name} is from {least} to {most}."));
            }
            flags.extend([format!("--{name}"), number.to_string()]);
        }
        // The faults of its site.
        let mut names = Vec::new();
        for fault in asked.faults {
            let fault = fault.parse::<Fault>();
            names.push(fault.map_err(|_| "There is no such fault.")?.name());
        }
        if !names.is_empty() {
            let Program::Crawl(_) = program else {
                return Err("A step's site has no faults.".into());
            };
            flags.extend(["--faults".into(), names.join(",")]);
        }
        if let Some(asked) = asked.style {
            let mut styles = styles_of(program).iter();
            let style = styles.find(|style| **style == asked);
            let style = style.ok_or("There is no such style here.")?;
            flags.extend(["--style".into(), (*style).to_owned()]);
        }
        Ok(Order { program, flags, release: asked.release })
    }
}

/// All that can be asked for, as JSON: programs with their knobs, and faults.
pub fn menu(tree: &Tree) -> Value {
    let knob = |flag: &Flag| {
        json!({
            "name": flag.name,
            "unit": flag.value,
            "default": flag.default,
            "least": flag.least,
            "most": flag.most,
            "meaning": flag.meaning,
        })
    };
    let programs = tree.programs().map(|program| {
        let knobs = knobs_of(program);
        let crawl = matches!(program, Program::Crawl(_));
        json!({
            "name": program.name(),
            "knobs": knobs.iter().map(knob).collect::<Vec<_>>(),
            "faults": crawl,
            "styles": styles_of(program),
        })
    });
    let faults = Fault::each()
        .map(|fault| json!({"name": fault.name(), "meaning": fault.meaning()}));
    json!({
        "programs": programs.collect::<Vec<_>>(),
        "faults": faults.collect::<Vec<_>>(),
    })
}

fn knobs_of(program: Program<'_>) -> Vec<Flag> {
    let Program::Crawl(package) = program else { return SHAPE.to_vec() };
    let flags = |rung: &Rung| rung.flags().into_iter().chain(rung.workers());
    let flags = rung(package).into_iter().flat_map(flags);
    let knobs = SHAPE.into_iter().chain(flags);
    // Rung 0 can have one request in flight, no more: that is no choice.
    knobs.filter(|knob| knob.least < knob.most).collect()
}

/// The ways in which a crawl can be done; the first is the default.
fn styles_of(program: Program<'_>) -> &'static [&'static str] {
    let Program::Crawl(package) = program else { return &[] };
    rung(package).map_or(&[], |rung| rung.styles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(body: &str) -> Result<String, String> {
        let tree = Tree::here();
        let order = Order::parse(&tree, body.as_bytes())?;
        Ok(order.flags.join(" "))
    }

    #[test]
    fn an_order_becomes_flags() {
        let step = r#"{"program": "1-3-lost-race", "knobs": {"pages": 12}}"#;
        assert_eq!(flags(step).unwrap(), "--pages 12");
        let crawl = r#"{"program": "threads", "knobs": {"at-once": 3},
                        "faults": ["stall", "reset"]}"#;
        assert_eq!(flags(crawl).unwrap(), "--at-once 3 --faults stall,reset");
        let crawl = r#"{"program": "own-executor", "knobs": {"workers": 2}}"#;
        assert_eq!(flags(crawl).unwrap(), "--workers 2");
        let crawl = r#"{"program": "generators", "style": "greenlet"}"#;
        assert_eq!(flags(crawl).unwrap(), "--style greenlet");
        let tree = Tree::here();
        for (more, release) in [("", false), (r#", "release": true"#, true)] {
            let body = format!(r#"{{"program": "threads"{more}}}"#);
            let order = Order::parse(&tree, body.as_bytes()).unwrap();
            assert_eq!(order.release, release);
        }
    }

    #[test]
    fn nothing_passes_that_is_not_on_the_menu() {
        for body in [
            "",
            "{}",
            r#"{"program": "rm"}"#,
            r#"{"program": "../1-3-lost-race"}"#,
            r#"{"program": "threads", "knobs": {"pages": 0}}"#,
            r#"{"program": "threads", "knobs": {"pages": "8; rm"}}"#,
            r#"{"program": "threads", "knobs": {"pages": -1}}"#,
            r#"{"program": "threads", "knobs": {"pages": 1.5}}"#,
            r#"{"program": "threads", "knobs": {"trace": 1}}"#,
            r#"{"program": "threads", "knobs": {"site": 1}}"#,
            r#"{"program": "threads", "faults": ["--trace"]}"#,
            r#"{"program": "lab", "knobs": {"at-once": 2}}"#,
            r#"{"program": "1-3-lost-race", "faults": ["stall"]}"#,
            r#"{"program": "1-3-lost-race", "knobs": {"timeout": 1}}"#,
            r#"{"program": "processes", "knobs": {"at-once": 501}}"#,
            r#"{"program": "generators", "knobs": {"workers": 1}}"#,
            r#"{"program": "own-executor", "knobs": {"workers": 0}}"#,
            r#"{"program": "own-executor", "knobs": {"workers": 65}}"#,
            r#"{"program": "generators", "style": "baroque"}"#,
            r#"{"program": "generators", "style": ["enum"]}"#,
            r#"{"program": "generators", "knobs": {"style": 1}}"#,
            r#"{"program": "threads", "style": "enum"}"#,
            r#"{"program": "1-3-lost-race", "style": "enum"}"#,
            // Not of the kind that it should be.
            r#"{"program": "threads", "faults": "stall"}"#,
            r#"{"program": "threads", "faults": {"0": "stall"}}"#,
            r#"{"program": "threads", "faults": [["stall"]]}"#,
            r#"{"program": "threads", "faults": null}"#,
            r#"{"program": "threads", "knobs": [12]}"#,
            r#"{"program": "threads", "knobs": null}"#,
            r#"{"program": ["threads"]}"#,
            r#"{"program": "threads", "fault": ["stall"]}"#,
            r#"{"program": "threads", "flags": ["--trace"]}"#,
            r#"{"program": "threads", "release": "--release"}"#,
            r#"{"program": "threads", "release": 1}"#,
            r#"["threads"]"#,
        ] {
            assert!(flags(body).is_err(), "{body}");
        }
    }
}
