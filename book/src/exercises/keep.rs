//! Files that are the reader's, changed so that nothing is lost, whenever this
//! process is killed.
//!
//! No file is written in its place: a new one is written aside, and then gets
//! the name of the old one. No answer is removed: it is moved to `backups/`.
//!
//! Some file systems have no locks, cannot sync a folder, or cannot refuse to
//! replace a file. There, everything is done without.

use super::exercise::Exercise;
use crate::files::{cannot, read};
use anyhow::{Context, Result, bail};
use rustix::fs::{
    AtFlags, CWD, FlockOperation, RenameFlags, Timespec, Timestamps, UTIME_NOW,
    flock, renameat_with, utimensat,
};
use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::{Builder, TempPath};

/// Held by the one process that may change files: a watch in one window and the
/// reader in another take turns. When the process ends, however it ends, the
/// system releases it.
pub struct Lock {
    folder: File,
}

impl Lock {
    /// Waits for the lock on a folder. Where the system knows none, there is
    /// nothing to wait for.
    ///
    /// # Errors
    ///
    /// If there is no such folder.
    pub fn on(folder: &Path) -> io::Result<Lock> {
        let file = File::open(folder).map_err(|it| cannot("open", folder, &it));
        let lock = Lock { folder: file? };
        let _ = flock(&lock.folder, FlockOperation::LockExclusive);
        Ok(lock)
    }

    /// Writes the folder's new names to the disk, in case the power fails.
    /// Where a folder cannot be synced, they are as good as before.
    fn sync(&self) {
        let _ = self.folder.sync_all();
    }
}

/// Writes a file that only the reader can read, all of it or none, in the
/// folder that is locked.
///
/// # Errors
///
/// If the disk is full, say; the file is then what it was.
pub fn write(lock: &Lock, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let aside = write_aside(folder, bytes, 0o600)?;
    aside.persist(file).map_err(|why| cannot("write", file, &why.error))?;
    lock.sync();
    Ok(())
}

/// Writes a new file in this folder. When it is dropped, it is removed, unless
/// it has been given another name by then.
fn write_aside(folder: &Path, bytes: &[u8], mode: u32) -> io::Result<TempPath> {
    let new = || {
        let mut new = Builder::new()
            .prefix(".new-")
            .permissions(Permissions::from_mode(mode))
            .tempfile_in(folder)?;
        new.write_all(bytes)?;
        new.as_file().sync_all()?;
        Ok(new.into_temp_path())
    };
    new().map_err(|why| cannot("write a file in", folder, &why))
}

/// The times of a file that was read and changed just now.
const NOW: Timestamps = {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    Timestamps { last_access: now, last_modification: now }
};

/// Gives a file another name, which must be free.
type Rename = fn(&Path, &Path) -> rustix::io::Result<()>;

fn rename(from: &Path, to: &Path) -> rustix::io::Result<()> {
    renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE)
}

/// Puts back the answer as shipped. Gives back where the reader's own is now;
/// `None` if it was as shipped anyway.
///
/// Of a link, the backup is what it leads to, and that is left alone.
///
/// # Errors
///
/// If that cannot be done. The reader's is then in its place, or in the backup
/// that the error names.
pub fn reset(exercise: &Exercise) -> Result<Option<PathBuf>> {
    reset_by(rename, exercise)
}

fn reset_by(rename: Rename, exercise: &Exercise) -> Result<Option<PathBuf>> {
    let lock = Lock::on(&exercise.root)?;
    let answer = exercise.answer();
    if answer.exists() && exercise.is_started().is_ok_and(|started| !started) {
        return Ok(None);
    }
    // First all that may fail: the disk may be full, or the folder read-only.
    let starter = read(&exercise.starter())?;
    let aside = write_aside(&backups_folder(&exercise.root)?, &starter, 0o666)?;
    let backup = move_away(exercise)?;
    put(rename, &aside, &answer, backup.as_deref())?;
    lock.sync();
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
    let lock = Lock::on(&exercise.root)?;
    let backups = backups_folder(&exercise.root)?;
    let found = all_kept(&backups, &exercise.name, "rs")?;
    let Some((_, newest)) = found.into_iter().next_back() else {
        bail!("nothing of yours was kept for {}", exercise.name);
    };
    let starter = read(&exercise.starter()).ok();
    let mut instead = move_away(exercise)?;
    put(rename, &newest, &exercise.answer(), instead.as_deref())?;
    if let Some(moved) = &instead
        && starter.is_some()
        && read(moved).ok() == starter
        && fs::remove_file(moved).is_ok()
    {
        instead = None;
    }
    lock.sync();
    Ok((newest, instead))
}

/// The folder of the backups, which is made if there is none.
fn backups_folder(root: &Path) -> io::Result<PathBuf> {
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
fn all_kept(
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
            move_across(&answer, &backup).context(
                "your answer stays where it is; backups/ is on another file \
                 system, so move it away yourself",
            )?;
        }
        Err(why) => {
            let why = cannot("move", &answer, &why);
            return Err(why).context("your answer stays where it is");
        }
    }
    // Of a link, the backup is to be what it leads to.
    if let Some(Ok(linked)) = linked
        && backup.is_symlink()
    {
        let folder = backups_folder(&exercise.root)?;
        let copied = match read(&linked) {
            Ok(bytes) => write_aside(&folder, &bytes, 0o666),
            // No text that a reader has written: a link to it is enough.
            Err(_) => Builder::new()
                .make_in(&folder, |aside| symlink(&linked, aside))
                .map(|aside| aside.into_temp_path()),
        };
        let copied = copied.and_then(|aside| Ok(aside.persist(&backup)?));
        if let Err(why) = copied {
            fs::rename(&backup, &answer)?;
            return Err(why).context("your answer stays where it is");
        }
    }
    Ok(Some(backup))
}

/// Moves a file to another file system. Until the copy is whole and on the
/// disk, the file stays.
fn move_across(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = read(from)?;
    let folder = to.parent().unwrap_or(Path::new(""));
    let aside = write_aside(folder, &bytes, 0o666)?;
    if read(from)? != bytes {
        let why = io::Error::other("it was saved just now; try again");
        return Err(cannot("move", from, &why));
    }
    aside.persist(to).map_err(|why| cannot("write", to, &why.error))?;
    // Where a folder cannot be synced, the copy is there all the same.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    fs::remove_file(from).map_err(|why| cannot("remove", from, &why))
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
        Err(_) => copy(file, answer),
        done => done,
    };
    let Err(why) = done else {
        // The file gets a new time, because cargo does not compile again what
        // has an old one. It is not opened: to open a pipe is to wait for the
        // program at its other end.
        let _ = utimensat(CWD, answer, &NOW, AtFlags::empty());
        return Ok(());
    };
    let why = cannot("write", answer, &why);
    let Some(backup) = backup else { return Err(why.into()) };
    let put_back =
        || fs::rename(backup, answer).or_else(|_| copy(backup, answer));
    if !answer.exists() && put_back().is_ok() {
        return Err(why).context("your answer stays as it is");
    }
    let backup = backup.display();
    Err(why).with_context(|| format!("your answer is now {backup}"))
}

/// Moves a file to a name that must be free, by copying it and then removing
/// it.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let bytes = read(from)?;
    let written = File::create_new(to).and_then(|mut new| {
        new.write_all(&bytes)?;
        new.sync_all()
    });
    written.inspect_err(|why| {
        let is_ours = || read(to).is_ok_and(|part| bytes.starts_with(&part));
        if why.kind() != ErrorKind::AlreadyExists && is_ours() {
            let _ = fs::remove_file(to);
        }
    })?;
    // If this fails, the text is in two places, and nothing is lost.
    let _ = fs::remove_file(from);
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rustix::fs::{FileType, Mode, mknodat};
    use rustix::io::Errno;
    use std::time::{Duration, UNIX_EPOCH};
    use timeline::private::Folder;

    /// An exercise that is begun, in a folder of its own.
    pub fn begun() -> (Folder, Exercise) {
        let folder = Folder::new().unwrap();
        // The folder itself has its own lock.
        let root = folder.path().join("root");
        let exercise = Exercise {
            name: "sum".to_owned(),
            package: "threads".to_owned(),
            rung: root.join("01-threads"),
            page: root.join("book/chapters/sum.md"),
            root,
        };
        fs::create_dir_all(exercise.in_folder("")).unwrap();
        fs::write(exercise.starter(), "// as shipped").unwrap();
        fs::write(exercise.answer(), "// mine").unwrap();
        (folder, exercise)
    }

    fn text(file: &Path) -> String {
        fs::read_to_string(file).unwrap()
    }

    #[test]
    fn what_is_put_back_has_a_new_time() {
        let (_folder, exercise) = begun();
        let answer = exercise.answer();
        let begun = SystemTime::now() - Duration::from_secs(60);
        let file = File::options().write(true).open(&answer).unwrap();
        file.set_modified(UNIX_EPOCH).unwrap();
        reset(&exercise).unwrap();
        undo(&exercise).unwrap();
        assert_eq!(text(&answer), "// mine");
        assert!(fs::metadata(&answer).unwrap().modified().unwrap() > begun);
    }

    /// As where the system cannot refuse to replace a file.
    fn cannot_refuse(_: &Path, _: &Path) -> rustix::io::Result<()> {
        Err(Errno::INVAL)
    }

    /// An editor saves at the worst moment.
    fn somebody_saves(_: &Path, to: &Path) -> rustix::io::Result<()> {
        fs::write(to, "// saved").unwrap();
        Err(Errno::INVAL)
    }

    /// The name cannot be had, in any way.
    fn nothing_can_be_put_there(
        from: &Path,
        _: &Path,
    ) -> rustix::io::Result<()> {
        fs::remove_file(from).unwrap();
        Err(Errno::IO)
    }

    #[test]
    fn answers_are_put_back_where_only_plain_files_can_be_written() {
        let (_folder, exercise) = begun();
        let backup = reset_by(cannot_refuse, &exercise).unwrap().unwrap();
        assert_eq!(text(&exercise.answer()), "// as shipped");
        assert_eq!(text(&backup), "// mine");

        let (back, instead) = undo_by(cannot_refuse, &exercise).unwrap();
        assert_eq!((back, instead), (backup.clone(), None));
        assert_eq!(text(&exercise.answer()), "// mine");
        assert!(!backup.exists());
    }

    #[test]
    fn what_is_saved_meanwhile_stays_and_what_was_there_is_kept() {
        let (_folder, exercise) = begun();
        let why = reset_by(somebody_saves, &exercise).unwrap_err();
        assert_eq!(text(&exercise.answer()), "// saved");
        let backups = exercise.root.join("backups");
        let kept = all_kept(&backups, "sum", "rs").unwrap().pop().unwrap().1;
        assert_eq!(text(&kept), "// mine");
        let why = format!("{why:#}");
        assert!(why.contains(&kept.display().to_string()), "{why}");
    }

    #[test]
    fn what_cannot_be_finished_is_taken_back() {
        let (_folder, exercise) = begun();
        let why = reset_by(nothing_can_be_put_there, &exercise).unwrap_err();
        assert_eq!(text(&exercise.answer()), "// mine", "{why:#}");
        let backups = exercise.root.join("backups");
        assert!(all_kept(&backups, "sum", "rs").unwrap().is_empty());
    }

    #[test]
    fn of_a_link_the_backup_is_what_it_leads_to() {
        let (_folder, exercise) = begun();
        let elsewhere = exercise.root.join("elsewhere.rs");
        fs::rename(exercise.answer(), &elsewhere).unwrap();
        symlink("../../elsewhere.rs", exercise.answer()).unwrap();

        let backup = reset(&exercise).unwrap().unwrap();
        assert_eq!(text(&exercise.answer()), "// as shipped");
        assert!(!backup.is_symlink());
        assert_eq!(text(&backup), "// mine");
        assert_eq!(text(&elsewhere), "// mine");

        undo(&exercise).unwrap();
        assert_eq!(text(&exercise.answer()), "// mine");
    }

    #[test]
    fn what_is_no_text_goes_and_comes_back_as_well() {
        let (_folder, exercise) = begun();
        let answer = exercise.answer();
        let large = exercise.root.join("large");
        File::create(&large).unwrap().set_len(2 << 30).unwrap();
        fs::remove_file(&answer).unwrap();
        symlink("../../large", &answer).unwrap();
        let backup = reset(&exercise).unwrap().unwrap();
        assert_eq!(text(&answer), "// as shipped");
        assert_eq!(fs::metadata(&backup).unwrap().len(), 2 << 30);

        fs::remove_file(&backup).unwrap();
        fs::remove_file(&answer).unwrap();
        mknodat(CWD, &answer, FileType::Fifo, Mode::RWXU, 0).unwrap();
        reset(&exercise).unwrap().unwrap();
        undo(&exercise).unwrap();
        assert!(!fs::metadata(&answer).unwrap().is_file());
    }

    #[test]
    fn the_newest_backup_is_the_last_whatever_the_clock_says() {
        let (_folder, exercise) = begun();
        let backups = backups_folder(&exercise.root).unwrap();
        for (name, of) in [
            // As they were named before they had numbers.
            ("sum.2096-11-23T190211.000042Z.rs", "second"),
            ("sum.2026-11-23T190211.000042Z.rs", "first"),
            ("sum.9999.2096-11-23T190211.000042Z.rs", "third"),
            ("sums.0001.2026-11-23T190211.000042Z.rs", "another's"),
            ("sum.rs~", "nobody's"),
        ] {
            fs::write(backups.join(name), of).unwrap();
        }
        reset(&exercise).unwrap();
        for newest in ["// mine", "third", "second", "first"] {
            undo(&exercise).unwrap();
            assert_eq!(text(&exercise.answer()), newest);
            fs::remove_file(exercise.answer()).unwrap();
        }
        assert!(undo(&exercise).is_err());
    }

    #[test]
    fn a_folder_that_cannot_be_synced_is_no_failure_and_files_are_ours() {
        let folder = Folder::new().unwrap();
        // Of a device there is nothing to sync, and the system says so.
        let lock = Lock { folder: File::open("/dev/null").unwrap() };
        assert!(lock.folder.sync_all().is_err());
        let file = folder.path().join("progress.txt");
        write(&lock, &file, b"page x").unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
