//! Refuses what would be too much for the reader of plans, and catches where the reader itself is wrong.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::plan::{Diagnostic, Severity, Span};

/// Quotes in quotes, and brackets in brackets; what people write has a handful.
const DEPTH: usize = 200;

thread_local! {
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// A plan is being read on this thread: a panic becomes a diagnostic, and ends nothing.
pub fn is_reading() -> bool {
    READING.get()
}

/// What a reading gives; `None` if the reader panics.
pub(in crate::plan) fn catch<T>(read: impl FnOnce() -> T) -> Option<T> {
    let outer = READING.replace(true);
    let read = catch_unwind(AssertUnwindSafe(read)).ok();
    READING.set(outer);
    read
}

/// A plan that the reader is not up to.
pub(in crate::plan) fn unreadable(text: &str) -> Diagnostic {
    let message = "agentrun cannot read this plan: its reader is wrong somewhere, which is a bug";
    error("unreadable", 0..text.lines().next().map_or(0, str::len), message)
        .help("please report this with the plan; leaving parts out shows which one it is")
}

/// The first place that nests too deep for a parser, which would take its whole stack or hours.
pub(in crate::plan) fn too_deep(text: &str) -> Option<Diagnostic> {
    let mut start = 0;
    let mut brackets = 0;
    for line in text.split_inclusive('\n') {
        if line.trim().is_empty() {
            brackets = 0;
        }
        if quotes(line) > DEPTH || deepest(line, &mut brackets) > DEPTH {
            let shown = line.char_indices().nth(40).map_or(line.trim_end().len(), |(at, _)| at);
            return Some(
                error("too-deep", start..start + shown, "this nests too deep to be read")
                    .help(format!("at most {DEPTH} quotes or brackets can be one in the other")),
            );
        }
        start += line.len();
    }
    None
}

/// How many quotes a line begins, in lists or not.
fn quotes(line: &str) -> usize {
    let marker = |c: &char| matches!(c, '>' | ' ' | '\t' | '-' | '*' | '+' | '.' | ')') || c.is_ascii_digit();
    line.chars().take_while(marker).filter(|&c| c == '>').count()
}

/// The largest number of brackets that are open at once in a line of a paragraph.
fn deepest(line: &str, open: &mut usize) -> usize {
    let mut deepest = 0;
    for byte in line.bytes() {
        match byte {
            b'[' => *open += 1,
            b']' => *open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(*open);
    }
    deepest
}

fn error(code: &'static str, span: Span, message: &'static str) -> Diagnostic {
    Diagnostic { severity: Severity::Error, code, span, message: message.into(), help: None }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::plan;

    const HEAD: &str = "# P\n\n### Step 1: A\n\n- [ ] a\n\n";

    #[test]
    fn what_nests_too_deep_is_an_error_and_nothing_is_read() {
        let many = |text: &str| text.repeat(200_000);
        for (deep, is_error) in [
            (many(">") + " x", true),
            (many("> ") + "x", true),
            (many("> - ") + "x", true),
            (many("1. > ") + "x", true),
            (many("[") + "x" + &many("]"), true),
            (many("![") + &many("]("), true),
            (format!("{}x\n{}", "[\n".repeat(900), "]\n".repeat(900)), true),
            (many("- ") + "x", false),
            (many("[a] "), false),
            (many("[a](b) "), false),
            (many("[ \n\n"), false),
            (many("<"), false),
            (">".repeat(50) + " x", false),
            ("[".repeat(50) + &"]".repeat(50), false),
        ] {
            let reading = plan::read(&format!("{HEAD}{deep}\n"));
            let codes: Vec<&str> = reading.diagnostics.iter().map(|found| found.code).collect();
            let named = &deep[..20];
            assert_eq!(codes.contains(&"too-deep"), is_error, "{named}: {codes:?}");
            assert_eq!(reading.plan.steps.is_empty(), is_error, "{named}");
        }
    }

    #[test]
    fn a_reader_that_panics_has_read_nothing() {
        assert_eq!(catch(|| 7), Some(7));
        assert_eq!(catch(|| -> usize { panic!("a slice is out of bounds") }), None);
        assert!(!is_reading());
        assert_eq!(unreadable("# P\n").span, 0..3);
    }
}
