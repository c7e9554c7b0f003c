//! A temporary folder.

use std::env::temp_dir;
use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A folder that goes when it is dropped, with what is in it.
pub struct Folder(PathBuf);

impl Folder {
    /// A new one, that nobody else can enter: whoever could write into it
    /// could put a script into a page.
    ///
    /// # Errors
    ///
    /// If the system has no place for it.
    pub fn new() -> io::Result<Folder> {
        let mut number = 0;
        loop {
            let name = format!("taking-turns-{}-{number}", std::process::id());
            let path = temp_dir().join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Folder(path)),
                // It may be somebody else's, put there for us to use.
                Err(why) if why.kind() == ErrorKind::AlreadyExists => {
                    number += 1;
                }
                Err(why) => return Err(why),
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left is where the system looks for such things.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_is_new_and_nobody_elses() {
        let [a, b] = [(), ()].map(|()| Folder::new().unwrap());
        assert_ne!(a.path(), b.path());
        let mode = fs::metadata(a.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_folder_goes_with_what_is_in_it() {
        let folder = Folder::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "text").unwrap();
        drop(folder);
        assert!(!file.exists());
    }
}
