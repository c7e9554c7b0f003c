//! What stands below a command: nothing of it is lost, and it says what goes
//! on.

use super::browser::{open, open_shared};
use super::reader::Reader;
use super::webdriver::Browser;
use super::workspace::{IN_ORDER, workspace};
use command_line::Fault;
use serde_json::json;
use std::fs;
use std::process::Command;

const PAGE: &str = "1-threads/1-2-thread-per-page.html";
const STATUS: &str = "document.querySelector('.live-status').textContent";
const OUTPUT: &str = "document.querySelector('.live-output').textContent";
const RUN: &str = "document.querySelector('.live-run').click()";
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';

/// Waits until the status says this.
fn until(browser: &Browser, status: &str) {
    browser.wait_for(status, &format!("return {STATUS} === '{status}'"));
}

/// Lets the run of the page end, with its picture.
fn run(browser: &Browser) -> String {
    browser.script(RUN);
    until(browser, "done");
    shown(browser)
}

/// Waits for output and picture, and gives back what is written.
fn shown(browser: &Browser) -> String {
    let picture = "return document.querySelector('.live-picture svg') != null";
    browser.wait_for("the picture", picture);
    let output = browser.script(&format!("return {OUTPUT}"));
    output.as_str().unwrap().to_owned()
}

#[test]
fn arrows_turn_the_page_only_where_nothing_has_the_focus() {
    let Some((reader, browser)) = open(PAGE, ".live-run") else { return };
    let output = run(&browser);
    browser.script(
        "window.stays = true;
         document.querySelector('.live summary').click();
         document.querySelector('.live-printed').open = true;",
    );
    for what in [
        ".live-run",
        ".live button[type=button]",
        ".live summary",
        ".live input[name=pages]",
        ".live-output",
        ".live-picture svg",
        ".timeline-tools button",
        ".timeline-tools input",
        ".content pre code[tabindex]",
        ".content details summary",
        ".content p a",
    ] {
        // On a narrow page, each listing scrolls.
        let focus = format!(
            "const it = document.querySelector('{what}');
             it.focus();
             return document.activeElement === it;"
        );
        browser.be_as_large_as(500, 900);
        browser.wait_for(what, &focus);
        for key in [RIGHT, LEFT] {
            browser.press(key);
            let stays = browser.script("return window.stays");
            assert_eq!(stays, true, "an arrow on {what} has left the page");
            // The key does nothing to the focus either.
            let has = format!(
                "return document.activeElement
                 === document.querySelector('{what}')"
            );
            assert_eq!(browser.script(&has), true, "{what} has lost it");
        }
    }
    // While it runs, Run cannot be pressed, but keeps the focus.
    browser.script(&format!(
        "document.querySelector('.live input[name=latency]').value = 300;
         document.querySelector('.live-run').focus();
         {RUN}"
    ));
    until(&browser, "runs");
    browser.press(RIGHT);
    until(&browser, "done");
    let focus = "return stays && document.activeElement.className";
    assert_eq!(browser.script(focus), "live-run");
    assert_ne!(shown(&browser), output);
    let output = shown(&browser);

    browser.script("document.activeElement.blur()");
    browser.press(RIGHT);
    browser.wait_for("the next page", "return window.stays === undefined");
    browser.back();
    let page = format!(
        "return location.pathname === '/{PAGE}'
         && document.querySelector('.live-status') != null"
    );
    browser.wait_for("the page", &page);
    until(&browser, "done");
    assert_eq!(shown(&browser), output);
    drop(reader);
}

#[test]
fn run_is_two_tabs_away_and_takes_the_place_of_the_recorded_run() {
    let Some((reader, browser)) = open(PAGE, ".live-run") else { return };
    let says = |what: &str| browser.script(&format!("return {what}"));
    // Past the menu, the sidebar and all links.
    browser.press(TAB);
    browser.press(TAB);
    let focus = "document.activeElement.textContent";
    assert_eq!(says(focus), "Skip to Run");
    browser.press(ENTER);
    browser.wait_for("Run", &format!("return {focus} === 'Run'"));

    let recorded = "[...document.querySelectorAll('figure.recorded, \
                    .printed:not(.live-printed)')].filter(
                        (it) => it.checkVisibility()).length";
    assert_eq!(says(recorded), 2);
    browser.press(ENTER);
    until(&browser, "done");
    shown(&browser);
    browser.wait_for("its place", &format!("return {recorded} === 0"));
    // The text is folded, but for the line that decides.
    let line = "document.querySelector('.live-printed summary code')
         .textContent";
    let line = says(line);
    assert!(line.as_str().unwrap().starts_with("elapsed: "), "{line}");
    assert_eq!(says("document.querySelector('.live-printed').open"), false);
    // How long it took, and where to go from here.
    let clock = says("document.querySelector('.live-clock').textContent");
    assert!(clock.as_str().unwrap().starts_with("after 0."), "{clock}");
    let next = says("document.querySelector('.live-next').innerText");
    let what = "Next: What happened, below; then Exercise: join all.";
    assert_eq!(next, what);

    let claim = "document.querySelector('.live-claim').innerText";
    let looked_for = says(claim);
    let looked_for = looked_for.as_str().unwrap();
    assert!(looked_for.starts_with("In the recorded run: Eight waits that"));

    let back = "document.querySelector('.live-picture figcaption button')";
    browser.script(&format!("{back}.click()"));
    assert_eq!(says(recorded), 2);
    assert_eq!(says("document.querySelector('.live-claim').hidden"), true);
    browser.script(&format!("{back}.click()"));
    assert_eq!(says(recorded), 0);
    drop(reader);
}

#[test]
fn knobs_and_faults_say_what_they_mean_and_two_runs_can_be_compared() {
    let page = "1-threads/crawl.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    faults_are_explained_in_the_same_words(&browser);
    run(&browser);
    let kept = "document.querySelector('.live-kept')";
    assert_eq!(browser.script(&format!("return {kept}.hidden")), true);

    let knob = "document.querySelector('.live input[name=at-once]')";
    browser.script(&format!(
        "document.querySelector('.live-knobs').open = true;
         {knob}.closest('.live-knob').querySelector('[type=range]').focus();"
    ));
    let value = format!("return {knob}.value");
    assert_eq!(browser.script(&value), "");
    browser.press(RIGHT);
    assert_eq!(browser.script(&value), "9");
    browser.press(RIGHT);
    let text = "return document.activeElement.ariaValueText";
    assert_eq!(browser.script(text), "10");
    // What is typed between two stops is at the lower one.
    let at = browser.script(&format!(
        "{knob}.value = 13;
         {knob}.dispatchEvent(new Event('input', {{ bubbles: true }}));
         const before = document.activeElement.value;
         {knob}.value = 12;
         {knob}.dispatchEvent(new Event('input', {{ bubbles: true }}));
         return before === document.activeElement.value;"
    ));
    assert_eq!(at, true);
    run(&browser);
    browser.wait_for("both", &format!("return !{kept}.hidden"));
    let said = "return document.querySelector('.live-picture figcaption > \
                span').textContent";
    assert_eq!(browser.script(said), "Your run, --at-once 12.");
    browser.script(&format!("{kept}.open = true"));
    let both = format!("return {kept}.querySelector('figcaption')?.innerText");
    let both = browser.wait_for("both runs", &both);
    assert_eq!(both, "Above: nothing set. Below: --at-once 12.");
    drop(reader);
}

/// On the page, and by the program itself.
fn faults_are_explained_in_the_same_words(browser: &Browser) {
    let said = browser.script(
        "return [...document.querySelector('.live').querySelectorAll(
             '.live-fault')].map((it) => it.textContent)",
    );
    let said = said.as_array().unwrap();
    let help = workspace().join("target/debug/threads");
    let help = Command::new(help).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let line =
        |fault: &Fault| format!("  {:<20} {}\n", fault.name(), fault.meaning());
    assert_eq!(said.len(), Fault::each().count());
    for (fault, said) in Fault::each().zip(said) {
        let both = format!("{}{}", fault.name(), fault.meaning());
        assert_eq!(*said, both);
        assert!(help.contains(&line(&fault)), "{help}");
    }
}

#[test]
fn a_fifth_run_waits_for_its_turn() {
    let Some((reader, browser)) = open(PAGE, ".live-run") else { return };
    let site = "0-1-meet-the-slow-site";
    let runs: Vec<_> = (0..4).map(|_| reader.run(site, 4).unwrap()).collect();
    let streams: Vec<_> =
        runs.iter().map(|run| reader.events(*run, None)).collect();
    browser.script(RUN);
    until(&browser, "queued");
    let clock = "return document.querySelector('.live-clock').textContent
         .startsWith('four others run')";
    browser.wait_for("why", clock);
    // It can be stopped before it has begun.
    let stop = "document.querySelector('.live button[type=button]').click()";
    browser.script(stop);
    until(&browser, "stopped");
    browser.script(RUN);
    until(&browser, "queued");
    reader.stop(runs[0]);
    until(&browser, "done");
    drop(streams);
    drop(reader);
}

#[test]
fn what_was_run_is_there_after_a_reload_and_in_another_tab() {
    let page = "1-threads/crawl.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    // Of three commands with the same program, the last.
    let last = "[...document.querySelectorAll('.live')]
         .find((it) => it.querySelector('input[name=at-once]').value === '40')";
    browser.script(&format!(
        "const it = {last};
         it.querySelector('input[name=latency]').value = 7;
         it.querySelector('.live-run').click();"
    ));
    let status = format!("{last}?.querySelector('.live-status').textContent");
    let done = format!(
        "return {status} === 'done'
             && {last}.querySelector('.live-picture svg') != null"
    );
    browser.wait_for("the end of the run", &done);
    let output =
        format!("return {last}.querySelector('.live-output').textContent");
    let output_then = browser.script(&output);
    let others = "return document.querySelectorAll(
         '.live-output:not([hidden])').length";
    for anew in [true, false] {
        match anew {
            true => browser.open(&reader.url_of(page)),
            false => browser.reload(),
        }
        browser.wait_for("the same run", &done);
        assert_eq!(browser.script(&output), output_then);
        let knob =
            format!("return {last}.querySelector('input[name=latency]').value");
        assert_eq!(browser.script(&knob), "7");
        assert_eq!(browser.script(others), 1, "it is shown where it was");
    }
    // A command with flags that the run has not: its own are not replaced.
    browser.open(&reader.url_of("2-processes/crawl.html"));
    browser.wait_for("the panels", "return !!document.querySelector('.live')");
    let knob = browser.script(
        "return [...document.querySelectorAll(
             '[data-program=threads] input[name=work]')].map((it) => it.value)",
    );
    assert_eq!(knob, serde_json::json!(["2000"]));
    assert_eq!(browser.script(others), 0);
    drop(reader);
}

/// That of thousands of tasks takes seconds; here the answer is held back.
#[test]
fn a_picture_that_takes_long_is_said_to_be_drawn() {
    let Some((_reader, browser)) = open(PAGE, ".live-run") else { return };
    browser.script(
        "const held = new Promise((ready) => window.letGo = ready);
         const fetched = window.fetch;
         window.fetch = async (address, ...more) => {
             if (address.endsWith('/picture')) await held;
             return fetched(address, ...more);
         };",
    );
    browser.script(RUN);
    let clock = "document.querySelector('.live-clock').textContent";
    let says =
        format!("return /^after .* drawing the picture …$/.test({clock})");
    browser.wait_for("it is being drawn", &says);
    browser.script("window.letGo()");
    shown(&browser);
    let says = format!("return /^after [0-9.]+ s$/.test({clock})");
    browser.wait_for("how long it took", &says);
}

#[test]
fn the_previous_run_stays_with_a_mark_until_there_is_something_new() {
    let page = "1-threads/crawl.html";
    let Some((reader, browser)) = open(page, ".live-run") else { return };
    let before = run(&browser);
    let old = "document.querySelectorAll('.live-old').length";
    let caption = "document.querySelector('.live-picture figcaption')
         .textContent";
    assert_eq!(browser.script(&format!("return {old}")), 0);

    // It prints nothing before its end.
    browser.script(&format!(
        "document.querySelector('.live input[name=pages]').value = 2000;
         {RUN}"
    ));
    until(&browser, "runs");
    assert_eq!(browser.script(&format!("return {old}")), 2);
    assert_eq!(browser.script(&format!("return {OUTPUT}")), before.as_str());
    let mark = "const it = document.querySelector('.live-before');
         return !it.hidden && it.textContent";
    assert_eq!(browser.script(mark), "The previous run:");
    let said = browser.script(&format!("return {caption}"));
    assert!(said.as_str().unwrap().starts_with("The previous run."), "{said}");
    browser.wait_for(
        "the time",
        "return /^\\d+ s$/.test(
             document.querySelector('.live-clock').textContent)",
    );

    browser.script("document.querySelectorAll('.live button')[1].click()");
    until(&browser, "stopped");
    let now = browser.script(&format!("return {OUTPUT}"));
    assert_eq!(now, "\n[stopped]\n");
    let mark = "return document.querySelector('.live-before').hidden";
    assert_eq!(browser.script(mark), true);
    // The reader wanted it so: it is no failure, and says where to go next.
    let sign = "return document.querySelector('.live-status').dataset.state";
    assert_eq!(browser.script(sign), "");
    browser.wait_for(
        "the next page",
        "return !document.querySelector('.live-next').hidden",
    );
    drop(reader);
}

#[test]
fn a_run_of_another_start_is_not_called_gone() {
    let Some(browser) = open_shared(PAGE, ".live-run") else { return };
    browser.script(
        "window.said = { textContent: 'runs' };
         listen(999, said, { cut() { said.isCut = true; } });",
    );
    browser.wait_for("its end", "return said.isCut");
    let said = browser.script("return said.textContent");
    let right = "Refused. Open the address that cargo run printed last.";
    assert_eq!(said, right);
}

#[test]
fn a_crawl_with_styles_has_a_choice_which_follows_the_command() {
    let Some(browser) = open_shared(PAGE, ".live-run") else { return };
    for (flags, chosen) in
        [("[]", "generator"), ("[['style', 'enum']]", "enum")]
    {
        let style = browser.script(&format!(
            "const program = {{
                 name: 'generators', knobs: [], styles: ['generator', 'enum'],
             }};
             const wanted = {{ flags: new Map({flags}) }};
             const {{ form }} = panel(program, [], wanted, false);
             const before = order(form, program.name).style;
             form.querySelector('select').value = 'generator';
             return before + ' ' + order(form, program.name).style;"
        ));
        assert_eq!(style, format!("{chosen} generator"));
    }
}

#[test]
fn a_run_belongs_to_the_command_that_builds_it_so() {
    let Some(browser) = open_shared(PAGE, ".live-run") else { return };
    let found = browser.script(
        "const commands = ['cargo run -p lab', 'cargo run --release -p lab'];
         const panels = commands.map((command) =>
             ({ program: 'lab', ...parse(`$ ${command}`) }));
         return [true, false].map((release) => {
             const run = { program: 'lab', flags: [], release };
             return panels.indexOf(panelOf(run, panels));
         });",
    );
    assert_eq!(found, json!([1, 0]));
}

#[test]
fn a_value_out_of_range_is_shown_where_it_is() {
    let Some((reader, browser)) = open(PAGE, ".live-run") else { return };
    for (value, knob, says) in [
        ("0", "pages", "pages is a whole number from 1 to 100000."),
        ("1.5", "pages", "pages is a whole number from 1 to 100000."),
        ("60001", "latency", "latency is a whole number from 0 to 60000."),
    ] {
        browser.script(&format!(
            "document.querySelector('.live details').open = false;
             for (const it of document.querySelectorAll('.live input')) {{
                 it.value = it.name === '{knob}' ? '{value}' : '';
             }}
             {RUN}"
        ));
        until(&browser, says);
        let open = "return document.querySelector('.live details').open";
        assert_eq!(browser.script(open), true);
        let focus = browser.script("return document.activeElement.name");
        assert_eq!(focus, knob);
        let invalid = browser.script(
            "return document.activeElement.getAttribute('aria-invalid')",
        );
        assert_eq!(invalid, "true");
    }
    browser.script(
        "const it = document.activeElement;
         it.value = 20;
         it.dispatchEvent(new Event('input', { bubbles: true }));",
    );
    until(&browser, "");
    run(&browser);
    drop(reader);
}

#[test]
fn a_program_that_does_not_compile_is_no_program_that_fails() {
    // Of a package in which nothing else is built meanwhile.
    let step = "2-1-run-a-child";
    let reader = Reader::start();
    let file = workspace().join(format!("02-processes/src/bin/{step}.rs"));
    let names = || {
        let run = reader.run(step, 1).unwrap();
        let events: Vec<_> = reader.events(run, None).collect();
        let names = events.iter().map(|it| it.name.clone());
        let names: Vec<_> = names.collect();
        let counts = events.iter().filter(|it| it.name == "building");
        let counts: Vec<_> = counts.map(|it| it.text.clone()).collect();
        let (output, how) = reader.all_of(run);
        (names, counts, output, how)
    };

    let _damaging = IN_ORDER.write().unwrap();
    let code = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        code.replace("fn main()", "fn main() { one() }\nfn two()"),
    )
    .unwrap();
    let (events, counts, output, how) = names();
    assert_eq!(how, "does not compile", "{output}");
    assert!(output.contains("error[E0425]"), "{output}");
    assert!(!output.contains("Compiling"), "{output}");
    assert!(!events.contains(&"running".to_owned()), "{events:?}");
    let has_count = |it: &String| {
        let count = it.split_once('/');
        count.is_some_and(|it| it.0.parse::<u32>().is_ok())
    };
    assert!(counts.iter().any(has_count), "how far it is: {counts:?}");

    let fails = "fn main() { std::process::exit(7) }\nfn two()";
    fs::write(&file, code.replace("fn main()", fails)).unwrap();
    let (events, _, output, how) = names();
    assert_eq!(how, "ended with exit status 7", "{output}");
    let at = |name| events.iter().position(|it| it == name);
    assert!(at("building") < at("running"), "{events:?}");
    fs::write(&file, code).unwrap();
}
