//! What is typed wrongly is told in one sentence.

use std::process::Command;

#[test]
fn a_wrong_command_is_one_sentence_and_status_2() {
    let wrong = [
        &["bulid"][..],
        &["--port", "80"],
        &["build", "here"],
        &["record", "1-99-nonsense"],
    ];
    for args in wrong {
        let book = Command::new(env!("CARGO_BIN_EXE_book")).args(args).output();
        let output = book.unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
}
