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
pub(crate) fn serve_if_child() {
    serve_by(serve);
}

/// If this process was started to be the site, lets `serve` do that, and does
/// not return. This has to be the first call of `main`.
///
/// What is served has to print its address, as a line; then to do what
/// [`Order::read`] gives back, and to call [`Parent::check`] every second.
pub fn serve_by(serve: impl FnOnce(&Service) -> io::Result<()>) {
    let mut args = args_os();
    if args.nth(1).is_none_or(|arg| arg != ROLE) {
        return;
    }
    let served = match Service::parse(Parser::from_args(args)) {
        Ok(service) => service.perform(serve).map_err(|why| why.to_string()),
        Err(why) => Err(why),
    };
    if let Err(why) = served {
        eprintln!("the slow site: {why}");
        process::exit(1);
    }
    process::exit(0)
}

/// What the site's process has to do.
pub struct Service {
    /// What the site is like.
    pub shape: Shape,
    /// Remove the recording once the parent is gone.
    remove: bool,
    /// End the parent if it records nothing for as long as this.
    silence: Option<Duration>,
}

impl Service {
    fn parse(args: Parser) -> Result<Service, String> {
        let mut service =
            Service { shape: Shape::default(), remove: false, silence: None };
        each_flag(args, |name, args| {
            match name {
                "remove" => service.remove = true,
                "silence" => {
                    let ms = args.value().and_then(|ms| ms.parse());
                    let ms = ms.map_err(sentence)?;
                    service.silence = Some(Duration::from_millis(ms));
                }
                _ => return service.shape.set(name, args),
            }
            Ok(true)
        })?;
        Ok(service)
    }

    /// Serves until the parent asks for the end, or is gone, or hangs.
    fn perform(
        &self,
        serve: impl FnOnce(&Service) -> io::Result<()>,
    ) -> io::Result<()> {
        ignore_what_ends_the_group();
        allow_many_files();
        // A parent that records has named its file.
        if env::var_os(timeline::VARIABLE).is_some() {
            timeline::start()?;
        }
        match serve(self) {
            Err(why) if why.kind() == ErrorKind::BrokenPipe => {
                self.clear_away();
                Ok(())
            }
            other => other,
        }
    }

    /// The process that started this one.
    pub fn parent(&self) -> Parent {
        let pid = parent_id();
        Parent { pid, watch: self.silence.map(|time| Watch::new(pid, time)) }
    }

    /// Removes the folder that a killed parent has left. A parent that ended in
    /// good order has removed it already.
    fn clear_away(&self) {
        if let Some(path) = timeline::path().filter(|_| self.remove) {
            private::remove_around(path);
        }
    }
}

/// The process that has started the site's.
pub struct Parent {
    pid: u32,
    /// Not there if it may be silent.
    watch: Option<Watch>,
}

impl Parent {
    /// Ends the parent if it has recorded nothing for too long: it hangs. Then
    /// [`Order::read`] says that it is gone.
    ///
    /// # Errors
    ///
    /// If the kernel does not let this process end it.
    pub fn check(&mut self) -> io::Result<()> {
        if let Some(verdict) = self.watch.as_mut().and_then(Watch::check) {
            eprintln!("\nended by its watchdog: {verdict}");
            if let Some(parent) = Pid::from_raw(self.pid as i32) {
                kill_process(parent, Signal::KILL)?;
            }
        }
        Ok(())
    }
}

/// What the parent wants of the site's process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Print an empty line, and from then on a line for each request. The
    /// parent only listens, so it is not to be checked any more.
    Log,
    /// Print what the site has [`Seen`](super::Seen), and end.
    End,
    /// End at once.
    Leave,
}

impl Order {
    /// Waits for the next order.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BrokenPipe`] if the parent is gone.
    pub fn read() -> io::Result<Order> {
        let mut order = [0; 16];
        let n = io::stdin().lock().read(&mut order)?;
        match &order[..n] {
            LOG => Ok(Order::Log),
            END => Ok(Order::End),
            LEAVE => Ok(Order::Leave),
            // No bytes: the pipe is closed.
            _ => Err(ErrorKind::BrokenPipe.into()),
        }
    }
}

/// Serves, follows the parent's orders, and watches it.
fn serve(service: &Service) -> io::Result<()> {
    let mut server = Server::new(&service.shape)?;
    // SAFETY: it is open as long as this process lives.
    unsafe { server.poller.add(&io::stdin(), Event::readable(OTHER)) }?;
    print_line(server.url())?;

    let mut parent = Some(service.parent());
    loop {
        if server.turn(TICK)? {
            match Order::read()? {
                Order::End => return print_line(server.finish()?.to_json()),
                Order::Leave => return Ok(()),
                Order::Log => {
                    parent = None;
                    server.log = Some(Vec::new());
                    print_line("")?;
                    let again = Event::readable(OTHER);
                    server.poller.modify(io::stdin(), again)?;
                }
            }
        }
        for line in server.log.iter_mut().flat_map(|log| log.drain(..)) {
            print_line(line)?;
        }
        parent.as_mut().map_or(Ok(()), Parent::check)?;
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
