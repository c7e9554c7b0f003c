//! The numbers that programs take on their command lines. The live reader
//! makes its knobs from the same tables.

use super::{Fault, Shape};
use lexopt::{Arg, Parser, ValueExt};
use std::time::Duration;

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

/// A flag whose number is between `least` and `most`.
pub(crate) const fn flag(
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
    pub(crate) fn help(&self) -> String {
        let Flag { name, value, default, meaning, .. } = self;
        let flag = format!("--{name} {value}");
        format!("  {flag:<20} {meaning} [{default}]\n")
    }
}

impl Shape {
    /// Takes the value of `--faults` or of a flag of [`SHAPE`]; `false` if
    /// `name` is none of them.
    ///
    /// # Errors
    ///
    /// A sentence that says which values are possible.
    pub(crate) fn set(
        &mut self,
        name: &str,
        args: &mut Parser,
    ) -> Result<bool, String> {
        let ms = Duration::from_millis;
        let [pages, latency, work, seed] = SHAPE;
        match name {
            "pages" => self.pages = pages.take_number(args)? as u32,
            "latency" => self.latency = ms(latency.take_number(args)?),
            "work" => self.work = ms(work.take_number(args)?),
            "seed" => self.seed = seed.take_number(args)?,
            "faults" => self.faults = take_faults(args)?,
            _ => return Ok(false),
        }
        Ok(true)
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
pub(crate) fn each_flag(
    mut args: Parser,
    mut take: impl FnMut(&str, &mut Parser) -> Result<bool, String>,
) -> Result<bool, String> {
    while let Some(arg) = args.next().map_err(sentence)? {
        let name = match arg {
            Arg::Long("help") => return Ok(false),
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
pub(crate) fn sentence(why: lexopt::Error) -> String {
    format!("{why}; --help lists the flags")
}

/// Takes a flag's value, which has to be a text.
pub(crate) fn take_text(args: &mut Parser) -> Result<String, String> {
    args.value().and_then(ValueExt::string).map_err(sentence)
}

/// The flags that make a site of this shape.
pub(super) fn of_shape(shape: &Shape) -> Vec<String> {
    let numbers = [
        u128::from(shape.pages),
        shape.latency.as_millis(),
        shape.work.as_millis(),
        u128::from(shape.seed),
    ];
    let mut flags = Vec::new();
    for (flag, number) in SHAPE.iter().zip(numbers) {
        flags.extend([format!("--{}", flag.name), number.to_string()]);
    }
    if !shape.faults.is_empty() {
        let names: Vec<_> = shape.faults.iter().map(|f| f.name()).collect();
        flags.extend(["--faults".to_owned(), names.join(",")]);
    }
    flags
}

/// Takes a list of faults; one that is named twice counts once.
fn take_faults(args: &mut Parser) -> Result<Vec<Fault>, String> {
    let names = take_text(args)?;
    if names == "all" {
        return Ok(Fault::survivable());
    }
    let faults = names.split(',').map(str::parse);
    let mut faults = faults.collect::<Result<Vec<Fault>, _>>()?;
    faults.sort_unstable();
    faults.dedup();
    Ok(faults)
}
