//! What a page asks the reader has an answer on the page, folded away.

use super::chapter::Chapter;
use super::check::Check;

/// Sections in which the reader changes the program.
const TO_DO: [&str; 3] = ["## Break it", "## Change it", "## Mend it"];

/// Finds what is asked and has no folded answer (`<details>`) before the next
/// section or prediction.
pub fn check(check: &mut Check<'_>, chapter: &Chapter) {
    // The line in which a prediction or such a section begins, and whether it
    // has asked anything so far.
    let mut asked: Option<(usize, bool)> = None;
    let mut in_code = false;
    let end = (usize::MAX, "## ");
    let lines = chapter.text.lines().enumerate();
    for (n, line) in lines.map(|(n, line)| (n + 1, line)).chain([end]) {
        in_code ^= line.starts_with("```");
        if in_code {
            continue;
        }
        let predict = line.starts_with("**Predict.**");
        if predict || line.starts_with("## ") {
            if let Some((line, true)) = asked.take() {
                let why = "no folded answer follows what is asked here".into();
                check.fault(&chapter.file, line, why);
            }
            let to_do = TO_DO.iter().any(|it| line.starts_with(it));
            asked = (predict || to_do).then_some((n, predict));
        }
        if line.starts_with("<details>") {
            asked = None;
        } else if let Some((_, is_asked)) = &mut asked {
            *is_asked |= line.contains('?') || line.starts_with(TO_DO[0]);
        }
    }
}
