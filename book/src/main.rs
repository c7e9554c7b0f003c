//! The book, on the reader's machine.
//!
//! ```text
//! cargo run                      open it
//! cargo run -- build             write it as static pages
//! cargo run -- record [NAME…]    make its recorded outputs again
//! ```
//!
//! Before anything else the chapters are checked: what the text promises must
//! be there.

mod tree;
mod strict;
mod pages;
mod folder;
mod recorded;
mod guard;
mod runs;
mod html;
mod serve;

use anyhow::{Context, Result, bail};
use folder::Folder;
use std::env::args_os;
use std::process::ExitCode;
use tree::Tree;

const HELP: &str = "\
cargo run                      open the book
cargo run -- build             write it as static pages
cargo run -- record [NAME...]  make the recorded outputs again
";

fn main() -> ExitCode {
    // Arguments that are no text are no command of ours either.
    let args: Vec<String> = args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let tree = Tree::here();
    let done = match args[..] {
        [] => open(tree),
        ["build"] => build(&tree),
        ["record", ref names @ ..] => match recorded::named(&tree, names) {
            Ok(programs) => recorded::record(&tree, &programs),
            Err(why) => {
                eprintln!("book: {why}");
                return ExitCode::from(2);
            }
        },
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["build", unknown, ..] | [unknown, ..] => {
            eprintln!("book: no use for {unknown:?} here; try --help");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("book: {why:#}");
            ExitCode::FAILURE
        }
    }
}

/// Checks the chapters, builds the book aside, and puts it in its place.
fn build(tree: &Tree) -> Result<()> {
    check(tree)?;
    let place = pages::build(&tree.book(), None)?;
    println!("{}", place.join("index.html").display());
    Ok(())
}

/// The same, and serves it until it is told to stop.
fn open(tree: Tree) -> Result<()> {
    check(&tree)?;
    // Of its own, because somebody may open the book twice.
    let folder = Folder::new().context("there is no place for the pages")?;
    let place = pages::build(&tree.book(), Some(&folder.path().join("pages")))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the reader")?;
    runtime.block_on(serve::serve(tree, &place, folder.path()))
}

fn check(tree: &Tree) -> Result<()> {
    let faults = strict::faults(tree);
    for fault in &faults {
        eprintln!("{fault}");
    }
    match faults.len() {
        0 => Ok(()),
        1 => bail!("the chapters have a fault; mend it and try again"),
        n => bail!("the chapters have {n} faults; mend them and try again"),
    }
}
