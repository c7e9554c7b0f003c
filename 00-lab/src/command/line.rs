//! The command line of a crawl: its flags, how they are read, and the help.

use super::manners;
use crate::http::is_loopback;
use crate::job::Manners;
use crate::site::Shape;
use command_line::{Fault, Rung, SHAPE, each_flag, sentence, take_text};
use lexopt::Parser;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

/// A command line, understood.
pub(super) struct Command {
    pub shape: Shape,
    pub site: Option<Url>,
    pub at_once: usize,
    pub timeout: Duration,
    pub deadline: Duration,
    pub style: Option<&'static str>,
    pub workers: usize,
    pub manners: Manners,
    pub json: bool,
    pub list: Option<PathBuf>,
    pub trace: Option<PathBuf>,
}

impl Command {
    /// Reads a command line; `None` if it asks for help.
    ///
    /// # Errors
    ///
    /// One sentence that says what is wrong, and what would be right.
    pub fn parse(args: Parser, rung: &Rung) -> Result<Option<Command>, String> {
        // What holds without a flag.
        let (ms, s) = (Duration::from_millis, Duration::from_secs);
        let [at_once, timeout, deadline] = rung.flags();
        let workers = rung.workers();
        let mut command = Command {
            shape: Shape::default(),
            site: None,
            at_once: at_once.default as usize,
            timeout: ms(timeout.default),
            deadline: s(deadline.default),
            style: rung.styles.first().copied(),
            workers: 1,
            manners: Manners::usual(),
            json: false,
            list: None,
            trace: None,
        };
        // Flag by flag. `shaping` is one that shapes the built-in site, and
        // `polite` one that counts on the web alone.
        let (mut shaping, mut polite) = (None, None);
        let is_run = each_flag(args, |name, args| {
            match name {
                "json" => command.json = true,
                "site" => {
                    command.site = Some(parse_site(&take_text(args)?, rung)?);
                }
                "list" => command.list = Some(take_path(args)?),
                "trace" => command.trace = Some(take_path(args)?),
                "at-once" => {
                    command.at_once = at_once.take_number(args)? as usize;
                }
                "timeout" => command.timeout = ms(timeout.take_number(args)?),
                "deadline" => command.deadline = s(deadline.take_number(args)?),
                "style" if command.style.is_some() => {
                    command.style = Some(take_style(rung, args)?);
                }
                "workers" if let Some(flag) = &workers => {
                    command.workers = flag.take_number(args)? as usize;
                }
                _ if rung.web && command.manners.set(name, args)? => {
                    polite = Some(name.to_owned());
                }
                _ => {
                    shaping = Some(name.to_owned());
                    return command.shape.set(name, args);
                }
            }
            Ok(true)
        })?;
        // Such a flag would change nothing about the site of `--site`.
        if let (Some(_), Some(flag)) = (&command.site, shaping) {
            return Err(format!(
                "--{flag} shapes the built-in site; with --site leave it out"
            ));
        }
        // Nor would that one for the problem itself.
        let is_plain = |url: &Url| url.scheme() == "http" && is_loopback(url);
        if let Some(flag) = polite
            && command.site.as_ref().is_none_or(is_plain)
        {
            return Err(format!(
                "--{flag} is for https and other machines; leave it out here"
            ));
        }
        Ok(is_run.then_some(command))
    }
}

fn parse_site(text: &str, rung: &Rung) -> Result<Url, String> {
    let example = "give one like http://127.0.0.1:8000/";
    let url = Url::parse(text).map_err(|why| {
        format!("--site {text:?} is no URL: {why}; {example}")
    })?;
    match url.scheme() {
        "https" if !rung.web => Err(format!(
            "--site {text:?} needs TLS, which rung 6 has: cargo run -p \
             with-tokio -- --site {url}"
        )),
        // We have no way to give them, and a page that asks for them is none.
        "http" | "https"
            if !url.username().is_empty() || url.password().is_some() =>
        {
            Err(format!("--site cannot take a user or a password; {example}"))
        }
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(format!("--site {text:?} is not on the web; {example}")),
    }
}

fn take_style(rung: &Rung, args: &mut Parser) -> Result<&'static str, String> {
    let name = take_text(args)?;
    rung.styles.iter().copied().find(|style| *style == name).ok_or_else(|| {
        let styles = rung.styles.join(", ");
        format!("--style takes one of {styles}; not {name:?}")
    })
}

fn take_path(args: &mut Parser) -> Result<PathBuf, String> {
    Ok(args.value().map_err(sentence)?.into())
}

/// The text that `--help` prints.
pub(super) fn help(rung: &Rung) -> String {
    let mut help = format!(
        "Crawls a site: every page that its links lead to, each one once. \
         Reports how\n\
         that went.\n\n\
         cargo run -p {} -- [FLAGS]\n\n\
         \u{20} --site URL           crawl this, in place of the slow site\n",
        rung.name
    );
    for flag in rung.flags().iter().chain(&rung.workers()) {
        help += &flag.help();
    }
    if let [first, ..] = rung.styles {
        let styles = rung.styles.join(", ");
        help += &format!("  --style NAME         {styles} [{first}]\n");
    }
    help += "  --json               print the report as one JSON object\n\
             \u{20} --list FILE          write here each URL and its status\n\
             \u{20} --trace FILE         write here the timeline, for Perfetto\n";
    if rung.web {
        help += &manners::help();
    }
    help += "\nFor the slow site, which this program brings along:\n\n";
    for flag in SHAPE {
        help += &flag.help();
    }
    help += "  --faults NAME,…      more pages, which come so; or all:\n\n";
    help.extend(Fault::survivable().into_iter().map(Fault::help));
    help += "\nDeadly in one process, and not in all:\n\n";
    help.extend(Fault::DEADLY.iter().map(|fault| fault.help()));
    help + "\nIn brackets is what counts without the flag.\n\
            The exit status is 0 after a crawl, also if pages have failed; 1 \
            if there could\n\
            be none; 2 if the command line is wrong.\n"
}
