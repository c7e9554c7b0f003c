//! What stands in the way of those who cannot see, or use no mouse: axe says.

use super::reader::Reader;
use super::theatre;
use super::webdriver::Browser;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Pages of every kind.
const PAGES: [&str; 7] = [
    "index.html",
    "exercises.html",
    "1-threads/1-3-lost-race.html",
    "1-threads/exercise-join-all.html",
    "1-threads/crawl.html",
    "1-threads/history.html",
    "5-own-executor/5-8-sleep-until-the-first-is-due.html",
];

/// The rules that look at colors: a theme has others, and nothing else. (Of all
/// those that axe calls rules for colors, some ask for more than is serious.)
const OF_COLORS: [&str; 2] = ["color-contrast", "link-in-text-block"];

/// What an answer may be found to be, for each color of a verdict.
const STATES: [&str; 4] = ["not-started", "hangs", "flaky", "solved"];

/// Where `.ci/run` puts axe-core. It is not ours to hand on.
fn axe() -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let axe = fs::read_to_string(root.join("target/axe/axe.min.js"));
    let is_ci = std::env::var_os("CI").is_some();
    assert!(axe.is_ok() || !is_ci, "CI needs target/axe/axe.min.js");
    axe.ok()
}

#[test]
fn axe_finds_nothing_serious() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start(1280, 900)) else {
        println!("skipped: needs target/axe/axe.min.js and chromedriver");
        return;
    };
    let reader = Reader::shared();
    let mut found = Vec::new();
    let [all, of_colors] = [json!(null), json!(OF_COLORS)];
    for (theme, rules) in [("light", all), ("navy", of_colors)] {
        for page in PAGES {
            browser.open(&reader.url_of(page));
            browser
                .wait_for("the page", "return document.querySelector('main')");
            let set = format!("localStorage['mdbook-theme'] = '{theme}'");
            browser.script(&set);
            browser.open(&reader.url_of(page));
            let class = format!(
                "return document.documentElement.classList.contains('{theme}')
                     && document.querySelector('.sidebar a') != null"
            );
            browser.wait_for(theme, &class);
            if page.contains("1-3") {
                run_it(&browser);
            }
            let mut scope = "html";
            if page.contains("5-8") {
                theatre::enter(&browser, ".theatre");
                // The rest is as on other pages.
                scope = ".theatre";
            }
            browser.script(&axe);
            found.extend(serious(&run(&browser, scope, &rules), page, theme));
            if page.contains("exercise-") {
                browser.wait_for(
                    "the state",
                    "return document.querySelector('.live-state')?.textContent",
                );
                for state in STATES {
                    browser.script(&format!(
                        "document.querySelector('.live-exercise')
                             .dataset.state = '{state}'"
                    ));
                    // The rest of the page is the same.
                    let violations = run(&browser, ".live-exercise", &rules);
                    found.extend(serious(&violations, state, theme));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What axe has found in this part of the page, by these rules or by all.
fn run(browser: &Browser, scope: &str, rules: &Value) -> Value {
    browser.script(&format!(
        "window.found = null;
         const rules = {rules};
         axe.run('{scope}', {{
             resultTypes: ['violations'],
             ...(rules && {{ runOnly: {{ type: 'rule', values: rules }} }}),
         }})
             .then((it) => {{ window.found = it.violations; }})"
    ));
    browser.wait_for("axe", "return window.found")
}

/// With output and a picture there is more to find.
fn run_it(browser: &Browser) {
    let run = "return document.querySelector('.live-run')?.click() ?? true";
    browser.wait_for("Run", "return document.querySelector('.live-run')");
    browser.script(run);
    let svg = "return document.querySelector('.live-picture svg') != null";
    browser.wait_for("the picture", svg);
}

fn serious(violations: &Value, page: &str, theme: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for violation in violations.as_array().into_iter().flatten() {
        let impact = violation["impact"].as_str().unwrap_or_default();
        if !["serious", "critical"].contains(&impact) {
            continue;
        }
        for node in violation["nodes"].as_array().into_iter().flatten() {
            let (id, html) = (&violation["id"], &node["html"]);
            let why = &node["failureSummary"];
            lines.push(format!("{page}, {theme}: {id} {html}: {why}"));
        }
    }
    lines
}
