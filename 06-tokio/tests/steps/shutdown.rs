//! A server that is asked to end by a signal.

use std::process::Command;
use std::time::Duration;
use trials::watchdog;

#[test]
fn asked_once_it_answers_and_asked_twice_it_ends() {
    // To be asked twice takes no longer than the quickest page.
    let step = env!("CARGO_BIN_EXE_6-11-sigterm-loses-nothing");
    let mut step = Command::new(step);
    step.args(["--latency", "200"]);
    let ran = watchdog::run(&mut step, Duration::from_secs(30));
    let ran = ran.unwrap_or_else(|why| panic!("{why}"));
    assert!(ran.status.success(), "{}{}", ran.stdout, ran.stderr);

    let stdout = &ran.stdout;
    let twice = "asked to end, signals: 2\n";
    let (once, twice) = stdout.split_once(twice).expect(stdout);
    let got = |text: &str, visitor: &str| -> String {
        let line = format!("  {visitor}: ");
        let line = text.lines().find_map(|it| it.strip_prefix(&line));
        line.expect(stdout).to_owned()
    };
    for path in ["/1", "/2", "/3", "/4"] {
        assert!(got(once, path).ends_with(" bytes"), "{path}: {stdout}");
        assert_eq!(got(twice, path), "no answer", "{path}: {stdout}");
    }
    for text in [once, twice] {
        assert_eq!(got(text, "silent"), "no answer", "{stdout}");
    }
    assert_eq!(got(once, "given up"), "0", "{stdout}");
    assert_eq!(got(twice, "given up"), "4", "{stdout}");
}
