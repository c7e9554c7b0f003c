//! Programs that behave badly, and browsers that come and go.
//!
//! Readers edit steps. Here one of them has become all that they should not.

use super::browser::open_with;
use super::reader::Reader;
use super::workspace::{IN_ORDER, workspace};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

const STEP: &str = "1-10-select-with-a-deadline";

/// What it does depends on `--pages`.
const CODE: &str = r#"//! 1-10 · Select with a deadline.
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

fn main() {
    let page = std::env::args().nth(2).unwrap_or_default();
    let shell = |code: &str| panic!("{}", Command::new("sh").args(["-c", code]).exec());
    match page.as_str() {
        "1" => println!("<img src=x onerror='document.title=1'><script>\
            document.title = 1</script>\x1b[31mred\x1b[0m\x1b]0;title\x07\x08."),
        "2" => (0..10_000).for_each(|_| println!("{}", "x".repeat(1023))),
        "3" => loop { std::thread::park() },
        "4" => shell("trap '' TERM INT HUP; echo deaf; while :; do sleep 1; done"),
        "5" => shell("env -i setsid sleep 60 & echo left $!"),
        "10" => shell("sleep 60 & setsid sh -c 'trap \"\" TERM HUP
            sleep 60 & echo left $!; echo left $$; wait' &
            (setsid sleep 60 & echo left $!) & wait"),
        "11" => shell("setsid sleep 60 & echo left $!"),
        "6" => for n in 0..150 {
            println!("line {n}");
            sleep(Duration::from_millis(10));
        },
        "8" => println!("{}\n\u{202e}txt.exe\u{2066} \u{200f}", "y".repeat(1_000_000)),
        "9" => (0..500_000).for_each(|n| println!("{}", n % 10)),
        _ => {}
    }
}
"#;

/// A reader of the copy in which that step is so.
fn reader() -> Reader {
    static EDITED: Once = Once::new();
    EDITED.call_once(|| {
        let in_order = IN_ORDER.write();
        let _in_order = in_order.unwrap_or_else(PoisonError::into_inner);
        let file = format!("01-threads/src/bin/{STEP}.rs");
        fs::write(workspace().join(file), CODE).unwrap();
    });
    Reader::start()
}

/// Waits until a program is running, and not being compiled.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(30);
    while !done() {
        assert!(Instant::now() < patience, "never: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The processes of the step, without those that are compiling it.
fn programs(reader: &Reader) -> Vec<Pid> {
    let all = fs::read_dir("/proc").unwrap().flatten();
    let programs = all.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let mut rest = stat.rsplit_once(')')?.1.split_whitespace();
        let (state, parent) = (rest.next()?, rest.next()?);
        let line = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let is_it = line.contains(STEP) && !line.contains("rustc")
            || line.contains("trap ''");
        let ours = parent.parse() == Ok(reader.id()) && state != "Z";
        (ours && is_it && !line.contains("cargo"))
            .then(|| Pid::from_raw(pid))?
    });
    programs.collect()
}

#[test]
fn output_is_text_whatever_is_in_it() {
    let page = "1-threads/1-10-select-with-a-deadline.html";
    let Some((reader, browser)) = open_with(reader, page, ".live-run") else {
        return;
    };
    browser.script(
        "document.querySelector('.live input[name=pages]').value = 1;
         document.querySelector('.live-run').click();",
    );
    let status = "return document.querySelector('.live-status').textContent";
    browser.wait_for("the end", &format!("{status} === 'done'"));
    let output = "document.querySelector('.live-output')";
    let inside = format!("return {output}.children.length");
    assert_eq!(browser.script(&inside), 0, "no element is made of it");
    let text = browser.script(&format!("return {output}.textContent"));
    let text = text.as_str().unwrap();
    assert!(text.contains("<img src=x onerror='document.title=1'>"), "{text}");
    assert!(text.contains("<script>"), "{text}");
    assert!(text.contains("</script>red\\u{8}."), "{text:?}");
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!text.contains(control), "{text:?}");
    assert_ne!(browser.script("return document.title"), "1");
    drop(reader);
}

#[test]
fn ten_megabytes_are_cut_and_a_program_without_end_is_ended() {
    let reader = reader();
    let flood = reader.run(STEP, 2).unwrap();
    let (output, how) = reader.all_of(flood);
    assert!(output.len() < 1_200_000, "{} bytes", output.len());
    assert!(output.ends_with("[stopped: too much output]\n"), "{how}");
    assert_eq!(how, "stopped: too much output");
    if let Ok(status) =
        fs::read_to_string(format!("/proc/{}/status", reader.id()))
    {
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kb: u64 =
            line.unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
        println!("the reader's peak: {kb} KiB");
        assert!(kb < 60 * 1024, "{kb} KiB");
    }

    for (pages, what) in [(3, "never ends"), (4, "hears no signal")] {
        let run = reader.run(STEP, pages).unwrap();
        until(what, || !programs(&reader).is_empty());
        // The shell has to have said that it is deaf.
        thread::sleep(Duration::from_millis(200));
        reader.stop(run);
        let (_, how) = reader.all_of(run);
        assert_eq!(how, "stopped", "{what}");
        until("it is gone", || programs(&reader).is_empty());
    }
}

#[test]
fn a_line_without_end_and_lines_without_end_do_not_freeze_the_page() {
    let page = "1-threads/1-10-select-with-a-deadline.html";
    let Some((reader, browser)) = open_with(reader, page, ".live-run") else {
        return;
    };
    let output = "document.querySelector('.live-output')";
    for (pages, how, shows) in [
        (8, "done", " … [998000 more characters in this line]\n"),
        (9, "stopped: too much output", "[stopped: too much output]"),
        (7, "done", ""),
    ] {
        browser.script(&format!(
            "document.querySelector('.live input[name=pages]').value = {pages};
             document.querySelector('.live-run').click();"
        ));
        let status = "document.querySelector('.live-status').textContent";
        browser.wait_for("the end", &format!("return {status} === '{how}'"));
        let text = browser.script(&format!("return {output}.textContent"));
        let text = text.as_str().unwrap();
        assert!(text.contains(shows), "{} characters", text.len());
        // All of this is laid out at once. If it was not cut, the page stood
        // still for six seconds.
        assert!(text.len() < 100_000, "{} characters", text.len());
        let longest = text.lines().map(str::len).max().unwrap_or_default();
        assert!(longest < 2_100, "{longest} characters in a line");
        // A line that decides is marked; others are text.
        let marks = browser.script(&format!("return {output}.children.length"));
        assert!(marks.as_u64().unwrap() < 10, "{marks} elements");
        if pages == 8 {
            assert!(text.contains("\n\\u{202e}txt.exe\\u{2066} "), "{text}");
        }
    }
    // The last has recorded nothing; and nothing was asked for in vain.
    let console = browser.console();
    assert!(!console.iter().any(|it| it.contains("404")), "{console:?}");
    drop(reader);
}

#[test]
fn any_number_may_be_the_last_event_that_was_seen() {
    let reader = reader();
    let run = reader.run(STEP, 1).unwrap();
    let (all, _) = reader.all_of(run);
    let seen = |seen: &str| {
        let header = format!("Last-Event-ID: {seen}\r\n");
        let path = format!("/live/runs/{run}/events");
        let mut answer = String::new();
        let mut socket = reader.ask("GET", &path, &header, "");
        socket.read_to_string(&mut answer).unwrap();
        answer
    };
    let first = all.lines().next().unwrap();
    let first = &first[..20];
    for odd in ["18446744073709551615", "18446744073709551614", "99", "-1", "x"]
    {
        // Not one of ours: from the beginning.
        let answer = seen(odd);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{odd}: {answer}");
        assert!(answer.contains(first), "{odd}: {answer}");
    }
    let last = reader.events(run, None).last().unwrap().id;
    let answer = seen(&last.to_string());
    assert!(answer.starts_with("HTTP/1.1 204 "), "no more: {answer}");
}

/// What leaves the group and the session is ended as well, by a stop and by
/// the end of its program.
#[cfg(target_os = "linux")]
#[test]
fn what_leaves_its_group_is_ended_with_its_program() {
    let reader = reader();
    for (pages, count, end) in [(10, 3, "stopped"), (11, 1, "done")] {
        let run = reader.run(STEP, pages).unwrap();
        let (mut output, mut how) = (String::new(), String::new());
        for event in reader.events(run, None) {
            match event.name.as_str() {
                "output" => output += &event.text,
                "end" => how = event.text,
                _ => {}
            }
            if output.lines().count() == count && end == "stopped" {
                reader.stop(run);
            }
        }
        assert_eq!(how, end, "{output}");
        let left = output.lines().filter_map(|it| it.strip_prefix("left "));
        let left: Vec<_> = left.collect();
        assert_eq!(left.len(), count, "{output}");
        for pid in left {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
            let is_dead = stat.map_or(true, |it| it.contains(") Z "));
            assert!(is_dead, "{pid} goes on");
        }
    }
}

/// A program that has left its group and has another environment cannot be
/// found. But it holds up nothing, though it has the pipe.
#[test]
fn whoever_is_left_behind_holds_up_nothing() {
    let reader = reader();
    let run = reader.run(STEP, 5).unwrap();
    let began = Instant::now();
    let (output, how) = reader.all_of(run);
    assert_eq!(how, "done", "{output}");
    assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    let left = output.lines().find_map(|line| line.strip_prefix("left "));
    let left = left.and_then(|pid| pid.parse().ok()).and_then(Pid::from_raw);
    let _ = kill_process(left.expect("it says who"), Signal::KILL);
}

#[test]
fn of_twenty_at_once_four_run_and_the_others_are_told_why() {
    let reader = reader();
    let results: Vec<_> = thread::scope(|scope| {
        let start = |_| scope.spawn(|| reader.run(STEP, 3));
        let all: Vec<_> = (0..20).map(start).collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let runs: Vec<_> =
        results.iter().filter_map(|it| it.as_ref().ok()).collect();
    assert_eq!(runs.len(), 4, "{results:?}");
    for (status, why) in results.iter().filter_map(|it| it.as_ref().err()) {
        assert_eq!(*status, 429);
        assert!(why.contains("Four programs run already"), "{why}");
    }
    for run in runs {
        reader.stop(*run);
        assert_eq!(reader.all_of(*run).1, "stopped");
    }
    until("all are gone", || programs(&reader).is_empty());
    let next = reader.run(STEP, 7).expect("there is room again");
    assert_eq!(reader.all_of(next).1, "done");
}

#[test]
fn a_run_that_nobody_looks_at_any_more_is_ended() {
    let reader = reader();
    let run = reader.run(STEP, 3).unwrap();
    let browser = reader.events(run, None);
    until("it runs", || !programs(&reader).is_empty());
    drop(browser);
    until("it is gone", || programs(&reader).is_empty());
    let (output, _) = reader.all_of(run);
    assert!(output.contains("stopped: no page shows it"), "{output}");
}

#[test]
fn who_comes_back_is_told_what_was_missed_and_nothing_twice() {
    let reader = reader();
    let run = reader.run(STEP, 6).unwrap();
    let (mut output, mut seen, mut ended) = (String::new(), None, false);
    // Asleep again and again, after a few events each time.
    while !ended {
        for event in reader.events(run, seen).take(3) {
            assert_eq!(event.id, seen.map_or(0, |seen| seen + 1));
            seen = Some(event.id);
            match event.name.as_str() {
                "output" => output += &event.text,
                "end" => ended = true,
                _ => {}
            }
        }
    }
    let lines: String = (0..150).map(|n| format!("line {n}\n")).collect();
    assert!(output.ends_with(&lines), "{output}");
    // Another tab, which begins at the beginning.
    assert_eq!(reader.all_of(run), (output, "done".to_owned()));
}

#[test]
fn two_readers_are_two() {
    let [one, two] = [(), ()].map(|()| Reader::start());
    assert_ne!(one.port(), two.port());
    assert_ne!(one.token(), two.token());
    let run = one.run(STEP, 3).unwrap();
    // Of that run the other knows nothing.
    let (status, _) = two.post(&format!("/live/runs/{run}/stop"), "{}");
    assert_eq!(status, 404);
    one.stop(run);
    drop(two);
    assert_eq!(one.all_of(run).1, "stopped");
}

#[test]
fn whatever_ends_the_reader_ends_what_it_runs() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL] {
        if signal == Signal::KILL && !cfg!(target_os = "linux") {
            continue;
        }
        let reader = reader();
        let run = reader.run(STEP, 4).unwrap();
        let browser = reader.events(run, None);
        until("it runs", || !programs(&reader).is_empty());
        thread::sleep(Duration::from_millis(200));
        let programs = programs(&reader);
        reader.end_by(signal);
        for pid in programs {
            let stat = format!("/proc/{}/stat", pid.as_raw_pid());
            until(&format!("its end by {signal:?}"), || {
                fs::read_to_string(&stat).map_or(true, |it| it.contains(") Z "))
            });
        }
        drop(browser);
    }
}

#[test]
fn a_second_signal_does_not_wait_for_what_is_deaf() {
    let reader = reader();
    let run = reader.run(STEP, 4).unwrap();
    let mut events = reader.events(run, None);
    let deaf = events.find(|it| it.text.contains("deaf"));
    assert!(deaf.is_some());
    let programs = programs(&reader);
    let first = Pid::from_raw(reader.id() as i32).unwrap();
    kill_process(first, Signal::TERM).unwrap();
    let port = reader.port();
    until("it serves no more", || {
        TcpStream::connect(("127.0.0.1", port)).is_err()
    });
    reader.end_by(Signal::TERM);
    // With more time, the page would be told that the run has ended.
    assert!(!events.any(|it| it.name == "end"));
    for pid in programs {
        let stat = format!("/proc/{}/stat", pid.as_raw_pid());
        until("the end of the program", || {
            fs::read_to_string(&stat).map_or(true, |it| it.contains(") Z "))
        });
    }
}

#[test]
fn another_sites_page_gets_nothing_though_the_browser_has_the_cookie() {
    let page = "index.html";
    let Some((reader, browser)) = open_with(reader, page, "main") else {
        return;
    };
    // A server of another port: of the same site, as browsers see it; and, by
    // its other name, of another.
    let server = Command::new("python3")
        .args(["-u", "-m", "http.server", "0", "--bind", "127.0.0.1"])
        .current_dir(workspace().join("book/theme"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn();
    let Ok(mut server) = server else {
        assert!(std::env::var_os("CI").is_none(), "CI needs python3");
        println!("skipped: there is no python3 here");
        return;
    };
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(server.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut stdout, &mut line).unwrap();
    let port = line.split("port ").nth(1).unwrap().split(' ').next().unwrap();
    let ours = format!("http://127.0.0.1:{}", reader.port());
    for host in ["127.0.0.1", "localhost"] {
        browser.open(&format!("http://{host}:{port}/timeline.css"));
        browser.script(&format!(
            "const ours = '{ours}';
             const tries = [];
             const note = (name, promise) => tries.push(promise
                 .then((got) => name + ': ' + got, () => name + ': refused'));
             const order = JSON.stringify({{ program: '{STEP}',
                 knobs: {{ pages: 3 }} }});
             for (const mode of ['cors', 'no-cors']) {{
                 note('get ' + mode, fetch(ours + '/live/menu',
                     {{ mode, credentials: 'include' }}).then((it) => it.text()));
                 note('post ' + mode, fetch(ours + '/live/runs',
                     {{ mode, credentials: 'include', method: 'POST', body: order,
                     }}).then((it) => it.text()));
             }}
             const load = (tag, path) => new Promise((done, fail) => {{
                 const it = document.createElement(tag);
                 it.onload = () => done('loaded');
                 it.onerror = fail;
                 it.src = ours + path;
                 document.documentElement.append(it);
             }});
             note('image', load('img', '/favicon.svg'));
             note('script', load('script', '/live/script.js'));
             note('stream', new Promise((done, fail) => {{
                 const it = new EventSource(ours + '/live/news',
                     {{ withCredentials: true }});
                 it.onopen = () => done('open');
                 it.onerror = () => {{ it.close(); fail(); }};
             }}));
             const frame = document.createElement('iframe');
             frame.src = ours + '/';
             document.documentElement.append(frame);
             frame.onload = () => note('frame', Promise.resolve().then(() =>
                 frame.contentDocument?.body.innerText ?? Promise.reject()));
             setTimeout(() => Promise.all(tries).then((all) => {{
                 window.tried = all; }}), 1500);",
        ));
        let tried = browser.wait_for("all tries", "return window.tried");
        let tried: Vec<_> = tried.as_array().unwrap().iter().collect();
        assert!(tried.len() >= 7, "{tried:?}");
        for one in tried {
            let one = one.as_str().unwrap();
            // An answer without a cors header is there, but empty.
            let nothing =
                one.ends_with(": refused") || one.ends_with("no-cors: ");
            assert!(nothing, "from {host}: {one}");
        }
        // A form leaves the page it is on, and gets an answer that says why.
        browser.script(&format!(
            "const form = document.createElementNS(
                 'http://www.w3.org/1999/xhtml', 'form');
             form.action = '{ours}/live/runs';
             form.method = 'post';
             form.enctype = 'text/plain';
             document.documentElement.append(form);
             form.submit();"
        ));
        browser.wait_for(
            "the refusal",
            "return document.body?.innerText.includes('Refused')",
        );
    }
    let (status, _) = reader.post("/live/runs/0/stop", "{}");
    assert_eq!(status, 404, "a run was started");
    server.kill().and_then(|()| server.wait()).unwrap();
}
