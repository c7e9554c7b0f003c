//! The site's own process: it serves as long as its parent lives.
#![expect(
    unsafe_code,
    reason = "system calls that cannot know how they are used"
)]

use super::Shape;
use super::serve::{OTHER, Server};
use crate::usage::allow_many_files;
use command_line::{each_flag, sentence};
use lexopt::{Parser, ValueExt};
use polling::Event;
use rustix::process::{Pid, Signal, kill_process};
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

/// The orders that the parent writes to the site's process: to print a line for
/// each request, to print what the site has seen and end, and to end at once.
pub(super) const LOG: &[u8] = b"log\n";
pub(super) const END: &[u8] = b"end\n";
pub(super) const LEAVE: &[u8] = b"leave\n";

/// How often to look whether the parent still records anything.
pub(super) const TICK: Duration = Duration::from_secs(1);

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

/// The command line of the site's process.
struct Orders {
    shape: Shape,
    /// Remove the recording once the parent is gone.
    remove: bool,
    /// End the parent if it records nothing for as long as this.
    silence: Option<Duration>,
}

impl Orders {
    fn parse(args: Parser) -> Result<Orders, String> {
        let mut orders =
            Orders { shape: Shape::default(), remove: false, silence: None };
        each_flag(args, |name, args| {
            match name {
                "remove" => orders.remove = true,
                "silence" => {
                    let ms = args.value().and_then(|ms| ms.parse());
                    let ms = ms.map_err(sentence)?;
                    orders.silence = Some(Duration::from_millis(ms));
                }
                _ => return orders.shape.set(name, args),
            }
            Ok(true)
        })?;
        Ok(orders)
    }

    /// Serves until the parent asks for the end, or is gone, or hangs.
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

    /// Serves, follows the parent's orders, and watches it.
    ///
    /// # Errors
    ///
    /// If the parent is gone, with the kind [`ErrorKind::BrokenPipe`].
    fn serve(&self) -> io::Result<()> {
        // A parent that records has named its file.
        if env::var_os(timeline::VARIABLE).is_some() {
            timeline::start()?;
        }
        let mut server = Server::new(&self.shape)?;
        let stdin = io::stdin();
        // SAFETY: it is open as long as this process lives.
        unsafe { server.poller.add(&stdin, Event::readable(OTHER)) }?;
        print_line(server.url())?;

        let parent = parent_id();
        let mut watch = self.silence.map(|time| Watch::new(parent, time));
        loop {
            // The parent gives an order; no bytes mean that it is gone.
            if server.turn(TICK)? {
                let mut order = [0; 16];
                let n = stdin.lock().read(&mut order)?;
                match &order[..n] {
                    END => return print_line(server.finish()?.to_json()),
                    LEAVE => return Ok(()),
                    LOG => {
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
                print_line(line)?;
            }
            // The parent hangs: end it. Then this process notices that it is
            // gone.
            if let Some(verdict) = watch.as_mut().and_then(Watch::check) {
                eprintln!("\nended by its watchdog: {verdict}");
                if let Some(parent) = Pid::from_raw(parent as i32) {
                    kill_process(parent, Signal::KILL)?;
                }
            }
        }
    }

    /// Removes the folder that a killed parent has left. A parent that ended in
    /// good order has removed it already.
    fn clear_away(&self) {
        if let Some(path) = timeline::path().filter(|_| self.remove) {
            private::remove_around(path);
        }
    }
}

/// Prints a line for the parent to read.
fn print_line(line: impl Display) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

/// Ignores the signals that end a whole group, such as that of Ctrl-C. The
/// parent ends by them, and then this process does, once it has removed what
/// the parent has left.
fn ignore_what_ends_the_group() {
    for signal in [libc::SIGINT, libc::SIGHUP, libc::SIGQUIT, libc::SIGTERM] {
        // SAFETY: a signal that is ignored runs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
}
