//! Finds paths of files in the text of a plan.

use crate::plan::code_span::code_spans;

/// The files that a field names: in code spans, or else between commas.
pub(in crate::plan) fn in_field(text: &str) -> Vec<String> {
    let spans: Vec<String> = in_text(text).collect();
    if !spans.is_empty() {
        return spans;
    }
    text.split(|c: char| c == ',' || c == ';' || c.is_whitespace()).filter_map(path).collect()
}

/// The files that a sentence names in code spans.
pub(in crate::plan) fn in_text(text: &str) -> impl Iterator<Item = String> {
    code_spans(text).filter_map(|(_, span)| path(span))
}

/// A word that is a path: it has a folder or an ending, and no sign that paths do not have.
fn path(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| matches!(c, '(' | ')' | '"' | '\'' | ':' | ','));
    let word = word.trim_end_matches('.');
    // `src/a.rs:12-40` names lines of a file.
    let word = match word.rsplit_once(':') {
        Some((path, lines)) if lines.starts_with(|c: char| c.is_ascii_digit()) => path,
        _ => word,
    };
    let (_, name) = word.rsplit_once('/').unwrap_or(("", word));
    let ending = name.rsplit_once('.').is_some_and(|(_, ending)| {
        (1..=6).contains(&ending.len())
            && ending.chars().all(|c| c.is_ascii_alphanumeric())
            && !ending.chars().all(|c| c.is_ascii_digit())
    });
    let folder = word.contains('/') && word.len() > 2 && !word.contains("://") && !word.starts_with("//");
    let abbreviation = matches!(word, "e.g" | "i.e");
    if !(ending || folder) || abbreviation {
        return None;
    }
    let is_sign = |byte: u8| matches!(byte, b'(' | b'<' | b'>' | b'[' | b'{' | b'=' | b';' | b'|' | b'"');
    let is_foreign = |c: char| c.is_whitespace() || c.is_control();
    let clean = !word.bytes().any(|byte| is_sign(byte) || byte <= b' ' || byte == 0x7f)
        && (word.is_ascii() || !word.contains(is_foreign));
    clean.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_words() {
        assert_eq!(in_field("`src/a.rs:12-40` and `Makefile.am` (new)"), ["src/a.rs", "Makefile.am"]);
        assert_eq!(in_field("src/a.rs, docs/ (e.g. v1.2), none"), ["src/a.rs", "docs/"]);
        assert_eq!(in_text("Call `run()` in `src/main.rs`").collect::<Vec<_>>(), ["src/main.rs"]);
        assert_eq!(in_field("[Specific files]"), Vec::<String>::new());
    }
}
