//! The book, on the reader's machine.
//!
//! ```text
//! cargo run                      open it
//! cargo run -- build             write it as static pages
//! cargo run -- record [NAME...]  make its recorded outputs again
//! cargo run -- new step NAME     a step's files; or: exercise NAME [PACKAGE]
//!
//! cargo run -- check             how far you are, and what comes next
//! cargo run -- check NAME...     judge your answers to these exercises
//! cargo run -- watch             judge whatever you save, until Ctrl-C
//! cargo run -- hint [NAME]       the next hint
//! cargo run -- solution [NAME]   ours, once you have solved it (or: --anyway)
//! cargo run -- reset NAME        as it was shipped; yours goes to backups/
//! cargo run -- undo NAME         and back again
//! ```
//!
//! Before anything else the chapters are checked: what the text promises must
//! be there.

mod aside;
mod kept;
mod pages;
mod stage;
mod press;
mod shown;
mod rungs;
mod guard;
mod layer;
mod connections;
mod compressed;
mod desk;
mod runs;
mod html;
mod editor;
mod body;
mod plain;
mod ahead;
mod reader;
mod routes;
mod serve;

use anyhow::{Context, Result, bail};
use author::{new, recorded, strict};
use exercises::{Tree, Usage};
use press::Press;
use std::env::args_os;
use std::io::Write as _;
use std::path::Path;
use std::pin::pin;
use std::process::{self, ExitCode};
use std::{io, thread};
use timeline::private::Folder;
use tokio::runtime::{Builder, Runtime};

const HELP: &str = "\
cargo run                      open the book
cargo run -- build             write it as static pages
cargo run -- record [NAME...]  make its recorded outputs again
cargo run -- new step NAME     a step's files; or: exercise NAME [PACKAGE]

cargo run -- check             how far you are, and what comes next
cargo run -- check NAME...     judge your answers to these exercises
cargo run -- watch             judge whatever you save, until Ctrl-C
cargo run -- hint [NAME]       the next hint
cargo run -- solution [NAME]   ours, once you have solved it (or: --anyway)
cargo run -- reset NAME        as it was shipped; yours goes to backups/
cargo run -- undo NAME         and back again
";

fn main() -> ExitCode {
    command_line::end_if_output_fails();
    // Arguments that are no text are no command of ours either.
    let args: Vec<String> = args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run_command(&args) {
        Ok(status) => status,
        Err(why) => {
            // If standard error is closed, the status alone says it.
            let _ = writeln!(io::stderr(), "book: {why:#}");
            ExitCode::from(if why.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// Does what the words after `cargo run --` ask for.
fn run_command(args: &[&str]) -> Result<ExitCode> {
    let tree = Tree::here();
    let word = |at: usize| args.get(at).copied();
    match args {
        // The pages.
        [] => open(tree)?,
        ["build"] => build(&tree)?,
        // For `press`, which has another process make the pages.
        ["edition", root, place, before] => {
            let [root, place, before] = [root, place, before].map(Path::new);
            println!("{}", press::edition(root, place, before)?);
        }
        // For authors.
        ["record", names @ ..] => {
            // Pictures of several programs or of none, and all others.
            let pictures = ["first", "gil", "history"];
            let (drawn, others): (Vec<_>, Vec<&str>) =
                names.iter().partition(|name| pictures.contains(name));
            if names.is_empty() || !others.is_empty() {
                let programs =
                    recorded::named(&tree, &others).map_err(Usage)?;
                recorded::record(&tree, &programs)?;
            }
            let is_wanted = |it| names.is_empty() || drawn.contains(&it);
            if is_wanted("first") {
                recorded::record_first(&tree)?;
            }
            if is_wanted("gil") {
                recorded::record_gil(&tree)?;
            }
            if is_wanted("history") {
                recorded::record_histories(&tree)?;
            }
            recorded::record_changes(&tree)?;
        }
        ["new", "step", name] => print!("{}", new::step(&tree, name)?),
        ["new", "exercise", name] => {
            print!("{}", new::exercise(&tree, name, None)?);
        }
        ["new", "exercise", name, package] => {
            print!("{}", new::exercise(&tree, name, Some(package))?);
        }
        ["new", ..] => {
            let why = "new what? step NAME, or exercise NAME [PACKAGE]";
            bail!(Usage(why.to_owned()));
        }
        // The exercises.
        ["check", names @ ..] => {
            return until_stopped(|| exercises::check(&tree, names));
        }
        ["watch"] => {
            return until_stopped(|| match exercises::watch(&tree)? {});
        }
        ["hint"] | ["hint", _] => return exercises::hint(&tree, word(1)),
        ["solution", "--anyway"] | ["solution", _, "--anyway"] => {
            let name = word(1).filter(|name| *name != "--anyway");
            return exercises::solution(&tree, name, true);
        }
        ["solution"] | ["solution", _] => {
            return exercises::solution(&tree, word(1), false);
        }
        ["reset", name] => return exercises::reset(&tree, name),
        ["undo", name] => return exercises::undo(&tree, name),
        ["reset" | "undo"] => {
            bail!(Usage(format!("{} what? give the exercise's name", args[0])));
        }
        ["help" | "--help" | "-h"] => print!("{HELP}"),
        [
            "build" | "watch" | "hint" | "solution" | "reset" | "undo",
            ..,
            unknown,
        ]
        | [unknown, ..] => {
            bail!(Usage(format!("no use for {unknown:?} here; try --help")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Checks the chapters, builds the book aside, and puts it in its place.
fn build(tree: &Tree) -> Result<()> {
    strict::fail_on(&strict::faults(tree))?;
    let add = |pages: &Path| stage::add(tree, pages);
    let place = pages::build(&tree.book(), None, add)?;
    println!("{}", place.join("index.html").display());
    Ok(())
}

/// Builds the book and serves it, until Ctrl-C or another signal ends that.
fn open(tree: Tree) -> Result<()> {
    let runtime = runtime().context("cannot start the reader")?;
    runtime.block_on(async {
        // Signals are handled before there is a file: it would be left.
        let mut stopped = pin!(serve::stop_signal()?);
        // A new one, because the book may be open twice.
        let folder =
            Folder::new().context("there is no place for the pages")?;
        let press = tokio::select! {
            press = Press::new(&tree, folder.path()) => press?,
            () = &mut stopped => return Ok(()),
        };
        serve::serve(tree, press, folder.path(), stopped).await
    })
}

/// Does `work`. Ctrl-C ends this process, and the programs that it runs.
fn until_stopped(work: impl FnOnce() -> Result<ExitCode>) -> Result<ExitCode> {
    let runtime = runtime()?;
    let stopped = runtime.block_on(async { serve::stop_signal() })?;
    thread::spawn(move || {
        runtime.block_on(stopped);
        watchdog::kill_all_groups();
        // The status that shells give to a program which Ctrl-C has ended.
        process::exit(128 + 2);
    });
    work()
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}
