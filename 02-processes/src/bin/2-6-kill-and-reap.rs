//! 2-6 · Kill at the deadline, and reap: a process that has ended is a zombie
//! until its parent has asked how.
//!
//!     cargo run -p processes --bin 2-6-kill-and-reap
//!
//! Look at what `ps` says after the kill: the child is still in its table.

use lab::{Failure, Site, Url, fetch, waiting};
use processes::{child_command, kill, reap, started_as};
use std::io::{Read, stdin};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_millis(300);

fn main() -> Result<(), Failure> {
    if let Some(arguments) = started_as("hangs") {
        hang(&arguments[0]);
        return Ok(());
    }
    let site = Site::start();
    let mut child = child_command(&["hangs", site.page(0).as_str()])?
        .stdin(Stdio::piped())
        .spawn()?;

    wait_for("the deadline");
    println!("at the deadline, ps says {:?}", state(&child));

    kill(&mut child)?;
    // Within a moment it has ended. Its entry in the table stays.
    wait_for("its end");
    println!("after the kill, ps says {:?}", state(&child));

    let signal = reap(&mut child)?.signal();
    println!("after the wait, ps says {:?}: signal {signal:?}", state(&child));

    site.finish();
    Ok(())
}

/// Waits for the length of `DEADLINE`, and shows that in the picture.
fn wait_for(what: &str) {
    let _waiting = waiting(what);
    sleep(DEADLINE);
}

/// The first letter of the child's state, as `ps` has it: S sleeps, R runs, Z
/// is a zombie. Empty if there is no such process.
fn state(child: &Child) -> String {
    let pid = child.id().to_string();
    match Command::new("ps").args(["-o", "stat=", "-p", &pid]).output() {
        Ok(ps) => String::from_utf8_lossy(&ps.stdout).chars().take(1).collect(),
        Err(why) => format!("nothing, since it does not run: {why}"),
    }
}

/// All of the child: it fetches a page, and then it hangs.
fn hang(page: &str) {
    let page: Url = page.parse().expect("our parent gives us an address");
    let _whatever_it_is = fetch(&page);
    let _waiting = waiting("what never comes");
    // The parent sends nothing. If it is killed before it kills us, its end of
    // the pipe is closed, and so this wait ends, too.
    let _no_word = stdin().read(&mut [0]);
}
