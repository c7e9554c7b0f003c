//! 3-14 · What waiting costs: for each page a struct, or a stack.
//!
//!     cargo run -p callbacks --bin 3-14-what-waiting-costs
//!
//! Look at the memory for each page: a stack takes many times as much.

use callbacks::{Loop, Socket};
use lab::{Failure, Incoming, Site, Url, Usage, fetch};
use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::thread::{self, Builder, Scope};

const PAGES: [u64; 2] = [1_000, 10_000];

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let url = site.page(0);
    fetch(&url)?;
    measure_both(&url)?;
    site.finish();
    Ok(())
}

fn measure_both(url: &Url) -> io::Result<()> {
    // Ten thousand lanes would be no picture.
    let _paused = timeline::pause();
    // The other ends never answer.
    let (for_structs, _silent) = UnixStream::pair()?;
    let (for_stacks, silent) = UnixStream::pair()?;
    let mut events = Loop::new()?;

    measure("in a struct", || wait_in_struct(&mut events, &for_structs, url));
    // The structs stay: their memory must not become that of the stacks.
    thread::scope(|scope| {
        measure("on a stack", || wait_on_stack(scope, &for_stacks, url));
        // Now every thread reads that this is the end.
        drop(silent);
    });
    Ok(())
}

/// Lets more and more pages wait, and says how much memory each takes.
fn measure(how: &str, mut wait: impl FnMut() -> io::Result<()>) {
    let before = Usage::so_far().max_rss_kb;
    for pages in 1..=PAGES[1] {
        if let Err(why) = wait() {
            println!("page {pages} cannot wait {how}: {why}");
            return;
        }
        if PAGES.contains(&pages) {
            let kept = Usage::so_far().max_rss_kb - before;
            let each = kept as f64 / pages as f64;
            println!("{pages} pages wait {how}: {each:.1} KiB each");
        }
    }
}

/// What waits is a closure, with all that it needs once there are bytes.
fn wait_in_struct(
    events: &mut Loop,
    socket: &UnixStream,
    url: &Url,
) -> io::Result<()> {
    let socket = Socket::new(events, socket.try_clone()?)?;
    let mut incoming = Incoming::new(url);
    events.when_readable(socket, move |_, mut socket| {
        let mut buffer = [0; 4096];
        let n = socket.read(&mut buffer).expect("it is readable");
        let _page = incoming.take(&buffer[..n]);
    });
    Ok(())
}

/// What waits is a thread, in the middle of its function.
fn wait_on_stack<'a>(
    scope: &'a Scope<'a, '_>,
    mut socket: &'a UnixStream,
    url: &Url,
) -> io::Result<()> {
    let (here, roll) = channel();
    let mut incoming = Incoming::new(url);
    Builder::new().spawn_scoped(scope, move || {
        let mut buffer = [0; 4096];
        here.send(()).expect("the roll is called");
        let n = socket.read(&mut buffer).expect("it blocks");
        let _page = incoming.take(&buffer[..n]);
    })?;
    roll.recv().map_err(io::Error::other)
}
