//! Recorded outputs: what each program printed, and the picture of that run.

use crate::events::{keep, renew};
use anyhow::{Context, Result, ensure};
use exercises::Tree;
use exercises::diff;
use exercises::tree::{Program, prepare_cargo};
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use theatre::Theatre;
use timeline::private::Folder;
use timeline::{Event, Recording, What};

/// Columns of a listing that fits the page.
const COLUMNS: &str = "80";

/// How long a program may take; most of that is for cargo.
const LIMIT: Duration = Duration::from_secs(120);

/// The step that stays up until it is ended, and is asked for page after page.
const STAYS_UP: &str = "0-1-meet-the-slow-site";
/// One that also stays up, and is asked for three pages at once.
const IS_CROWDED: &str = "5-18-a-task-for-each-client";
/// The step whose page asks for `--release`.
const OPTIMIZED: &str = "4-12-one-helper-three-ways";

/// The programs of these names; all of them if no name is given.
///
/// # Errors
///
/// A sentence, if there is no program of that name.
pub fn named<'a>(
    tree: &'a Tree,
    names: &[&str],
) -> Result<Vec<Program<'a>>, String> {
    if names.is_empty() {
        return Ok(tree.programs().collect());
    }
    let program = |name: &&str| {
        let none = || format!("no step or crawl is called {name:?}");
        tree.program(name).ok_or_else(none)
    };
    names.iter().map(program).collect()
}

/// Runs programs, and keeps what they print in `book/recorded/NAME.txt`, the
/// picture of that run in `.svg`, and the events that it shows in `.events`, if
/// something takes turns in it.
///
/// # Errors
///
/// If one fails, or the disk does.
pub fn record(tree: &Tree, programs: &[Program<'_>]) -> Result<()> {
    for &program in programs {
        let (name, title) = (program.name(), program.title());
        let how = if name == OPTIMIZED { &["--release"][..] } else { &[] };
        let Run { printed, events } = run(tree, program, how)?;
        let path = |end| file(&tree.book(), name, end);
        let recording = Recording::parse(&events);
        let picture = pictures::of_run(name, &recording, &printed, &title);
        fs::create_dir_all(tree.book().join("recorded"))?;
        fs::write(path("txt"), printed)?;
        fs::write(path("svg"), picture)?;
        if theatre::takes_turns(&recording) {
            let read = |file: &str| read_source(tree, file);
            fs::write(path("events"), keep(&events, read))?;
        }
        println!("{}", program.name());
    }
    Ok(())
}

/// The run of a program whose events are kept, to be looked at one by one;
/// `None` if they are not.
pub fn theatre(tree: &Tree, program: Program<'_>) -> Option<Theatre> {
    let kept = file(&tree.book(), program.name(), "events");
    let kept = fs::read_to_string(kept).ok()?;
    let read = |file: &str| read_source(tree, file);
    let source = tree.source_of(program);
    let events = renew(&kept, read).events;
    Some(Theatre::of(&program.title(), &events, &source, read))
}

/// The text of a file of the workspace, as the compiler names it.
fn read_source(tree: &Tree, file: &str) -> Option<String> {
    let is_ours = Path::new(file).is_relative();
    fs::read_to_string(tree.root.join(file)).ok().filter(|_| is_ours)
}

/// The programs of the first page's picture: the same pages in four ways.
const FIRST: [(&str, &str); 4] = [
    ("one at a time", "0-2-one-page-at-a-time"),
    ("a thread for each", "1-2-thread-per-page"),
    ("callbacks, on one thread", "3-4-a-loop-that-calls-back"),
    ("tasks, on an executor of our own", "5-9-a-reactor"),
];

/// Runs these programs, and draws them on one axis in
/// `book/recorded/first.svg`.
///
/// # Errors
///
/// As [`record`].
pub fn record_first(tree: &Tree) -> Result<()> {
    let mut runs = Vec::new();
    for (title, name) in FIRST {
        let program = tree.program(name).context("it is a step")?;
        runs.push((title, Recording::parse(&run(tree, program, &[])?.events)));
    }
    let runs: Vec<_> = runs.iter().map(|(title, it)| (*title, it)).collect();
    let title = "The same eight pages, fetched in four ways";
    let picture = pictures::compare(&runs, title);
    fs::write(file(&tree.book(), "first", "svg"), picture)?;
    println!("first");
    Ok(())
}

/// Draws in `book/recorded/gil.svg`, on one axis, how long two workers take
/// for what one thread does in a quarter of a second: threads in Rust,
/// processes and threads in Python.
///
/// # Errors
///
/// As [`record`]; or if there is no Python.
pub fn record_gil(tree: &Tree) -> Result<()> {
    let step = "1-11-computing-needs-cores";
    let program = tree.program(step).context("it is a step")?;
    let rust = both_of_two(&run(tree, program, &[])?.events);
    let [processes, threads] = ["processes", "threads"].map(|kind| {
        let folder = Folder::new().context("there is no place for it")?;
        let events = folder.path().join("events");
        let script = tree.root.join("01-threads/python/computing.py");
        let mut python = Command::new("python3");
        python.arg(script).arg(kind).env(timeline::VARIABLE, &events);
        let status = python.stdout(Stdio::null()).status();
        let status = status.context("cannot run python3")?;
        ensure!(status.success(), "computing.py: {status}");
        Ok(Recording::read(&events)?)
    });
    let runs = [
        ("two threads in Rust", &rust),
        ("two processes in Python", &processes?),
        ("two threads in Python", &threads?),
    ];
    let title = "Two workers compute what takes one thread 250 ms";
    let picture = pictures::on_one_axis(&runs, title);
    fs::write(file(&tree.book(), "gil", "svg"), picture)?;
    println!("gil");
    Ok(())
}

/// Of a run of step 1-11, which computes with one thread and then with two, the
/// second part.
fn both_of_two(events: &str) -> Recording {
    let is_made = |event: &Event<'_>| {
        matches!(event.what, What::Spawn { kind: "thread", .. })
    };
    let made = events.lines().filter_map(Event::parse).filter(is_made);
    // `main` and the one come before.
    let lanes: Vec<_> = made.map(|event| event.lane).skip(2).take(2).collect();
    let of_both = |line: &&str| {
        Event::parse(line).is_some_and(|event| lanes.contains(&event.lane))
    };
    let lines = events.lines().filter(of_both);
    Recording::parse(&lines.flat_map(|line| [line, "\n"]).collect::<String>())
}

/// What came when, rung by rung.
const DATES: &str = include_str!("dates.txt");

/// Draws the history of each rung in `book/recorded/history-RUNG.svg`.
///
/// # Errors
///
/// If the disk fails.
pub fn record_histories(tree: &Tree) -> Result<()> {
    for (rung, dates) in histories() {
        let picture = pictures::history(dates, "What came when");
        fs::write(
            file(&tree.book(), &format!("history-{rung}"), "svg"),
            picture,
        )?;
    }
    println!("history");
    Ok(())
}

/// The rungs that have a history, by their folder in the book, and its dates.
fn histories() -> impl Iterator<Item = (&'static str, &'static str)> {
    let parts = DATES.split("# ").filter_map(|part| part.split_once('\n'));
    parts.filter(|(rung, _)| !rung.is_empty())
}

/// What has changed in each step since the one that its page names, in
/// `book/recorded/STEP.diff`.
///
/// # Errors
///
/// If a page names no step before it, or the disk fails.
pub fn record_changes(tree: &Tree) -> Result<()> {
    for (step, text) in changes(tree)? {
        fs::write(file(&tree.book(), &step, "diff"), text)?;
    }
    Ok(())
}

/// Each step but the first of each rung, and what has changed.
fn changes(tree: &Tree) -> Result<Vec<(String, String)>> {
    let pages = tree.chapters();
    let mut before: Vec<(&str, String)> = Vec::new();
    let mut all = Vec::new();
    for rung in &tree.rungs {
        for (n, step) in rung.steps.iter().enumerate() {
            let source = format!("{}/src/bin/{step}.rs", rung.folder);
            let now = fs::read_to_string(tree.root.join(source))?;
            if n > 0 {
                let start = start_of_step_before(&pages, step)?;
                let from = before.iter().find(|(it, _)| it.starts_with(&start));
                let (name, text) = from.with_context(|| {
                    format!("the page of {step} names no step before it")
                })?;
                all.push((step.clone(), diff((name, text), (step, &now))));
            }
            before.push((step, now));
        }
    }
    Ok(all)
}

/// How the name of the step begins that `step` is compared with: `2-1-`, if the
/// page of `step` says `What changed since 2-1`.
fn start_of_step_before(pages: &[PathBuf], step: &str) -> Result<String> {
    let file = format!("{step}.md");
    let page = pages.iter().find(|page| page.ends_with(&file));
    let text = fs::read_to_string(page.context("it has no page")?)?;
    let summary = text.split_once("<summary>What changed since ");
    let summary = summary.and_then(|(_, rest)| rest.split_once("</summary>"));
    let summary = summary.with_context(|| {
        format!("the page of {step} does not say what changed since when")
    });
    Ok(format!("{}-", summary?.0))
}

/// Where a recorded output is kept.
pub fn file(book: &Path, name: &str, end: &str) -> PathBuf {
    book.join("recorded").join(format!("{name}.{end}"))
}

/// What became of a program that was run.
struct Run {
    printed: String,
    /// The text of its recording.
    events: String,
}

/// Runs a program to its end. `how` tells cargo how to build it.
fn run(tree: &Tree, program: Program<'_>, how: &[&str]) -> Result<Run> {
    let name = program.name();
    let mut cargo = prepare_cargo();
    cargo
        .args(["run", "-q"])
        .args(how)
        .args(program.selection())
        .current_dir(&tree.root)
        .env("COLUMNS", COLUMNS)
        // A backtrace would take longer than all the rest of a step.
        .env_remove("RUST_BACKTRACE");
    let (printed, events) = if [STAYS_UP, IS_CROWDED].contains(&name) {
        run_and_visit(&mut cargo, name == IS_CROWDED)?
    } else {
        let ran = watchdog::run(&mut cargo, LIMIT)?;
        let why = &ran.stderr;
        ensure!(ran.status.success(), "{name}: {}: {why}", ran.status);
        (ran.stdout, ran.events)
    };
    let printed = printed.trim_start_matches('\n').to_owned();
    Ok(Run { printed, events })
}

/// Runs a site that stays up, and asks for three of its pages, as a reader
/// would.
fn run_and_visit(
    cargo: &mut Command,
    at_once: bool,
) -> Result<(String, String)> {
    let folder = Folder::new().context("there is no place to record to")?;
    let events = folder.path().join("events");
    let mut child = cargo
        .env(timeline::VARIABLE, &events)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run cargo")?;
    let limit = watchdog::kill_after(&child, LIMIT);
    let stdout = child.stdout.take().expect("it is piped");
    let text = visit(BufReader::new(stdout), at_once);
    // A signal that it handles, and not `kill`, so that it can tidy up.
    let _ = kill_process(Pid::from_child(&child), Signal::TERM);
    child.wait()?;
    drop(limit);
    Ok((text?, fs::read_to_string(&events)?))
}

/// Visits the site whose address it prints first; gives back all it prints.
fn visit(mut stdout: impl BufRead, at_once: bool) -> Result<String> {
    let mut text = String::new();
    stdout.read_line(&mut text)?;
    let address = text.trim().trim_start_matches("http://");
    let address = address.trim_end_matches('/').to_owned();
    stdout.read_line(&mut text)?;
    let mut clients = Vec::new();
    for path in ["/", "/3", "/3"] {
        // `/3` twice: a page takes the same time again, as the reader sees.
        clients.push(ask(&address, path)?);
        ensure!(stdout.read_line(&mut text)? > 0, "it says nothing of {path}");
        if !at_once {
            clients.drain(..).try_for_each(read_answer)?;
        }
    }
    clients.into_iter().try_for_each(read_answer)?;
    Ok(text)
}

fn ask(address: &str, path: &str) -> Result<TcpStream> {
    let mut socket = TcpStream::connect(address)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
    socket.write_all(request.as_bytes())?;
    Ok(socket)
}

/// Waits until the page has come.
fn read_answer(mut socket: TcpStream) -> Result<()> {
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200 "), "{answer:?}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Mutex;
    use std::thread;
    use timeline::{Replay, What};

    /// What two runs of a program have in common: numbers may differ, and so
    /// may the order in which threads get there, and where in a lane what
    /// happens.
    fn shape(text: &str) -> Vec<String> {
        let mut lines: Vec<_> = text
            .lines()
            .filter(|line| !is_drawn(line))
            .map(without_numbers)
            .collect();
        lines.sort();
        lines.dedup();
        lines
    }

    /// Set if the line belongs to a picture. Of that, [`lanes`] compares only
    /// the names: the axis and the legend depend on what happened in this run.
    fn is_drawn(line: &str) -> bool {
        let drawn = ['█', '─', '▓', '·', '╵', '═', '×', '?', '†'];
        line.contains(drawn)
            || line.starts_with("thread ") && line.ends_with('!')
            || line.contains("in flight") && !line.contains("at most")
            || line.starts_with("site ")
    }

    /// What a recording has in common with another of the same program: what
    /// happens to which kinds of lanes. One that stays up is ended by a signal,
    /// and how much of its end is recorded is a race: so that is left out.
    fn kinds_of(events: &str, name: &str) -> BTreeSet<(String, String)> {
        let mut events = Replay::events(events);
        if name == IS_CROWDED {
            let answers = |it: &Event<'_>| in_a_word(it) == "flight";
            let last = events.iter().rposition(answers);
            events.truncate(last.expect("it has answered") + 1);
        }
        let mut lanes = BTreeMap::new();
        let mut kinds = BTreeSet::new();
        for event in events {
            let key = (event.pid, event.lane);
            if let What::Spawn { kind, .. } = event.what {
                lanes.insert(key, kind);
            }
            let what = in_a_word(&event);
            let kind = lanes.get(&key).copied().unwrap_or_default();
            kinds.insert((kind.to_owned(), what));
        }
        kinds
    }

    /// What has happened, in a word.
    fn in_a_word(event: &Event<'_>) -> String {
        let what = event.what.to_string();
        what.split(' ').next().unwrap_or_default().to_owned()
    }

    fn without_numbers(line: &str) -> String {
        let mut shape = String::new();
        for c in line.chars() {
            let digit = c.is_ascii_digit() || c == ',' || c == '.';
            match c {
                // Numbers of other widths leave other blanks: keep one.
                ' ' if shape.ends_with(' ') => {}
                _ if digit && shape.ends_with('#') => {}
                _ if c.is_ascii_digit() => shape.push('#'),
                c => shape.push(c),
            }
        }
        // `1.02 s`, `980 ms`, `1.2µs` and `520ns` are times, all of them.
        ["ms", "µs", "ns"].iter().fold(shape, |shape, unit| {
            let shape = shape.replace(&format!("#{unit}"), "#s");
            shape.replace(&format!("# {unit}"), "# s")
        })
    }

    /// The names of the lanes.
    fn lanes(text: &str) -> Vec<String> {
        let names = text.lines().filter_map(|line| {
            let marks = ['█', '─', '▓', '·', '═', '×', '!'];
            let name = line.split(marks).next()?.trim();
            let kinds = ["main", "thread ", "worker "];
            let lane = kinds.iter().any(|kind| name.starts_with(kind));
            (lane && is_drawn(line)).then(|| name.to_owned())
        });
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_shown_has_the_shape_of_a_fresh_run() {
        let tree = Tree::here();
        for rung in &tree.rungs {
            // All at once, on all cores: each alone takes twice as long.
            let mut cargo = prepare_cargo();
            cargo.args(["build", "-q", "--bins", "-p", &rung.package]);
            let limit = Duration::from_secs(300);
            let built = watchdog::run(cargo.current_dir(&tree.root), limit);
            let built = built.unwrap_or_else(|why| panic!("{why}"));
            assert!(built.status.success(), "{}", built.stderr);
        }
        // Most of the time they wait.
        let programs = Mutex::new(tree.programs());
        let next = || programs.lock().unwrap().next();
        let differing = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(program) = next() {
                        if is_as_shown(&tree, program).is_err() {
                            differing.lock().unwrap().push(program);
                        }
                    }
                });
            }
        });
        // What else runs here may make a program late, and one that has a
        // deadline then prints something else. So each has two more tries.
        for program in differing.into_inner().unwrap() {
            let again = |_| is_as_shown(&tree, program);
            is_as_shown(&tree, program).or_else(again).unwrap();
        }
    }

    /// Runs it, and compares.
    fn is_as_shown(tree: &Tree, program: Program<'_>) -> Result<()> {
        let name = program.name();
        let kept = fs::read_to_string(file(&tree.book(), name, "txt"))?;
        let Run { printed, events } = run(tree, program, &[])?;
        for what in [shape, lanes] {
            let (before, now) = (what(&kept), what(&printed));
            ensure!(before == now, "{name}: {before:?}, now {now:?}");
        }

        let recording = Recording::parse(&events);
        if theatre::takes_turns(&recording) {
            let kept = fs::read_to_string(file(&tree.book(), name, "events"));
            let kept = kept.with_context(|| name.to_owned())?;
            let before = kinds_of(&kept, name);
            let now = kinds_of(&events, name);
            ensure!(before == now, "{name}: {before:?}, now {now:?}");
        }

        // What has measured has figures, and no lanes.
        let picture = fs::read_to_string(file(&tree.book(), name, "svg"))?;
        let measures = picture.contains("lanes-bar");
        let (_, left) = recording.drawn_tracks();
        let spawned = Replay::events(&events);
        let is_own = |name: &str| {
            spawned.iter().any(|event| match event.what {
                What::Spawn { name: own, .. } => own == name,
                _ => false,
            })
        };
        for track in recording.tracks.iter().filter(|_| !measures) {
            // Which worker is in which process, and how many there are, may
            // differ.
            let of_process = track.name.starts_with("process ");
            // Which are drawn, if they are too many, depends on who came first.
            let label = match of_process {
                true => "process 2",
                false if left > 0 => &track.kind,
                // So may how many of a pool's threads have had something to do:
                // they have one name, and are numbered in the picture.
                false if track.kind == "thread" && !is_own(&track.name) => {
                    track.name.trim_end_matches(|c: char| c.is_ascii_digit())
                }
                false => &track.name,
            };
            ensure!(picture.contains(label), "{name} shows no {label}");
        }
        Ok(())
    }

    /// What is shown one event at a time is the run in the picture, it is one
    /// story, and the lines it names are there.
    #[test]
    fn kept_events_are_those_of_the_picture_and_of_the_code() {
        let tree = Tree::here();
        let mut kept = 0;
        for program in tree.programs() {
            let name = program.name();
            let path = |end| file(&tree.book(), name, end);
            let Ok(text) = fs::read_to_string(path("events")) else { continue };
            kept += 1;
            let renewed = renew(&text, |file| read_source(&tree, file));
            let gone = &renewed.gone;
            assert!(gone.is_empty(), "record {name} again: {gone:?} has gone");
            let odd = Replay::contradictions(&renewed.events);
            assert_eq!(odd, [""; 0], "{name}");
            let length = Recording::parse(&renewed.events).length.as_micros();
            let length = format!("data-length='{length}'");
            let picture = fs::read_to_string(path("svg")).unwrap();
            assert!(picture.contains(&length), "record {name} again");
            // By its title a page that shows it is found.
            let title = format!("<title>{}</title>", program.title());
            assert!(picture.contains(&title), "{name}");
            // They say nothing of the machine.
            let events = Replay::events(&renewed.events);
            assert_eq!(events[0].at, 0, "{name}");
            for event in events {
                let file = event.source.map_or("", |(file, _)| file);
                assert!(Path::new(file).is_relative(), "{name}: {event}");
                assert!(event.pid < 10, "{name}: {event}");
            }
        }
        assert!(kept > 45, "{kept}");
    }

    /// The first page claims it, and everybody believes a picture.
    #[test]
    fn on_the_first_page_one_at_a_time_takes_four_times_as_long() {
        let path = file(&Tree::here().book(), "first", "svg");
        let picture = fs::read_to_string(path).unwrap();
        let times: Vec<u32> = FIRST
            .iter()
            .map(|(title, _)| {
                let (_, rest) =
                    picture.split_once(&format!("{title}: ")).unwrap();
                rest.split_once(" ms").unwrap().0.parse().unwrap()
            })
            .collect();
        let longest = times[1..].iter().max().unwrap();
        assert!(times[0] > 4 * longest, "{times:?}");
    }

    /// A picture says nothing that the page does not say, with its source.
    #[test]
    fn the_page_of_a_history_names_each_year_that_its_picture_does() {
        let book = Tree::here().book();
        let mut rungs = 0;
        for (rung, dates) in histories() {
            let page = book.join("chapters").join(rung).join("history.md");
            let page = fs::read_to_string(page).unwrap();
            for line in dates.lines() {
                assert!(page.contains(&line[..4]), "{rung}: {line}");
            }
            let name = format!("history-{rung}");
            let kept = fs::read_to_string(file(&book, &name, "svg")).unwrap();
            let drawn = pictures::history(dates, "What came when");
            assert_eq!(kept, drawn, "record it again: history");
            rungs += 1;
        }
        assert_eq!(rungs, 6);
    }

    #[test]
    fn the_changes_that_are_shown_are_those_there_are() {
        let tree = Tree::here();
        for (step, now) in changes(&tree).unwrap() {
            let kept = fs::read_to_string(file(&tree.book(), &step, "diff"));
            assert_eq!(kept.expect(&step), now, "{step}: record it again");
        }
    }

    #[test]
    fn a_shape_forgets_numbers_and_nothing_else() {
        assert_eq!(shape("a 1,024 b 52 of"), ["a # b # of"]);
        for time in ["1.02 s", "980 ms", "1.2 µs", "520 ns"] {
            assert_eq!(shape(time), ["# s"]);
        }
        for time in ["60ms", "1.2µs", "520ns"] {
            assert_eq!(shape(time), ["#s"]);
        }
        assert_eq!(shape("b\na"), shape("a\nb"));
        assert_ne!(shape("a 1 b"), shape("a b"));
        assert_ne!(shape("the answer is right"), shape("the answer is wrong"));
        let lines = "main █───\nthread 2   █──\nsite 111\n█ runs   ─ waits";
        assert_eq!(lanes(lines), ["main", "thread 2"]);
    }
}
