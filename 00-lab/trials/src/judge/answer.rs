//! The answer that a check judges: its file, and what was compiled of it.

use super::means::unrecorded;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Says, once in each check, which file the answer is in, seen from the folder
/// of its package; [`Judge::of`](crate::judge::Judge::of) is given the
/// `ANSWER` that this declares.
///
/// In the reader's own program it keeps what the compiler was given, to be
/// compared with the file. The same check also judges answers of ours, whose
/// files are others; their programs say so, see
/// [`answers_in`](crate::answers_in).
#[macro_export]
#[expect(clippy::crate_in_macro_def, reason = "the root of the program")]
macro_rules! answer {
    ($file:literal) => {
        #[doc(hidden)]
        #[allow(unused_macros, reason = "of use to the reader's own only")]
        macro_rules! answer {
            () => {
                $crate::judge::Answer::compiled(
                    concat!(env!("CARGO_MANIFEST_DIR"), "/", $file),
                    include_bytes!(concat!(
                        env!("CARGO_MANIFEST_DIR"),
                        "/",
                        $file
                    )),
                )
            };
        }
        #[allow(unused_imports, reason = "as above")]
        pub(crate) use answer;

        // The reader's file is the root of its program, so this is the macro
        // above; elsewhere the root has a `check` of its own.
        const ANSWER: $crate::judge::Answer = crate::check::answer!();
    };
}

/// Says, at the root of a program, that the answers in it are ours: modules
/// called as their files in this folder, `NAME-SLUG.rs` being `NAME_SLUG`.
#[macro_export]
macro_rules! answers_in {
    ($folder:literal) => {
        mod check {
            macro_rules! answer {
                () => {
                    $crate::judge::Answer::ours($folder, module_path!())
                };
            }
            pub(crate) use answer;
        }
    };
}

/// An answer (see [`answer!`](crate::answer!)).
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    of: Of,
}

#[derive(Clone, Copy, Debug)]
enum Of {
    /// Its file, and what was in it when it was compiled.
    Reader(&'static str, &'static [u8]),
    /// The folder, and the module of its check.
    Ours(&'static str, &'static str),
}

impl Answer {
    /// For [`answer!`](crate::answer!).
    #[doc(hidden)]
    pub const fn compiled(file: &'static str, text: &'static [u8]) -> Answer {
        Answer { of: Of::Reader(file, text) }
    }

    /// For [`answers_in!`](crate::answers_in!).
    #[doc(hidden)]
    pub const fn ours(folder: &'static str, module: &'static str) -> Answer {
        Answer { of: Of::Ours(folder, module) }
    }

    /// The same, if nothing in its text makes threads wait in a way that is not
    /// recorded.
    ///
    /// For a check that judges by the recording who waits for whom: std's locks
    /// and channels, atomics and parking leave no trace in it.
    ///
    /// # Panics
    ///
    /// If there is something of that kind; the sentence says where.
    pub fn recorded(self) -> Answer {
        let found = unrecorded(&self.text());
        let found: Vec<_> = found
            .iter()
            .map(|(means, line)| format!("`{means}` (line {line})"))
            .collect();
        assert!(
            found.is_empty(),
            "not judged: {} uses {}, and what waits by that is not in the \
             recording, which this check looks at; use `Mutex` and `Condvar` \
             of `lab::sync`, and nothing else that threads wait by",
            self.seen(),
            found.join(", ")
        );
        self
    }

    /// What was compiled.
    ///
    /// # Panics
    ///
    /// If the file is another by now: cargo compiles again what has a new
    /// *time*, so an old answer that is put back with its old time is not what
    /// runs.
    pub fn text(&self) -> String {
        let now = fs::read(self.file()).unwrap_or_default();
        if let Of::Reader(_, compiled) = self.of {
            assert!(
                now == compiled,
                "not judged: {} has changed and kept an old time, so cargo did \
                 not compile it again; save it once more, or `touch` it",
                self.seen()
            );
        }
        String::from_utf8_lossy(&now).into_owned()
    }

    fn file(&self) -> PathBuf {
        match self.of {
            Of::Reader(file, _) => file.into(),
            Of::Ours(folder, module) => file_of(Path::new(folder), module),
        }
    }

    /// The file as the reader writes it: seen from the workspace.
    fn seen(&self) -> String {
        let file = self.file();
        let package = env::current_dir().unwrap_or_default();
        let root = package.parent().unwrap_or(&package);
        file.strip_prefix(root).unwrap_or(&file).display().to_string()
    }
}

/// The file in `folder` whose name is that of this module.
fn file_of(folder: &Path, module: &str) -> PathBuf {
    let module = module.split("::").nth(1).unwrap_or_default();
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = entries.map(|entry| entry.path()).filter(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        file.is_file() && name.replace('-', "_") == module
    });
    found.next().unwrap_or_else(|| {
        panic!("no file in {} is called like {module}", folder.display())
    })
}
