//! The shape of the slow site, on a command line.

use super::{Fault, Shape};
use command_line::{SHAPE, take_text};
use lexopt::Parser;
use std::time::Duration;

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
