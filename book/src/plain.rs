//! What a program writes, as text that a page can show: without the sequences
//! that terminals obey, and with every character visible.

/// How many characters of a line are shown.
const LONGEST_LINE: usize = 2000;

/// Makes text of bytes that come in pieces.
#[derive(Default)]
pub struct Plain {
    /// The first bytes of a character of which the others are to come.
    rest: Vec<u8>,
    sequence: Sequence,
    /// A carriage return came last: it ends the line, if no line feed does.
    returned: bool,
    /// How many characters this line has so far.
    length: usize,
    /// How many lines there were so far.
    pub lines: usize,
}

/// All of a text, made plain.
pub fn plain(text: &str) -> String {
    let mut state = Plain::default();
    state.push(text.as_bytes()) + &state.end()
}

/// Where we are in a sequence that a terminal would obey (ECMA-48).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Sequence {
    /// In none.
    #[default]
    None,
    /// After ESC.
    Escape,
    /// After ESC and `[`: parameters, and one letter.
    Control,
    /// After ESC and `]` or such: a text that BEL or ESC `\` ends.
    Text,
}

impl Plain {
    /// The text that these bytes add.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        self.rest.extend(bytes);
        let whole = self.rest.len() - unfinished(&self.rest);
        let rest = self.rest.split_off(whole);
        let whole = std::mem::replace(&mut self.rest, rest);
        let mut text = String::with_capacity(whole.len());
        for c in String::from_utf8_lossy(&whole).chars() {
            self.take(c, &mut text);
        }
        text
    }

    /// What is left to be shown once no more bytes come.
    pub fn end(&mut self) -> String {
        let cut = std::mem::take(&mut self.rest);
        let mut text = String::from_utf8_lossy(&cut).into_owned();
        self.note_what_is_left_out(&mut text);
        text
    }

    /// Shows a character, unless it belongs to a sequence.
    fn take(&mut self, c: char, text: &mut String) {
        use Sequence::{Control, Escape, None, Text};
        self.sequence = match (self.sequence, c) {
            (_, '\x1b') => Escape,
            (Text, '\x07') => None,
            // Such a text may have no end. It is taken to end with its line.
            (Text, c) if c != '\n' => Text,
            (Escape, '[') => Control,
            (Escape, ']' | 'P' | 'X' | '^' | '_') => Text,
            (Escape, ' '..='/') => Escape,
            (Escape, '0'..='~') => None,
            (Control, ' '..='?') => Control,
            (Control, '@'..='~') => None,
            (_, c) => {
                self.show(c, text);
                None
            }
        };
    }

    fn show(&mut self, c: char, text: &mut String) {
        let returned = std::mem::replace(&mut self.returned, c == '\r');
        match c {
            '\r' => {}
            '\n' => self.end_line(text),
            _ if returned => {
                self.end_line(text);
                self.show(c, text);
            }
            _ => {
                self.length += 1;
                if self.length > LONGEST_LINE {
                    // The line is too long: the character is only counted.
                } else if is_unseen(c) {
                    text.extend(c.escape_unicode());
                } else {
                    text.push(c);
                }
            }
        }
    }

    fn end_line(&mut self, text: &mut String) {
        self.note_what_is_left_out(text);
        text.push('\n');
        self.lines += 1;
    }

    fn note_what_is_left_out(&mut self, text: &mut String) {
        let length = std::mem::take(&mut self.length);
        if let Some(more) = length.checked_sub(LONGEST_LINE + 1) {
            let more = more + 1;
            *text += &format!(" … [{more} more characters in this line]");
        }
    }
}

/// How many bytes at the end begin a character of which the others are to come.
fn unfinished(bytes: &[u8]) -> usize {
    match bytes.utf8_chunks().last() {
        Some(last)
            if str::from_utf8(last.invalid())
                .is_err_and(|why| why.error_len().is_none()) =>
        {
            last.invalid().len()
        }
        _ => 0,
    }
}

/// Set if a character cannot be seen, or changes the order of others: with it,
/// a line could seem to say something else than it says.
fn is_unseen(c: char) -> bool {
    match c {
        '\t' => false,
        // Marks, embeddings, overrides and isolates for text in two
        // directions, ends of lines and paragraphs, a byte-order mark.
        '\u{61c}'
        | '\u{200e}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => true,
        c => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(pieces: &[&[u8]]) -> String {
        let mut plain = Plain::default();
        let texts: String = pieces.iter().map(|it| plain.push(it)).collect();
        texts + &plain.end()
    }

    #[test]
    fn it_is_the_same_in_whatever_pieces_it_comes() {
        let all = "\x1b[1;31mred\x1b[0m \x1b]0;title\x07é\x1b]8;;x\x1b\\\u{202e}a\
                   \r\nb\rc\x08\x1b(B\x1b7.\x1b]open\nd\t\u{1f600}\x1b\n";
        let shown = "red é\\u{202e}a\nb\nc\\u{8}.\nd\t\u{1f600}\n";
        assert_eq!(in_pieces(&[all.as_bytes()]), shown);
        for size in 1..8 {
            let pieces: Vec<_> = all.as_bytes().chunks(size).collect();
            assert_eq!(in_pieces(&pieces), shown, "pieces of {size} bytes");
        }
    }

    #[test]
    fn nothing_unseen_is_left() {
        let unseen: String = ('\0'..=char::MAX)
            .filter(|c| is_unseen(*c) && !"\n\r\x1b".contains(*c))
            .collect();
        assert!(unseen.contains('\u{202e}') && unseen.contains('\u{7f}'));
        let shown = plain(&unseen);
        assert!(!shown.contains(is_unseen), "{shown}");
        assert_eq!(shown.matches("\\u{").count(), unseen.chars().count());
    }

    #[test]
    fn bytes_that_are_no_text_are_marked() {
        assert_eq!(
            in_pieces(&[b"a\xff\xc3", b"\xa9\xe2\x82"]),
            "a\u{fffd}é\u{fffd}"
        );
    }

    #[test]
    fn of_a_long_line_the_beginning_is_shown_and_how_long_it_was() {
        let mut long = Plain::default();
        let mut text = String::new();
        for _ in 0..1000 {
            text += &long.push("é".repeat(1000).as_bytes());
        }
        text += &long.push(b"\nnext\n");
        let rest = " … [998000 more characters in this line]\nnext\n";
        assert_eq!(text, "é".repeat(2000) + rest);
        assert_eq!(long.lines, 2);
        assert_eq!(long.end(), "");

        let fits = "x".repeat(2000);
        assert_eq!(in_pieces(&[fits.as_bytes()]), fits);
        let not = in_pieces(&[fits.as_bytes(), b"x"]);
        assert!(not.ends_with(" … [1 more characters in this line]"), "{not}");
    }
}
