//! Judges `switch`: whatever a side has in its registers when it calls it, it
//! finds there again, and so does the other one.
//!
//! Three stacks switch to one another at random, each with random values in all
//! registers that a function has to give back. A broken switch may jump
//! anywhere, so it runs in a process of its own, and what comes back to a
//! [`probe`] knows where its own things are without any register. What is
//! wrong is said there, in a sentence, also of a crash.
//!
//! Ways to be wrong: a register is not kept; or kept, and not taken back; two
//! are exchanged; one is kept on the other side's stack; only half of it is;
//! one place is used twice; what is kept lies below the stack pointer, or in
//! the caller's memory; the control words are lost, or that of one unit; the
//! slot is not updated, or with an old value, or the word beside it; the stack
//! pointer comes back with some bytes too many; it goes on at what is no
//! address; the first frame does not fit; a new stack is off by 8; the message
//! is lost, or that of zero; a place that is the same for all stacks; it never
//! comes back; it ends the process.
//!
//! As shipped: it is not kept

#![expect(unsafe_code, reason = "stacks are exchanged, and may be broken")]

use super::{Slot, first_frame, switch};
use lab::Dice;
use libc::{c_int, c_void, siginfo_t};
use std::arch::naked_asm;
use std::cell::{Cell, RefCell};
use std::env;
use std::fmt::{self, Display, Formatter};
use std::io::{Write, stdout};
use std::mem;
use std::process::{self, Command};
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use trials::watchdog;

/// How often it switches. The first switches are the same in each run.
const SWITCHES: usize = 400;

/// How many of them have values that are addresses, of nothing. If the answer
/// goes on there, the address says which one it was.
const WITH_ADDRESSES: usize = 40;

/// How much CPU time that may take, by far.
const MOST_TIME: libc::timeval = libc::timeval { tv_sec: 0, tv_usec: 500_000 };

/// The process may have to wait for a core.
const LIMIT: Duration = Duration::from_secs(7);

/// Set in the process that runs the answer.
const VARIABLE: &str = "CHECK_RUNS_SWITCH";

/// What that process says, in a line which begins with this.
const SAYS: &str = "\nthe switch: ";
const ALL_IS_WELL: &str = "all is well";

trials::answer!("exercises/missing-register.rs");

#[test]
fn each_side_finds_all_registers_as_it_has_left_them() {
    if env::var_os(VARIABLE).is_some() {
        install_handlers();
        play();
        end_with(ALL_IS_WELL);
    }
    // Panics if the file has changed since.
    ANSWER.text();
    let module = module_path!();
    let module = module.split_once("::").map_or(module, |(_, rest)| rest);
    let test = "each_side_finds_all_registers_as_it_has_left_them";
    let mut command = Command::new(env::current_exe().expect("a file"));
    command.args(["--exact", "--nocapture", &format!("{module}::{test}")]);
    let ran = watchdog::run(command.env(VARIABLE, "1"), LIMIT);
    let ran = ran.unwrap_or_else(|hung| {
        panic!("wrong answer: its process does not come to an end: {hung}")
    });
    let said = ran.stdout.rsplit_once(SAYS).map(|(_, said)| said.trim_end());
    match said {
        Some(ALL_IS_WELL) => {}
        Some(what) => panic!("wrong answer: {what}"),
        None => {
            let panics = ran.stderr.trim();
            let status = ran.status;
            panic!("wrong answer: it ends its process: {status} {panics}")
        }
    }
}

/// Says it in the child, and ends it there.
fn end_with(sentence: impl Display) -> ! {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{SAYS}{sentence}");
    let _ = out.flush();
    process::exit(0)
}

/// A register that a function has to give back as it was.
struct Register {
    name: &'static str,
    /// The bits of it that count.
    bits: u64,
    /// Those that are always set.
    always: u64,
    /// What the whole is called, if it says how to calculate.
    control: Option<u64>,
}

const fn kept(name: &'static str) -> Register {
    Register { name, bits: u64::MAX, always: 0, control: None }
}

/// In the order in which a probe has them.
#[cfg(target_arch = "x86_64")]
const REGISTERS: [Register; 8] = [
    kept("rbx"),
    kept("rbp"),
    kept("r12"),
    kept("r13"),
    kept("r14"),
    kept("r15"),
    // The others of its bits say what happened, and need not be kept.
    Register { name: "mxcsr", bits: 0xffc0, always: 0, control: Some(0x1f80) },
    Register {
        name: "x87 control word",
        bits: 0xf3f,
        always: 0x40,
        control: Some(0x37f),
    },
];

#[cfg(target_arch = "aarch64")]
const REGISTERS: [Register; 20] = [
    kept("x19"),
    kept("x20"),
    kept("x21"),
    kept("x22"),
    kept("x23"),
    kept("x24"),
    kept("x25"),
    kept("x26"),
    kept("x27"),
    kept("x28"),
    kept("x29"),
    kept("d8"),
    kept("d9"),
    kept("d10"),
    kept("d11"),
    kept("d12"),
    kept("d13"),
    kept("d14"),
    kept("d15"),
    Register { name: "fpcr", bits: 0x7c0_0000, always: 0, control: Some(0) },
];

/// What a call leaves on the stack, in bytes.
const CALL: u64 = if cfg!(target_arch = "x86_64") { 8 } else { 0 };

/// How much memory below the stack pointer belongs to a function all the same.
const RED_ZONE: u64 =
    if cfg!(any(target_arch = "x86_64", target_vendor = "apple")) {
        128
    } else {
        0
    };

/// What a probe sets and finds, and all that it has to know when it knows
/// nothing else: it is in a fixed place.
#[repr(C, align(16))]
struct Side {
    set: [AtomicU64; 24],
    found: [AtomicU64; 24],
    /// The stack pointer at the call; of a new stack, its end.
    stack_pointer: AtomicU64,
    stack_pointer_found: AtomicU64,
    message: AtomicU64,
    _even: AtomicU64,
    /// What lies directly above the frame of the switch.
    above: [AtomicU64; ABOVE],
    above_found: [AtomicU64; ABOVE],
    /// What lay below the stack pointer when the switch came back.
    below: [AtomicU64; BELOW],
}

const ABOVE: usize = 4;
const BELOW: usize = 64;

static SIDES: [Side; 3] = [const { Side::new() }; 3];

impl Side {
    const fn new() -> Side {
        Side {
            set: [const { AtomicU64::new(0) }; 24],
            found: [const { AtomicU64::new(0) }; 24],
            stack_pointer: AtomicU64::new(0),
            stack_pointer_found: AtomicU64::new(0),
            message: AtomicU64::new(0),
            _even: AtomicU64::new(0),
            above: [const { AtomicU64::new(0) }; ABOVE],
            above_found: [const { AtomicU64::new(0) }; ABOVE],
            below: [const { AtomicU64::new(0) }; BELOW],
        }
    }

    fn set(&self, register: usize) -> u64 {
        self.set[register].load(Relaxed)
    }

    /// What it found, but for bits that do not count.
    fn found(&self, register: usize) -> u64 {
        let Register { bits, always, .. } = REGISTERS[register];
        self.found[register].load(Relaxed) & bits | always
    }

    fn is_wrong(&self, register: usize) -> bool {
        self.set(register) != self.found(register)
    }
}

/// The stacks of the second and the third side.
#[repr(align(16))]
struct Stack([AtomicU64; 32 * 1024]);

static STACKS: [Stack; 2] =
    [const { Stack([const { AtomicU64::new(0) }; 32 * 1024]) }; 2];

/// How much of a stack is left free at its end: an answer may take too much.
const FREE: usize = 128;

/// How much an answer may put on a stack, in bytes: some processors have
/// registers of several thousand.
const MOST_PUT: u64 = 16 * 1024;

/// What is known of the switches.
struct World {
    dice: RefCell<Dice>,
    /// Each between two words in which nothing is to be put.
    slots: [[Slot; 3]; 2],
    /// Which side has paused in which slot.
    in_slot: [Cell<usize>; 2],
    count: Cell<usize>,
    last: Cell<Last>,
    /// Of the registers of each side, as bits: those which lay on its own stack
    /// while it paused, and on the other's.
    on_own: [Cell<u64>; 3],
    on_other: [Cell<u64>; 3],
}

/// The switch that was last.
#[derive(Clone, Copy, Default)]
struct Last {
    from: usize,
    to: usize,
    slot: usize,
    /// What was in the slot before.
    was: u64,
    message: u64,
}

thread_local! {
    static WORLD: World = World {
        dice: RefCell::new(Dice::random()),
        slots: Default::default(),
        in_slot: [Cell::new(1), Cell::new(2)],
        count: Cell::new(0),
        last: Cell::default(),
        on_own: Default::default(),
        on_other: Default::default(),
    };
}

/// The name of a stack.
fn named(side: usize) -> char {
    ['A', 'B', 'C'][side]
}

/// Lays the first frames, and switches until all has been tried.
fn play() {
    WORLD.with(|world| {
        let begins = [first::<1> as *const (), first::<2> as *const ()];
        for (n, first) in begins.into_iter().enumerate() {
            let frame = first_frame(first as usize);
            let words = &STACKS[n].0[..STACKS[n].0.len() - FREE];
            let Some(free) = words.len().checked_sub(frame.len()) else {
                end_with("`first_frame` has more words than a stack")
            };
            let (rest, place) = words.split_at(free);
            for (place, word) in place.iter().zip(&frame) {
                place.store(*word as u64, Relaxed);
            }
            let end = words.as_ptr_range().end as u64;
            SIDES[n + 1].stack_pointer.store(end, Relaxed);
            let pointer = rest.as_ptr_range().end;
            world.slot(n).set(pointer.cast::<usize>().cast_mut());
        }
        world.walk(0);
    });
}

/// The first call on a new stack, once it is certain that it is one.
extern "C" fn begin(side: usize) -> ! {
    WORLD.with(|world| {
        world.arrive_first(side);
        world.walk(side);
    });
    unreachable!("the first side ends all");
}

impl World {
    fn slot(&self, slot: usize) -> &Slot {
        &self.slots[slot][1]
    }

    /// Switches from this side to others, until there were enough switches.
    fn walk(&self, side: usize) {
        let probe = [probe::<0>, probe::<1>, probe::<2>][side];
        loop {
            let count = self.count.get();
            if count >= SWITCHES && side == 0 {
                return;
            }
            self.count.set(count + 1);
            let slot = match count {
                0..6 => 0,
                SWITCHES.. => usize::from(self.in_slot[1].get() == 0),
                _ => self.dice.borrow_mut().below(2),
            };
            let kind = self.dice.borrow_mut().below(8);
            let message = match kind {
                0 => 0,
                1 => u64::MAX,
                _ => self.number(),
            };
            self.set_all(side);
            self.last.set(Last {
                from: side,
                to: self.in_slot[slot].replace(side),
                slot,
                was: self.slot(slot).get() as u64,
                message,
            });
            // SAFETY: in the slot is what has paused, or a new stack; if the
            // answer breaks that, this process is there to be broken.
            unsafe { probe(self.slot(slot), message) };
            self.arrive(side);
        }
    }

    /// Any number, at first an address of nothing.
    fn number(&self) -> u64 {
        let number = self.dice.borrow_mut().number();
        match self.count.get() {
            0..WITH_ADDRESSES => (number >> 19) | 1 << 45,
            _ => number,
        }
    }

    /// Chooses what a side has in its registers when it calls the switch.
    fn set_all(&self, side: usize) {
        let side = &SIDES[side];
        for (place, register) in side.set.iter().zip(REGISTERS) {
            // Each control word differs from the last one there.
            let Register { bits, always, .. } = register;
            let mut value = self.number() & bits | always;
            while value == place.load(Relaxed) {
                value = self.dice.borrow_mut().number() & bits | always;
            }
            place.store(value, Relaxed);
        }
        for place in &side.above {
            place.store(self.number(), Relaxed);
        }
    }

    /// Judges what this side finds as its call of the switch comes back.
    fn arrive(&self, side: usize) {
        let here = &SIDES[side];
        self.judge_place(side);
        let wanted = here.stack_pointer.load(Relaxed);
        let found = here.stack_pointer_found.load(Relaxed);
        if wanted != found {
            let off = Off(found.wrapping_sub(wanted) as i64);
            end_with(format_args!(
                "the stack pointer comes back {off} on stack {}",
                named(side)
            ));
        }
        self.judge_slot();
        for (n, register) in REGISTERS.iter().enumerate() {
            if here.is_wrong(n) {
                let why = self.explain(side, n);
                let name = register.name;
                let side = named(side);
                end_with(format_args!(
                    "`{name}` comes back wrong on stack {side}: {why}"
                ));
            }
        }
        let pairs = here.above.iter().zip(&here.above_found);
        for (n, (set, found)) in pairs.enumerate() {
            if set.load(Relaxed) != found.load(Relaxed) {
                end_with(format_args!(
                    "it writes above its frame on stack {}, where the caller's \
                     memory is: word {} there has changed",
                    named(side),
                    n + 1
                ));
            }
        }
        self.judge_message(side);
        self.look_at_paused(side);
    }

    /// Judges what a new stack begins with.
    fn arrive_first(&self, side: usize) {
        let here = &SIDES[side];
        self.judge_place(side);
        let end = here.stack_pointer.load(Relaxed);
        let found = here.stack_pointer_found.load(Relaxed);
        if found > end || found + 4096 < end {
            let off = Off(found.wrapping_sub(end) as i64);
            end_with(format_args!(
                "a new stack begins outside of itself: its stack pointer is \
                 {off}, seen from its end; does `first_frame` have as much as \
                 the switch takes?"
            ));
        }
        if !(found + CALL).is_multiple_of(16) {
            let off = (found + CALL) % 16;
            end_with(format_args!(
                "a new stack begins misaligned, off by {off}: its calls need a \
                 stack pointer that is a multiple of 16; `first_frame` has to \
                 have a word more or less at its end"
            ));
        }
        self.judge_slot();
        for (n, Register { name, control, .. }) in REGISTERS.iter().enumerate()
        {
            if let Some(usual) = *control
                && here.found(n) != usual
            {
                let found = here.found(n);
                let from = SIDES[self.last.get().from].set(n);
                let of = match found == from {
                    true => ", as on the side that switched to it",
                    false => "",
                };
                end_with(format_args!(
                    "a new stack begins with a wrong `{name}`: it is \
                     {found:#x}{of}, and programs begin with {usual:#x}"
                ));
            }
        }
        self.judge_message(side);
        self.look_at_paused(side);
    }

    /// Judges that it is this side which goes on.
    fn judge_place(&self, side: usize) {
        let Last { from, to, slot, was, .. } = self.last.get();
        if side != to {
            end_with(format_args!(
                "stack {} goes on, and it was the turn of stack {}",
                named(side),
                named(to)
            ));
        }
        if self.slot(slot).get() as u64 == was {
            end_with(format_args!(
                "the slot is not updated: stack {} has paused, and in the slot \
                 is still the stack pointer of stack {}",
                named(from),
                named(to)
            ));
        }
    }

    /// Judges where the other side is said to have paused.
    fn judge_slot(&self) {
        let Last { from, slot, .. } = self.last.get();
        let [before, pointer, behind] = &self.slots[slot];
        if !before.get().is_null() || !behind.get().is_null() {
            end_with("it writes beside the slot, where something else may lie");
        }
        let pointer = pointer.get() as u64;
        let called = SIDES[from].stack_pointer.load(Relaxed);
        if pointer > called || pointer + MOST_PUT < called {
            end_with(format_args!(
                "in the slot is {pointer:#x}, and stack {}, which has paused, \
                 was in use down to {called:#x}",
                named(from)
            ));
        }
    }

    fn judge_message(&self, side: usize) {
        let Last { from, slot, message, .. } = self.last.get();
        let got = SIDES[side].message.load(Relaxed);
        if got != message {
            let is_slot = got == ptr::from_ref(self.slot(slot)) as u64;
            let is = if is_slot { ", the address of the slot" } else { "" };
            end_with(format_args!(
                "the message is lost: stack {} has sent {message:#x}, and \
                 stack {} receives {got:#x}{is}",
                named(from),
                named(side)
            ));
        }
    }

    /// Looks where the values of the side lie that has paused, and writes below
    /// its stack pointer, as a signal's handler might have done.
    fn look_at_paused(&self, side: usize) {
        let Last { from, slot, .. } = self.last.get();
        let pointer = self.slot(slot).get().cast::<u64>().cast_const();
        let called = SIDES[from].stack_pointer.load(Relaxed);
        let count = called.saturating_sub(pointer as u64) / 8;
        let own = (0..count as usize).map(|n| {
            let word = pointer.wrapping_add(n);
            // SAFETY: that is on the stack which has paused.
            unsafe { word.read_unaligned() }
        });
        let own: Vec<u64> = own.collect();
        let other: Vec<u64> =
            SIDES[side].below.iter().map(|it| it.load(Relaxed)).collect();
        let find = |words: &[u64]| {
            let is_there = |n: &usize| words.contains(&SIDES[from].set(*n));
            (0..REGISTERS.len()).filter(is_there).map(|n| 1 << n).sum()
        };
        self.on_own[from].set(find(&own));
        self.on_other[from].set(find(&other));
        let below = pointer.cast_mut().wrapping_byte_sub(RED_ZONE as usize);
        for n in 1..=BELOW {
            let word = below.wrapping_sub(n);
            // SAFETY: it is on the same stack, and free.
            unsafe { word.write_unaligned(WRITTEN_BELOW) };
        }
    }

    /// Why a side finds another value in this register.
    fn explain(&self, side: usize, register: usize) -> String {
        let here = &SIDES[side];
        let Last { from, .. } = self.last.get();
        let (set, found) = (here.set(register), here.found(register));
        let others = (0..REGISTERS.len()).filter(|&n| n != register);
        let same = others.into_iter().find(|&n| here.set(n) == found);
        let is_on =
            |stacks: &[Cell<u64>; 3]| stacks[side].get() >> register & 1 == 1;
        if REGISTERS[register].control.is_some() {
            return match found == SIDES[from].set(register) {
                true => format!(
                    "it is not kept: how stack {} calculates is still set",
                    named(from)
                ),
                false => format!(
                    "it is {found:#x}, and was {set:#x}; was that put where it \
                     is taken from?"
                ),
            };
        }
        match same {
            Some(n) if here.found(n) == set => {
                let other = REGISTERS[n].name;
                format!("it and `{other}` are exchanged")
            }
            Some(n) => {
                let other = REGISTERS[n].name;
                format!("it has what `{other}` had")
            }
            None if found == WRITTEN_BELOW => "it was kept too far below the \
                stack pointer, where a signal's handler writes"
                .to_owned(),
            None if found == set & 0xffff_ffff => {
                "only its lower 32 bits come back".to_owned()
            }
            None if is_on(&self.on_own) => format!(
                "it lies on that stack as it was, and what comes back is \
                 {found:#x}"
            ),
            None if is_on(&self.on_other) => {
                "it was kept on the wrong side: on the other stack, behind the \
                 exchange"
                    .to_owned()
            }
            None if found == SIDES[from].set(register) => format!(
                "it is not kept: what stack {} had in it is still there",
                named(from)
            ),
            None => format!("it is {found:#x}, and was {set:#x}"),
        }
    }
}

/// What is written where nothing may be kept: an address of nothing.
const WRITTEN_BELOW: u64 = 0x3bad_3bad_3ba0;

/// How far off a stack pointer is.
struct Off(i64);

impl Display for Off {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Off(bytes) = *self;
        let way = if bytes > 0 { "high" } else { "low" };
        write!(f, "{} bytes too {way}", bytes.unsigned_abs())
    }
}

/// Has signals that a broken switch may raise explained.
fn install_handlers() {
    // SAFETY: all zeros is a valid `sigaction`.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = explain_signal as *const () as usize;
    // On the stack that std has set aside: there may be no other.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    let signals = [
        libc::SIGSEGV,
        libc::SIGBUS,
        libc::SIGILL,
        libc::SIGTRAP,
        libc::SIGFPE,
        libc::SIGPROF,
    ];
    for signal in signals {
        // SAFETY: the handler ends the process.
        unsafe { libc::sigaction(signal, &raw const action, ptr::null_mut()) };
    }
    let once = libc::itimerval {
        it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
        it_value: MOST_TIME,
    };
    // SAFETY: `once` is there.
    unsafe {
        libc::setitimer(libc::ITIMER_PROF, &raw const once, ptr::null_mut())
    };
}

/// Says which signal there was and why, and ends the process.
extern "C" fn explain_signal(
    signal: c_int,
    info: *mut siginfo_t,
    context: *mut c_void,
) {
    // Nothing here allocates: the process may be in the middle of that.
    let mut text = [0; 1024];
    let mut rest = &mut text[..];
    // SAFETY: it is what the system gives to a handler.
    let at = unsafe { program_counter(context) };
    // SAFETY: the same.
    let info = unsafe { &*info };
    // SAFETY: for these signals it is set.
    let memory = unsafe { info.si_addr() } as u64;
    let crash = Crash { signal, code: info.si_code, at, memory };
    let _ = writeln!(rest, "{SAYS}{crash}");
    let free = rest.len();
    let said = &text[..text.len() - free];
    // SAFETY: the text is there.
    unsafe { libc::write(1, said.as_ptr().cast(), said.len()) };
    // SAFETY: nothing else is to be done.
    unsafe { libc::_exit(0) };
}

/// A signal, and where the program was.
struct Crash {
    signal: c_int,
    /// Which kind of this signal.
    code: c_int,
    at: u64,
    /// What it wanted to read, write or run.
    memory: u64,
}

impl Crash {
    fn name(&self) -> &'static str {
        match self.signal {
            libc::SIGSEGV => "SIGSEGV",
            libc::SIGBUS => "SIGBUS",
            libc::SIGILL => "SIGILL",
            libc::SIGTRAP => "SIGTRAP",
            _ => "SIGFPE",
        }
    }

    /// What is wrong with the instruction in `switch`.
    fn explain(&self, f: &mut Formatter<'_>) -> fmt::Result {
        /// The kinds of SIGSEGV that are about memory, everywhere.
        const NOT_MAPPED: c_int = 1;
        const NOT_ALLOWED: c_int = 2;

        match (self.signal, self.code) {
            (libc::SIGSEGV, NOT_MAPPED | NOT_ALLOWED) => write!(
                f,
                "what it reads or writes, at {:#x}, is not mapped",
                self.memory
            ),
            (libc::SIGILL, _) => {
                f.write_str("there is no instruction that can be run")
            }
            (libc::SIGTRAP, _) => f.write_str(
                "it is stopped there, by an instruction or by a flag that does \
                 that",
            ),
            (libc::SIGFPE, _) => f.write_str("it calculates what cannot be"),
            _ => f.write_str(at_instruction(self.at)),
        }
    }
}

impl Display for Crash {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Crash { signal, at, memory, .. } = *self;
        if signal == libc::SIGPROF {
            return f.write_str(
                "it never comes back: it runs on and on; is there a jump \
                 backwards?",
            );
        }
        let name = self.name();
        let begin = switch as *const () as u64;
        if (begin..begin + 512).contains(&at) {
            write!(
                f,
                "it crashes within `switch`, by a {name} {} bytes behind its \
                 first instruction: ",
                at - begin
            )?;
            return self.explain(f);
        }
        let meant = find_address(at);
        if meant.is_none() && at != memory {
            return write!(
                f,
                "it crashes outside of `switch`, by a {name} at {at:#x}: it \
                 goes on at a wrong place, or with a wrong stack pointer"
            );
        }
        f.write_str("it crashes, since it goes on at ")?;
        match meant {
            Some(Meant::Register(name)) => write!(
                f,
                "what `{name}` had: there it takes the address that comes \
                 next; does it take as many bytes as it has put?"
            ),
            Some(Meant::Above(n)) => write!(
                f,
                "word {n} above its frame, the caller's: it takes more than it \
                 has put, or the slot was set too early"
            ),
            Some(Meant::Below) => f.write_str(
                "what a signal's handler wrote: the address that comes next \
                 lies too far below the stack pointer in the slot",
            ),
            Some(Meant::Stack) => f.write_str(
                "an address on a stack: what it takes for the address that \
                 comes next is a stack pointer, or a pointer of the caller's",
            ),
            Some(Meant::Control) => f.write_str(
                "the control words: it takes them for the address that comes \
                 next",
            ),
            Some(Meant::Nothing) => f.write_str(
                "address 0: the address that comes next is not where the \
                 switch takes it from; does `first_frame` have as many words \
                 as it takes?",
            ),
            None => write!(f, "{at:#x}, where nothing is to be run"),
        }
    }
}

/// What an address is that was run and is none.
enum Meant {
    Register(&'static str),
    Above(usize),
    Below,
    Stack,
    Control,
    Nothing,
}

fn find_address(at: u64) -> Option<Meant> {
    // Some machines want instructions at even addresses, or at every fourth.
    let is_at = |value: u64| value & !3 == at & !3;
    // At first, all values are 0.
    match at {
        0..4096 => return Some(Meant::Nothing),
        0x37f_0000_1f80..0x37f_0000_1f84 => return Some(Meant::Control),
        _ => {}
    }
    for side in &SIDES {
        for (value, register) in side.set.iter().zip(&REGISTERS) {
            if is_at(value.load(Relaxed)) && register.control.is_none() {
                return Some(Meant::Register(register.name));
            }
        }
        for (n, value) in side.above.iter().enumerate() {
            if is_at(value.load(Relaxed)) {
                return Some(Meant::Above(n + 1));
            }
        }
        let stack_pointer = side.stack_pointer.load(Relaxed);
        if at.abs_diff(stack_pointer) < 64 * 1024 {
            return Some(Meant::Stack);
        }
    }
    (at == WRITTEN_BELOW).then_some(Meant::Below)
}

/// What instruction is there, as far as that says why.
#[cfg(target_arch = "x86_64")]
fn at_instruction(at: u64) -> &'static str {
    // SAFETY: the processor was about to run it.
    let bytes = unsafe { *(at as *const [u8; 3]) };
    match bytes {
        [0x0f, 0xae, 0x10..=0x17 | 0x50..=0x57 | 0x90..=0x97] => {
            "what it loads as control words is none; was that put there?"
        }
        [0x0f, 0x28 | 0x29, _] => {
            "it wants an address that is a multiple of 16"
        }
        [0xff | 0xc3, ..] => {
            "it jumps to what is no address; is that where it was put?"
        }
        _ => {
            "it may not do that, or it wants an address that is a multiple of \
             16"
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn at_instruction(_at: u64) -> &'static str {
    "it may not do that, or the stack pointer is no multiple of 16"
}

/// Which instruction was about to run.
///
/// # Safety
///
/// The context is one that a handler was given.
unsafe fn program_counter(context: *mut c_void) -> u64 {
    let context = context.cast::<libc::ucontext_t>();
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    // SAFETY: the caller promises it.
    let at = unsafe { (*context).uc_mcontext.gregs[libc::REG_RIP as usize] };
    #[cfg(all(target_os = "linux", target_arch = "aarch64"))]
    // SAFETY: the caller promises it.
    let at = unsafe { (*context).uc_mcontext.pc };
    #[cfg(all(target_vendor = "apple", target_arch = "x86_64"))]
    // SAFETY: the caller promises it.
    let at = unsafe { (*(*context).uc_mcontext).__ss.__rip };
    #[cfg(all(target_vendor = "apple", target_arch = "aarch64"))]
    // SAFETY: the caller promises it.
    let at = unsafe { (*(*context).uc_mcontext).__ss.__pc };
    at as u64
}

/// Calls the switch with the values of this side in all registers, and looks
/// at them when it comes back, also with a stack pointer that is wrong: the
/// right one is in [`SIDES`].
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn probe<const SIDE: usize>(slot: &Slot, message: u64) {
    naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 56",
        "stmxcsr [rsp + 40]",
        "fnstcw [rsp + 44]",
        "lea rax, [rip + {sides} + {side}]",
        "mov [rax + {sp}], rsp",
        "mov rcx, [rax + {above}]",
        "mov [rsp], rcx",
        "mov rcx, [rax + {above} + 8]",
        "mov [rsp + 8], rcx",
        "mov rcx, [rax + {above} + 16]",
        "mov [rsp + 16], rcx",
        "mov rcx, [rax + {above} + 24]",
        "mov [rsp + 24], rcx",
        "mov rbx, [rax]",
        "mov rbp, [rax + 8]",
        "mov r12, [rax + 16]",
        "mov r13, [rax + 24]",
        "mov r14, [rax + 32]",
        "mov r15, [rax + 40]",
        "ldmxcsr [rax + 48]",
        "fldcw [rax + 56]",
        // What belongs to the caller must be of no use to a switch.
        "mov rax, 0x5555555555555555",
        "mov rcx, rax",
        "mov rdx, rax",
        "mov r8, rax",
        "mov r9, rax",
        "mov r10, rax",
        "mov r11, rax",
        "call {switch}",
        "mov [rip + {sides} + {side} + {message}], rax",
        "lea rax, [rip + {sides} + {side}]",
        "mov [rax + {found}], rbx",
        "mov [rax + {found} + 8], rbp",
        "mov [rax + {found} + 16], r12",
        "mov [rax + {found} + 24], r13",
        "mov [rax + {found} + 32], r14",
        "mov [rax + {found} + 40], r15",
        "stmxcsr [rax + {found} + 48]",
        "fnstcw [rax + {found} + 56]",
        "mov [rax + {sp_found}], rsp",
        "mov rsp, [rax + {sp}]",
        "mov rcx, [rsp]",
        "mov [rax + {above_found}], rcx",
        "mov rcx, [rsp + 8]",
        "mov [rax + {above_found} + 8], rcx",
        "mov rcx, [rsp + 16]",
        "mov [rax + {above_found} + 16], rcx",
        "mov rcx, [rsp + 24]",
        "mov [rax + {above_found} + 24], rcx",
        "cld",
        "lea rsi, [rsp - 8 * {BELOW}]",
        "lea rdi, [rax + {below}]",
        "mov ecx, {BELOW}",
        "rep movsq",
        // What is not judged does no harm.
        "push 2",
        "popfq",
        "fninit",
        "ldmxcsr [rsp + 40]",
        "fldcw [rsp + 44]",
        "add rsp, 56",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
        sides = sym SIDES,
        switch = sym switch,
        side = const SIDE * size_of::<Side>(),
        found = const mem::offset_of!(Side, found),
        sp = const mem::offset_of!(Side, stack_pointer),
        sp_found = const mem::offset_of!(Side, stack_pointer_found),
        message = const mem::offset_of!(Side, message),
        above = const mem::offset_of!(Side, above),
        above_found = const mem::offset_of!(Side, above_found),
        below = const mem::offset_of!(Side, below),
        BELOW = const BELOW,
    );
}

/// What a new stack goes on with. Calls [`begin`], with a stack pointer that is
/// right.
#[cfg(target_arch = "x86_64")]
#[unsafe(naked)]
unsafe extern "C" fn first<const SIDE: usize>() {
    naked_asm!(
        "mov [rip + {sides} + {side} + {message}], rax",
        "lea rax, [rip + {sides} + {side}]",
        "stmxcsr [rax + {found} + 48]",
        "fnstcw [rax + {found} + 56]",
        "mov [rax + {sp_found}], rsp",
        "mov rsp, [rax + {sp}]",
        "cld",
        "lea rsi, [rsp - 8 * {BELOW}]",
        "lea rdi, [rax + {below}]",
        "mov ecx, {BELOW}",
        "rep movsq",
        "push 2",
        "popfq",
        "fninit",
        "push 0",
        "push 0x1f80",
        "ldmxcsr [rsp]",
        "mov edi, {SIDE}",
        "call {begin}",
        "ud2",
        sides = sym SIDES,
        begin = sym begin,
        side = const SIDE * size_of::<Side>(),
        SIDE = const SIDE,
        found = const mem::offset_of!(Side, found),
        sp = const mem::offset_of!(Side, stack_pointer),
        sp_found = const mem::offset_of!(Side, stack_pointer_found),
        message = const mem::offset_of!(Side, message),
        below = const mem::offset_of!(Side, below),
        BELOW = const BELOW,
    );
}

/// The address of [`SIDES`] in x16, in two instructions.
#[cfg(all(target_arch = "aarch64", not(target_vendor = "apple")))]
macro_rules! sides_to_x16 {
    () => {
        "adrp x16, {sides}
         add x16, x16, :lo12:{sides}
         add x16, x16, {side}"
    };
}

#[cfg(all(target_arch = "aarch64", target_vendor = "apple"))]
macro_rules! sides_to_x16 {
    () => {
        "adrp x16, {sides}@PAGE
         add x16, x16, {sides}@PAGEOFF
         add x16, x16, {side}"
    };
}

/// Copies what lies below the stack pointer.
#[cfg(target_arch = "aarch64")]
macro_rules! copy_below {
    () => {
        "sub x9, sp, 8 * {BELOW}
         add x10, x16, {below}
         mov x11, {BELOW}
         2: ldr x12, [x9], 8
         str x12, [x10], 8
         subs x11, x11, 1
         b.ne 2b"
    };
}

/// Calls the switch with the values of this side in all registers, and looks
/// at them when it comes back, also with a stack pointer that is wrong: the
/// right one is in [`SIDES`].
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn probe<const SIDE: usize>(slot: &Slot, message: u64) {
    naked_asm!(
        "sub sp, sp, 208",
        "stp x19, x20, [sp, 32]",
        "stp x21, x22, [sp, 48]",
        "stp x23, x24, [sp, 64]",
        "stp x25, x26, [sp, 80]",
        "stp x27, x28, [sp, 96]",
        "stp x29, x30, [sp, 112]",
        "stp d8, d9, [sp, 128]",
        "stp d10, d11, [sp, 144]",
        "stp d12, d13, [sp, 160]",
        "stp d14, d15, [sp, 176]",
        "mrs x9, fpcr",
        "str x9, [sp, 192]",
        sides_to_x16!(),
        "mov x9, sp",
        "str x9, [x16, {sp}]",
        "add x9, x16, {above}",
        "ldp x10, x11, [x9]",
        "stp x10, x11, [sp]",
        "ldp x10, x11, [x9, 16]",
        "stp x10, x11, [sp, 16]",
        "ldp x19, x20, [x16]",
        "ldp x21, x22, [x16, 16]",
        "ldp x23, x24, [x16, 32]",
        "ldp x25, x26, [x16, 48]",
        "ldp x27, x28, [x16, 64]",
        "ldr x29, [x16, 80]",
        "ldp d8, d9, [x16, 88]",
        "ldp d10, d11, [x16, 104]",
        "ldp d12, d13, [x16, 120]",
        "ldp d14, d15, [x16, 136]",
        "ldr x9, [x16, 152]",
        "msr fpcr, x9",
        // What belongs to the caller must be of no use to a switch.
        "mov x2, 0x5555555555555555",
        "mov x3, x2",
        "mov x4, x2",
        "mov x5, x2",
        "mov x6, x2",
        "mov x7, x2",
        "mov x8, x2",
        "mov x9, x2",
        "mov x10, x2",
        "mov x11, x2",
        "mov x12, x2",
        "mov x13, x2",
        "mov x14, x2",
        "mov x15, x2",
        "mov x17, x2",
        "bl {switch}",
        sides_to_x16!(),
        "str x0, [x16, {message}]",
        "add x9, x16, {found}",
        "stp x19, x20, [x9]",
        "stp x21, x22, [x9, 16]",
        "stp x23, x24, [x9, 32]",
        "stp x25, x26, [x9, 48]",
        "stp x27, x28, [x9, 64]",
        "str x29, [x9, 80]",
        "stp d8, d9, [x9, 88]",
        "stp d10, d11, [x9, 104]",
        "stp d12, d13, [x9, 120]",
        "stp d14, d15, [x9, 136]",
        "mrs x10, fpcr",
        "str x10, [x9, 152]",
        "mov x9, sp",
        "str x9, [x16, {sp_found}]",
        "ldr x9, [x16, {sp}]",
        "mov sp, x9",
        "add x9, x16, {above_found}",
        "ldp x10, x11, [sp]",
        "stp x10, x11, [x9]",
        "ldp x10, x11, [sp, 16]",
        "stp x10, x11, [x9, 16]",
        copy_below!(),
        "ldr x9, [sp, 192]",
        "msr fpcr, x9",
        "ldp x19, x20, [sp, 32]",
        "ldp x21, x22, [sp, 48]",
        "ldp x23, x24, [sp, 64]",
        "ldp x25, x26, [sp, 80]",
        "ldp x27, x28, [sp, 96]",
        "ldp x29, x30, [sp, 112]",
        "ldp d8, d9, [sp, 128]",
        "ldp d10, d11, [sp, 144]",
        "ldp d12, d13, [sp, 160]",
        "ldp d14, d15, [sp, 176]",
        "add sp, sp, 208",
        "ret",
        sides = sym SIDES,
        switch = sym switch,
        side = const SIDE * size_of::<Side>(),
        found = const mem::offset_of!(Side, found),
        sp = const mem::offset_of!(Side, stack_pointer),
        sp_found = const mem::offset_of!(Side, stack_pointer_found),
        message = const mem::offset_of!(Side, message),
        above = const mem::offset_of!(Side, above),
        above_found = const mem::offset_of!(Side, above_found),
        below = const mem::offset_of!(Side, below),
        BELOW = const BELOW,
    );
}

/// What a new stack goes on with. Calls [`begin`], with a stack pointer that is
/// right.
#[cfg(target_arch = "aarch64")]
#[unsafe(naked)]
unsafe extern "C" fn first<const SIDE: usize>() {
    naked_asm!(
        sides_to_x16!(),
        "str x0, [x16, {message}]",
        "mrs x9, fpcr",
        "str x9, [x16, {found} + 152]",
        "mov x9, sp",
        "str x9, [x16, {sp_found}]",
        "ldr x9, [x16, {sp}]",
        "mov sp, x9",
        copy_below!(),
        "msr fpcr, xzr",
        "mov x29, 0",
        "mov x0, {SIDE}",
        "bl {begin}",
        "brk 1",
        sides = sym SIDES,
        begin = sym begin,
        side = const SIDE * size_of::<Side>(),
        SIDE = const SIDE,
        found = const mem::offset_of!(Side, found),
        sp = const mem::offset_of!(Side, stack_pointer),
        sp_found = const mem::offset_of!(Side, stack_pointer_found),
        message = const mem::offset_of!(Side, message),
        below = const mem::offset_of!(Side, below),
        BELOW = const BELOW,
    );
}
