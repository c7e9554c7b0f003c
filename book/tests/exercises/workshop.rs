//! A workspace with one exercise in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, id};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use watchdog::{self, Ran};

/// Goes when it is dropped, with all that is in it.
pub struct Workshop {
    pub root: PathBuf,
}

const MANIFEST: &str = r#"
[package]
name = "threads"
edition = "2024"

[[test]]
name = "six-times-seven"
path = "exercises/six-times-seven.rs"
test = false
"#;

const CHECK: &str = r#"
#[test]
fn it_is_42() {
    let answer = super::answer();
    assert!(answer != -42, "right answer, wrong way: the sign is wrong");
    assert_eq!(answer, 42, "wrong answer: {answer} is not 42");
}
"#;

pub const STARTER: &str = "pub fn answer() -> i32 { 6 + 7 }";

const PAGE: &str = "\
<details>
<summary>Hint 1</summary>

Not plus.

</details>
<details>
<summary>Hint 2</summary>

Times.

</details>

<details>
<summary>When it says</summary>

- **13 is not 42**: you have added where you ought to have
  multiplied.
- **E0308: expected `i32`, found `String`**: a text is no number.
- **E0308: expected `i32`, found `u8`**: numbers of different types.
- **hangs**: nobody will wake it.
- **panics**: in so many words.

</details>
";

impl Workshop {
    pub fn new() -> Workshop {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("workshop-{}-{}", id(), NEXT.fetch_add(1, Relaxed));
        let shop = Workshop { root: std::env::temp_dir().join(name) };
        let chapters = "book/chapters";
        shop.write(&format!("{chapters}/exercise-six-times-seven.md"), PAGE);
        let summary = "- [Exercise](exercise-six-times-seven.md)";
        shop.write(&format!("{chapters}/SUMMARY.md"), summary);
        shop.write("Cargo.toml", "[workspace]\nmembers = [\"01-threads\"]\n");
        shop.write("01-threads/Cargo.toml", MANIFEST);
        shop.write("01-threads/src/lib.rs", "");
        let exercise = "01-threads/exercises/six-times-seven";
        shop.write(&format!("{exercise}/check.rs"), CHECK);
        let starter = with_check(STARTER);
        shop.write(&format!("{exercise}/starter.rs"), &starter);
        shop.answer(STARTER);
        let solution = "//! Solution.\n//!\n//! Times.\n\n\
                        pub fn answer() -> i32 { 6 * 7 }";
        let solution = with_check(solution);
        shop.write(&format!("{exercise}/solution.rs"), &solution);
        shop
    }

    /// What a reader saves.
    pub fn answer(&self, text: &str) {
        self.write(
            "01-threads/exercises/six-times-seven.rs",
            &with_check(text),
        );
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.path(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// `cargo run -- ARGS`, but for cargo.
    pub fn book(&self, args: &str) -> Command {
        let mut book = Command::new(env!("CARGO_BIN_EXE_book"));
        book.args(args.split_whitespace()).current_dir(&self.root);
        // Its own, not that of the workspace which this test is built in.
        book.env("CARGO_TARGET_DIR", self.path("target"));
        book
    }

    /// Runs it to its end.
    pub fn run(&self, args: &str) -> Ran {
        let limit = Duration::from_secs(120);
        watchdog::run(&mut self.book(args), limit).unwrap()
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

pub fn with_check(text: &str) -> String {
    format!("{text}\n\n#[path = \"six-times-seven/check.rs\"]\nmod check;\n")
}

/// The files in a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}
