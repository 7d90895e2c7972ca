//! Prints data to standard output and talk to standard error; it is no error if the reader has gone.

use std::io::Write;

use anstyle::{AnsiColor, Style};

/// For what went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// For what did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// For what needs a look.
pub(crate) const NOTICE: Style = AnsiColor::Yellow.on_default();
/// For names of things.
pub(crate) const STRONG: Style = Style::new().bold();
/// For what is only context.
pub(crate) const FAINT: Style = Style::new().dimmed();

pub(crate) fn data(text: &str) {
    drop(anstream::stdout().write_all(text.as_bytes()));
}

/// Writes bytes to standard output: in colours, as text, where somebody sees them; else as they are,
/// for programs.
pub(crate) fn data_in_colours(bytes: &[u8], coloured: fn(&str) -> String) {
    if is_seen() {
        data(&coloured(&String::from_utf8_lossy(bytes)));
    } else {
        data_bytes(bytes);
    }
}

/// Somebody sees standard output, or wants it as if; else a program reads it.
pub(crate) fn is_seen() -> bool {
    let out = anstream::stdout();
    out.is_terminal() || out.current_choice() != anstream::ColorChoice::Never
}

/// Writes bytes to standard output as they are, for programs.
pub(crate) fn data_bytes(bytes: &[u8]) {
    drop(anstream::stdout().into_inner().write_all(bytes));
}

/// Copies a file to standard output, however large it is.
pub(crate) fn data_from(mut file: std::fs::File) {
    drop(std::io::copy(&mut file, &mut anstream::stdout()));
}

/// Writes a line to standard output and sends it off at once, for programs that follow a run.
pub(crate) fn data_line(line: &str) {
    let mut out = std::io::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Writes a line to standard error.
pub(crate) fn talk(line: &str) {
    drop(writeln!(anstream::stderr(), "{line}"));
}

/// Writes a warning to standard error.
pub(crate) fn warning(message: &str) {
    talk(&format!("{} {message}", styled(NOTICE, "warning:")));
}

/// A piece of text in a style; colours appear on terminals only.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+@:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Says that agentrun itself is wrong somewhere.
pub fn mistake_of_ours(what: &str) {
    talk(&format!("{} agentrun crashed; this is a bug: {what}", styled(BAD, "error:")));
    talk(&format!(
        "{} no work is lost: run the same command again to continue, and please report this",
        styled(STRONG, "hint:")
    ));
}

/// Says why agentrun cannot go on, and what to do.
pub fn failure(failure: &crate::failure::Failure) {
    talk(&format!("{} {failure}", styled(BAD, "error:")));
    for hint in &failure.hints {
        talk(&format!("{} {hint}", styled(STRONG, "hint:")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_quoted_where_a_shell_would_split_or_drop_it() {
        let words = ["/tmp/demo-1", "/my files/it's", "#7", ""];
        assert_eq!(words.map(quoted), ["/tmp/demo-1", r"'/my files/it'\''s'", "'#7'", "''"]);
    }
}
