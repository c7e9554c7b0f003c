//! The test that every rung passes, on the very binary that the reader runs.

use lab::Rung;
use lab::site::{Answer, Fault, Seen, Shape, Site};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::env::temp_dir;
use std::fs;
use std::process::{self, Command};
use std::time::Duration;
use timeline::{Replay, VARIABLE};
use watchdog::{self, Ran};

/// Has a rung's program `bin` crawl slow sites, healthy ones and faulty ones,
/// in each of its styles, and on two threads, if it has the choice. Judges what
/// it answered and how it ran, by counts and by overlap, never by tight times.
///
/// # Panics
///
/// If the rung breaks a promise; the message lists every broken one, with the
/// shape of the site it was broken on.
pub fn conformance(rung: &Rung, bin: &str) {
    if rung.styles.is_empty() {
        conformance_with(rung, bin, &[]);
    }
    if rung.most_workers > 1 {
        conformance_with(rung, bin, &["--workers", "2"]);
    }
    for style in rung.styles {
        conformance_with(rung, bin, &["--style", style]);
    }
}

/// The same with flags that choose how it is done: a style, a number of
/// threads.
///
/// # Panics
///
/// As [`conformance`].
pub fn conformance_with(rung: &Rung, bin: &str, choice: &[&str]) {
    let most = rung.most_at_once.min(8) as usize;
    RungOnTrial { bin, most, rung, choice }.judge();
}

/// A rung on crawled.
struct RungOnTrial<'a> {
    bin: &'a str,
    /// How many requests it is to have in flight.
    most: usize,
    rung: &'a Rung,
    choice: &'a [&'a str],
}

type Verdict = Result<(), String>;

impl RungOnTrial<'_> {
    fn judge(&self) {
        let mut broken = Vec::new();
        let mut note = |what: &str, verdict: Verdict| {
            if let Err(why) = verdict {
                broken.push(format!("{what}: {why}"));
            }
        };

        note("a healthy site", self.healthy(60, self.most, 10));
        note("one at a time", self.healthy(20, 1, 5));
        note("2,000 pages", self.healthy(2000, self.most, 0));
        let faults = [&Fault::survivable(), self.rung.survives].concat();
        for &fault in &faults {
            note(&format!("fault {fault}"), self.faulty(&[fault]));
        }
        note("all faults", self.faulty(&faults));
        note("the deadline", self.stops_at_the_deadline());
        note("work", self.computes_what_pages_ask_for());
        note("the built-in site", self.crawls_its_own_site());
        note("a site given by --site", self.crawls_as_the_reader_types_it());
        note("a wrong command line", self.refuses_wrong_input());
        note("no site", self.says_that_no_site_is_there());

        assert!(
            broken.is_empty(),
            "{} {} breaks {} promises:\n{}",
            self.bin,
            self.choice.join(" "),
            broken.len(),
            broken.join("\n")
        );
    }

    /// Every page is fetched, each once, and as many are in flight as may be.
    fn healthy(&self, pages: u32, at_once: usize, ms: u64) -> Verdict {
        let latency = Duration::from_millis(ms);
        let crawled = self.crawl(
            Shape { pages, latency, ..Shape::default() },
            &["--at-once", &at_once.to_string()],
        )?;
        crawled.answer_is_right()?;
        crawled.each_page_was_asked_for_as_often_as_it_should()?;
        // Without latency, requests are too short to be sure that they meet.
        if ms > 0 && crawled.seen.peak != at_once {
            let peak = crawled.seen.peak;
            return Err(format!("{peak} at once, it should be {at_once}"));
        }
        if crawled.seen.peak > at_once {
            return Err(format!("{} at once: too many", crawled.seen.peak));
        }
        Ok(())
    }

    /// The healthy pages are all reached, the bad ones reported.
    fn faulty(&self, faults: &[Fault]) -> Verdict {
        let latency = Duration::from_millis(5);
        let faults = faults.to_vec();
        let crawled = self.crawl(
            Shape { pages: 24, latency, faults, ..Shape::default() },
            &["--at-once", &self.most.to_string(), "--timeout", "1000"],
        )?;
        crawled.answer_is_right()?;
        crawled.each_page_was_asked_for_as_often_as_it_should()?;
        // For each page in flight, its body may have 16 MiB, and a buffer that
        // grows by doubling may need twice as much.
        let most = 64 * 1024 + self.most as u64 * 2 * 16 * 1024;
        let kb = crawled.number("max_rss_kb")?;
        if kb > most {
            return Err(format!("{kb} KiB of memory; {most} are enough"));
        }
        Ok(())
    }

    fn stops_at_the_deadline(&self) -> Verdict {
        let latency = Duration::from_millis(400);
        let crawled = self.crawl(
            Shape { pages: 200, latency, ..Shape::default() },
            &["--at-once", &self.most.to_string(), "--deadline", "1"],
        )?;
        let elapsed = crawled.number("elapsed_ms")?;
        if elapsed > 5_000 {
            return Err(format!("ended only after {elapsed} ms"));
        }
        if crawled.number("not_reached")? == 0 {
            return Err("all pages reached: there was no time for it".into());
        }
        match crawled.report["failed"].as_array() {
            Some(failed) if failed.is_empty() => Ok(()),
            _ => Err("a page cut by the deadline has not failed".into()),
        }
    }

    fn computes_what_pages_ask_for(&self) -> Verdict {
        let shape = Shape {
            pages: 20,
            latency: Duration::ZERO,
            work: Duration::from_millis(6),
            ..Shape::default()
        };
        let crawled = self.crawl(shape, &[])?;
        crawled.answer_is_right()?;
        // Half of it is enough: pages differ, and so does the machine's speed.
        match crawled.number("cpu_ms")? {
            cpu if cpu >= 60 => Ok(()),
            cpu => Err(format!("{cpu} ms of CPU time, pages ask for 120")),
        }
    }

    /// Without `--site` the program has a site of its own, and prints a
    /// verdict.
    fn crawls_its_own_site(&self) -> Verdict {
        let args = ["--pages", "30", "--latency", "5", "--seed", "7"];
        let mut processes = Vec::new();
        for more in [&["--json"][..], &["--json", "--work", "1"]] {
            let json = self.command(&[&args[..], more].concat());
            let ran = self.require_good_end(run(json)?)?;
            let report = parse_report(&ran)?;
            if report["right"] != true || report["pages"] != 30 {
                return Err(format!("it reported {report}"));
            }
            processes.push(report["processes"].clone());
        }
        // Pages that ask for work need no more processes.
        if processes[0] != processes[1] {
            let [idle, busy] = [&processes[0], &processes[1]];
            return Err(format!("{idle} processes; with work, {busy}"));
        }
        let ran = self.require_good_end(run(self.command(&args))?)?;
        if !ran.stdout.contains("The answer is right") {
            return Err(format!("no verdict in:\n{}", ran.stdout));
        }
        Ok(())
    }

    /// Here the program is not told where to record: it has to make a file
    /// itself, and to remove it.
    fn crawls_as_the_reader_types_it(&self) -> Verdict {
        let latency = Duration::from_millis(1);
        let site = Site::in_thread(Shape { latency, ..Shape::default() });
        let output = self
            .command(&["--site", site.url().as_str(), "--json"])
            .env_remove(VARIABLE)
            .output()
            .map_err(|why| why.to_string())?;
        let stderr = String::from_utf8_lossy(&output.stderr);
        let report: Value = serde_json::from_slice(&output.stdout)
            .map_err(|why| format!("no report: {why}: {stderr}"))?;
        match report["checksum"] == site.answer().checksum.as_str() {
            true if output.status.success() => Ok(()),
            _ => Err(format!("{}: {report} {stderr}", output.status)),
        }
    }

    fn refuses_wrong_input(&self) -> Verdict {
        // A client for the web takes https, and has flags for it alone.
        let on_the_web: &[&str] = match self.rung.web {
            true => &["--retries", "1"],
            false => &["--site", "https://127.0.0.1/"],
        };
        let wrong: [&[&str]; 11] = [
            &["--no-such-flag"],
            &["surplus"],
            &["--at-once", "0"],
            &["--at-once", "many"],
            &["--pages"],
            &["--faults", "boredom"],
            &["--style", "baroque"],
            &["--workers", "0"],
            &["--site", "not a url"],
            &["--site", "http://127.0.0.1:9/", "--pages", "3"],
            on_the_web,
        ];
        for args in wrong {
            self.fails_in_one_sentence(args, 2)?;
        }
        let too_many = (self.rung.most_at_once + 1).to_string();
        self.fails_in_one_sentence(&["--at-once", &too_many], 2)
    }

    fn says_that_no_site_is_there(&self) -> Verdict {
        // The port of a site that has just ended: no connection is accepted.
        let site = Site::in_thread(Shape::default());
        let url = site.url().to_string();
        site.end();
        self.fails_in_one_sentence(&["--site", &url], 1)?;

        let not_http = Site::in_thread(Shape {
            faults: vec![Fault::NotHttp],
            ..Shape::default()
        });
        let start = not_http.url().join("/not-http-1").expect("a path");
        self.fails_in_one_sentence(&["--site", start.as_str()], 1)?;
        not_http.end();
        Ok(())
    }

    fn fails_in_one_sentence(&self, args: &[&str], status: i32) -> Verdict {
        let ran = run(self.command(args))?;
        let one_line = ran.stderr.trim_end().lines().count() == 1;
        if ran.status.code() == Some(status)
            && one_line
            && ran.stdout.is_empty()
        {
            return Ok(());
        }
        Err(format!(
            "{args:?} should exit with {status} and one sentence; {}: {}{}",
            ran.status, ran.stderr, ran.stdout
        ))
    }

    /// Crawls a site of this shape that stands outside of the program.
    fn crawl(&self, shape: Shape, args: &[&str]) -> Result<Crawled, String> {
        let site = Site::in_thread(shape);
        let choice = self.choice.join("");
        let name = format!("conformance-{}{choice}", process::id());
        let list = temp_dir().join(name);
        let mut command = self.command(args);
        command.args(["--json", "--site", site.url().as_str(), "--list"]);
        command.arg(&list);

        let report = parse_report(&self.require_good_end(run(command)?)?)?;
        let listed = fs::read_to_string(&list)
            .map_err(|why| format!("--list wrote nothing: {why}"))?;
        fs::remove_file(&list).map_err(|why| why.to_string())?;
        let answer = site.answer().clone();
        let tries = self.rung.tries;
        Ok(Crawled { report, listed, answer, seen: site.end(), tries })
    }

    /// Gives back what ran, if it has neither failed nor panicked. What it has
    /// recorded is one story, too.
    fn require_good_end(&self, ran: Ran) -> Result<Ran, String> {
        let contradictions = Replay::contradictions(&ran.events);
        if !contradictions.is_empty() {
            return Err(format!("recorded: {contradictions:#?}"));
        }
        if !ran.status.success() || ran.stderr.contains("panicked") {
            return Err(format!(
                "{}: {}{}",
                ran.status, ran.stderr, ran.stdout
            ));
        }
        Ok(ran)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(self.bin);
        command.args(args);
        command.args(self.choice);
        command
    }
}

fn run(mut command: Command) -> Result<Ran, String> {
    // No run here needs a tenth of this.
    let limit = Duration::from_secs(60);
    watchdog::run(&mut command, limit).map_err(|hung| hung.to_string())
}

/// Reads the report; nothing else may be on stdout.
fn parse_report(ran: &Ran) -> Result<Value, String> {
    serde_json::from_str(&ran.stdout)
        .map_err(|why| format!("stdout is not JSON: {why}: {}", ran.stdout))
}

/// One crawl, and all that is known of it from outside.
struct Crawled {
    report: Value,
    /// What `--list` wrote.
    listed: String,
    answer: Answer,
    seen: Seen,
    /// How often a page is asked for that kills the worker which fetches it.
    tries: u32,
}

impl Crawled {
    /// Checks that the pages and the failures are reported, and nothing else.
    fn answer_is_right(&self) -> Verdict {
        // Each bad page is reported, with its reason.
        let failed = self.report["failed"].as_array().into_iter().flatten();
        let failed: BTreeMap<&str, &str> = failed
            .filter_map(|f| {
                Some((path(f["url"].as_str()?), f["why"].as_str()?))
            })
            .collect();
        for (page, words) in &self.answer.failed {
            match failed.get(page.as_str()) {
                None => return Err(format!("{page} is not reported")),
                Some(why) if !why.contains(words) => {
                    return Err(format!("{page}: {why:?} is not the reason"));
                }
                Some(_) => {}
            }
        }
        // No healthy page is reported.
        let surplus: Vec<_> = failed
            .iter()
            .filter(|(page, _)| !self.answer.failed.contains_key(**page))
            .collect();
        if !surplus.is_empty() {
            return Err(format!("healthy pages failed: {surplus:?}"));
        }

        // Each healthy page is reached.
        let listed = self.listed.lines();
        let listed: BTreeSet<&str> = listed
            .filter_map(|line| line.split_once('\t'))
            .map(|(_, url)| path(url))
            .collect();
        let good = self.answer.good.iter().map(String::as_str);
        let missed: Vec<_> =
            good.filter(|page| !listed.contains(page)).collect();
        if !missed.is_empty() {
            return Err(format!("never reached: {missed:?}"));
        }
        // The report counts the same pages, with the same contents.
        let expected = json!({
            "pages": self.answer.good.len(),
            "checksum": self.answer.checksum,
        });
        for field in ["pages", "checksum"] {
            let (is, should) = (&self.report[field], &expected[field]);
            if is != should {
                return Err(format!("{field}: {is}, it should be {should}"));
            }
        }
        Ok(())
    }

    /// Checks that each page was asked for once, and a page that kills its
    /// worker as often as the rung tries.
    fn each_page_was_asked_for_as_often_as_it_should(&self) -> Verdict {
        let hits = &self.seen.hits;
        for (page, hits) in hits {
            let deadly = Fault::DEADLY
                .iter()
                .find(|fault| page.starts_with(&format!("/{fault}-")));
            let should = deadly.map_or(1, |_| self.tries);
            if *hits != should {
                return Err(format!(
                    "requests for {page}: {hits}, not {should}"
                ));
            }
        }
        let pages = self.answer.good.len() + self.answer.failed.len();
        if hits.len() != pages {
            let n = hits.len();
            return Err(format!("pages asked for: {n}, there are {pages}"));
        }
        Ok(())
    }

    fn number(&self, field: &str) -> Result<u64, String> {
        let number = self.report[field].as_f64();
        let number = number.map(|number| number as u64);
        number.ok_or_else(|| format!("the report has no number {field:?}"))
    }
}

fn path(url: &str) -> &str {
    let host = url.strip_prefix("http://").unwrap_or(url);
    host.find('/').map_or("/", |slash| &host[slash..])
}
