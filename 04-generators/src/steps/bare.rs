//! A greenlet without all that makes one safe, as step 4-9 builds it.

#![expect(unsafe_code, reason = "one stack is exchanged for another")]

use super::switch::{Slot, first_frame, switch};
use std::cell::Cell;
use std::ptr::{from_ref, null};
use std::rc::Rc;

/// A function with a stack of its own.
pub struct BareGreenlet {
    body: Cell<Option<Body>>,
    other: Slot,
}

type Body = Box<dyn FnOnce(&BareGreenlet)>;

impl BareGreenlet {
    /// One whose stack ends at `top`.
    ///
    /// # Safety
    ///
    /// Below `top`, a multiple of 16, is memory which nothing else uses, and
    /// more than the function needs. It is there as long as the greenlet.
    pub unsafe fn below(
        top: *mut u8,
        body: impl FnOnce(&BareGreenlet) + 'static,
    ) -> Rc<BareGreenlet> {
        let frame = first_frame(first);
        // SAFETY: the memory is longer than that.
        let other = unsafe { top.cast::<usize>().sub(frame.len()) };
        // SAFETY: nothing else uses the memory.
        unsafe { other.copy_from(frame.as_ptr(), frame.len()) };
        let body: Cell<Option<Body>> = Cell::new(Some(Box::new(body)));
        Rc::new(BareGreenlet { body, other: Cell::new(other) })
    }

    /// Lets it run until it pauses. Gives back `false` once it has ended.
    pub fn resume(&self) -> bool {
        // SAFETY: it does not run, so its stack pointer is in the slot.
        !unsafe { switch(&self.other, from_ref(self).cast()) }.is_null()
    }
}

/// The first function on its stack. What has resumed it waits.
extern "C" fn first(_: usize, message: *const ()) {
    // SAFETY: the first message comes from `resume`.
    let greenlet = unsafe { &*message.cast::<BareGreenlet>() };
    greenlet.body.take().expect("it begins once")(greenlet);
    loop {
        // SAFETY: it runs, so in the slot is where `resume` waits.
        unsafe { switch(&greenlet.other, null()) };
    }
}
