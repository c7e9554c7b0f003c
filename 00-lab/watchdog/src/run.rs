//! Running a program to its end, or killing it when its time is up.

use super::group::Group;
use std::io::{self, Read};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use std::{fmt, fs, thread};
use timeline::{Recording, describe_hang, format_duration, private};

/// A program that came to its end.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
    /// How many bytes that was in all, with what was left out.
    pub written: u64,
    /// What it recorded.
    pub recording: Recording,
    /// The same, as text.
    pub events: String,
}

/// A program that did not come to its end, or could not be started.
pub struct Hung {
    /// What happened, what its threads wait for, and the lanes.
    pub why: String,
    /// What it had written to standard output.
    pub stdout: String,
    /// What it had written to standard error.
    pub stderr: String,
    /// How many bytes that was in all, with what was left out.
    pub written: u64,
    /// What it had recorded.
    pub recording: Box<Recording>,
}

/// Runs a program to its end; kills it, and whatever it started, after `limit`.
///
/// It is the leader of a process group, has no standard input, and records
/// into a file of its own.
///
/// ```
/// use std::process::Command;
/// use std::time::Duration;
///
/// let limit = Duration::from_secs(10);
/// let ran = watchdog::run(Command::new("echo").arg("hello"), limit)?;
/// assert_eq!(ran.stdout, "hello\n");
///
/// let short = Duration::from_millis(50);
/// let hung = watchdog::run(Command::new("sleep").arg("60"), short);
/// assert!(hung.is_err());
/// # Ok::<(), watchdog::Hung>(())
/// ```
///
/// # Errors
/// If it does not end in time or cannot be started. The [`Hung`] explains.
pub fn run(command: &mut Command, limit: Duration) -> Result<Ran, Hung> {
    run_keeping(MOST_KEPT, command, limit)
}

/// Runs a program as [`run`] does, and keeps at most `most` bytes of each
/// stream: its beginning and its end, and between them how much was left out.
/// All of it is read, so that the program is not held up.
///
/// # Errors
/// As [`run`].
pub fn run_keeping(
    most: usize,
    command: &mut Command,
    limit: Duration,
) -> Result<Ran, Hung> {
    run_unless(&|| false, most, command, limit)
}

/// Runs a program as [`run_keeping`] does, and kills it as soon as `call_off`,
/// which is asked several times in a tenth of a second, gives back `true`.
///
/// # Errors
/// As [`run`], and if it is called off.
pub fn run_unless(
    call_off: &dyn Fn() -> bool,
    most: usize,
    command: &mut Command,
    limit: Duration,
) -> Result<Ran, Hung> {
    let program = command.get_program().display().to_string();
    let not_started = |why: io::Error| Hung {
        why: format!("cannot start {program}: {why}"),
        stdout: String::new(),
        stderr: String::new(),
        written: 0,
        recording: Box::default(),
    };
    let file = RecordingFile::new().map_err(not_started)?;
    let started = Running::start(command, &file, most);
    let mut running = started.map_err(not_started)?;
    let why = match running.wait(limit, &file, call_off) {
        Ok(status) => {
            let ([stdout, stderr], written) = running.output();
            let events = file.read();
            let recording = Recording::parse(&events);
            return Ok(Ran {
                status,
                stdout,
                stderr,
                written,
                recording,
                events,
            });
        }
        Err(why) => why,
    };
    // It hangs. Only once it is killed, its recording and output are complete.
    running.kill(&file);
    let recording = Box::new(Recording::parse(&file.read()));
    let why = describe_hang(&why, Some(Recording::clone(&recording)));
    let ([stdout, stderr], written) = running.output();
    Err(Hung { why, stdout, stderr, written, recording })
}

/// How much is kept of a stream.
const MOST_KEPT: usize = 16 << 20;

/// How much a program may record, in bytes: twice what a crawl of 10,000
/// pages does.
const MOST_RECORDED: u64 = 24 << 20;

/// A program, and the threads that read what it writes: both streams at once,
/// or a full pipe would hold it up.
struct Running {
    group: Group,
    status: Option<ExitStatus>,
    output: [JoinHandle<Ends>; 2],
}

impl Running {
    fn start(
        command: &mut Command,
        file: &RecordingFile,
        most: usize,
    ) -> io::Result<Running> {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut group = Group::start(command, &file.path)?;
        let stdout = group.child().stdout.take().expect("it is piped");
        let stderr = group.child().stderr.take().expect("it is piped");
        let output = [collect(stdout, most), collect(stderr, most)];
        Ok(Running { group, status: None, output })
    }

    /// Waits until the program and its output have ended.
    ///
    /// # Errors
    /// What the program still does, when its time is up, when it is called off,
    /// or when it has recorded too much.
    fn wait(
        &mut self,
        limit: Duration,
        file: &RecordingFile,
        call_off: &dyn Fn() -> bool,
    ) -> Result<ExitStatus, String> {
        let began = Instant::now();
        // Short at first: most of what is run ends within milliseconds.
        let mut pause = Duration::from_micros(500);
        loop {
            // A child of it may have its output open, after it has ended.
            if self.status.is_none() {
                self.status = self.group.status();
            }
            let closed = self.output.iter().all(JoinHandle::is_finished);
            if let Some(status) = self.status.filter(|_| closed) {
                return Ok(status);
            }
            // Give up on it for one of three reasons.
            let Some(left) = limit.checked_sub(began.elapsed()) else {
                return Err(match self.status {
                    None => format!(
                        "still running after {}",
                        format_duration(limit)
                    ),
                    Some(_) => "ended, but a process is left that has its \
                                output open"
                        .to_owned(),
                });
            };
            if call_off() {
                return Err("called off".to_owned());
            }
            if file.size() > MOST_RECORDED {
                let most = format_size(MOST_RECORDED);
                return Err(format!("goes on after {most} of recording"));
            }
            thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(10));
        }
    }

    /// Kills it, and all that it has started.
    fn kill(&mut self, file: &RecordingFile) {
        self.group.kill();
        // A process that was not found may keep the output open: do not wait
        // for ever.
        let _ = self.wait(Duration::from_secs(1), file, &|| false);
    }

    /// What it wrote to both streams, and how many bytes that was in all.
    fn output(self) -> ([String; 2], u64) {
        let mut written = 0;
        let texts = self.output.map(|thread| match thread.is_finished() {
            true => {
                let read = thread.join().unwrap_or_default();
                written += read.total;
                String::from_utf8_lossy(&read.kept).into_owned()
            }
            false => "(still open)\n".to_owned(),
        });
        (texts, written)
    }
}

/// Starts a thread that reads a stream to its end.
fn collect(pipe: impl Read + Send + 'static, most: usize) -> JoinHandle<Ends> {
    thread::spawn(move || read_ends(pipe, most))
}

/// The beginning and the end of a stream.
#[derive(Default)]
struct Ends {
    kept: Vec<u8>,
    /// How many bytes there were in all.
    total: u64,
}

/// Reads all, and keeps at most `most` bytes of it.
fn read_ends(mut pipe: impl Read, most: usize) -> Ends {
    let half = most / 2;
    // The beginning.
    let mut first = Vec::new();
    let _ = pipe.by_ref().take(half as u64).read_to_end(&mut first);
    // The end: of all that follows, the last half.
    let (mut last, mut left_out) = (Vec::new(), 0);
    let mut piece = [0; 1 << 16];
    loop {
        let n = match pipe.read(&mut piece) {
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Ok(n) => n,
            Err(_) => 0,
        };
        last.extend_from_slice(&piece[..n]);
        // Cut it at the end of the stream, and whenever it is much too long. To
        // cut it after each piece would move its bytes each time.
        if n == 0 || last.len() > half + most {
            let surplus = last.len().saturating_sub(half);
            last.drain(..surplus);
            left_out += surplus as u64;
        }
        if n == 0 {
            break;
        }
    }
    let total = (first.len() + last.len()) as u64 + left_out;
    if left_out > 0 {
        let left_out = format_size(left_out);
        first.extend(format!("\n… {left_out} left out …\n").into_bytes());
    }
    first.extend(last);
    Ends { kept: first, total }
}

/// A number of bytes, as a person reads it.
///
/// ```
/// assert_eq!(watchdog::format_size(378_000_000), "378.0 MB");
/// ```
pub fn format_size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// The beginning and the end of a text, at most `most` bytes together; between
/// them it says how much was left out.
///
/// ```
/// use watchdog::abridge;
///
/// let short = abridge("0123456789", 4);
/// assert_eq!(short, "01\n… 6 bytes left out …\n89");
/// ```
pub fn abridge(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let read = read_ends(text.as_bytes(), most);
    String::from_utf8_lossy(&read.kept).into_owned()
}

/// The file that the program records into, removed at the end.
struct RecordingFile {
    path: PathBuf,
}

impl RecordingFile {
    fn new() -> io::Result<RecordingFile> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Relaxed);
        let path = private::folder()?.join(format!("run-{n}.events"));
        Ok(RecordingFile { path })
    }

    /// How long the recording is by now.
    fn size(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |about| about.len())
    }

    /// What was recorded: nothing, if the program never began to.
    fn read(&self) -> String {
        let bytes = fs::read(&self.path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for RecordingFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl fmt::Display for Hung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)]
        {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// `unwrap` prints this one, so it is the text of `Display`.
impl fmt::Debug for Hung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Hung {}

impl From<Hung> for io::Error {
    fn from(hung: Hung) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, hung)
    }
}
