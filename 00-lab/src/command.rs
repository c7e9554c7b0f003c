//! The command line that every rung's crawl answers to.

mod line;
mod manners;
mod output;

use crate::failure::Failure;
use crate::frontier::{Frontier, Room};
use crate::job::Job;
use crate::report::Report;
use crate::site::serve_if_child;
use crate::target::Target;
use crate::usage::{Usage, allow_many_files};
use command_line::{Rung, end_if_output_fails};
use lexopt::Parser;
use line::{Command, help};
use output::Output;
use std::collections::HashSet;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use timeline::{Recording, What};

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
        Err(why) => Err(Stop { status: 2, why }),
    };
    let Err(Stop { status, why }) = done else { return ExitCode::SUCCESS };
    // Standard error may be closed as well; the status still tells.
    let _ = writeln!(io::stderr(), "{}: {why}", rung.name);
    ExitCode::from(status)
}

/// Why this process ends with another status than 0.
struct Stop {
    status: u8,
    why: String,
}

/// What goes wrong later than the command line has the status 1.
impl From<String> for Stop {
    fn from(why: String) -> Stop {
        Stop { status: 1, why }
    }
}

impl Command {
    /// Crawls, and writes what was asked for.
    fn perform(
        &self,
        rung: &str,
        crawl: impl FnOnce(&Job) -> Frontier,
    ) -> Result<(), Stop> {
        let recording =
            timeline::start().map_err(|why| format!("cannot record: {why}"))?;
        // A file that cannot be written is better known before the crawl, and
        // must not be looked for again after it.
        let open = |flag, path: &Option<PathBuf>| {
            path.as_ref().map(|path| Output::open(flag, path)).transpose()
        };
        let mut list = open("list", &self.list)?;
        let mut trace = open("trace", &self.trace)?;
        output::each_its_own(list.iter().chain(&trace), recording)
            .map_err(|why| Stop { status: 2, why })?;

        let (report, recording) = self.report_on(rung, crawl)?;
        // Each is written even if another cannot be.
        let reported = self.print(&report, &recording);
        let listed =
            list.iter_mut().try_for_each(|it| it.write(&report.listing()));
        let traced = trace
            .iter_mut()
            .try_for_each(|it| it.write(&recording.chrome_trace().to_string()));
        Ok(reported.and(listed).and(traced)?)
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
        let theirs = self.site.clone();
        let target = Target::open(theirs, &self.shape, self.timeout)
            .map_err(|why| format!("cannot start the slow site: {why}"))?;

        // Crawl it.
        let before = Usage::so_far();
        let started = Instant::now();
        let job = Job {
            at_once: self.at_once,
            timeout: self.timeout,
            deadline: started + self.deadline,
            workers: self.workers,
            style: self.style,
            manners: self.manners.clone(),
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
        if let Some(why) = &results.no_start {
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

    /// Prints the report.
    fn print(
        &self,
        report: &Report,
        recording: &Recording,
    ) -> Result<(), String> {
        let text = if self.json {
            format!("{}\n", report.json())
        } else {
            let lanes = recording.lanes(timeline::width());
            format!("{report}\n{lanes}\n{}\n", report.last_line())
        };
        match io::stdout().lock().write_all(text.as_bytes()) {
            // Its reader has read enough.
            Err(why) if why.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(|why| format!("cannot report: {why}")),
        }
    }
}

/// How many processes did the crawling.
fn processes(recording: &Recording) -> usize {
    let ours = recording.tracks.iter().filter(|track| track.kind != "site");
    ours.map(|track| track.pid).collect::<HashSet<_>>().len()
}
