//! Files that are the reader's: finding them, and reading them. To read ends
//! even if a pipe or a device lies there.

use rustix::fs::OFlags;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// More than any answer or page has.
const MOST: u64 = 1024 * 1024;

/// All that is in a file.
///
/// # Errors
///
/// One that names the file: if it cannot be read, is none (a pipe would be
/// waited for, and a device may never end), or has more than a MiB.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_regular(path).map_err(|why| cannot("read", path, &why))
}

/// The same as text, without a byte-order mark, which some editors write.
///
/// # Errors
///
/// As [`read`], and if it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::from_utf8(read(path)?).map_err(|why| {
        let why = io::Error::new(ErrorKind::InvalidData, why);
        cannot("read", path, &why)
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// An error that names the file and what was to be done with it.
pub fn cannot(what: &str, path: &Path, why: &io::Error) -> io::Error {
    let sentence = format!("cannot {what} {}: {why}", path.display());
    io::Error::new(why.kind(), sentence)
}

/// Set if a file's name begins with a dot. Editors, desktops and programs that
/// keep folders the same put such files anywhere, so they are passed over.
pub fn is_hidden(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

/// Set if a file's name has this extension, and is not hidden.
pub fn has_extension(end: &str, file: &Path) -> bool {
    !is_hidden(file) && file.extension().is_some_and(|it| it == end)
}

/// A file; or all files in a folder and in the folders within it, sorted and
/// without those that are hidden. A link that leads nowhere is one of them.
pub fn all_in(place: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place) else {
        return vec![place.to_owned()];
    };
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(|entry| entry.file_name());
    let mut files = Vec::new();
    for entry in entries {
        // The folder itself says what most of them are: that is soon asked.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        match entry.path() {
            path if is_hidden(&path) => {}
            path if is_file => files.push(path),
            path => files.extend(all_in(&path)),
        }
    }
    files
}

fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    // Without this flag, opening a pipe would wait until a program writes into
    // it.
    let flags = OFlags::NONBLOCK.bits() as i32;
    let file = File::options().read(true).custom_flags(flags).open(path)?;
    if !file.metadata()?.is_file() {
        let why = "it is not a regular file";
        return Err(io::Error::new(ErrorKind::InvalidInput, why));
    }
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST {
        let why = "it is larger than 1 MiB";
        return Err(io::Error::new(ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use timeline::private::Folder;

    #[test]
    fn what_is_no_file_or_has_no_end_is_an_error_that_names_it() {
        let folder = Folder::new().unwrap();
        let (pipe, large) = (folder.path().join("a"), folder.path().join("b"));
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
        File::create(&large).unwrap().set_len(2 << 30).unwrap();
        for path in [&pipe, &large, Path::new("/dev/zero"), folder.path()] {
            let why = read(path).unwrap_err().to_string();
            let start = format!("cannot read {}: it is ", path.display());
            assert!(why.starts_with(&start), "{why}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_text() {
        let folder = Folder::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "\u{feff}//! text").unwrap();
        assert_eq!(read_text(&file).unwrap(), "//! text");
    }
}
