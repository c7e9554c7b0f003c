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
    Flag {
        name: "pages",
        value: "N",
        default: 40,
        least: 1,
        most: 100_000,
        meaning: "pages of the slow site",
    },
    Flag {
        name: "latency",
        value: "MS",
        default: 50,
        least: 0,
        most: 60_000,
        meaning: "how long a page takes, on average",
    },
    Flag {
        name: "work",
        value: "MS",
        default: 0,
        least: 0,
        most: 10_000,
        meaning: "computing a page asks for, on average",
    },
    Flag {
        name: "seed",
        value: "S",
        default: 1,
        least: 0,
        // JavaScript knows integers up to here.
        most: (1 << 53) - 1,
        meaning: "another site of the same shape",
    },
];

impl Flag {
    /// Takes the flag's number.
    ///
    /// # Errors
    ///
    /// A sentence that says which numbers are possible.
    pub fn number(&self, args: &mut Parser) -> Result<u64, String> {
        let Flag { name, least, most, .. } = self;
        let text = args.value().and_then(ValueExt::string);
        let text = text.map_err(|why| why.to_string())?;
        let number = text.parse().ok();
        number.filter(|n| (least..=most).contains(&n)).ok_or_else(|| {
            let numbers = match most - least {
                0 => format!("only {most} here"),
                _ => format!("a number from {least} to {most}"),
            };
            format!("--{name} takes {numbers}, not {text:?}")
        })
    }
}

impl Shape {
    /// Takes the value of a flag of [`SHAPE`]; `false` if it is none of them.
    ///
    /// # Errors
    ///
    /// A sentence that says which values are possible.
    pub(crate) fn set(
        &mut self,
        name: &str,
        args: &mut Parser,
    ) -> Result<bool, String> {
        let Some(flag) = SHAPE.iter().find(|flag| flag.name == name) else {
            return Ok(false);
        };
        let number = flag.number(args)?;
        match name {
            "pages" => self.pages = number as u32,
            "latency" => self.latency = Duration::from_millis(number),
            "work" => self.work = Duration::from_millis(number),
            _ => self.seed = number,
        }
        Ok(true)
    }
}

impl Flag {
    /// The flag's line in a help text.
    pub(crate) fn help(&self) -> String {
        let Flag { name, value, default, meaning, .. } = self;
        let flag = format!("--{name} {value}");
        format!("  {flag:<20} {meaning} [{default}]\n")
    }
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

/// Takes a list of faults.
///
/// # Errors
///
/// A sentence that says which faults there are.
pub(crate) fn faults(args: &mut Parser) -> Result<Vec<Fault>, String> {
    let names = args.value().and_then(ValueExt::string);
    let names = names.map_err(|why| why.to_string())?;
    if names == "all" {
        return Ok(Fault::ALL.to_vec());
    }
    let mut faults =
        names.split(',').map(str::parse).collect::<Result<Vec<Fault>, _>>()?;
    // Twice the same is once.
    faults.sort_unstable();
    faults.dedup();
    Ok(faults)
}

/// What to say of an argument that nobody knows.
pub(crate) fn unexpected(arg: &Arg<'_>) -> String {
    let what = match arg {
        Arg::Long(name) => format!("there is no flag --{name}"),
        Arg::Short(name) => format!("there is no flag -{name}"),
        Arg::Value(text) => format!("cannot use {text:?}"),
    };
    format!("{what}; --help lists the flags")
}
