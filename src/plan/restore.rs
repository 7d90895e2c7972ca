//! Sets back the marks of a plan that an agent changed.

use std::collections::HashMap;
use std::ops::Range;

use super::document::Document;
use super::edit::{Splice, spliced};
use super::read;

/// A text in which the marks are those of an earlier one: what an agent ticked is open again, what it
/// opened is ticked. `None` if there is nothing to set back.
pub fn restore_marks(before: &str, after: &str) -> Option<String> {
    restored(before, after, |_| true)
}

/// The same for what was ticked since: what was opened stays open.
pub fn take_ticks_back(before: &str, after: &str) -> Option<String> {
    restored(before, after, |mark| mark.ticked)
}

fn restored(before: &str, after: &str, counts: impl Fn(&Mark) -> bool) -> Option<String> {
    let old = Marks::of(before);
    let new = Marks::of(after);
    let old_line = matching_lines(&old.blank, &new.blank);
    let mut splices: Vec<Splice> = Vec::new();
    for mark in new.all.iter().filter(|mark| counts(mark)) {
        let earlier = old_line.get(&mark.line).and_then(|line| old.by_line.get(line));
        let wanted = match earlier {
            Some(earlier) => &old.all[*earlier].text,
            None if mark.ticked => &mark.open,
            None => &mark.text,
        };
        if *wanted != mark.text {
            splices.push((mark.span.clone(), wanted.clone()));
        }
    }
    (!splices.is_empty()).then(|| spliced(after, splices))
}

/// The marks of a text, and its lines without them.
struct Marks {
    all: Vec<Mark>,
    by_line: HashMap<usize, usize>,
    blank: Vec<String>,
}

/// The mark of a box, or the word that stands for one.
struct Mark {
    line: usize,
    span: Range<usize>,
    text: String,
    ticked: bool,
    /// What stands there if it is open.
    open: String,
}

impl Marks {
    fn of(text: &str) -> Self {
        let document = Document::parse(text);
        let lines = &document.lines;
        let of_box = |mark: crate::plan::document::mark::Mark| Mark {
            line: lines.line_of(mark.at),
            span: mark.at..mark.at + mark.mark.len_utf8(),
            text: mark.mark.to_string(),
            ticked: matches!(mark.mark, 'x' | 'X'),
            open: " ".to_owned(),
        };
        let mut all: Vec<Mark> = document.marks().map(of_box).collect();
        if !document.entries.is_empty() {
            all.extend(words(text));
        }
        let by_line = all.iter().enumerate().map(|(index, mark)| (mark.line, index)).collect();
        let mut blank: Vec<String> =
            (1..=lines.count()).map(|line| lines.text(text, line).trim_end().to_owned()).collect();
        for mark in &all {
            let column = mark.span.start - lines.start(mark.line);
            if let Some(text) = blank.get_mut(mark.line - 1).filter(|text| text.len() > column) {
                text.replace_range(column..column + mark.span.len(), " ");
            }
        }
        Self { all, by_line, blank }
    }
}

/// The words of those entries that are steps; other tables are no business of ours.
fn words(text: &str) -> Vec<Mark> {
    let boxes = read(text).plan.boxes.into_iter();
    let mark = |check_box: super::CheckBox| {
        let ticked = check_box.ticked();
        let word = check_box.word?;
        Some(Mark { line: check_box.line, span: word.span, text: word.text, ticked, open: word.open })
    };
    boxes.filter_map(mark).collect()
}

/// For each line of the new text the line of the old one that it is, both 1-based.
fn matching_lines(old: &[String], new: &[String]) -> HashMap<usize, usize> {
    let operations = similar::capture_diff_slices(similar::Algorithm::Patience, old, new);
    let mut matching = HashMap::new();
    for operation in operations {
        if let similar::DiffOp::Equal { old_index, new_index, len } = operation {
            matching.extend((0..len).map(|offset| (new_index + offset + 1, old_index + offset + 1)));
        }
    }
    matching
}
