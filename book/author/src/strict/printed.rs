//! The text of a run, `class="printed"`: what `data-look` says is in it.

use super::chapter::Chapter;
use super::check::Check;
use super::includes;
use exercises::files::read_text;

/// Finds a `data-look` with which no line of the text below it begins.
pub fn check(check: &mut Check<'_>, chapter: &Chapter) {
    let included = includes::all(chapter);
    for (n, line) in (1..).zip(chapter.text.lines()) {
        let look = line.split_once("class=\"printed\" data-look=\"");
        let Some((_, look)) = look else { continue };
        let begins = look.split_once('"').unwrap_or_default().0;
        let text = included.iter().find(|include| include.line > n);
        let text = text.and_then(|include| read_text(&include.file).ok());
        let text = text.unwrap_or_default();
        for begin in begins.split('|') {
            if !text.lines().any(|line| shape(line).starts_with(begin)) {
                let why = format!("no line of the text begins with {begin:?}");
                check.fault(&chapter.file, n, why);
            }
        }
    }
}

/// A line with `#` for each of its numbers, which differ from run to run; as
/// `printed.js` in the book's theme has it.
fn shape(line: &str) -> String {
    let mut shape = String::new();
    let mut rest = line.trim();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        shape += &rest[..start];
        shape.push('#');
        rest = after_number(&rest[start..]);
    }
    shape + rest
}

/// What follows a number, `1`, `1.5` or `1,000,000`.
fn after_number(text: &str) -> &str {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match rest.strip_prefix([',', '.']) {
        Some(more) if more.starts_with(|c: char| c.is_ascii_digit()) => {
            after_number(more)
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::shape;

    #[test]
    fn numbers_have_one_shape() {
        for (line, is) in [
            ("elapsed: 68ms, 8 at once", "elapsed: #ms, # at once"),
            ("  1,000,000 counted, 1.5ns each.", "# counted, #ns each."),
            ("/1: timed out", "/#: timed out"),
            ("it took 5.", "it took #."),
            ("done", "done"),
        ] {
            assert_eq!(shape(line), is);
        }
    }
}
