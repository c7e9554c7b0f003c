//! Judges `talk`: nobody waits for ever, and the child is waited for.
//!
//! As shipped: waits for room in the child's pipe

use super::talk;
use lab::judge::Judge;
use std::process::Command;

lab::answer!("exercises/talk-to-a-child.rs");

/// Many times what a pipe holds.
const MANY: usize = 1 << 20;

#[test]
fn both_are_heard_and_nobody_waits_for_ever() {
    let judge = Judge::of(ANSWER);
    let words: Vec<u8> = (0..MANY).map(|n| n as u8).collect();

    // Its output ends before it does.
    let slow = shell("exec >&-; sleep 0.1; exit 4");
    let (_, status) = talk(slow, b"").expect("it talks");
    assert!(
        status.code() == Some(4),
        "wrong answer: a child closed its output, and exited with 4 a little \
         later; how it ended, by `talk`, is {status}"
    );

    let (said, status) = talk(Command::new("cat"), &words).expect("it talks");
    assert!(
        said == words,
        "wrong answer: `cat` was told {MANY} bytes, and {} came back, or \
         others",
        said.len()
    );
    assert!(status.success(), "wrong answer: `cat` ended well, not {status}");

    let (said, _) = talk(Command::new("true"), b"").expect("it talks");
    assert!(said.is_empty(), "wrong answer: `true` says nothing");

    let talked = talk(shell("echo enough; exit 3"), &words);
    match talked {
        Ok((said, status)) => assert!(
            said == b"enough\n" && status.code() == Some(3),
            "wrong answer: a child that does not listen said \"enough\" and \
             exited with 3; `talk` gave {said:?} and {status}"
        ),
        Err(why) => panic!(
            "wrong answer: a child that does not listen to the end is none the \
             worse for it, and `talk` gave an error: {why}"
        ),
    }

    let judged = judge.end();
    assert!(
        !judged.children_left,
        "right answer, wrong way: `talk` is back, and a child is left that \
         nobody has waited for"
    );
    assert!(
        judged.threads_left.is_empty(),
        "right answer, wrong way: `talk` is back, and these have not ended: {}",
        judged.threads_left.join(", ")
    );
}

fn shell(code: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", code]);
    shell
}
