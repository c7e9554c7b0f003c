//! Judges `talk`: whatever the child does, neither side waits for ever, all
//! bytes arrive, and the child is waited for.
//!
//! As shipped: waits for room in the child's pipe

use super::talk;
use lab::{Dice, waiting};
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::panic::resume_unwind;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Duration;
use trials::judge::{Judge, others_sleep};

/// How long all threads have to sleep, while the child says nothing.
const STRETCH: Duration = Duration::from_millis(30);

trials::answer!("exercises/talk-to-a-child.rs");

#[test]
fn both_are_heard_and_neither_waits_for_ever() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    for child in children(&mut dice) {
        let talked =
            thread::scope(|scope| join(child.talk(scope, Stdio::null())));
        child.judge(talked, &dice.again());
    }
    judge_waits(&silent_children(&mut dice), &dice);
    judge_missing_program();

    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `talk` is back, and a child is left that \
         was not waited for"
    );
    assert!(
        judged.threads_left.is_empty(),
        "right answer, wrong way: `talk` is back, and these have not ended: {}",
        judged.threads_left.join(", ")
    );
}

/// Children of every kind: each reads, writes and ends in another way. Most
/// read, or write, more than twice what a pipe holds.
fn children(dice: &mut Dice) -> Vec<Child> {
    let near = dice.one_of(&[1, 4096, 65_535, 65_536, 65_537, 131_073]);
    let near = random_bytes(dice, near);
    let over = random_bytes(dice, 65_537);
    let many = many_bytes(dice);
    // More than an answer may have room for.
    let huge = random_bytes(dice, 3 << 20);
    // The part that a child leaves unread is more than a pipe holds.
    let (length, half) = (many.len(), dice.below(many.len() / 2));
    // Together 150,000 bytes.
    let line = |_| format!("{:020}{}\n", dice.number(), "0".repeat(179));
    let mut lines: Vec<_> = (0..750).map(line).collect();
    let unsorted = lines.concat().into_bytes();
    lines.sort();
    let sorted = lines.concat().into_bytes();
    // The shell writes the zeros itself: quicker than one more program.
    let zeros = vec![b'0'; 140_000 + dice.below(60_000)];
    let speaks = format!("printf %0{}d 0", zeros.len());

    let is = |name, code: String, words: &[u8], says: &[u8], end| Child {
        name,
        code,
        words: words.to_vec(),
        says: says.to_vec(),
        end,
    };
    let exits = |code: i32| (Some(code), None);
    vec![
        is("true", "exit 0".into(), b"", b"", exits(0)),
        is("cat", "cat".into(), &many, &many, exits(0)),
        is("cat", "cat".into(), &near, &near, exits(0)),
        is("cat", "cat".into(), &huge, &huge, exits(0)),
        is("cat", "cat".into(), b"", b"", exits(0)),
        // Says nothing before it has heard all.
        is("sort", "sort".into(), &unsorted, &sorted, exits(0)),
        is(
            "one that speaks last",
            format!("cat >/dev/null; {speaks}; exit 6"),
            &many,
            &zeros,
            exits(6),
        ),
        is(
            "one that speaks first",
            format!("{speaks}; cat"),
            &many,
            &[&zeros[..], &many].concat(),
            exits(0),
        ),
        is(
            "one that speaks first",
            format!("{speaks}; cat"),
            &over,
            &[&zeros[..], &over].concat(),
            exits(0),
        ),
        // Its output ends before it does.
        is(
            "one that closes its output",
            format!(
                "exec >&-; n=$(wc -c); sleep 0.05; test $n -eq {length} && \
                 exit 4"
            ),
            &many,
            b"",
            exits(4),
        ),
        is("one that never listens", "exit 3".into(), &many, b"", exits(3)),
        is(
            "one that hears a part",
            format!("head -c {half}; exit 5"),
            &many,
            &many[..half],
            exits(5),
        ),
        is(
            "one that closes its input",
            format!("exec <&-; {speaks}; exit 7"),
            &many,
            &zeros,
            exits(7),
        ),
        is(
            "one that complains",
            format!("{speaks} >&2; cat"),
            &many,
            &many,
            exits(0),
        ),
        is(
            "one that is killed",
            "echo ouch; kill -9 $$".into(),
            &many,
            b"ouch\n",
            (None, Some(9)),
        ),
    ]
}

fn many_bytes(dice: &mut Dice) -> Vec<u8> {
    let length = 140_000 + dice.below(100_000);
    random_bytes(dice, length)
}

/// Bytes of any value. They repeat after a prime number of bytes, so no two
/// pieces of a round length are alike.
fn random_bytes(dice: &mut Dice, length: usize) -> Vec<u8> {
    let block: Vec<_> = (0..1021).map(|_| dice.number() as u8).collect();
    let mut bytes = block.repeat(length / block.len() + 1);
    bytes.truncate(length);
    bytes
}

/// A child, what it is told, and what must come of it.
struct Child {
    name: &'static str,
    /// What it does, for a shell.
    code: String,
    words: Vec<u8>,
    says: Vec<u8>,
    /// Its code, or its signal.
    end: (Option<i32>, Option<i32>),
}

type Talked = io::Result<(Vec<u8>, ExitStatus)>;

impl Child {
    /// Talks with the child, in a thread that has its name: if it hangs, the
    /// lanes show with which child.
    fn talk<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        stderr: Stdio,
    ) -> ScopedJoinHandle<'scope, Talked> {
        let mut shell = Command::new("sh");
        shell.args(["-c", &self.code]).env("LC_ALL", "C").stderr(stderr);
        let thread = thread::Builder::new().name(format!("with {}", self.name));
        let run = move || {
            let _waiting = waiting("`talk`");
            talk(shell, &self.words)
        };
        thread.spawn_scoped(scope, run).expect("a thread")
    }

    /// Judges what `talk` gave back.
    fn judge(&self, talked: Talked, again: &str) {
        let Child { name, words, says, .. } = self;
        let with = format!(
            "with {name}, which was told {} bytes and said {}",
            words.len(),
            says.len()
        );
        let (heard, status) = match talked {
            Ok(talked) => talked,
            Err(why) => panic!(
                "wrong answer: {with}: `talk` gave an error: {why} {again}"
            ),
        };
        assert!(
            heard.len() == says.len(),
            "wrong answer: {with}: {} bytes came back {again}",
            heard.len()
        );
        assert!(
            heard == *says,
            "wrong answer: {with}: as many came back, and not the same {again}"
        );
        assert!(
            (status.code(), status.signal()) == self.end,
            "wrong answer: {with}: how it ended, by `talk`, is {status}; it \
             has to be {}",
            match self.end {
                (Some(code), _) => format!("code {code}"),
                _ => "killed by signal 9".to_owned(),
            }
        );
    }
}

fn join(talk: ScopedJoinHandle<'_, Talked>) -> Talked {
    talk.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Children that write a line to stderr when they have come to a certain point,
/// and then neither read nor write until they get a line: each at another
/// point.
fn silent_children(dice: &mut Dice) -> [Child; 4] {
    let is = |name, before, after, words: &[u8], says: &[u8], code| Child {
        name,
        code: format!("{before}; echo here >&2; read go <&2; {after}"),
        words: words.to_vec(),
        says: says.to_vec(),
        end: (Some(code), None),
    };
    let many = many_bytes(dice);
    let reads_all = "cat >/dev/null";
    let closes = "exec >&-; cat >/dev/null";
    let hears = "cat >/dev/null; exit 4";
    [
        is("one that is slow", ":", "cat", &many, &many, 0),
        is("one that has heard all", reads_all, "echo so", &many, b"so\n", 0),
        is("one that has said all", closes, "exit 4", &many, b"", 4),
        is("one that will only hear", "exec >&-", hears, &many, b"", 4),
    ]
}

/// While the children say nothing, all threads have to sleep.
fn judge_waits(children: &[Child], dice: &Dice) {
    let (looks, talked) = thread::scope(|scope| {
        let (mut talks, mut silent) = (Vec::new(), Vec::new());
        for child in children {
            let (ours, theirs) = UnixStream::pair().expect("two ends");
            talks.push(child.talk(scope, OwnedFd::from(theirs).into()));
            // If the answer has replaced stderr, no line comes, and the child
            // goes on.
            let _ = BufReader::new(&ours).read_line(&mut String::new());
            silent.push(ours);
        }
        let sleep = others_sleep(STRETCH);
        let looks = !sleep && talks.iter().any(|talk| !talk.is_finished());
        for mut child in silent {
            let _ = writeln!(child, "go");
        }
        (looks, talks.into_iter().map(join).collect::<Vec<_>>())
    });
    for (child, talked) in children.iter().zip(talked) {
        child.judge(talked, &dice.again());
    }
    match children {
        _ if !looks => {}
        [child] => panic!(
            "right answer, wrong way: {} neither reads nor writes, and `talk` \
             looks again and again instead of waiting",
            child.name
        ),
        // One after the other: with which of them is it?
        children => {
            children.chunks(1).for_each(|child| judge_waits(child, dice));
        }
    }
}

fn judge_missing_program() {
    let talked = talk(Command::new("/no/such/program"), b"words");
    assert!(
        talked.is_err(),
        "wrong answer: there is no program /no/such/program, and `talk` gave \
         no error"
    );
}
