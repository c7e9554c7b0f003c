//! The command line that every rung's crawl answers to.

mod output;

use crate::failure::Failure;
use crate::frontier::{Frontier, Room};
use crate::job::Job;
use crate::report::Report;
use crate::rung::Rung;
use crate::site::flags::{self, Flag, flag};
use crate::site::{Fault, Shape, end_if_output_fails, serve_if_child};
use crate::target::Target;
use crate::usage::{Usage, allow_many_files};
use lexopt::Parser;
use output::Output;
use std::collections::HashSet;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use timeline::{Recording, What};
use url::Url;

/// The numbers a crawl is given, beyond the shape of the site.
const CRAWL: [Flag; 3] = [
    flag("at-once", "N", 8, (1, 100_000), "most requests in flight"),
    flag("timeout", "MS", 2000, (1, 600_000), "give up on one page after this"),
    flag(
        "deadline",
        "SECONDS",
        30,
        (1, 86_400),
        "stop then, and say what was not reached",
    ),
];

/// A crawl is ended if it records nothing for this long, beyond what it may
/// wait for a page.
const SILENCE: Duration = Duration::from_secs(10);

/// Runs a rung's crawl as the command line asks, and reports.
///
/// The exit status is 0 if the crawl ran to its end (failed pages are
/// results), 1 if it could not run, 2 if the command line is wrong. This must
/// be the first call in `main`: the process may be the slow site's.
pub fn run(rung: &Rung, crawl: impl FnOnce(&Job) -> Frontier) -> ExitCode {
    serve_if_child();
    end_if_output_fails();

    let done = match Command::parse(Parser::from_env(), rung) {
        Ok(Some(command)) => command.perform(rung.name, crawl),
        Ok(None) => {
            // If the pipe is closed, its reader has read enough.
            let _ = io::stdout().write_all(help(rung).as_bytes());
            Ok(())
        }
        Err(why) => Err((2, why)),
    };
    let Err((status, why)) = done else { return ExitCode::SUCCESS };
    // Standard error may be closed as well; the status still tells.
    let _ = writeln!(io::stderr(), "{}: {why}", rung.name);
    ExitCode::from(status)
}

impl Rung {
    /// The numbers that its crawl is given, beyond the shape of the site.
    pub fn flags(&self) -> [Flag; 3] {
        let [at_once, timeout, deadline] = CRAWL;
        let most = self.most_at_once;
        let default = at_once.default.min(most);
        [Flag { default, most, ..at_once }, timeout, deadline]
    }
}

/// A command line, understood.
struct Command {
    shape: Shape,
    site: Option<Url>,
    at_once: usize,
    timeout: Duration,
    deadline: Duration,
    json: bool,
    list: Option<PathBuf>,
    trace: Option<PathBuf>,
}

impl Command {
    /// `None` if it asks for help.
    ///
    /// # Errors
    ///
    /// One sentence that says what is wrong, and what would be right.
    fn parse(args: Parser, rung: &Rung) -> Result<Option<Command>, String> {
        let [at_once, timeout, deadline] = rung.flags();
        let mut command = Command {
            shape: Shape::default(),
            site: None,
            at_once: at_once.default as usize,
            timeout: Duration::from_millis(timeout.default),
            deadline: Duration::from_secs(deadline.default),
            json: false,
            list: None,
            trace: None,
        };
        // A flag that shapes the built-in site.
        let mut shaping = None;
        let is_run = flags::each_flag(args, |name, args| {
            match name {
                "json" => command.json = true,
                "site" => {
                    command.site = Some(parse_site(&flags::take_text(args)?)?);
                }
                "list" => command.list = Some(take_path(args)?),
                "trace" => command.trace = Some(take_path(args)?),
                "at-once" => {
                    command.at_once = at_once.take_number(args)? as usize;
                }
                "timeout" => {
                    let ms = timeout.take_number(args)?;
                    command.timeout = Duration::from_millis(ms);
                }
                "deadline" => {
                    let seconds = deadline.take_number(args)?;
                    command.deadline = Duration::from_secs(seconds);
                }
                _ => {
                    shaping = Some(name.to_owned());
                    return command.shape.set(name, args);
                }
            }
            Ok(true)
        })?;
        if let (Some(_), Some(flag)) = (&command.site, shaping) {
            return Err(format!(
                "--{flag} shapes the built-in site; with --site leave it out"
            ));
        }
        Ok(is_run.then_some(command))
    }

    /// Crawls, and writes what was asked for.
    ///
    /// # Errors
    ///
    /// The exit status, and why.
    fn perform(
        &self,
        rung: &str,
        crawl: impl FnOnce(&Job) -> Frontier,
    ) -> Result<(), (u8, String)> {
        let mut outputs = self.open_outputs()?;
        let (report, recording) =
            self.report_on(rung, crawl).map_err(|why| (1, why))?;
        self.write(&report, &recording, &mut outputs).map_err(|why| (1, why))
    }

    /// Starts the recording, and opens the files of `--list` and `--trace`: one
    /// that cannot be written is better known before the crawl, and must not be
    /// looked for again after it.
    fn open_outputs(&self) -> Result<Outputs, (u8, String)> {
        let recording = timeline::start()
            .map_err(|why| (1, format!("cannot record: {why}")))?;
        let open = |flag, path: &Option<PathBuf>| {
            let output = path.as_ref().map(|path| Output::open(flag, path));
            output.transpose().map_err(|why| (1, why))
        };
        let list = open("list", &self.list)?;
        let trace = open("trace", &self.trace)?;
        let both: Vec<_> = list.iter().chain(&trace).collect();
        output::each_its_own(&both, recording).map_err(|why| (2, why))?;
        Ok(Outputs { list, trace })
    }

    /// Crawls, and measures how that goes.
    fn report_on(
        &self,
        rung: &str,
        crawl: impl FnOnce(&Job) -> Frontier,
    ) -> Result<(Report, Recording), String> {
        // Start the site.
        timeline::event(What::Run);
        allow_many_files();
        let silence = SILENCE + self.timeout + 4 * self.shape.work;
        let target = Target::open(self.site.as_ref(), &self.shape, silence)
            .map_err(|why| format!("cannot start the slow site: {why}"))?;

        // Crawl it.
        let before = Usage::so_far();
        let started = Instant::now();
        let job = Job {
            at_once: self.at_once,
            timeout: self.timeout,
            deadline: started + self.deadline,
            start: target.url().clone(),
        };
        let results = crawl(&job).results();
        let elapsed = started.elapsed();

        // Measure. The usage first: once the site's process is waited for, it
        // counts as ours.
        let usage = Usage::so_far().since(before);
        let verdict = target.end(&results, job.at_once);
        let recording = timeline::finish()
            .map_err(|why| format!("cannot read the recording: {why}"))?;

        // Without a first page there is nothing to report.
        if let Some(why) = results.no_start() {
            let advice = match why {
                Failure::TimedOut => "; --timeout MS can give it longer",
                _ => "",
            };
            return Err(format!("cannot crawl {}: {why}{advice}", job.start));
        }
        if let Some(Room { pages, why }) = &results.room {
            eprintln!("{rung}: {why}; it went on with {pages} at once");
        }
        let report = Report {
            rung: rung.to_owned(),
            site: job.start,
            at_once: job.at_once,
            results,
            elapsed,
            usage,
            threads: recording.of_kind("thread").count(),
            processes: processes(&recording),
            peak_in_flight: verdict.peak.unwrap_or(recording.peak_in_flight()),
            verdict,
        };
        Ok((report, recording))
    }

    /// Writes the report and the files, each of them even if another fails.
    fn write(
        &self,
        report: &Report,
        recording: &Recording,
        outputs: &mut Outputs,
    ) -> Result<(), String> {
        let text = if self.json {
            format!("{}\n", report.json())
        } else {
            let lanes = recording.lanes(timeline::width());
            format!("{report}\n{lanes}\n{}\n", report.last_line())
        };
        let reported = match io::stdout().lock().write_all(text.as_bytes()) {
            // Its reader has read enough.
            Err(why) if why.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|why| format!("cannot report: {why}")),
        };
        let listed = match &mut outputs.list {
            Some(list) => list.write(&report.listing()),
            None => Ok(()),
        };
        let traced = match &mut outputs.trace {
            Some(trace) => trace.write(&recording.chrome_trace().to_string()),
            None => Ok(()),
        };
        reported.and(listed).and(traced)
    }
}

/// What a crawl writes besides its report.
struct Outputs {
    list: Option<Output>,
    trace: Option<Output>,
}

/// How many processes did the crawling.
fn processes(recording: &Recording) -> usize {
    let ours = recording.tracks.iter().filter(|track| track.kind != "site");
    ours.map(|track| track.pid).collect::<HashSet<_>>().len()
}

fn parse_site(text: &str) -> Result<Url, String> {
    let example = "give one like http://127.0.0.1:8000/";
    let url = Url::parse(text).map_err(|why| {
        format!("--site {text:?} is no URL: {why}; {example}")
    })?;
    match url.scheme() {
        // We have no way to give them, and a page that asks for them is none.
        "http" if !url.username().is_empty() || url.password().is_some() => {
            Err(format!("--site cannot take a user or a password; {example}"))
        }
        "http" if url.has_host() => Ok(url),
        "https" => Err(format!("--site {text:?} needs TLS; {example}")),
        _ => Err(format!("--site {text:?} is not on the web; {example}")),
    }
}

fn take_path(args: &mut Parser) -> Result<PathBuf, String> {
    Ok(args.value().map_err(flags::sentence)?.into())
}

fn help(rung: &Rung) -> String {
    let mut help = format!(
        "Crawls the slow site, or another one, and reports.\n\n\
         cargo run -p {} -- [FLAGS]\n\n\
         \u{20} --site URL           crawl this instead of the slow site\n",
        rung.name
    );
    for flag in flags::SHAPE.iter().chain(&rung.flags()) {
        help += &flag.help();
    }
    help += "  --faults NAME,…      let the slow site misbehave\n\
             \u{20} --json               the report as one JSON object\n\
             \u{20} --list FILE          every URL reached, with its status\n\
             \u{20} --trace FILE         the timeline, for Perfetto\n";
    let [survivable, deadly] = [Fault::ALL, Fault::DEADLY].map(|faults| {
        faults.iter().map(|fault| fault.name()).collect::<Vec<_>>().join(", ")
    });
    help + &format!(
        "\nFaults: all, {survivable}.\n\
         Deadly in one process, and not in all: {deadly}.\n"
    )
}
