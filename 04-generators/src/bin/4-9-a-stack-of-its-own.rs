//! 4-9 · A stack of its own: what pauses is a stack, with all that is on it.
//!
//!     cargo run -p generators --bin 4-9-a-stack-of-its-own
//!
//! Look at the bytes: the deeper the walk, the more of its stack is in use.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use generators::steps::{Slot, first_frame, switch};
use lab::{Failure, Lane, Site, Url, fetch};
use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
use std::cell::Cell;
use std::io;
use std::ptr::{from_ref, null, null_mut};
use std::rc::Rc;

const SIZE: usize = 256 * 1024;

fn main() -> Result<(), Failure> {
    let site = Site::start();
    let lane = Lane::new("greenlet");
    let start = site.page(0);
    let pages = Greenlet::new(move |greenlet| walk(greenlet, &start, 1))?;
    lane.runs();
    while pages.resume() {
        lane.keeps(format_args!("stack, {} bytes", pages.depth()));
        lane.waits("its turn");
        println!("    it pauses: {} bytes of its stack", pages.depth());
        lane.runs();
    }
    lane.done();
    site.finish();
    Ok(())
}

/// Fetches a page, pauses, and does the same with two pages to which it links.
fn walk(greenlet: &Greenlet, url: &Url, calls: usize) {
    let Ok(page) = fetch(url) else { return };
    println!("{page}, call depth {calls}");
    greenlet.suspend();
    for url in page.links.iter().take(2).filter(|_| calls < 3) {
        walk(greenlet, url, calls + 1);
    }
}

/// A function with a stack of its own.
struct Greenlet {
    body: Cell<Option<Body>>,
    /// Where its stack begins, at the highest address.
    top: *mut usize,
    /// Where the side goes on that does not run.
    other: Slot,
}

type Body = Box<dyn FnOnce(&Greenlet)>;

impl Greenlet {
    fn new(body: impl FnOnce(&Greenlet) + 'static) -> io::Result<Rc<Greenlet>> {
        let access = ProtFlags::READ | ProtFlags::WRITE;
        let flags = MapFlags::PRIVATE;
        // SAFETY: the kernel finds a place that nothing uses.
        let stack = unsafe { mmap_anonymous(null_mut(), SIZE, access, flags) }?;
        // SAFETY: the memory ends there.
        let top: *mut usize = unsafe { stack.byte_add(SIZE) }.cast();
        let frame = first_frame(first);
        // SAFETY: the memory is longer than that.
        let other = unsafe { top.sub(frame.len()) };
        // SAFETY: nothing else uses the memory.
        unsafe { other.copy_from(frame.as_ptr(), frame.len()) };
        let body: Cell<Option<Body>> = Cell::new(Some(Box::new(body)));
        Ok(Rc::new(Greenlet { body, top, other: Cell::new(other) }))
    }

    /// Lets it run until it pauses. Gives back `false` once it has ended.
    fn resume(&self) -> bool {
        // SAFETY: it does not run, so its stack pointer is in the slot.
        !unsafe { switch(&self.other, from_ref(self).cast()) }.is_null()
    }

    /// Lets `resume` return, and returns when that is called again.
    fn suspend(&self) {
        // SAFETY: it runs, so in the slot is where `resume` waits.
        unsafe { switch(&self.other, from_ref(self).cast()) };
    }

    fn depth(&self) -> usize {
        self.top.addr() - self.other.get().addr()
    }
}

/// The first function on its stack. What has resumed it waits.
extern "C" fn first(_: usize, message: *const ()) {
    // SAFETY: the first message comes from `resume`.
    let greenlet = unsafe { &*message.cast::<Greenlet>() };
    greenlet.body.take().expect("it begins once")(greenlet);
    loop {
        // SAFETY: as in `suspend`.
        unsafe { switch(&greenlet.other, null()) };
    }
}
