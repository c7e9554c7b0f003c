//! The reader's answers, put away and put back so that nothing is lost, at
//! whatever moment this process is killed. No answer is removed: it is moved to
//! `backups/`.

mod disk;
mod backups;

#[cfg(test)]
mod tests;

pub use backups::new_backup;
pub use disk::{Lock, write};

use self::backups::{all_kept, backups_folder};
use self::disk::{folder_of, move_by_copy, rename, sync, write_aside};
use crate::exercise::Exercise;
use crate::files::{cannot, read};
use anyhow::{Context, Result, bail};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use tempfile::Builder;

/// The times of a file that was read and changed just now.
const NOW: Timestamps = {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    Timestamps { last_access: now, last_modification: now }
};

/// Gives a file another name, which must be free. Not every system can do that.
type Rename = fn(&Path, &Path) -> rustix::io::Result<()>;

/// Puts back the answer as shipped. Gives back where the reader's own is now;
/// `None` if it was as shipped anyway.
///
/// If the answer is a link, the backup is a copy of the file that it leads to,
/// and that file is left alone.
///
/// # Errors
///
/// If that cannot be done. The reader's answer is then in its place, or in the
/// backup that the error names.
pub fn reset(exercise: &Exercise) -> Result<Option<PathBuf>> {
    reset_by(rename, exercise)
}

fn reset_by(rename: Rename, exercise: &Exercise) -> Result<Option<PathBuf>> {
    let _lock = Lock::on(&exercise.root)?;
    if exercise.is_started().is_ok_and(|started| !started) {
        return Ok(None);
    }
    // First do all that may fail: the disk may be full, or the folder
    // read-only.
    let starter = read(&exercise.starter())?;
    let aside = write_aside(&backups_folder(&exercise.root)?, &starter, 0o666)?;
    let backup = move_away(exercise)?;
    put(rename, &aside, &exercise.answer(), backup.as_deref())?;
    Ok(backup)
}

/// Puts back the newest backup. Gives back which one that was, and where the
/// answer is now that was there instead; `None` if that was as shipped.
///
/// # Errors
///
/// If there is none, or it cannot be done; nothing is lost then either.
pub fn undo(exercise: &Exercise) -> Result<(PathBuf, Option<PathBuf>)> {
    undo_by(rename, exercise)
}

fn undo_by(
    rename: Rename,
    exercise: &Exercise,
) -> Result<(PathBuf, Option<PathBuf>)> {
    let _lock = Lock::on(&exercise.root)?;
    let backups = backups_folder(&exercise.root)?;
    let Some((_, newest)) = all_kept(&backups, &exercise.name, "rs")?.pop()
    else {
        bail!("nothing of yours was kept for {}", exercise.name);
    };
    let starter = read(&exercise.starter()).ok();
    let instead = move_away(exercise)?;
    put(rename, &newest, &exercise.answer(), instead.as_deref())?;
    // What we have shipped need not be kept.
    let is_shipped =
        |moved: &PathBuf| starter.is_some() && read(moved).ok() == starter;
    let instead = instead
        .filter(|moved| !is_shipped(moved) || fs::remove_file(moved).is_err());
    Ok((newest, instead))
}

/// Moves the answer, if there is one, to a new backup. It is moved and not
/// copied, so that the backup also gets what an editor is writing just now.
fn move_away(exercise: &Exercise) -> Result<Option<PathBuf>> {
    let backup = new_backup(&exercise.root, &exercise.name, "rs")?;
    let answer = exercise.answer();
    // Asked now, because a link may lead elsewhere once it has been moved.
    let linked = answer.is_symlink().then(|| answer.canonicalize());
    match fs::rename(&answer, &backup) {
        Ok(()) => {}
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) if why.kind() == ErrorKind::CrossesDevices => {
            move_by_copy(&answer, &backup).context(
                "your answer stays where it is; backups/ is on another file \
                 system, so move it away yourself",
            )?;
        }
        Err(why) => {
            let why = cannot("move", &answer, &why);
            return Err(why).context("your answer stays where it is");
        }
    }
    if let Some(Ok(linked)) = linked
        && backup.is_symlink()
        && let Err(why) = replace_link(&backup, &linked)
    {
        fs::rename(&backup, &answer)?;
        return Err(why).context("your answer stays where it is");
    }
    Ok(Some(backup))
}

/// Replaces a backup that is a link by a copy of the file that it led to.
fn replace_link(backup: &Path, linked: &Path) -> io::Result<()> {
    let folder = folder_of(backup);
    let aside = match read(linked) {
        Ok(bytes) => write_aside(folder, &bytes, 0o666)?,
        // If it cannot be read, no reader has written it: a link is enough.
        Err(_) => Builder::new()
            .make_in(folder, |aside| symlink(linked, aside))?
            .into_temp_path(),
    };
    Ok(aside.persist(backup)?)
}

/// Gives a file the name of the answer, unless an editor has just saved another
/// one under that name. If that fails, the backup is put back.
fn put(
    rename: Rename,
    file: &Path,
    answer: &Path,
    backup: Option<&Path>,
) -> Result<()> {
    let done = match rename(file, answer).map_err(io::Error::from) {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => Err(why),
        // Not every file system can refuse to replace a file.
        Err(_) => move_by_copy(file, answer),
        done => done,
    };
    let Err(why) = done else {
        // The file gets a new time, because cargo does not compile again what
        // has an old one. It is not opened: to open a pipe is to wait for the
        // program at its other end.
        let _ = utimensat(CWD, answer, &NOW, AtFlags::empty());
        sync(folder_of(answer));
        sync(folder_of(file));
        return Ok(());
    };

    // It failed. If no editor has saved another answer, put the backup back.
    let why = cannot("write", answer, &why);
    let Some(backup) = backup else { return Err(why.into()) };
    let put_back =
        || fs::rename(backup, answer).or_else(|_| move_by_copy(backup, answer));
    if !answer.exists() && put_back().is_ok() {
        return Err(why).context("your answer stays as it is");
    }
    let backup = backup.display();
    Err(why).with_context(|| format!("your answer is now {backup}"))
}
