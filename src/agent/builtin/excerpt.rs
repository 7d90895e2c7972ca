//! Shortens texts: to one line, or by leaving out the middle.

use crate::words;

/// A text on one line, cut after so many characters.
pub(super) fn line(text: &str, characters: usize) -> String {
    let mut lines = text.trim().lines();
    let first = lines.next().unwrap_or_default().trim_end();
    let head = words::head(first, characters);
    if head.len() < first.len() || lines.next().is_some() { format!("{head} …") } else { head.to_owned() }
}

/// A text of at most about so many bytes: a quarter of it from the beginning, the rest from the end,
/// where errors stand.
pub(super) fn excerpt(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let head = text.floor_char_boundary(bytes / 4);
    let tail = text.ceil_char_boundary(text.len() - (bytes - bytes / 4));
    format!("{}\n[… {} bytes left out …]\n{}", &text[..head], tail - head, &text[tail..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_to_fit_and_says_so() {
        assert_eq!(line(" cargo test \n", 20), "cargo test");
        assert_eq!(line("cargo test\nls", 20), "cargo test …");
        assert_eq!(line("cargo test", 5), "cargo …");
        assert_eq!(excerpt("short", 5), "short");
        assert_eq!(excerpt("äöüäöüäöüäöü", 10), "ä\n[… 14 bytes left out …]\nüäöü");
    }
}
