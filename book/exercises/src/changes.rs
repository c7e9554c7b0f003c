//! Whether a file has been saved: the one way in which we notice it.
//!
//! We look now and then. The system could tell us, but each one in its own
//! way, and on network and shared folders none does. To look at the six hundred
//! files that the book is made of takes some three milliseconds, and it is done
//! only while a page is open.

use crate::files::all_in;
use std::fs::{self, Metadata};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait before the next look.
pub const PAUSE: Duration = Duration::from_millis(250);

/// A number that changes when one of these files, or one in these folders, is
/// saved, comes or goes.
///
/// It goes by the time of the last change of any kind, which no tool can put
/// back, as `cp -p` does with the time of the last write.
pub fn fingerprint(places: &[PathBuf]) -> u64 {
    // A sum, because the order in which a folder lists its files is no change.
    let files = places.iter().flat_map(|place| all_in(place));
    files.map(|file| stamp(&file)).fold(0, u64::wrapping_add)
}

fn stamp(file: &Path) -> u64 {
    let of = |about: &Metadata| {
        (about.ino(), about.len(), about.ctime(), about.ctime_nsec())
    };
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    if let Ok(about) = fs::symlink_metadata(file) {
        of(&about).hash(&mut hasher);
        // A link may change, and so may what it leads to.
        if about.is_symlink() {
            fs::metadata(file).ok().as_ref().map(of).hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::symlink;
    use std::time::UNIX_EPOCH;
    use timeline::private::Folder;

    #[test]
    fn whatever_is_saved_anywhere_is_noticed_and_what_editors_leave_is_not() {
        let folder = Folder::new().unwrap();
        let place = folder.path().join("place");
        fs::create_dir_all(place.join("within")).unwrap();
        let file = place.join("within/file");
        let link = place.join("link");
        let outside = folder.path().join("outside");
        fs::write(&file, "one").unwrap();
        let places = [place.clone(), folder.path().join("not-there")];
        let mut seen = vec![fingerprint(&places)];
        let mut is_new = |what: &str| {
            let now = fingerprint(&places);
            assert!(!seen.contains(&now), "{what}");
            seen.push(now);
        };

        fs::write(&file, "three").unwrap();
        is_new("another text");
        fs::write(folder.path().join("aside"), "seven").unwrap();
        fs::rename(folder.path().join("aside"), &file).unwrap();
        let written = File::options().write(true).open(&file).unwrap();
        written.set_modified(UNIX_EPOCH).unwrap();
        is_new("another file of the same length, with an old time");
        symlink(&outside, &link).unwrap();
        is_new("a link to nowhere");
        fs::write(&outside, "text").unwrap();
        is_new("what it leads to");
        fs::remove_file(&file).unwrap();
        is_new("one file less");

        let now = fingerprint(&places);
        symlink("me@here.1", place.join(".#file")).unwrap();
        assert_eq!(fingerprint(&places), now);
    }
}
