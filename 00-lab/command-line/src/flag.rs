//! Flags that take a number, and how a command line is read.

use lexopt::{Arg, Parser, ValueExt};

/// A flag that takes a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What the number counts.
    pub value: &'static str,
    /// What holds without the flag.
    pub default: u64,
    /// The least that makes sense.
    pub least: u64,
    /// The most.
    pub most: u64,
    /// In a few words.
    pub meaning: &'static str,
}

/// The shape of the slow site: what every step takes.
pub const SHAPE: [Flag; 4] = [
    flag("pages", "N", 40, (1, 100_000), "pages of the slow site"),
    flag("latency", "MS", 50, (0, 60_000), "how long a page takes, on average"),
    flag("work", "MS", 0, (0, 10_000), "computing a page asks for, on average"),
    // JavaScript knows integers up to 2^53 - 1.
    flag("seed", "S", 1, (0, (1 << 53) - 1), "another site of the same shape"),
];

/// The numbers a crawl is given, beyond the shape of the site.
pub const CRAWL: [Flag; 3] = [
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

/// On how many threads a rung runs its tasks, if that is a choice. Each rung
/// has a `most` of its own.
pub const WORKERS: Flag =
    flag("workers", "N", 1, (1, 1), "threads that run the tasks");

/// How a crawl behaves on the web. Only the rung that has a client for it takes
/// these.
pub const WEB: [Flag; 2] = [
    flag("delay", "MS", 500, (0, 600_000), "least time between two requests"),
    flag("retries", "N", 2, (0, 10), "how often to ask again for a page"),
];

/// A flag whose number is between `least` and `most`.
const fn flag(
    name: &'static str,
    value: &'static str,
    default: u64,
    (least, most): (u64, u64),
    meaning: &'static str,
) -> Flag {
    Flag { name, value, default, least, most, meaning }
}

impl Flag {
    /// Takes the flag's number.
    ///
    /// # Errors
    ///
    /// A sentence that says which numbers are possible.
    pub fn take_number(&self, args: &mut Parser) -> Result<u64, String> {
        let Flag { name, least, most, .. } = self;
        let text = take_text(args)?;
        let number = text.parse().ok();
        number.filter(|n| (least..=most).contains(&n)).ok_or_else(|| {
            let numbers = match most - least {
                0 => format!("only {most} here"),
                _ => format!("a number from {least} to {most}"),
            };
            format!("--{name} takes {numbers}, not {text:?}")
        })
    }

    /// The flag's line in a help text.
    pub fn help(&self) -> String {
        let Flag { name, value, default, meaning, .. } = self;
        let flag = format!("--{name} {value}");
        format!("  {flag:<20} {meaning} [{default}]\n")
    }
}

/// Reads a command line. `take` is given the name of each flag, takes the
/// flag's value, if it has one, and gives back `false` if there is no such
/// flag.
///
/// Gives back `false` if the command line asks for help.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn each_flag(
    mut args: Parser,
    mut take: impl FnMut(&str, &mut Parser) -> Result<bool, String>,
) -> Result<bool, String> {
    while let Some(arg) = args.next().map_err(sentence)? {
        let name = match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(false),
            Arg::Long(name) => name.to_owned(),
            other => return Err(sentence(other.unexpected())),
        };
        if !take(&name, &mut args)? {
            return Err(sentence(Arg::Long(&name).unexpected()));
        }
    }
    Ok(true)
}

/// The sentence of lexopt for an error, and what to do about it.
pub fn sentence(why: lexopt::Error) -> String {
    format!("{why}; --help lists the flags")
}

/// Takes a flag's value, which has to be a text.
pub fn take_text(args: &mut Parser) -> Result<String, String> {
    args.value().and_then(ValueExt::string).map_err(sentence)
}
