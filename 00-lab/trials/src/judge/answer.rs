//! The answer that a check judges: its file, and what was compiled from it.

use super::means::{find_sleeps, find_unrecorded};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Says, once in each check, in which file the answer is, as seen from the
/// folder of its package. It declares `ANSWER`, which
/// [`Judge::of`](crate::judge::Judge::of) is given.
///
/// In the reader's own program it keeps what the compiler was given, to be
/// compared with the file. The same check also judges answers of ours, which
/// are in other files: their programs say so by
/// [`answers_in`](crate::answers_in).
#[macro_export]
#[expect(clippy::crate_in_macro_def, reason = "the root of the program")]
macro_rules! answer {
    ($file:literal) => {
        #[doc(hidden)]
        #[allow(unused_macros, reason = "of use to the reader's own only")]
        macro_rules! answer {
            () => {{
                $crate::counting!();
                $crate::judge::Answer::compiled(
                    concat!(env!("CARGO_MANIFEST_DIR"), "/", $file),
                    include_bytes!(concat!(
                        env!("CARGO_MANIFEST_DIR"),
                        "/",
                        $file
                    )),
                )
            }};
        }
        #[allow(unused_imports, reason = "as above")]
        pub(crate) use answer;

        // The reader's file is the root of its program, so this is the macro
        // above; elsewhere the root has a `check` of its own.
        const ANSWER: $crate::judge::Answer = crate::check::answer!();
    };
}

/// Has the program count what it allocates (see [`allocated`]), once.
///
/// [`allocated`]: crate::judge::allocated
#[doc(hidden)]
#[macro_export]
macro_rules! counting {
    () => {
        #[global_allocator]
        static COUNTING: $crate::judge::Counting = $crate::judge::Counting;
    };
}

/// Says, at the root of a program, that the answers in it are ours: modules
/// called as their files in this folder, `NAME-SLUG.rs` being `NAME_SLUG`.
#[macro_export]
macro_rules! answers_in {
    ($folder:literal) => {
        $crate::counting!();

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
    origin: Origin,
}

#[derive(Clone, Copy, Debug)]
enum Origin {
    /// The reader's: its file, and what was in it when it was compiled.
    Reader(&'static str, &'static [u8]),
    /// Ours: the folder it is in, and the module of its check.
    Ours(&'static str, &'static str),
}

impl Answer {
    /// For [`answer!`](crate::answer!).
    #[doc(hidden)]
    pub const fn compiled(file: &'static str, text: &'static [u8]) -> Answer {
        Answer { origin: Origin::Reader(file, text) }
    }

    /// For [`answers_in!`](crate::answers_in!).
    #[doc(hidden)]
    pub const fn ours(folder: &'static str, module: &'static str) -> Answer {
        Answer { origin: Origin::Ours(folder, module) }
    }

    /// Gives back the same answer, if all waits that its text speaks of are
    /// recorded.
    ///
    /// For a check that judges by the recording what each thread waits for:
    /// std's locks and channels, atomics and parking leave no trace in it.
    ///
    /// # Panics
    ///
    /// If one of these is in the text; the sentence says in which line.
    pub fn require_recorded_waits(self) -> Answer {
        let found = find_unrecorded(&self.text());
        assert!(
            found.is_empty(),
            "not judged: {} uses {}, and what threads do by that is not in the \
             recording, which this check looks at; use `Mutex` and `Condvar` \
             of `lab::sync`, and nothing else by which threads wait or tell \
             one another something",
            self.shown_path(),
            list(&found)
        );
        self
    }

    /// Gives back the same answer, if it does not speak of sleeping for a time.
    ///
    /// For a check of threads that have to be woken: how long a short sleep
    /// takes cannot be told from how busy the machine is.
    ///
    /// # Panics
    ///
    /// If it does; the sentence says in which line.
    pub fn require_no_sleep(self) -> Answer {
        let found = find_sleeps(&self.text());
        assert!(
            found.is_empty(),
            "not judged: {} uses {}, and nothing wakes a thread before that \
             time is up; have it wait for what it needs",
            self.shown_path(),
            list(&found)
        );
        self
    }

    /// The text that was compiled.
    ///
    /// # Panics
    ///
    /// If the file is another by now. Cargo compiles again what has a new
    /// *time*, so after an old answer was put back with its old time, a newer
    /// one runs.
    pub fn text(&self) -> String {
        let now = fs::read(self.file()).unwrap_or_default();
        if let Origin::Reader(_, compiled) = self.origin {
            assert!(
                now == compiled,
                "not judged: {} has changed and kept an old time, so cargo did \
                 not compile it again; save it once more, or `touch` it",
                self.shown_path()
            );
        }
        String::from_utf8_lossy(&now).into_owned()
    }

    fn file(&self) -> PathBuf {
        match self.origin {
            Origin::Reader(file, _) => file.into(),
            Origin::Ours(folder, module) => {
                find_file(Path::new(folder), module)
            }
        }
    }

    /// The path of the file from the root of the workspace.
    fn shown_path(&self) -> String {
        let file = self.file();
        let package = env::current_dir().unwrap_or_default();
        let root = package.parent().unwrap_or(&package);
        file.strip_prefix(root).unwrap_or(&file).display().to_string()
    }
}

/// The file in `folder` that has the name of this module.
fn find_file(folder: &Path, module: &str) -> PathBuf {
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

/// `std::thread::park` (line 3), `std::sync::mpsc` (line 5)
fn list(found: &[(String, usize)]) -> String {
    let found = found.iter();
    let found = found.map(|(path, line)| format!("`{path}` (line {line})"));
    found.collect::<Vec<_>>().join(", ")
}
