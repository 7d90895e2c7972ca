//! Sets back the marks of a plan that an agent changed.

use std::collections::HashMap;
use std::time::Duration;

use super::document::Document;
use super::document::limits;
use super::edit::{TextSplice, spliced};
use super::read;
use crate::plan::document::mark::BoxMark;
use crate::plan::{Line, Span};

/// Then the lines that are left to be compared count as other lines.
const PATIENCE: Duration = Duration::from_secs(5);

/// A text in which the marks are those of an earlier one: what an agent ticked is open again, what it
/// opened is ticked. `None` if there is nothing to set back.
pub fn restore_marks(before: &str, after: &str) -> Option<String> {
    restored(before, after, |_| true)
}

/// The text of now without the ticks that were set between `before` and `after`: what was opened stays
/// open, and so does what was ticked later.
pub fn take_ticks_back(before: &str, after: &str, now: &str) -> Option<String> {
    if [before, after, now].iter().any(|text| limits::too_deep(text).is_some()) {
        return None;
    }
    let (marks, blank) = (Marks::of(after), Marks::of(now).blank);
    let line_then = matching_lines(&marks.blank, &blank);
    let was_ticked = |mark: &PlacedMark| {
        let then = line_then.get(&mark.line).and_then(|line| marks.on_line(*line));
        then.is_some_and(|then| then.ticked)
    };
    restored(before, now, |mark| mark.ticked && was_ticked(mark))
}

fn restored(before: &str, after: &str, counts: impl Fn(&PlacedMark) -> bool) -> Option<String> {
    // What cannot be read as a plan has no marks.
    if limits::too_deep(after).is_some() {
        return None;
    }
    limits::catch(|| compared(before, after, counts)).flatten()
}

fn compared(before: &str, after: &str, counts: impl Fn(&PlacedMark) -> bool) -> Option<String> {
    let old = Marks::of(before);
    let new = Marks::of(after);
    let old_line = matching_lines(&old.blank, &new.blank);
    let mut splices: Vec<TextSplice> = Vec::new();
    for mark in new.all.iter().filter(|mark| counts(mark)) {
        let earlier = old_line.get(&mark.line).and_then(|line| old.on_line(*line));
        let wanted = match earlier {
            Some(earlier) => &earlier.text,
            None if mark.ticked => &mark.open,
            None => &mark.text,
        };
        if *wanted != mark.text {
            splices.push(TextSplice { span: mark.span.clone(), text: wanted.clone() });
        }
    }
    (!splices.is_empty()).then(|| spliced(after, splices))
}

/// The marks of a text, and its lines without them.
struct Marks {
    all: Vec<PlacedMark>,
    blank: Vec<String>,
}

/// The mark of a box, or the word that stands for one.
struct PlacedMark {
    line: Line,
    span: Span,
    text: String,
    ticked: bool,
    /// What stands there if it is open.
    open: String,
}

impl Marks {
    fn of(text: &str) -> Self {
        let document = Document::parse(text);
        let lines = &document.lines;
        let boxes = document.marks();
        let mut all: Vec<PlacedMark> =
            boxes.map(|mark| PlacedMark::of_box(mark, lines.line_of(mark.at))).collect();
        if !document.entries.is_empty() {
            all.extend(words(text));
        }
        all.sort_by_key(|mark| mark.line);
        let mut blank: Vec<String> =
            lines.all().map(|line| document.line(line).trim_end().to_owned()).collect();
        for mark in &all {
            let column = mark.span.start - lines.start(mark.line);
            let line = blank.get_mut(usize::from(mark.line.before()));
            if let Some(text) = line.filter(|text| text.len() > column) {
                text.replace_range(column..column + mark.span.len(), " ");
            }
        }
        Self { all, blank }
    }

    /// The last mark of a line.
    fn on_line(&self, line: Line) -> Option<&PlacedMark> {
        let behind = self.all.partition_point(|mark| mark.line <= line);
        self.all[..behind].last().filter(|mark| mark.line == line)
    }
}

impl PlacedMark {
    fn of_box(mark: BoxMark, line: Line) -> Self {
        Self {
            line,
            span: mark.at..mark.at + mark.mark.len_utf8(),
            text: mark.mark.to_string(),
            ticked: matches!(mark.mark, 'x' | 'X'),
            open: " ".to_owned(),
        }
    }
}

/// The words of those entries that are steps; other tables are no business of ours.
fn words(text: &str) -> Vec<PlacedMark> {
    let boxes = read(text).plan.boxes.into_iter();
    let mark = |check_box: super::CheckBox| {
        let ticked = check_box.ticked();
        let word = check_box.word?;
        Some(PlacedMark { line: check_box.line, span: word.span, text: word.text, ticked, open: word.open })
    };
    boxes.filter_map(mark).collect()
}

/// For each line of the new text the line of the old one that it is.
fn matching_lines(old: &[String], new: &[String]) -> HashMap<Line, Line> {
    let [old, new] = [old, new].map(|lines| lines.iter().map(String::as_str).collect::<Vec<&str>>());
    // What is made new as a whole is as far from the old as it gets, and would be compared for hours.
    let mut compare = similar::TextDiff::configure();
    let diff = compare.algorithm(similar::Algorithm::Patience).timeout(PATIENCE).diff_slices(&old, &new);
    let mut matching = HashMap::new();
    for &operation in diff.ops() {
        if let similar::DiffOp::Equal { old_index, new_index, len } = operation {
            let lines = (1..=len).map(|line| (Line::from(new_index + line), Line::from(old_index + line)));
            matching.extend(lines);
        }
    }
    matching
}
