//! The switch, looked at by a program in C: each register which a function has
//! to give back as it was, on both machines, and broken switches, of which each
//! is met with.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use timeline::private::Folder;
use trials::watchdog;

/// A broken switch may run for ever.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn each_register_of_x86_64_is_given_back() {
    check(&X86_64);
}

#[test]
fn each_register_of_aarch64_is_given_back() {
    check(&AARCH64);
}

/// A machine, and what can be broken of its switch.
struct Machine {
    name: &'static str,
    switch: &'static str,
    /// Lines that save time: without them, a control word is written which need
    /// not be. All other instructions are needed.
    save_time: &'static [&'static str],
    /// What to write instead of something, and what that breaks.
    broken: &'static [(&'static str, &'static str, &'static str)],
}

const X86_64: Machine = Machine {
    name: "x86_64",
    switch: include_str!("../src/greenlet/switch/x86_64.s"),
    save_time: &[
        "mov edx, [rsp]",
        "xor edx, [rsp]",
        "test edx, 0xffc0",
        "jz 2f",
    ],
    broken: &[
        ("push rbx", "push rax", "rbx"),
        ("push rbp", "push rax", "rbp"),
        ("push r12", "push rax", "r12"),
        ("push r13", "push rax", "r13"),
        ("push r14", "push rax", "r14"),
        ("push r15", "push rax", "r15"),
        ("pop rbx", "pop rcx", "rbx"),
        ("pop rbp", "pop rcx", "rbp"),
        ("pop r12", "pop rcx", "r12"),
        ("pop r13", "pop rcx", "r13"),
        ("pop r14", "pop rcx", "r14"),
        ("pop r15", "pop rcx", "r15"),
        // Masks are kept, rounding is not.
        ("0xffc0", "0x1f80", "mxcsr"),
        ("jz 2f", "jmp 2f", "mxcsr"),
        ("stmxcsr [rsp]", "mov dword ptr [rsp], 0x1f80", "mxcsr"),
        ("fnstcw [rsp + 4]", "mov word ptr [rsp + 4], 0x37f", "x87"),
        ("fldcw [rsp + 4]", "", "x87"),
        ("mov rax, rsi", "mov rax, rdi", "message"),
    ],
};

const AARCH64: Machine = Machine {
    name: "aarch64",
    switch: include_str!("../src/greenlet/switch/aarch64.s"),
    save_time: &["cmp x9, x10", "b.eq 2f"],
    broken: &[
        ("stp x19, x20", "stp x20, x19", "x19"),
        ("stp x19, x20", "stp x19, x21", "x20"),
        ("stp x21, x22", "stp x23, x22", "x21"),
        ("stp x21, x22", "stp x21, x23", "x22"),
        ("stp x23, x24", "stp x25, x24", "x23"),
        ("stp x23, x24", "stp x23, x25", "x24"),
        ("stp x25, x26", "stp x27, x26", "x25"),
        ("stp x25, x26", "stp x25, x27", "x26"),
        ("stp x27, x28", "stp x26, x28", "x27"),
        ("stp x27, x28", "stp x27, x26", "x28"),
        ("stp x29, x30", "stp x28, x30", "x29"),
        ("stp d8, d9", "stp d10, d9", "d8"),
        ("stp d8, d9", "stp d8, d10", "d9"),
        ("stp d10, d11", "stp d12, d11", "d10"),
        ("stp d10, d11", "stp d10, d12", "d11"),
        ("stp d12, d13", "stp d14, d13", "d12"),
        ("stp d12, d13", "stp d12, d14", "d13"),
        ("stp d14, d15", "stp d13, d15", "d14"),
        ("stp d14, d15", "stp d14, d13", "d15"),
        // The halves of the registers alone, as if they were numbers of 32
        // bits.
        ("stp d8, d9", "stp s8, s9", "d8"),
        ("ldp x19, x20", "ldp w19, w20", "x19"),
        // The frame is too small for the control word.
        ("176", "160", "above the frame"),
        // On some systems, x18 is the system's.
        ("x11", "x18", "x18"),
        ("mrs x9, fpcr", "mov x9, 0", "fpcr"),
        ("b.eq 2f", "b 2f", "fpcr"),
        ("mov x0, x1", "mov x0, x2", "message"),
    ],
};

/// A switch, and what a program says of it.
struct Variant {
    switch: String,
    keeps_control_words: bool,
    /// What was made of the file.
    change: String,
    says: Says,
}

enum Says {
    Right,
    /// Something, or it crashes.
    Wrong,
    /// That this is not as it was.
    Names(&'static str),
}

impl Machine {
    /// The file as it is, and all that is made of it.
    fn variants(&self) -> Vec<Variant> {
        let mut variants = Vec::new();
        for keeps_control_words in [true, false] {
            variants.push(Variant {
                switch: self.switch.to_owned(),
                keeps_control_words,
                change: "as it is".to_owned(),
                says: Says::Right,
            });
        }
        let instructions = self.switch.lines().filter(|line| {
            let is_instruction = line.starts_with("    ");
            is_instruction && !self.save_time.contains(&line.trim())
        });
        for line in instructions {
            variants.push(Variant {
                switch: self.switch.replacen(line, "", 1),
                keeps_control_words: true,
                change: format!("without `{}`", line.trim()),
                says: Says::Wrong,
            });
        }
        for (old, new, name) in self.broken {
            assert!(self.switch.contains(old), "nothing is `{old}`");
            variants.push(Variant {
                switch: self.switch.replace(old, new),
                keeps_control_words: true,
                change: format!("`{new}` instead of `{old}`"),
                says: Says::Names(name),
            });
        }
        variants
    }

    /// The compiler for this machine, and what runs its programs.
    fn tools(&self) -> (String, Option<String>) {
        if env::consts::ARCH == self.name {
            ("gcc".to_owned(), None)
        } else {
            let emulator = format!("qemu-{}", self.name);
            (format!("{}-linux-gnu-gcc", self.name), Some(emulator))
        }
    }
}

fn check(machine: &Machine) {
    if env::consts::OS != "linux" {
        println!("left out, since the programs in C are for Linux");
        return;
    }
    let (compiler, emulator) = machine.tools();
    for tool in [Some(&compiler), emulator.as_ref()].into_iter().flatten() {
        if Command::new(tool).arg("--version").output().is_err() {
            // arm64 is tried on every machine, x86-64 only where it is native.
            let is_needed = machine.name == "aarch64" || emulator.is_none();
            let is_ci = env::var_os("CI").is_some();
            assert!(!(is_needed && is_ci), "CI needs {tool}");
            println!("{} is left out, since there is no {tool}", machine.name);
            return;
        }
    }
    let folder = Folder::new().unwrap();
    let variants = machine.variants();
    let program = compile(machine, &compiler, &variants, folder.path());
    for (number, variant) in variants.iter().enumerate() {
        let mut command = match &emulator {
            Some(emulator) => {
                let mut command = Command::new(emulator);
                command.arg(&program);
                command
            }
            None => Command::new(&program),
        };
        let ran = watchdog::run(command.arg(number.to_string()), LIMIT);
        // One that hangs has been killed, and is as wrong as one that crashes.
        let (said, is_right, crashed) = match ran {
            Ok(ran) => {
                let crashed = ran.status.code().is_none();
                (ran.stdout, ran.status.success(), crashed)
            }
            Err(_) => (String::new(), false, true),
        };
        let change = &variant.change;
        match variant.says {
            Says::Right => assert!(is_right, "{change}: {said}"),
            Says::Wrong => assert!(!is_right, "{change}: not met with"),
            Says::Names(name) => {
                let is_named = said.starts_with(name) && !crashed;
                assert!(is_named, "{change}: {said}, not {name}");
            }
        }
    }
    println!("{} switches of {}", variants.len(), machine.name);
}

/// Makes one program of all the switches, with a table of them.
fn compile(
    machine: &Machine,
    compiler: &str,
    variants: &[Variant],
    folder: &Path,
) -> PathBuf {
    let mut all = ".text\n".to_owned();
    let mut table = ".data\n.balign 8\n.globl switches\nswitches:\n".to_owned();
    for (number, variant) in variants.iter().enumerate() {
        let file = folder.join(format!("{number}.s"));
        fs::write(&file, &variant.switch).unwrap();
        let keeps = u8::from(variant.keeps_control_words);
        writeln!(all, ".set keep_control_words, {keeps}").unwrap();
        writeln!(all, "exchange_{number}:").unwrap();
        writeln!(all, "#include \"{}\"", file.display()).unwrap();
        writeln!(table, ".quad exchange_{number}, {keeps}").unwrap();
    }
    let switches = folder.join("switches.S");
    fs::write(&switches, all + &table).unwrap();

    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/switch");
    let program = folder.join("registers");
    let output = Command::new(compiler)
        .args(["-static", "-O1", "-Wall", "-Wextra", "-Werror"])
        .arg(format!("-DSWITCHES=\"{}\"", switches.display()))
        .arg(sources.join("registers.c"))
        .arg(sources.join(format!("{}.S", machine.name)))
        .arg("-o")
        .arg(&program)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    program
}
