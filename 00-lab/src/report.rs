//! The report on a crawl: as text, and as JSON.

use crate::frontier::{Results, Room};
use crate::target::Verdict;
use crate::usage::Usage;
use serde_json::{Value, json};
use std::fmt::{self, Display, Formatter};
use std::time::Duration;
use url::{Position, Url};

/// A crawl that has ended.
pub(crate) struct Report {
    pub rung: String,
    pub site: Url,
    pub at_once: usize,
    pub results: Results,
    pub elapsed: Duration,
    pub verdict: Verdict,
    pub peak_in_flight: usize,
    pub threads: usize,
    pub processes: usize,
    pub usage: Usage,
}

impl Report {
    /// The report as one JSON object. Times are in milliseconds.
    pub(crate) fn json(&self) -> Value {
        let failed = self.results.failed.iter();
        let failed: Vec<_> = failed
            .map(|(url, why)| {
                json!({"url": url.as_str(), "why": why.to_string()})
            })
            .collect();
        json!({
            "rung": self.rung,
            "site": self.site.as_str(),
            "pages": self.results.pages,
            "failed": failed,
            "not_reached": self.results.not_reached.len(),
            "bytes": self.results.bytes,
            "checksum": self.results.checksum,
            "elapsed_ms": ms(self.elapsed),
            "sum_of_waits_ms": ms(self.verdict.sum_of_waits),
            "ideal_ms": ms(self.verdict.ideal),
            "peak_in_flight": self.peak_in_flight,
            "threads": self.threads,
            "processes": self.processes,
            "cpu_ms": ms(self.usage.cpu),
            "max_rss_kb": self.usage.max_rss_kb,
            "switches": {
                "voluntary": self.usage.voluntary,
                "involuntary": self.usage.involuntary,
            },
            "right": self.verdict.right.as_ref().map(Result::is_ok),
        })
    }

    /// Says whether the answer was right.
    pub(crate) fn last_line(&self) -> String {
        let Results { pages, checksum, .. } = &self.results;
        let answer = format!("{pages} pages, checksum {checksum}");
        match &self.verdict.right {
            None => answer,
            Some(Ok(())) => format!("The answer is right: {answer}"),
            Some(Err(why)) => format!("The answer is wrong: {why}"),
        }
    }

    /// Every URL that gave an answer: `STATUS<TAB>URL`, sorted, one a line.
    pub(crate) fn listing(&self) -> String {
        let listing = self.results.listing.iter();
        listing.map(|(status, url)| format!("{status}\t{url}\n")).collect()
    }
}

/// The report as text, without the timeline and the verdict.
impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Report { results, usage, verdict, .. } = self;
        writeln!(f, "{} crawled {}\n", self.rung, self.site)?;
        let mut row = |name, value| writeln!(f, "  {name:<11} {value}");
        row("pages", format!("{}, {} bytes", results.pages, results.bytes))?;
        row("failed", results.failed.len().to_string())?;
        if !results.not_reached.is_empty() {
            row("not reached", results.not_reached.len().to_string())?;
        }
        row("elapsed", format!("{:.0} ms", ms(self.elapsed)))?;
        row("waits", format!("{:.0} ms in all", ms(verdict.sum_of_waits)))?;
        let (ideal, at_once) = (ms(verdict.ideal), self.at_once);
        row("ideal", format!("{ideal:.0} ms for {at_once} at once"))?;
        row("in flight", format!("{} at most", self.peak_in_flight))?;
        if let Some(Room { pages, why }) = &results.room {
            row("room", format!("for {pages} at once; {why}"))?;
        }
        row("threads", self.threads.to_string())?;
        row("processes", self.processes.to_string())?;
        row("CPU time", format!("{:.0} ms", ms(usage.cpu)))?;
        let mib = usage.max_rss_kb as f64 / 1024.0;
        row("memory", format!("{mib:.1} MiB at most"))?;
        let (waits, pushed) = (usage.voluntary, usage.involuntary);
        row("switches", format!("{waits} to wait, {pushed} forced"))?;

        section(f, "failed:", &results.failed, |(url, why)| {
            format!("{} {why}", short_path(url))
        })?;
        section(f, "not reached:", &results.not_reached, short_path)
    }
}

/// Writes a heading and a line for each of the first twenty items, if there are
/// any.
fn section<T>(
    f: &mut Formatter<'_>,
    heading: &str,
    items: &[T],
    line: impl Fn(&T) -> String,
) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{heading}")?;
    for item in items.iter().take(20) {
        writeln!(f, "  {}", line(item))?;
    }
    match items.len() {
        0..=20 => Ok(()),
        many => writeln!(f, "  … and {} more", many - 20),
    }
}

/// Where on its site a page is, cut if that is long: a server may link to a URL
/// of megabytes. It does no harm to a terminal, since in a URL a character that
/// could is written as `%` and a number.
fn short_path(url: &Url) -> String {
    const LONGEST: usize = 200;

    let path = &url[Position::BeforePath..];
    match path.get(..LONGEST) {
        Some(start) if path.len() > LONGEST => format!("{start}…"),
        _ => path.to_owned(),
    }
}

/// A time in milliseconds, exact to the microsecond.
fn ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_in_plain_characters_and_not_for_ever() {
        let site: Url = "http://host/".parse().unwrap();
        let odd =
            site.join("/a\u{1b}[2J\u{202e}\r\u{7f}?\u{9b}#\u{202e}").unwrap();
        let shown = short_path(&odd);
        assert!(shown.chars().all(|c| c.is_ascii_graphic()), "{shown:?}");
        assert!(shown.starts_with("/a%1B[2J%E2%80%AE"), "{shown}");

        let long = site.join(&"x".repeat(1 << 20)).unwrap();
        assert_eq!(short_path(&long).chars().count(), 201);
        assert_eq!(short_path(&site), "/");
    }
}
