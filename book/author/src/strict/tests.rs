//! Each kind of damage is found, and called by its name.

use super::faults;
use exercises::Tree;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A small book with one rung, one step, and nothing wrong.
struct Small {
    root: PathBuf,
}

const MANIFEST: &str = r#"
bin = [
    { name = "threads", test = false },
    { name = "1-1-a-step", test = false },
]

[package]
name = "threads"

[[test]]
name = "mend"
path = "exercises/mend.rs"
test = false
"#;

const PAGE: &str = "\
# 1-1 · A step

```console
$ cargo run -p threads --bin 1-1-a-step -- --pages 3
```

*`01-threads/src/bin/1-1-a-step.rs`* `cargo run -p threads --bin 1-1-a-step`

```rust
{{#include ../../01-threads/src/bin/1-1-a-step.rs:main}}
```

{{#include ../recorded/1-1-a-step.svg}}

```text
{{#include ../recorded/1-1-a-step.txt}}
```

## What happened

See [above](#what-happened), and [the exercise](exercise-mend.md).
";

const EXERCISE: &str = "\
# Mend

`cargo test -p threads --test mend` or `cargo run -- check mend`

*`01-threads/exercises/mend.rs`* as shipped

```rust
{{#include ../../01-threads/exercises/mend/starter.rs}}
```

<summary>Hint 1</summary> a </details>
<summary>Hint 2</summary> b </details>
<summary>Hint 3</summary> c </details>

<details>
<summary>When it says</summary>

- **no**: it is not so.

</details>
";

const LIST: &str = "\
# The exercises

1. [Mend](exercise-mend.md), a line or two
";

const CRAWL: &str = "\
# The crawl

`cargo run -p threads -- --at-once 3 --json`

*`01-threads/src/main.rs`* `cargo run -p threads`

```rust
{{#include ../../01-threads/src/main.rs}}
```

{{#include ../recorded/threads.svg}}
{{#include ../recorded/threads.txt}}
";

const SUMMARY: &str = "\
- [Step](1-1-a-step.md)
- [Exercise](exercise-mend.md)
- [Crawl](crawl.md)
- [The exercises](exercises.md)
";

impl Small {
    fn new() -> Small {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("strict-{}-{n}", std::process::id());
        let small = Small { root: std::env::temp_dir().join(name) };
        for (file, text) in [
            ("Cargo.toml", "[workspace]\nmembers = [\"01-threads\"]\n"),
            ("01-threads/Cargo.toml", MANIFEST),
            ("01-threads/src/main.rs", "fn main() {}\n"),
            (
                "01-threads/src/bin/1-1-a-step.rs",
                "// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n",
            ),
            ("01-threads/exercises/mend.rs", "fn mend() {}\n"),
            ("01-threads/exercises/mend/check.rs", "//! As shipped: no\n"),
            ("01-threads/exercises/mend/starter.rs", "fn mend() {}\n"),
            ("01-threads/exercises/mend/solution.rs", "fn mend() {}\n"),
            ("01-threads/exercises/mend/wrong/one.rs", ""),
            ("01-threads/exercises/mend/wrong/two.rs", ""),
            ("book/recorded/1-1-a-step.txt", "done\n"),
            ("book/recorded/1-1-a-step.svg", "<svg></svg>\n"),
            ("book/recorded/threads.txt", "done\n"),
            ("book/recorded/threads.svg", "<svg></svg>\n"),
            ("book/chapters/SUMMARY.md", SUMMARY),
            ("book/chapters/1-1-a-step.md", PAGE),
            ("book/chapters/exercise-mend.md", EXERCISE),
            ("book/chapters/exercises.md", LIST),
            ("book/chapters/crawl.md", CRAWL),
        ] {
            small.write(file, text);
        }
        small
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces a text in a page.
    fn damage(&self, page: &str, from: &str, to: &str) {
        let file = self.root.join("book/chapters").join(page);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "{from:?} is not in {page}");
        fs::write(file, text.replace(from, to)).unwrap();
    }

    fn remove(&self, file: &str) {
        fs::remove_file(self.root.join(file)).unwrap();
    }

    fn faults(&self) -> Vec<String> {
        let faults = faults(&Tree::at(&self.root));
        faults.iter().map(ToString::to_string).collect()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.root).unwrap();
    }
}

/// After this damage there is one fault, and it says this.
#[track_caller]
fn found(damage: impl FnOnce(&Small), says: &str) {
    let small = Small::new();
    damage(&small);
    let faults = small.faults();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].contains(says), "{says:?}: {faults:#?}");
}

#[test]
fn a_book_with_nothing_wrong_passes() {
    assert_eq!(Small::new().faults(), Vec::<String>::new());
}

/// What editors, desktops and tools that keep folders the same leave about.
#[test]
fn what_is_nobodys_is_passed_over() {
    let small = Small::new();
    for folder in [
        ".",
        "01-threads/src/bin",
        "01-threads/exercises",
        "01-threads/exercises/mend",
        "01-threads/exercises/mend/wrong",
        "book/chapters",
        "book/recorded",
    ] {
        for file in [
            "._1-1-a-step.rs",
            "._mend.md",
            ".DS_Store",
            ".mend.rs.swp",
            "Thumbs.db",
            "mend.rs~",
            "#mend.rs#",
            "mend.rs.orig",
            "mend.md.orig",
            "4913",
        ] {
            small.write(&format!("{folder}/{file}"), "\u{0}");
        }
        for lock in [".#mend.rs", ".#mend.md"] {
            let lock = small.root.join(folder).join(lock);
            symlink("me@here.123:456", lock).unwrap();
        }
    }
    assert_eq!(small.faults(), Vec::<String>::new());
}

/// It is a fault to authors, and keeps no reader from the book.
#[test]
fn what_belongs_to_no_page_is_in_no_readers_way() {
    for (file, says) in [
        ("01-threads/src/bin/1-1-a-step copy.rs", "what is it?"),
        ("01-threads/src/bin/mine.rs", "no page shows its listing"),
        ("01-threads/exercises/mend copy.rs", "what is it?"),
        ("01-threads/exercises/mend (me's conflicted copy).rs", "what is it?"),
        ("01-threads/exercises/mend 2/starter.rs", "what is it?"),
        ("01-threads/exercises/mine.rs", "mine/starter.rs: is missing"),
        ("01-threads/exercises/mine/starter.rs", "mine/check.rs: is missing"),
        ("01-threads copy/Cargo.toml", "what is it?"),
        ("01-threads-2/Cargo.toml", "what is it?"),
        ("book/chapters/crawl copy.md", "is not in SUMMARY.md"),
        ("book/chapters/mine/notes.md", "is not in SUMMARY.md"),
    ] {
        let small = Small::new();
        small.write(file, "{{#include nothing}} [none](none.md)");
        let tree = Tree::at(&small.root);
        let all = faults(&tree);
        let said: Vec<_> = all.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|it| it.contains(says)), "{file}: {said:#?}");
        let harmless = all.iter().all(|fault| fault.is_harmless);
        assert!(harmless, "{file}: {said:#?}");
        assert_eq!(exercises::all_exercises(&tree).len(), 1, "{file}");
    }
    // Nor do three of them of one name make an exercise.
    let small = Small::new();
    for file in ["mine.rs", "mine/starter.rs", "mine/check.rs"] {
        small.write(&format!("01-threads/exercises/{file}"), "fn mine() {}");
    }
    let tree = Tree::at(&small.root);
    assert_eq!(exercises::all_exercises(&tree).len(), 1);
    let all = faults(&tree);
    let said: Vec<_> = all.iter().map(ToString::to_string).collect();
    assert!(all.iter().all(|fault| fault.is_harmless), "{said:#?}");
    let says = "chapters/exercise-mine.md: is missing; ";
    assert!(said.iter().any(|it| it.contains(says)), "{said:#?}");
    let small = Small::new();
    small.damage("crawl.md", "# The crawl\n", "# The crawl\n[](gone.md)\n");
    let all = faults(&Tree::at(&small.root));
    assert!(all.iter().all(|fault| !fault.is_harmless) && all.len() == 1);
}

/// Notes that are still empty, or in another charset, or on another disk.
#[test]
fn what_cannot_be_read_is_in_no_readers_way_unless_it_is_a_page() {
    let damage: [fn(&Path); 3] = [
        |file| fs::write(file, "").unwrap(),
        |file| fs::write(file, b"caf\xe9").unwrap(),
        |file| symlink("nowhere.md", file).unwrap(),
    ];
    for (name, is_harmless) in [("Untitled.md", true), ("crawl.md", false)] {
        for damage in damage {
            let small = Small::new();
            let file = small.root.join("book/chapters").join(name);
            let _ = fs::remove_file(&file);
            damage(&file);
            let all = faults(&Tree::at(&small.root));
            let all: Vec<_> = all.iter().map(|it| it.is_harmless).collect();
            assert!(!all.is_empty(), "{name}");
            assert_eq!(!all.contains(&false), is_harmless, "{name}");
        }
    }
}

#[test]
fn this_book_passes() {
    let faults = faults(&Tree::here());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_missing_file_is_found_with_its_line() {
    found(
        |small| {
            small.damage(
                "crawl.md",
                "# The crawl\n",
                "# The crawl\n{{#include gone.rs}}\n",
            );
        },
        "book/chapters/crawl.md:2: cannot include book/chapters/gone.rs",
    );
}

#[test]
fn an_empty_file_is_found() {
    found(
        |small| small.write("book/recorded/1-1-a-step.txt", "\n"),
        "what is included of book/recorded/1-1-a-step.txt is empty",
    );
}

#[test]
fn a_missing_anchor_is_found() {
    found(
        |small| small.damage("1-1-a-step.md", ".rs:main", ".rs:body"),
        "1-1-a-step.rs has no anchor \"body\"",
    );
}

#[test]
fn an_empty_anchor_is_found() {
    found(
        |small| {
            small.write(
                "01-threads/src/bin/1-1-a-step.rs",
                "// ANCHOR: main\n// ANCHOR_END: main\nfn main() {}\n",
            );
        },
        "is empty",
    );
}

#[test]
fn lines_that_are_not_there_are_found() {
    found(
        |small| small.damage("1-1-a-step.md", ".rs:main", ".rs:7:9"),
        "is empty",
    );
}

#[test]
fn a_step_that_no_page_shows_is_found() {
    let small = Small::new();
    small.write("01-threads/src/bin/1-2-more.rs", "fn main() {}\n");
    let faults = small.faults();
    assert_eq!(faults.len(), 5, "{faults:#?}");
    for says in [
        "no page shows its listing",
        "no page shows what it changes",
        "Cargo.toml: 1-2-more is missing in the list `bin`: add \
         `{ name = \"1-2-more\", test = false },`",
    ] {
        assert!(faults.iter().any(|it| it.ends_with(says)), "{faults:#?}");
    }
}

#[test]
fn a_test_that_is_not_run_is_found() {
    let small = Small::new();
    let manifest =
        format!("{MANIFEST}\ntest = [{{ path = \"tests/main.rs\" }}]");
    small.write("01-threads/Cargo.toml", &manifest);
    small.write("01-threads/tests/main.rs", "mod steps;\n");
    for file in ["steps", "lost"] {
        small.write(&format!("01-threads/tests/{file}.rs"), "");
    }
    let says = "01-threads/tests/lost.rs: no test in it is run: say \
                `mod lost;` in main.rs";
    assert_eq!(small.faults(), [says]);
}

#[test]
fn a_listing_without_a_caption_is_found() {
    found(
        |small| {
            let caption = "rs`* `cargo run -p threads --bin 1-1-a-step`";
            small.damage("1-1-a-step.md", caption, "rs`*");
        },
        "1-1-a-step.rs: no caption says its file and its command",
    );
}

#[test]
fn a_step_without_its_recorded_output_is_found() {
    found(
        |small| {
            let include = "{{#include ../recorded/1-1-a-step.txt}}";
            small.damage("1-1-a-step.md", include, "done");
        },
        "1-1-a-step.rs: no page shows its recorded output",
    );
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let page = "1-1-a-step.md";
    let from = "--bin 1-1-a-step -- --pages 3";
    for (to, says) in [
        ("--bin 1-1-a-stop", "threads has no step \"1-1-a-stop\""),
        ("--bin 1-1-a-step -- --page 3", "has no flag \"--page\""),
        ("--bin 1-1-a-step -- --json", "has no flag \"--json\""),
        ("--bin 1-1-a-step -- \\\n  --json", "has no flag \"--json\""),
        ("--bin 1-1-a-step -- --pages", "--pages wants a value"),
    ] {
        found(|small| small.damage(page, from, to), says);
    }
    found(
        |small| {
            let [from, to] =
                ["threads", "thread"].map(|it| format!("$ cargo run -p {it}"));
            small.damage(page, &from, &to);
        },
        "there is no package \"thread\"",
    );
    found(
        |small| {
            let set = "$ RUSTFLAGS=--cfg=x cargo run -p thread";
            small.damage(page, "$ cargo run -p threads", set);
        },
        "there is no package \"thread\"",
    );
    found(
        |small| small.damage("exercise-mend.md", "--test mend", "--test ment"),
        "threads has no test \"ment\"",
    );
    found(
        |small| small.damage("crawl.md", "-- --at-once", "-- --at-most"),
        "threads has no flag \"--at-most\"",
    );
    let style = |small: &Small| {
        small.damage("crawl.md", "-- --at-once 3", "-- --style enum");
    };
    found(style, "threads has no style \"enum\"");
    let small = Small::new();
    style(&small);
    let rung = small.root.join("01-threads/src/rung.rs");
    fs::write(rung, "styles: &[\"generator\", \"enum\"],").unwrap();
    assert_eq!(small.faults(), Vec::<String>::new());
    // Some flags are only for a crawl that can go to the web.
    let contact = |small: &Small| {
        small.damage("crawl.md", "-- --at-once 3", "-- --contact me@home");
    };
    found(contact, "threads has no flag \"--contact\"");
    let small = Small::new();
    contact(&small);
    let rung = small.root.join("01-threads/src/rung.rs");
    fs::write(rung, "web: true").unwrap();
    assert_eq!(small.faults(), Vec::<String>::new());
}

#[test]
fn an_exercise_that_lacks_something_is_found() {
    for file in ["check", "starter", "solution"] {
        let file = format!("01-threads/exercises/mend/{file}.rs");
        let small = Small::new();
        small.remove(&file);
        let says = format!("{file}: is missing; ");
        let faults = small.faults();
        assert!(faults.iter().any(|it| it.starts_with(&says)), "{faults:#?}");
    }
    found(
        |small| small.remove("01-threads/exercises/mend.rs"),
        "exercises/mend.rs: is missing; the reader's own file",
    );
    found(
        |small| {
            let (without, _) = MANIFEST.split_once("[[test]]").unwrap();
            small.write("01-threads/Cargo.toml", without);
        },
        "01-threads/Cargo.toml: has no entry\n[[test]]\nname = \"mend\"",
    );
    found(
        |small| {
            small.damage("SUMMARY.md", "- [Exercise](exercise-mend.md)\n", "");
            small.damage("1-1-a-step.md", "(exercise-mend.md)", "(crawl.md)");
            small.damage("exercises.md", "1. [Mend](exercise-mend.md)", "No");
            small.remove("book/chapters/exercise-mend.md");
        },
        "chapters/exercise-mend.md: is missing; there is no page of this exercise",
    );
    found(
        |small| small.write("01-threads/exercises/more.rs", ""),
        "01-threads/exercises/more/starter.rs: is missing; ",
    );
    found(
        |small| small.write("01-threads/exercises/more/check.rs", ""),
        "01-threads/exercises/more/starter.rs: is missing; ",
    );
    found(
        |small| small.remove("01-threads/exercises/mend/wrong/two.rs"),
        "mend/wrong: there are 1 wrong answers, not 2",
    );
    found(
        |small| small.write("01-threads/exercises/mend/check.rs", "//! No"),
        "does not say `//! As shipped: …`",
    );
    found(
        |small| small.damage("exercise-mend.md", "Hint 3", "Hunt 3"),
        "there are 2 hints, not 3",
    );
    for (from, to) in [
        ("- **no**: it", "It"),
        // Not folded away: it would be read before the exercise is tried.
        ("<details>\n<summary>When it says</summary>", "## When it says"),
    ] {
        found(
            |small| small.damage("exercise-mend.md", from, to),
            "there is no list of causes",
        );
    }
    found(
        |small| small.damage("exercise-mend.md", "as shipped", "as it is"),
        "below \"*`01-threads/exercises/mend.rs`* as shipped\"",
    );
    found(
        |small| small.damage("exercise-mend.md", "mend/starter", "mend/check"),
        "there is no listing of the starter",
    );
    found(
        |small| small.damage("exercise-mend.md", "check mend", "check wend"),
        "there is no exercise \"wend\"",
    );
}

#[test]
fn a_list_that_is_not_that_of_the_exercises_is_found() {
    const LINE: &str = "1. [Mend](exercise-mend.md), a line or two";
    let says = "here is to be \"1. […](exercise-mend.md), a line or two\"";
    found(|small| small.damage("exercises.md", LINE, "None."), says);
    found(|small| small.damage("exercises.md", "1. ", "2. "), says);
    found(|small| small.damage("exercises.md", "a line", "some line"), says);
    let twice = format!("{LINE}\n{LINE}");
    found(
        |small| small.damage("exercises.md", LINE, &twice),
        "exercises.md:4: that is one too many",
    );
    found(
        |small| {
            let long = "fn mend() {\n    //\n    //\n    //\n}\n";
            small.write("01-threads/exercises/mend/solution.rs", long);
        },
        "exercises.md:3: here is to be \"1. […](exercise-mend.md), about 5 lines",
    );
    // The order is that of the book.
    found(
        |small| {
            for (file, text) in [
                ("more.rs", "fn more() {}\n"),
                ("more/check.rs", "//! As shipped: no\n"),
                ("more/starter.rs", "fn more() {}\n"),
                ("more/solution.rs", "fn more() {}\n"),
                ("more/wrong/one.rs", ""),
                ("more/wrong/two.rs", ""),
            ] {
                small.write(&format!("01-threads/exercises/{file}"), text);
            }
            let entry = MANIFEST.split_once("[[test]]").unwrap().1;
            let entry = format!("[[test]]{}", entry.replace("mend", "more"));
            let manifest = format!("{MANIFEST}\n{entry}");
            small.write("01-threads/Cargo.toml", &manifest);
            let page = EXERCISE.replace("mend", "more");
            let page = page.replace("--test more", "--test mend");
            small.write("book/chapters/exercise-more.md", &page);
            let (mend, more) =
                ("- [Exercise](exercise-mend.md)", "- [M](exercise-more.md)");
            small.damage("SUMMARY.md", mend, &format!("{more}\n{mend}"));
            let more = LINE.replace("1.", "2.").replace("mend", "more");
            small.damage("exercises.md", LINE, &format!("{LINE}\n{more}"));
        },
        "exercises.md:3: here is to be \"1. […](exercise-more.md)",
    );
}

#[test]
fn a_dead_link_is_found() {
    found(
        |small| {
            small.damage("1-1-a-step.md", "(exercise-mend.md)", "(mend.md)");
        },
        "1-1-a-step.md:21: the link leads nowhere: mend.md",
    );
    found(
        |small| small.damage("1-1-a-step.md", "#what-happened", "#what-if"),
        "there is no heading for #what-if",
    );
    found(
        |small| small.damage("1-1-a-step.md", "-mend.md)", "-mend.md#hints)"),
        "there is no heading for exercise-mend.md#hints",
    );
}

#[test]
fn a_page_that_is_not_in_the_summary_is_found() {
    found(
        |small| small.write("book/chapters/more.md", "# More\n"),
        "book/chapters/more.md: the page is not in SUMMARY.md",
    );
}

#[test]
fn an_entry_of_the_summary_without_a_page_is_found() {
    found(
        |small| {
            small.damage("SUMMARY.md", "- [Crawl]", "- [A](a.md)\n- [Crawl]");
        },
        "book/chapters/SUMMARY.md:3: the link leads nowhere: a.md",
    );
}

#[test]
fn an_image_that_says_nothing_is_found() {
    found(
        |small| {
            small.write("book/chapters/a.svg", "<svg></svg>");
            small.damage(
                "crawl.md",
                "# The crawl\n",
                "# The crawl\n\n![](a.svg)\n",
            );
        },
        "the image a.svg has no text",
    );
}

#[test]
fn a_question_without_an_answer_is_found() {
    let why = "no folded answer follows what is asked here";
    let answer = "\n\n<details>\n\nSo it does.\n\n</details>\n";
    for asked in [
        "**Predict.** Does it end?",
        "## Break it\n\nTake it away.",
        "## Change it\n\nDouble it. How long does it take?",
    ] {
        let asks = |more: &str| {
            let page = format!("{PAGE}\n{asked}\n{more}");
            move |small: &Small| {
                small.write("book/chapters/1-1-a-step.md", &page);
            }
        };
        found(asks(""), why);
        found(asks(&format!("\n## Else{answer}")), why);
        let small = Small::new();
        asks(answer)(&small);
        assert_eq!(small.faults(), Vec::<String>::new());
    }
}

#[test]
fn a_backtick_that_would_be_shown_is_found() {
    let caption = "<figure>\n<figcaption>Here `main` waits.</figcaption>";
    let page = format!("{PAGE}\n{caption}\n</figure>\n");
    let write =
        |small: &Small| small.write("book/chapters/1-1-a-step.md", &page);
    found(write, "1-1-a-step.md:24: in HTML a backtick is shown as it is");
}

#[test]
fn a_decisive_line_that_is_not_printed_is_found() {
    let looks = |begin: &str| {
        let from = "```text\n{{#include ../recorded/1-1-a-step.txt";
        let to =
            format!("<div class=\"printed\" data-look=\"{begin}\">\n\n{from}");
        move |small: &Small| {
            small.write("book/recorded/1-1-a-step.txt", "took 12 ms\n");
            small.damage("1-1-a-step.md", from, &to);
        }
    };
    let why = "1-1-a-step.md:15: no line of the text begins with \"takes #\"";
    found(looks("took # ms|takes #"), why);
    let small = Small::new();
    looks("took # ms")(&small);
    assert_eq!(small.faults(), Vec::<String>::new());
}

#[test]
fn a_missing_or_empty_page_is_found() {
    let small = Small::new();
    small.write("book/chapters/exercise-mend.md", "");
    let faults = small.faults();
    let empty = |fault: &String| fault.ends_with("the page is empty");
    assert!(faults.iter().any(empty), "{faults:#?}");

    let small = Small::new();
    small.remove("book/chapters/SUMMARY.md");
    assert!(small.faults()[0].contains("there is no summary"));
    assert!(Path::new(&small.root).exists());
}

/// In a page, in a listing, in a check.
#[test]
fn what_is_still_to_be_written_is_found() {
    let still = "this is still to be written";
    found(|it| it.damage("crawl.md", "# The", "# WRITE: the"), still);
    let main = "// WRITE: what it does\nfn main() {}\n";
    found(|it| it.write("01-threads/src/main.rs", main), still);
    let check = "//! As shipped: no\n//! WRITE: the ways to be wrong\n";
    found(|it| it.write("01-threads/exercises/mend/check.rs", check), still);
}
