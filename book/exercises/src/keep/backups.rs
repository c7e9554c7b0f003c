//! `backups/`: what was the reader's, under a number that grows.

use crate::files::cannot;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The folder of the backups, which is made if there is none.
pub fn backups_folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join("backups");
    fs::create_dir_all(&folder).map_err(|why| cannot("make", &folder, &why))?;
    Ok(folder)
}

/// A file that is not there yet, `backups/NAME.NUMBER.DATE.END`. Each has a
/// higher number than those before it: the clock may go back.
///
/// # Errors
///
/// If there is no folder for it.
pub fn new_backup(root: &Path, name: &str, end: &str) -> io::Result<PathBuf> {
    let folder = backups_folder(root)?;
    let newest = all_kept(&folder, name, end)?.pop();
    let newest = newest.map_or(0, |(number, _)| number);
    let number = newest.saturating_add(1);
    let date = humantime::format_rfc3339_seconds(SystemTime::now());
    // Not every system has colons in names.
    let date = date.to_string().replace(':', "");
    Ok(folder.join(format!("{name}.{number:04}.{date}.{end}")))
}

/// What was kept under a name, and its numbers, the newest last. Before there
/// were numbers, there were only dates.
pub fn all_kept(
    backups: &Path,
    name: &str,
    end: &str,
) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(backups);
    for entry in entries.map_err(|why| cannot("read", backups, &why))? {
        let path = entry?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let mut parts = file.split('.');
        if parts.next() == Some(name) && parts.next_back() == Some(end) {
            let number = parts.next().and_then(|part| part.parse().ok());
            found.push((number.unwrap_or(0), path));
        }
    }
    found.sort();
    Ok(found)
}
