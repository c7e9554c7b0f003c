//! The slow site: what every rung crawls, and what measures how it did.
//!
//! It runs in a process of its own, so that its threads, memory and CPU time
//! never show in the figures of the program that crawls it. That process runs
//! the same program, started again with a hidden argument. So [`Site::start`]
//! or [`crate::run`] must come first in `main`.

mod flags;
mod graph;
mod answer;
mod script;
mod content;
mod request;
mod seen;
mod connection;
mod serve;
mod child;
mod host;

pub use answer::Answer;
pub(crate) use child::serve_if_child;
pub use child::{Order, Parent, Service, serve_by};
pub use content::Content;
pub use host::cpu_in_threads;
pub use request::Request;
pub use script::{Step, refusal};
pub use seen::Seen;

use crate::usage::allow_many_files;
pub use command_line::Fault;
use command_line::{SHAPE, each_flag, end_if_output_fails, exit};
use host::Host;
use lexopt::Parser;
use std::io;
use std::process;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use timeline::What;
use url::Url;

/// A program is ended if it records nothing for this long, beyond what a page
/// may take.
const SILENCE: Duration = Duration::from_secs(10);

/// What a site is like. The same shape makes the same pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many pages it has, besides those with faults.
    pub pages: u32,
    /// How long a page takes on average; each has its own latency, between a
    /// half and one and a half of this.
    pub latency: Duration,
    /// How much computing a page asks for, likewise.
    pub work: Duration,
    /// Another seed makes another site.
    pub seed: u64,
    /// The ways in which it misbehaves.
    pub faults: Vec<Fault>,
}

impl Default for Shape {
    /// 40 pages of 50 ms, no work, no faults.
    fn default() -> Shape {
        let [pages, latency, work, seed] = SHAPE.map(|flag| flag.default);
        Shape {
            pages: pages as u32,
            latency: Duration::from_millis(latency),
            work: Duration::from_millis(work),
            seed,
            faults: Vec::new(),
        }
    }
}

/// A slow site that is up.
pub struct Site {
    url: Url,
    shape: Shape,
    answer: OnceLock<Answer>,
    started: Instant,
    host: Host,
}

impl Site {
    /// Starts the site of a step, in the shape that the command line asks for
    /// with `--pages`, `--latency`, `--work` and `--seed`. The first call in
    /// `main`: in the site's own process it serves and does not return.
    ///
    /// With a wrong command line, or if the site does not start, it says so in
    /// a sentence and ends this process.
    pub fn start() -> Site {
        serve_if_child();
        end_if_output_fails();
        allow_many_files();
        let shape = match step_arguments(Parser::from_env()) {
            Ok(Some(shape)) => shape,
            Ok(None) => {
                print!("{}", step_help());
                process::exit(0);
            }
            Err(why) => exit(2, &why),
        };
        if let Err(why) = timeline::start() {
            exit(1, &format!("cannot record: {why}"));
        }
        timeline::event(What::Run);
        Site::start_watched(&shape, 4 * shape.latency).unwrap_or_else(|why| {
            exit(1, &format!("cannot start the slow site: {why}"))
        })
    }

    /// Starts a site of this shape in a process of its own, which ends this
    /// one if it hangs. It may wait for as long as `wait` for a page.
    ///
    /// # Errors
    ///
    /// If the process does not start, or does not say where it listens.
    pub fn start_watched(shape: &Shape, wait: Duration) -> io::Result<Site> {
        let silence = SILENCE + wait + 4 * shape.work;
        let (host, url) = Host::process(shape, silence)?;
        Ok(Site::up(shape.clone(), host, url))
    }

    /// Starts a site of this shape on a thread of this process. It is for
    /// tests: their program cannot be started again as the site.
    ///
    /// # Panics
    ///
    /// If no port can be had, or no thread.
    pub fn in_thread(shape: Shape) -> Site {
        let (host, url) = Host::thread(&shape).expect("a port and a thread");
        Site::up(shape, host, url)
    }

    fn up(shape: Shape, host: Host, url: Url) -> Site {
        let answer = OnceLock::new();
        Site { url, shape, answer, started: Instant::now(), host }
    }

    /// The address of its front page.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The address of page `n`; the front page is 0.
    pub fn page(&self, n: usize) -> Url {
        self.url.join(&graph::path_of(n as u32)).expect("a path")
    }

    /// Its first `n` pages, or as many as it has.
    pub fn pages(&self, n: usize) -> Vec<Url> {
        let n = n.min(self.shape.pages as usize);
        (0..n).map(|n| self.page(n)).collect()
    }

    /// What a right crawl finds. It is computed by the first call, so that it
    /// does not add to the memory that the crawl before has used.
    pub fn answer(&self) -> &Answer {
        self.answer.get_or_init(|| Answer::of(&self.shape))
    }

    /// Ends the site, says what it has seen, and draws the lanes.
    pub fn finish(self) -> Seen {
        let seen = self.end();
        let many = |n, what| match n {
            1 => format!("1 {what}"),
            n => format!("{n} {what}s"),
        };
        println!(
            "\nthe site saw {} for {}, {} at once\n",
            many(seen.requests as usize, "request"),
            many(seen.hits.len(), "page"),
            seen.peak
        );
        match timeline::finish() {
            Ok(recording) => println!("{}", recording.lanes(timeline::width())),
            Err(why) => eprintln!("cannot read the recording: {why}"),
        }
        seen
    }

    /// Ends the site, and gives back what it has seen.
    pub fn end(self) -> Seen {
        let elapsed = self.started.elapsed();
        match self.host.end() {
            Ok(seen) => Seen { elapsed, ..seen },
            Err(why) => exit(1, &format!("the slow site is gone: {why}")),
        }
    }

    /// Calls `hello` with the address, and prints a line for each request that
    /// comes after that, until this process is ended.
    pub fn stay(self, hello: impl FnOnce(&Url)) -> ! {
        let Site { host, url, .. } = self;
        let _waiting = timeline::waiting("requests");
        let why = host.print_requests(|| hello(&url));
        exit(1, &format!("the slow site is gone: {why}"))
    }
}

/// The shape that the command line of a step asks for; `None` if it asks for
/// help.
fn step_arguments(args: Parser) -> Result<Option<Shape>, String> {
    let mut shape = Shape::default();
    let is_run = each_flag(args, |name, args| {
        // Faults are for crawls: of a step a failed page is the end.
        Ok(name != "faults" && shape.set(name, args)?)
    })?;
    Ok(is_run.then_some(shape))
}

fn step_help() -> String {
    let mut help = String::from("Every step takes these, after `--`:\n\n");
    for flag in SHAPE {
        help += &flag.help();
    }
    help
}

#[cfg(test)]
mod tests;
