//! Why an edit was not made, with all that the model needs to get it right next time.

use std::fmt::Write;

use super::Replacement;
use super::lines::Flat;

/// The most that a model is told about one failure.
const LIMIT: usize = 2 * 1024;

/// A less similar region is no suggestion.
const SIMILAR: f64 = 0.6;

const CANDIDATES: usize = 64;

/// Why the edits of a call were not made; none of them was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct EditFailure {
    message: String,
    /// The line of the file, from 1, that it is about.
    pub line: usize,
}

/// The region of a file that is most like what was searched.
struct Nearest {
    line: usize,
    text: String,
    /// It differs in spaces, tabs or blank lines only.
    whitespace_only: bool,
}

impl EditFailure {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), line: 1 }
    }

    /// The text is there more than once: it begins at each of these lines.
    pub(super) fn ambiguous(lines: &[usize]) -> Self {
        let shown: Vec<String> = lines.iter().take(20).map(ToString::to_string).collect();
        let more = if lines.len() > shown.len() { ", …" } else { "" };
        let message = format!(
            "`old_string` is in the file {} times, at lines {}{more}; add lines around it to make it unique, or set \
             `replace_all`",
            lines.len(),
            shown.join(", ")
        );
        Self { message, line: lines.first().copied().unwrap_or(1) }
    }

    /// The text is not there; this may have been meant.
    pub(super) fn not_found(flat: &Flat, edit: &Replacement) -> Self {
        let searched = edit.old_string.as_str();
        let mut message = format!("`old_string` is not in the file ({} lines)", flat.line_count());
        // Writing to a string cannot fail.
        if let Some(line) = present(flat, edit) {
            let _ = write!(
                message,
                "; `new_string` is there already, at line {line}: perhaps the edit was made before"
            );
        }
        if searched.lines().all(is_numbered) {
            message.push_str("; leave out the line numbers, they are not in the file");
        }
        let _ = write!(message, "\nsearched:\n{}", cut(searched, LIMIT / 4));
        let Some(Nearest { line, text, whitespace_only }) = nearest(flat, searched) else {
            return Self::new(message);
        };
        let what = if whitespace_only { "the same but for white space" } else { "did you mean" };
        let _ = write!(message, "\n{what}, line {line}:\n{}", cut(&text, LIMIT / 2));
        Self { message, line }
    }

    /// The same of one edit, from 1, of several.
    #[must_use]
    pub(super) fn of(self, edit: usize, all: usize) -> Self {
        if all == 1 {
            return self;
        }
        let message = format!("edit {edit} of {all} failed and none was made: {}", self.message);
        Self { message, ..self }
    }
}

/// As `read_file` shows lines.
fn is_numbered(line: &str) -> bool {
    let number = line.split_once('\t').map_or("", |(number, _)| number.trim_start());
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whole lines up to a size.
fn cut(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(limit);
    let end = text[..end].rfind('\n').unwrap_or(end);
    format!("{}\n…", &text[..end])
}

/// The line where the replacement stands already.
fn present(flat: &Flat, edit: &Replacement) -> Option<usize> {
    let new = edit.new_string.trim();
    if new.is_empty() { None } else { flat.text.find(new).map(|at| flat.line_of(at)) }
}

fn nearest(flat: &Flat, old: &str) -> Option<Nearest> {
    let searched: Vec<&str> = old.trim_matches('\n').split('\n').collect();
    let count = flat.line_count();
    let region = |first: usize| (first..count.min(first + searched.len())).map(|line| flat.line(line));
    let score = |first: usize| {
        let scores = searched.iter().zip(region(first)).map(|(searched, line)| similarity(searched, line));
        scores.sum::<f64>() / f64::from(u32::try_from(searched.len()).unwrap_or(u32::MAX))
    };
    let scored = candidates(flat, &searched).into_iter().map(|first| (first, score(first)));
    let (first, _) = scored.filter(|(_, score)| *score >= SIMILAR).max_by(|a, b| a.1.total_cmp(&b.1))?;
    let text = region(first).collect::<Vec<_>>().join("\n");
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    Some(Nearest { line: first + 1, whitespace_only: dense(&text) == dense(old), text })
}

/// First lines of the regions worth comparing: those where a line of the search stands, the
/// longest lines first; or where the longest one nearly does.
fn candidates(flat: &Flat, searched: &[&str]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..searched.len()).filter(|&at| !searched[at].trim().is_empty()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(searched[at].trim().len()));
    let lines = 0..flat.line_count();
    let mut found: Vec<usize> = Vec::new();
    for &at in order.iter().take(8) {
        let wanted = searched[at].trim();
        found.extend(
            lines
                .clone()
                .filter(|&line| flat.line(line).trim() == wanted)
                .map(|line| line.saturating_sub(at)),
        );
        if found.len() >= CANDIDATES {
            break;
        }
    }
    if let (true, Some(&longest)) = (found.is_empty(), order.first()) {
        let likeness = |line: &usize| similarity(searched[longest], flat.line(*line));
        let mut alike: Vec<(usize, f64)> = lines.take(20_000).map(|line| (line, likeness(&line))).collect();
        alike.sort_by(|a, b| b.1.total_cmp(&a.1));
        found.extend(alike.iter().take(8).map(|(line, _)| line.saturating_sub(longest)));
    }
    found.truncate(CANDIDATES);
    found
}

/// From 0 to 1, indentation left out.
fn similarity(one: &str, other: &str) -> f64 {
    let short = |text: &str| text.trim().chars().take(200).collect::<String>();
    strsim::sorensen_dice(&short(one), &short(other))
}
