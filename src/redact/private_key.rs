//! Private keys in a text, from the marker that begins one to the marker that ends it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// Where so much that does not look like a key comes before the end, the end is another's.
pub(super) const DOUBTFUL: usize = 32 * 1024;

/// Base64 at the end of a line that is as long as this is no word.
const LONG_DATA: usize = 40;

/// Base64 that is a line by itself may be shorter.
const SHORT_DATA: usize = 8;

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    constant(r"-{4,5} ?(?:(?<begin>BEGIN)|END) (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)? ?-{4,5}")
});

/// The end of a line, also as a string of JSON or of source text spells it.
static LINE_END: LazyLock<Regex> = LazyLock::new(|| constant(r"\r?\n|(?:\\+r)?\\+n"));

/// `Proc-Type: 4,ENCRYPTED`
static HEADER: LazyLock<Regex> = LazyLock::new(|| constant(r"^[A-Za-z][A-Za-z-]*: "));

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap_or_else(|error| unreachable!("the pattern is constant: {error}"))
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PrivateKey {
    pub(super) range: Range<usize>,
    /// The length of the marker that begins it.
    pub(super) marker: usize,
    /// Its end was found. Without, it goes as far as lines look like one.
    pub(super) closed: bool,
}

/// All private keys of a text, in order.
pub(super) fn private_keys(text: &str) -> Vec<PrivateKey> {
    let mut markers = MARKER.captures_iter(text).filter_map(|found| {
        let begins = found.name("begin").is_some();
        found.get(0).map(|marker| (begins, marker.range()))
    });
    let mut keys = Vec::new();
    let mut next = markers.next();
    while let Some((begins, marker)) = next {
        next = markers.next();
        if !begins {
            continue;
        }
        let data_end = marker.end + data(&text[marker.end..]);
        let end = next.as_ref().filter(|(begins, end)| !begins && end.start - data_end <= DOUBTFUL);
        keys.push(PrivateKey {
            range: marker.start..end.map_or(data_end, |(_, end)| end.end),
            marker: marker.len(),
            closed: end.is_some(),
        });
    }
    keys
}

/// How far lines look like the inside of a key. All are of one length but the last.
fn data(text: &str) -> usize {
    let last = std::iter::once(text.len()..text.len());
    let ends = LINE_END.find_iter(text).map(|end| end.range()).chain(last);
    let (mut from, mut to, mut length) = (0, 0, 0);
    for end in ends {
        let line = &text[from..end.start];
        if let Some(data_end) = data_in_line(line, length > 0) {
            to = from + data_end;
            if data_end < length {
                break;
            }
            length = data_end;
        } else if !line.trim().is_empty() && (length > 0 || !HEADER.is_match(line.trim())) {
            break;
        }
        from = end.end;
    }
    to
}

/// Where data of a key ends in a line, with a number or a mark before it, perhaps, and a quote
/// behind it.
fn data_in_line(line: &str, inside: bool) -> Option<usize> {
    let quotes = ['"', '\'', ' ', '\t'];
    let start = line.len() - line.trim_start_matches(quotes).len();
    let end = line[start..].find(['"', '\'']).map_or(line.trim_end().len(), |quote| start + quote);
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let data = line[start..end].rsplit(|c: char| !is_base64(c)).next().unwrap_or_default().len();
    let all = data == end - start;
    (data >= LONG_DATA || all && data >= SHORT_DATA || all && inside && data > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "MIIEowIBAAKCAQEAvTqqH3Pz0l3mAAAA+BBBB/CCCCDDDDEEEEFFFFGGGGHHHH";

    /// What is left of a text without its keys.
    fn without(text: &str) -> String {
        let mut text = text.to_owned();
        for key in private_keys(&text).into_iter().rev() {
            text.replace_range(key.range, "#");
        }
        text
    }

    #[test]
    fn a_key_goes_from_its_beginning_to_its_end_however_it_is_written() {
        let begin = "-----BEGIN RSA PRIVATE KEY-----";
        let end = "-----END RSA PRIVATE KEY-----";
        let encrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n";
        for (text, expected) in [
            (format!("a\n{begin}\n{DATA}\nQw==\n{end}\nb\n"), "a\n#\nb\n"),
            (format!("a\r\n{begin}\r\n{DATA}\r\nQw==\r\n{end}\r\nb"), "a\r\n#\r\nb"),
            (format!("  {begin}\n  {DATA}\n  {end}\n  b"), "  #\n  b"),
            (format!("+{begin}\n+{DATA}\n+Qw==\n+{end}\n+b"), "+#\n+b"),
            (format!("{{\"key\": \"{begin}\\n{DATA}\\nQw==\\n{end}\\n\"}}"), "{\"key\": \"#\\n\"}"),
            (format!("{begin}\n{encrypted}\n{DATA}\n{end}\n{begin}\nshort\n{end}"), "#\n#"),
            (format!("{begin} three words between {end} b"), "# b"),
        ] {
            assert_eq!(without(&text), expected, "{text}");
        }
    }

    #[test]
    fn every_kind_of_private_key_is_one_and_no_other() {
        for name in [
            "PRIVATE KEY",
            "RSA PRIVATE KEY",
            "EC PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "PGP PRIVATE KEY BLOCK",
        ] {
            let text = format!("-----BEGIN {name}-----\n{DATA}\n-----END {name}-----");
            assert_eq!(without(&text), "#", "{name}");
        }
        let ssh2 = format!("---- BEGIN SSH2 PRIVATE KEY ----\n{DATA}\n---- END SSH2 PRIVATE KEY ----");
        assert_eq!(without(&ssh2), "#");
        for name in ["PUBLIC KEY", "CERTIFICATE", "PGP PUBLIC KEY BLOCK"] {
            let text = format!("-----BEGIN {name}-----\n{DATA}\n-----END {name}-----");
            assert_eq!(without(&text), text);
        }
    }

    #[test]
    fn a_key_without_its_end_goes_as_far_as_lines_look_like_one() {
        let begin = "-----BEGIN PRIVATE KEY-----";
        let far = "a line of words\n".repeat(DOUBTFUL / 16);
        for (text, expected) in [
            (format!("{begin}\n{DATA}\n{DATA}"), "#".to_owned()),
            (format!("{begin}\n{DATA}\nQw==\nthe end\n"), "#\nthe end\n".to_owned()),
            (format!("{begin}\n\nComment: none\n\n{DATA}\n\nthe end"), "#\n\nthe end".to_owned()),
            (format!("{begin}\n{DATA}\nQw==\nend\n"), "#\nend\n".to_owned()),
            (format!("    1\t{begin}\n    2\t{DATA}\n[a note]"), "    1\t#\n[a note]".to_owned()),
            (format!("\"{begin}\\n{DATA}\", more"), "\"#\", more".to_owned()),
            (format!("a.rs:1: {begin}\nb.rs:2: {begin}\nok"), "a.rs:1: #\nb.rs:2: #\nok".to_owned()),
            (
                format!("{begin}\n{far}-----END PRIVATE KEY-----"),
                format!("#\n{far}-----END PRIVATE KEY-----"),
            ),
        ] {
            assert_eq!(without(&text), expected, "{text}");
        }
    }
}
