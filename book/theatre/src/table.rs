//! The same as a table, for those who read on, or hear it.

use crate::{Theatre, Told};
use pictures::Escaped;
use std::fmt::Write;

impl Theatre {
    /// A table of all events, as HTML.
    pub fn table(&self) -> String {
        let lanes = self.cast.names();
        let mut table = "<table class=\"theatre-table\">\n<thead><tr>\
             <th scope=\"col\">At&nbsp;(ms)</th><th scope=\"col\">Who</th>\
             <th scope=\"col\">What happened</th>\
             <th scope=\"col\">Line</th></tr></thead>\n<tbody>\n"
            .to_owned();
        for event in &self.events {
            let Told { at, lane, says, line, .. } = event;
            // To the microsecond: many happen in the same millisecond.
            let at = *at as f64 / 1e6;
            let who = lanes[*lane].replace(' ', "\u{a0}");
            let line = line.map_or(String::new(), |(file, line)| {
                format!("{}:{line}", self.files[file].path)
            });
            let short = line.rsplit('/').next().unwrap_or_default();
            let [who, says, line, short] =
                [&who, says.as_str(), &line, short].map(Escaped);
            let _ = writeln!(
                table,
                "<tr><td>{at:.3}</td><td>{who}</td><td>{says}</td>\
                 <td title=\"{line}\">{short}</td></tr>"
            );
        }
        table + "</tbody>\n</table>\n"
    }
}
