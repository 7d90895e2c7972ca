//! Removes from a text what only a terminal understands.

use std::borrow::Cow;

/// The text without escape sequences and control characters, except tab, newline and return.
pub(super) fn plain(text: &str) -> Cow<'_, str> {
    // Controls are below space, or DEL, or begin with this byte in UTF-8.
    let suspicious =
        |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || matches!(byte, 0x7f | 0xc2);
    if !text.bytes().any(suspicious) {
        return Cow::Borrowed(text);
    }
    let control = |character: char| character.is_control() && !matches!(character, '\t' | '\n' | '\r');
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => skip_escape(&mut characters),
            '\u{9b}' => skip_until_final(&mut characters),
            other if control(other) => {}
            other => plain.push(other),
        }
    }
    Cow::Owned(plain)
}

/// Skips what follows an escape character: `[…m`, `]…BEL`, `(B` and the like.
fn skip_escape(characters: &mut std::str::Chars<'_>) {
    match characters.next() {
        Some('[') => skip_until_final(characters),
        Some(']' | 'P' | '^' | '_' | 'X') => skip_string(characters),
        Some(' '..='/') => {
            characters.next();
        }
        _ => {}
    }
}

/// Skips the parameters of a control sequence and the letter that ends it.
fn skip_until_final(characters: &mut std::str::Chars<'_>) {
    let mut rest = characters.clone();
    while let Some(character) = rest.next() {
        match character {
            ' '..='?' => {}
            '@'..='~' => return *characters = rest,
            // Not a sequence after all: keep what is there.
            _ => return,
        }
        characters.clone_from(&rest);
    }
}

/// Skips a title, a link or another string up to its terminator; a line's end ends it too.
fn skip_string(characters: &mut std::str::Chars<'_>) {
    let mut rest = characters.clone();
    while let Some(character) = rest.next() {
        match character {
            '\u{7}' | '\u{9c}' => return *characters = rest,
            '\u{1b}' => {
                rest.next();
                return *characters = rest;
            }
            '\n' => return,
            _ => characters.clone_from(&rest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_are_left_out() {
        let cases = [
            ("plain\ttext\r\n", "plain\ttext\r\n"),
            ("\u{1b}[1;31merror\u{1b}[0m: x", "error: x"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;https://a.example\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{1b}(Bx\u{8}y\0z", "xyz"),
            ("\u{1b}[2", ""),
            ("\u{1b}]never ended\nnext", "\nnext"),
        ];
        for (text, expected) in cases {
            assert_eq!(plain(text), expected, "{text:?}");
        }
        assert!(matches!(plain("nothing to do\n"), Cow::Borrowed(_)));
    }
}
