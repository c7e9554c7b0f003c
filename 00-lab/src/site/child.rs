//! The site's own process: it serves as long as its parent lives.
#![expect(
    unsafe_code,
    reason = "system calls that cannot know how they are used"
)]

use super::Shape;
use super::flags::{self, unexpected};
use super::serve::{Counts, OTHER, Server};
use crate::usage::allow_many_files;
use lexopt::{Arg, Parser, ValueExt};
use polling::Event;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use std::env::{self, args_os};
use std::fmt::Display;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::process::parent_id;
use std::process;
use std::time::Duration;
use timeline::Watch;
use timeline::private;

/// The hidden first argument: this process is the site's.
pub(super) const ROLE: &str = "slow-site";

/// An order to the site's process: print a line for each request.
pub(super) const TELL: &[u8] = b"tell\n";

/// Another: print what you have seen, and end.
pub(super) const END: &[u8] = b"end\n";

/// Another: end, and say nothing.
pub(super) const LEAVE: &[u8] = b"leave\n";

/// With this flag that process serves nothing and only watches its parent.
pub(super) const WATCH_ONLY: &str = "watch-only";

/// How often to look whether the parent still does anything.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// The flags that make the site's process end this one if it records nothing
/// for as long as `silence`.
pub(super) fn watching(silence: Duration) -> [String; 2] {
    ["--silence".to_owned(), silence.as_millis().to_string()]
}

/// If this process was started to be the site, serves it and does not return.
pub fn serve_if_child() {
    let mut args = args_os();
    if args.nth(1).is_none_or(|arg| arg != ROLE) {
        return;
    }
    let served = match Orders::parse(Parser::from_args(args)) {
        Ok(orders) => orders.perform().map_err(|why| why.to_string()),
        Err(why) => Err(why),
    };
    if let Err(why) = served {
        eprintln!("the slow site: {why}");
        process::exit(1);
    }
    process::exit(0)
}

/// What the parent asks of the site's process.
struct Orders {
    shape: Shape,
    /// Remove the recording once the parent is gone.
    remove: bool,
    /// End the parent if it does nothing for so long.
    silence: Option<Duration>,
    /// Serve nothing.
    watch_only: bool,
}

impl Orders {
    fn parse(mut args: Parser) -> Result<Orders, String> {
        let mut orders = Orders {
            shape: Shape::default(),
            remove: false,
            silence: None,
            watch_only: false,
        };
        while let Some(arg) = args.next().map_err(|why| why.to_string())? {
            let Arg::Long(name) = arg else { return Err(unexpected(&arg)) };
            let name = name.to_owned();
            match name.as_str() {
                "remove" => orders.remove = true,
                WATCH_ONLY => orders.watch_only = true,
                "silence" => {
                    let ms = args.value().and_then(|ms| ms.parse());
                    let ms = ms.map_err(|why| why.to_string())?;
                    orders.silence = Some(Duration::from_millis(ms));
                }
                "faults" => orders.shape.faults = flags::faults(&mut args)?,
                name if orders.shape.set(name, &mut args)? => {}
                name => return Err(unexpected(&Arg::Long(name))),
            }
        }
        Ok(orders)
    }

    /// Serves until the parent says so, or is gone, or hangs.
    fn perform(&self) -> io::Result<()> {
        ignore_what_ends_the_group();
        allow_many_files();
        match self.serve() {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => {
                self.clear_away();
                Ok(())
            }
            other => other,
        }
    }

    /// # Errors
    ///
    /// If the parent is gone, with the kind [`ErrorKind::BrokenPipe`].
    fn serve(&self) -> io::Result<()> {
        if env::var_os(timeline::VARIABLE).is_some() {
            timeline::start()?;
        }
        let mut server = Server::new(&self.shape)?;
        let stdin = io::stdin();
        // SAFETY: it is open as long as this process lives.
        unsafe { server.poller.add(&stdin, Event::readable(OTHER)) }?;
        if !self.watch_only {
            say(server.url())?;
        }

        let parent = parent_id();
        let watch = |silence| Watch::new(parent, silence, None);
        let mut watch = self.silence.map(watch);
        loop {
            if server.turn(TICK)? {
                let mut order = [0; 16];
                let n = stdin.lock().read(&mut order)?;
                match &order[..n] {
                    END => return say(told(server.finish()?)),
                    LEAVE => return Ok(()),
                    TELL => {
                        server.log = Some(Vec::new());
                        // From now on the parent only listens.
                        watch = None;
                        let again = Event::readable(OTHER);
                        server.poller.modify(&stdin, again)?;
                    }
                    _ => return Err(ErrorKind::BrokenPipe.into()),
                }
            }
            for line in server.log.iter_mut().flat_map(|log| log.drain(..)) {
                say(line)?;
            }
            if let Some(verdict) = watch.as_mut().and_then(Watch::check) {
                eprintln!("\nended by its watchdog: {verdict}");
                if let Some(parent) = Pid::from_raw(parent as i32) {
                    kill_process(parent, Signal::KILL)?;
                }
            }
        }
    }

    /// Removes what a parent that was killed has left. One that ended in good
    /// order has done it already.
    fn clear_away(&self) {
        if let Some(path) = timeline::path().filter(|_| self.remove) {
            private::remove_around(path);
        }
    }
}

/// Says a line to the parent.
fn say(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// What ends a whole group, such as Ctrl-C, is meant for the parent. Once that
/// is gone so are we, and not before: somebody has to clear away.
fn ignore_what_ends_the_group() {
    for signal in [libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGTERM] {
        // SAFETY: a signal that is ignored runs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}

/// What the site has seen, as it is told to the parent.
pub(super) fn told(counts: &Counts) -> Value {
    json!({
        "hits": counts.hits,
        "peak": counts.peak,
        "waits_us": counts.waits.as_micros() as u64,
        "cut": counts.cut,
    })
}
