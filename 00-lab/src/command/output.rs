//! The files that a crawl writes; each is opened once, before it begins.

use rustix::fs::{
    FileType, OFlags, Stat, fcntl_getfl, fcntl_setfl, fstat, stat,
};
use rustix::io::Errno;
use std::fs::{self, File};
use std::io::{ErrorKind, Write, stderr, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file to be written when the crawl is over. If it was not there before and
/// is not written after all, it is removed.
pub(super) struct Output {
    flag: &'static str,
    path: PathBuf,
    file: File,
    is_new: bool,
}

impl Output {
    /// Opens the file that a flag names, and leaves in it what is there. A pipe
    /// must be open at its other end already; we do not wait for that.
    ///
    /// # Errors
    ///
    /// One sentence that names the file.
    pub fn open(flag: &'static str, path: &Path) -> Result<Output, String> {
        let mut options = File::options();
        options.write(true).custom_flags(OFlags::NONBLOCK.bits() as i32);
        let mut is_new = false;
        let file = options.open(path).or_else(|why| {
            is_new = why.kind() == ErrorKind::NotFound;
            match is_new {
                true => options.create(true).truncate(false).open(path),
                false => Err(why),
            }
        });
        let blocking = file.and_then(|file| {
            // From now on, writing to a pipe waits for its reader.
            fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
            Ok(file)
        });
        let file = blocking.map_err(|why| {
            let path = path.display();
            match Errno::from_io_error(&why) {
                Some(Errno::NXIO) => {
                    format!("cannot write to {path}: nobody reads from it")
                }
                _ => format!("cannot write to {path}: {why}"),
            }
        })?;
        Ok(Output { flag, path: path.to_owned(), file, is_new })
    }

    /// Puts `text` in the place of what was in the file.
    ///
    /// # Errors
    ///
    /// One sentence.
    pub fn write(&mut self, text: &str) -> Result<(), String> {
        self.is_new = false;
        let is_file = self.file.metadata().is_ok_and(|it| it.is_file());
        let emptied = if is_file { self.file.set_len(0) } else { Ok(()) };
        let written =
            emptied.and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|why| {
            let path = self.path.display();
            format!("cannot write {path}: {why}; the report is whole")
        })
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // The name may be that of a link, or of another file by now.
        let Ok(path) = self.path.canonicalize() else { return };
        let (is, there) = (fstat(&self.file), stat(&path));
        if self.is_new && are_one(&is, &there) {
            let _ = fs::remove_file(path);
        }
    }
}

/// Checks that no two outputs are one file, where one would overwrite the
/// other. A device takes both: a terminal shows them, `/dev/null` neither.
///
/// # Errors
///
/// One sentence.
pub(super) fn each_its_own<'a>(
    outputs: impl Iterator<Item = &'a Output>,
    recording: &Path,
) -> Result<(), String> {
    let mut taken = vec![
        ("the report goes", fstat(stdout())),
        ("errors go", fstat(stderr())),
        ("the recording goes", stat(recording)),
    ];
    for output in outputs {
        let (flag, path) = (output.flag, output.path.display());
        let is = fstat(&output.file);
        let mut others = taken.iter();
        if let Some((what, _)) = others.find(|(_, it)| are_one(it, &is)) {
            return Err(format!(
                "--{flag} {path} is where {what}; give it its own file"
            ));
        }
        taken.push(("another output goes", is));
    }
    Ok(())
}

fn are_one(a: &Result<Stat, Errno>, b: &Result<Stat, Errno>) -> bool {
    let (Ok(a), Ok(b)) = (a, b) else { return false };
    let is_device = FileType::from_raw_mode(a.st_mode).is_char_device();
    !is_device && (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino)
}
