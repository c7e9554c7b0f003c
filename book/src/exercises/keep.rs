//! Files that change without anything being lost, whatever ends us whenever.
//!
//! No file is written in its place: a new one is written aside and then takes
//! the name. And no answer is removed: it is moved to `backups/`.

use super::Exercise;
use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One of us at a time changes files; the others wait their turn. The system
/// lets go of it when we end, however we end.
pub struct Lock {
    folder: File,
}

impl Lock {
    /// Waits for the lock on a folder.
    ///
    /// # Errors
    ///
    /// If the system knows no such locks, or there is no such folder.
    pub fn on(folder: &Path) -> io::Result<Lock> {
        let folder = File::open(folder)?;
        flock(&folder, FlockOperation::LockExclusive)?;
        Ok(Lock { folder })
    }
}

/// Writes a file, all of it or none, in the folder that is locked.
///
/// # Errors
///
/// If the disk is full, say; the file is then what it was.
pub fn write(lock: &Lock, file: &Path, bytes: &[u8]) -> io::Result<()> {
    // What is left of a write that was cut short, the next one overwrites.
    let aside = file.with_extension("new");
    write_aside(&aside, bytes)?;
    fs::rename(&aside, file)?;
    lock.folder.sync_all()
}

fn write_aside(aside: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(aside)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Puts back the answer as shipped. Gives back where the reader's own is now;
/// `None` if it was as shipped anyway.
///
/// # Errors
///
/// If that cannot be done. The reader's is then in its place, or in the backup
/// that the error names.
pub fn reset(exercise: &Exercise) -> Result<Option<PathBuf>> {
    let lock = Lock::on(&exercise.root)?;
    let answer = exercise.answer();
    if answer.exists() && !exercise.is_started()? {
        return Ok(None);
    }
    let backups = folder(&exercise.root)?;
    let aside = backups.join(".starter");
    write_aside(&aside, &fs::read(exercise.starter())?)?;
    let backup = move_away(exercise)?;
    put(&aside, &answer, backup.as_deref())?;
    lock.folder.sync_all()?;
    Ok(backup)
}

/// Puts back the newest backup. Gives back which one that was, and where the
/// answer is now that was there instead; `None` if that was as shipped.
///
/// # Errors
///
/// If there is none, or it cannot be done; nothing is lost then either.
pub fn undo(exercise: &Exercise) -> Result<(PathBuf, Option<PathBuf>)> {
    let lock = Lock::on(&exercise.root)?;
    let answer = exercise.answer();
    let backups = folder(&exercise.root)?;
    let Some(newest) = of(exercise, &backups)?.pop() else {
        bail!("nothing of yours was kept for {}", exercise.name);
    };
    let mut instead = move_away(exercise)?;
    put(&newest, &answer, instead.as_deref())?;
    let starter = fs::read(exercise.starter())?;
    if let Some(moved) = &instead
        && fs::read(moved)? == starter
    {
        fs::remove_file(moved)?;
        instead = None;
    }
    lock.folder.sync_all()?;
    Ok((newest, instead))
}

/// The folder of the backups.
fn folder(root: &Path) -> io::Result<PathBuf> {
    let folder = root.join("backups");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// A file that is not there yet, `backups/NAME.DATE.END`. Names sort by time.
///
/// # Errors
///
/// If there is no folder for it.
pub fn dated(root: &Path, name: &str, end: &str) -> io::Result<PathBuf> {
    let folder = folder(root)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let mut time = now.map_err(io::Error::other)?;
    loop {
        let file = folder.join(format!("{name}.{}.{end}", date(time)));
        if !file.exists() {
            return Ok(file);
        }
        time += Duration::from_micros(1);
    }
}

/// The backups of an exercise, the newest last.
fn of(exercise: &Exercise, backups: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(backups)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some((of, date)) = name.and_then(|name| name.split_once('.'))
        else {
            continue;
        };
        if of == exercise.name && date.ends_with(".rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Moves the answer, if there is one, to a backup of today. Moved, not copied:
/// what an editor is writing into it just now goes with it.
fn move_away(exercise: &Exercise) -> Result<Option<PathBuf>> {
    let backup = dated(&exercise.root, &exercise.name, "rs")?;
    match fs::rename(exercise.answer(), &backup) {
        Ok(()) => Ok(Some(backup)),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(why) => Err(why).context("cannot move your answer to a backup"),
    }
}

/// Gives a file the name of the answer, unless somebody has just saved one
/// under that name.
fn put(file: &Path, answer: &Path, backup: Option<&Path>) -> Result<()> {
    fs::hard_link(file, answer).with_context(|| match backup {
        Some(backup) => format!(
            "cannot put {} in its place; your own is now {}",
            answer.display(),
            backup.display()
        ),
        None => format!("cannot put {} in its place", answer.display()),
    })?;
    Ok(fs::remove_file(file)?)
}

/// A time since 1970 as `2026-11-23T190211.000042Z`.
///
/// The calendar is that of Howard Hinnant's `civil_from_days`: a year begins
/// in March, so that the day that comes and goes is its last.
fn date(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    let micros = since_1970.subsec_micros();
    format!(
        "{year}-{month:02}-{day:02}T{hour:02}{minute:02}{:02}.{micros:06}Z",
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        let dates = [
            (0, "1970-01-01T000000.000000Z"),
            (951_782_400, "2000-02-29T000000.000000Z"),
            (1_767_225_599, "2025-12-31T235959.000000Z"),
            (4_107_542_400, "2100-03-01T000000.000000Z"),
        ];
        for (seconds, wanted) in dates {
            assert_eq!(date(Duration::from_secs(seconds)), wanted);
        }
    }
}
