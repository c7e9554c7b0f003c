//! Exercises on the page, in a real browser: an answer is judged when it is
//! saved, and terminal and page agree.

use super::browser::open;
use super::workspace::{IN_ORDER, book, workspace};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

const STATE: &str = "document.querySelector('.live-state')?.textContent";

const STYLE: &str =
    "return getComputedStyle(document.querySelector('.live-state')";

#[test]
fn an_answer_is_judged_when_it_is_saved() {
    let page = "1-threads/exercise-check-then-insert.html";
    let Some((reader, browser)) = open(page, ".live-exercise") else { return };
    let folder = workspace().join("01-threads");
    let answer = folder.join("exercises/check-then-insert.rs");
    let save = |name: &str| {
        let folder = folder.join("exercises/check-then-insert");
        let text = exercises::answers::answer(&folder, name).unwrap();
        fs::write(&answer, text).unwrap();
    };
    let shows = |what: &str, script: &str| browser.wait_for(what, script);
    let state = |wanted: &str| {
        shows(wanted, &format!("return {STATE} === '{wanted}'"));
    };
    // What a verdict looks like.
    let looks = |what: &str| match what {
        "sign" => browser.script(&format!("{STYLE}, '::before').content")),
        _ => browser.script(&format!("{STYLE}).color")),
    };

    state("not started");
    let place = "return document.querySelector('.live-copy').textContent";
    let place = shows("the place", place);
    assert_eq!(place, "01-threads/exercises/check-then-insert.rs:9");

    // What to do, and nothing of what the file does as shipped, unless asked.
    let todo = browser.script(
        "return document.querySelector('.live-todo')
         .textContent",
    );
    let todo = todo.as_str().unwrap();
    assert!(todo.contains("01-threads/exercises/check-then-insert.rs"));
    assert!(todo.contains("cargo run -- check check-then-insert"), "{todo}");
    let text = "document.querySelector('.live-exercise').innerText";
    let is_judged = "document.querySelector('.live-exercise pre').textContent
         .startsWith('wrong answer: ')";
    browser.script("document.querySelector('.live-check').focus()");
    browser.press('\u{e007}');
    shows("what it does as shipped", &format!("return {is_judged}"));
    state("not started");
    // The button keeps the focus: a reader without a mouse can check again.
    let focus = browser.script("return document.activeElement.className");
    assert_eq!(focus, "live-check");
    let said = browser.script(&format!("return {text}"));
    let said = said.as_str().unwrap();
    assert!(!said.contains("wrong answer"), "{said}");
    assert!(!said.contains("Usually"), "{said}");
    browser.script("document.querySelector('.live-shipped summary').click()");
    let said = browser.script(&format!("return {text}"));
    let said = said.as_str().unwrap();
    assert!(said.contains("wrong answer: "), "{said}");
    assert!(!said.contains("Usually"), "{said}");

    let listing = "document.querySelector('.content pre > code')";
    let caption = format!(
        "return {listing}.closest('pre').previousElementSibling.textContent"
    );
    assert_eq!(
        browser.script(&caption),
        "01-threads/exercises/check-then-insert.rs as shipped"
    );

    // Only the first hint is there, until it has been opened.
    let hints = "[...document.querySelectorAll('details')].filter((it) =>
         /^Hint/.test(it.textContent.trim()) && !it.hidden).length";
    assert_eq!(browser.script(&format!("return {hints}")), 1);
    browser.script(
        "[...document.querySelectorAll('summary')]
             .find((it) => it.textContent === 'Hint 1').click()",
    );
    shows("the second hint", &format!("return {hints} === 2"));

    save("wrong/lock-across-fetch");
    state("right answer, wrong way");
    let why = "return document.querySelector('.live-exercise pre').textContent";
    let why = browser.script(why);
    assert!(why.as_str().unwrap().contains("while it holds"), "{why}");
    let usually = "return document.querySelector('.live-usually').textContent";
    let usually = browser.script(usually);
    assert!(usually.as_str().unwrap().contains("guard"), "{usually}");
    shows(
        "the picture",
        "return document.querySelector('.live-picture svg') != null",
    );

    assert_eq!(looks("sign"), "\"◐ \"");
    // The listing is what was saved, as text, with colors.
    let listed = format!("return {listing}.textContent");
    let listed = browser.script(&listed);
    assert_eq!(listed.as_str().unwrap(), fs::read_to_string(&answer).unwrap());
    let colors = "return document.querySelectorAll('.content pre > code \
                  .hljs-keyword').length";
    assert_ne!(browser.script(colors), 0);
    let caption = browser.script(&caption);
    assert_eq!(
        caption.as_str().unwrap(),
        "01-threads/exercises/check-then-insert.rs yours, as saved last"
    );
    let half_right = looks("color");

    // The solution is shown only to a reader who asks for it.
    browser.script(
        "[...document.querySelectorAll('summary')]
             .find((it) => it.textContent === 'The solution').click()",
    );
    let solution = "[...document.querySelectorAll('details')]
         .find((it) => it.textContent.startsWith('The solution')).innerText";
    let text = browser.script(&format!("return {solution}"));
    assert!(text.as_str().unwrap().contains("not solved yet"), "{text}");
    browser.script(
        "[...document.querySelectorAll('button')]
             .find((it) => it.textContent === 'Show it all the same').click()",
    );
    let added = "return document.querySelector('details .hljs-addition')
         ?.textContent.startsWith('+')";
    shows("what ours has added", added);

    // What is being done is seen while it is done.
    let solved = fs::read_to_string(
        folder.join("exercises/check-then-insert/solution.rs"),
    )
    .unwrap();
    let waits = "while !std::path::Path::new(\"seen\").exists() {
             std::thread::sleep(std::time::Duration::from_millis(1));
         }
         let mut fetched = 0;";
    let waits = solved.replace("let mut fetched = 0;", waits);
    fs::write(&answer, waits).unwrap();
    let doing = "return document.querySelector('.live-doing').innerText
         .match(/^run 1 of 20, \\d+\\.\\d s$/)";
    shows("what is being done", doing);
    fs::write(folder.join("seen"), "").unwrap();
    state("solved");
    assert_eq!(looks("sign"), "\"✓ \"");
    assert_ne!(looks("color"), half_right);
    let doing = "return document.querySelector('.live-doing').hidden";
    assert_eq!(browser.script(doing), true);

    // As the book itself says what is next.
    let next = browser.script(
        "return [document.querySelector('.live-next a').href,
             document.querySelector('link[rel=next], a[rel~=next]').href]",
    );
    assert_eq!(next[0], next[1], "{next}");

    save("solution");
    state("solved");
    shows("ours", &format!("return {solution}.includes('same as ours')"));
    shows(
        "the mark in the sidebar",
        "return [...document.querySelectorAll('.sidebar a')]
             .some((it) => it.textContent.endsWith('then insert ✓'))",
    );
    let said = terminal(&["check"]);
    let line = said.lines().find(|it| it.contains("check-then-insert"));
    assert!(line.is_some_and(|line| line.ends_with("  solved")), "{said}");

    // Put back from the terminal: the page sees it.
    let said = terminal(&["reset", "check-then-insert"]);
    assert!(said.contains("is as shipped again"), "{said}");
    state("not started");
    drop(reader);
}

fn terminal(args: &[&str]) -> String {
    let output = book().args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_page_of_all_exercises_shows_how_far_one_is() {
    let Some((reader, browser)) = open("exercises.html", ".live-sum") else {
        return;
    };
    let summary = workspace().join("book/chapters/SUMMARY.md");
    let summary = fs::read_to_string(summary).unwrap();
    let all = summary.matches("[Exercise: ").count();
    // Other tests may have solved one.
    let said = format!(
        "return document.querySelector('.live-sum').textContent
             .match(/^\\d+ of {all} are solved\\. Next: .+\\.$/)"
    );
    browser.wait_for("how many are solved", &said);
    let states = browser.script(
        "return [...document.querySelectorAll('.content ol > li')].map(
             (it) => it.querySelector('.live-told').textContent)",
    );
    let states = states.as_array().unwrap();
    assert_eq!(states.len(), all);
    let first = states[0].as_str().unwrap();
    assert!(first.starts_with("○ not started"), "{states:?}");
    drop(reader);
}

#[test]
fn a_listing_is_text_has_an_end_and_does_without_the_file() {
    let page = "0-one-at-a-time/exercise-ideal-time.html";
    let Some((reader, browser)) = open(page, ".live-exercise") else { return };
    let answer = workspace().join("00-lab/exercises/ideal-time.rs");
    let starter = fs::read_to_string(&answer).unwrap();
    let caption = "document.querySelector('.content p:has(> em) > span')
         ?.textContent";
    let says = |what: &str| {
        let says = format!("return {caption} === '{what}'");
        browser.wait_for(what, &says);
    };
    let code = "return document.querySelector('.content pre > code')";
    let listed = || {
        let text = browser.script(&format!("{code}.textContent"));
        text.as_str().unwrap().to_owned()
    };
    says("as shipped");
    assert_eq!(listed().trim_end(), starter.trim_end());

    let lanes = browser.script(
        "return lanesApart('a × b\\n1 ███ /1\\n2  ··· \\nc').map(
             (it) => it.className ? `<${it.textContent}>` : it).join('|')",
    );
    assert_eq!(lanes, "a × b\n|<1 ███ /1\n>|<2  ··· \n>|c");

    let evidence = browser.script(
        "return evidenceOf({ state: 'hangs', found: 'hangs', why: '\\n  a\\n',
             printed: '\\n\\nb\\n\\n', warnings: 'c\\n' })",
    );
    assert_eq!(evidence, "  a\n\nIt printed:\n\nb\n\nc");

    let odd = "// <img src=x onerror='document.title=1'> &amp; \u{202e}é";
    fs::write(&answer, odd).unwrap();
    says("yours, as saved last");
    assert_eq!(listed(), odd);
    let images = browser.script(&format!("{code}.querySelector('img')"));
    assert!(images.is_null(), "{images}");

    let long = "// long\n".repeat(10_000);
    fs::write(&answer, &long).unwrap();
    says("yours, without its last 14464 bytes");
    assert_eq!(listed(), long[..64 * 1024]);

    fs::remove_file(&answer).unwrap();
    says("as shipped; yours cannot be read");
    assert_eq!(listed().trim_end(), starter.trim_end());
    browser.reload();
    says("as shipped; yours cannot be read");
    let console = browser.console();
    assert!(console.is_empty(), "{console:?}");
    fs::write(&answer, starter).unwrap();
    says("as shipped");
    drop(reader);
}

#[test]
fn paper_shows_what_is_folded_but_gives_no_exercise_away() {
    let page = "1-threads/exercise-join-all.html";
    let Some((reader, browser)) = open(page, ".live-exercise") else { return };
    // Until it is so: another test may have changed the page meanwhile.
    let sees = |wanted: &str| {
        let seen = format!(
            "return '{wanted}' === [...document.querySelectorAll('details')]
                 .filter((it) => it.lastElementChild.checkVisibility(
                     {{ contentVisibilityAuto: true }}))
                 .map((it) => it.querySelector('summary').firstChild.data)
                 .join()"
        );
        browser.wait_for(wanted, &seen);
    };
    browser.print(true);
    sees("");
    browser.script("document.querySelector('.gives-away').open = true");
    sees("Hint 1");

    browser.print(false);
    browser.open(&reader.url_of("1-threads/1-2-thread-per-page.html"));
    browser.wait_for("it", "return document.querySelector('.live-run')");
    sees("");
    browser.print(true);
    sees("Answer,What it printed,What changed since 1-1,Answer");
    drop(reader);
}

#[test]
fn an_answer_is_not_being_checked_when_the_reader_is_gone() {
    let page = "1-threads/exercise-philosophers.html";
    let Some((reader, browser)) = open(page, ".live-exercise") else { return };
    // As shipped, it hangs for some seconds until that is noticed.
    browser.wait_for("the state", &format!("return {STATE} === 'not started'"));
    browser.script("document.querySelector('.live-check').click()");
    browser.wait_for("the check", &format!("return {STATE} === 'checking …'"));
    drop(reader);
    browser.wait_for("its end", &format!("return {STATE} === 'not checked'"));
    let shown = browser.script(
        "return [document.querySelector('.live-doing').hidden,
             document.querySelector('.live-check').ariaDisabled,
             document.querySelector('.live-status').textContent]",
    );
    assert_eq!(shown[0], true, "the clock has stopped");
    assert_eq!(shown[1], "false");
    assert_eq!(shown[2], "The reader is gone. Start it again: cargo run");
}

#[test]
fn a_page_follows_its_chapter_and_its_listing() {
    // No other test has this page open: it would be loaded anew meanwhile.
    let page = "1-threads/1-4-one-lock-for-both.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    let chapter = workspace().join("book/chapters/1-threads");
    let chapter = chapter.join("1-4-one-lock-for-both.md");
    let text = fs::read_to_string(&chapter).unwrap();
    let shows = |what: &str, selector: &str| {
        let there = format!(
            "return document.querySelector('{selector}')?.textContent
                 .includes('{what}')"
        );
        browser.wait_for(what, &there);
    };
    // The first news says that there is nothing new.
    browser
        .wait_for("the sidebar", "return document.querySelector('.sidebar')");

    let _damaging = IN_ORDER.write().unwrap();
    // Or no other reader could start, if this test fails.
    let _mended = PutBack::later(&chapter);
    fs::write(&chapter, text.replace("# 1-4", "# One-four")).unwrap();
    shows("One-four", ".content h1");

    let damaged = text.replace("1-4-one-lock-for-both.rs", "nothing.rs");
    fs::write(&chapter, damaged).unwrap();
    shows("nothing.rs", ".live-news");
    shows("One-four", ".content h1");

    fs::write(&chapter, &text).unwrap();
    shows("1-4", ".content h1");
    let step = workspace().join("01-threads/src/bin/1-4-one-lock-for-both.rs");
    let code = fs::read_to_string(&step).unwrap();
    let _mended = PutBack::later(&step);
    fs::write(&step, code.replace("Look at the", "See the")).unwrap();
    shows("See the requests", ".content code.language-rust");
    drop(reader);
}

/// Puts a file back as it was, when this is dropped.
struct PutBack {
    file: PathBuf,
    text: String,
}

impl PutBack {
    fn later(file: &Path) -> PutBack {
        let text = fs::read_to_string(file).unwrap();
        PutBack { file: file.to_owned(), text }
    }
}

impl Drop for PutBack {
    fn drop(&mut self) {
        let _ = fs::write(&self.file, &self.text);
    }
}

#[test]
fn progress_that_makes_no_sense_is_kept_and_the_page_says_so() {
    let page = "0-one-at-a-time/exercise-frontier.html";
    let Some((reader, browser)) = open(page, ".live-exercise") else { return };
    // Whichever reader next notes something finds it: ours, at once.
    let damage = || {
        let file = workspace().join("progress.txt");
        let file = fs::File::options().append(true).create(true).open(file);
        let damage = "frontier solved? perhaps\n\u{fffd}\n";
        file.unwrap().write_all(damage.as_bytes()).unwrap();
        let hint = "/live/exercises/frontier/hint";
        assert_eq!(reader.post(hint, "{\"hints\": 1}").0, 204);
    };
    let notice = "return document.querySelector('.live-aside')?.textContent";
    let said = (0..20).find_map(|_| {
        damage();
        std::thread::sleep(Duration::from_millis(500));
        Some(browser.script(notice)).filter(|said| !said.is_null())
    });
    let said = said.expect("the page says so");
    let said = said.as_str().unwrap();
    assert!(said.contains("progress.txt make no sense"), "{said}");
    let kept = said.rsplit(' ').next().unwrap();
    let kept = fs::read_to_string(workspace().join(kept)).unwrap();
    assert!(kept.contains("frontier solved? perhaps"), "{kept}");
    drop(reader);
}
