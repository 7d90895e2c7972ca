//! Writes ticks into the text of a plan, one byte each, and the one section that agentrun adds.

use std::collections::HashMap;
use std::ops::Range;

use super::check_box::{BoxRole, CheckBox};
use super::sections::{PROGRESS_CLOSES, PROGRESS_OPENS};
use super::step::Plan;
use super::{BoxIndex, StepIndex, read};
use crate::plan::steps::mirror::entry_names;

/// A place of the file that is changed when a step passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TickTarget {
    /// A box, an index into [`Plan::boxes`].
    Box(BoxIndex),
    /// The entry of a step in the section that agentrun owns; it is made if it is not there.
    Progress(StepIndex),
    /// A `STATUS` comment, an index into [`Plan::status_comments`], and the value it gets.
    Status {
        /// Which comment.
        comment: usize,
        /// `in_progress`, `completed`.
        value: String,
    },
}

/// Which way the marks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// To `x`.
    Tick,
    /// To a space.
    Untick,
}

/// Why a text was not changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EditError {
    /// The plan was read from another text.
    #[error("the box of line {line} is not where it was read")]
    Moved {
        /// Line of the box.
        line: usize,
    },
    /// The mark is one that agentrun does not overwrite.
    #[error("the mark `{mark}` in line {line} is not agentrun's to change")]
    Mark {
        /// Line of the box.
        line: usize,
        /// What stands there.
        mark: char,
    },
    /// There is no such box, step or comment, or nothing to take back.
    #[error("the plan has no such place")]
    NoSuchTarget,
    /// The value would end the comment that it stands in.
    #[error("`{0}` cannot stand in a comment")]
    Value(String),
    /// The changed text, read again, differs in more than was meant.
    #[error("the change would alter more of the plan than its targets")]
    ChangesMore,
}

/// A replacement of bytes.
pub(super) type Splice = (Range<usize>, String);

/// Changes the targets and nothing else; what comes out was read again to make sure.
pub fn apply(text: &str, plan: &Plan, targets: &[TickTarget], change: Change) -> Result<String, EditError> {
    let mut splices: Vec<Splice> = Vec::new();
    let mut marks: HashMap<BoxIndex, char> = HashMap::new();
    let mut entries = Vec::new();
    for target in targets {
        match target {
            TickTarget::Box(index) => splices.extend(mark_splice(text, plan, (*index, change), &mut marks)?),
            TickTarget::Progress(step) => match entry_of(plan, *step) {
                Some(index) => splices.extend(mark_splice(text, plan, (index, change), &mut marks)?),
                None if change == Change::Tick && plan.steps.get(*step).is_some() => entries.push(*step),
                None => return Err(EditError::NoSuchTarget),
            },
            TickTarget::Status { comment, value } => splices.push(status_splice(plan, *comment, value)?),
        }
    }
    entries.dedup();
    splices.extend((!entries.is_empty()).then(|| entries_splice(text, plan, &entries)));
    let changed = spliced(text, splices);
    if verified(plan, &changed, &marks, entries.len()) { Ok(changed) } else { Err(EditError::ChangesMore) }
}

fn entry_of(plan: &Plan, step: StepIndex) -> Option<BoxIndex> {
    let progress = plan.progress.as_ref()?;
    progress.entries.iter().find(|entry| entry.step == step).map(|entry| entry.check_box)
}

fn mark_splice(
    text: &str,
    plan: &Plan,
    (index, change): (BoxIndex, Change),
    marks: &mut HashMap<BoxIndex, char>,
) -> Result<Option<Splice>, EditError> {
    let check_box = plan.boxes.get(index).ok_or(EditError::NoSuchTarget)?;
    let (line, mark) = (check_box.line, check_box.mark);
    if !stands(text, check_box) {
        return Err(EditError::Moved { line });
    }
    let (wanted, allowed) = match change {
        Change::Tick => ('x', check_box.tickable() || check_box.ticked()),
        Change::Untick => (' ', check_box.ticked() || mark == ' '),
    };
    let nothing_to_do = (change == Change::Tick && check_box.ticked()) || mark == wanted;
    match (nothing_to_do, allowed) {
        (true, _) => Ok(None),
        (false, false) => Err(EditError::Mark { line, mark }),
        (false, true) if marks.insert(index, wanted).is_some() => Ok(None),
        (false, true) => Ok(Some(match &check_box.word {
            Some(word) if wanted == 'x' => (word.span.clone(), word.done.clone()),
            Some(word) => (word.span.clone(), word.open.clone()),
            None => (check_box.mark_at..check_box.mark_at + mark.len_utf8(), wanted.to_string()),
        })),
    }
}

/// The box is where it was read.
fn stands(text: &str, check_box: &CheckBox) -> bool {
    if let Some(word) = &check_box.word {
        return text.get(word.span.clone()) == Some(word.text.as_str());
    }
    let end = check_box.mark_at + check_box.mark.len_utf8();
    let around = check_box.mark_at.checked_sub(1).and_then(|start| text.get(start..=end));
    around == Some(format!("[{}]", check_box.mark).as_str())
}

fn status_splice(plan: &Plan, comment: usize, value: &str) -> Result<Splice, EditError> {
    let status = plan.status_comments.get(comment).ok_or(EditError::NoSuchTarget)?;
    let fits = !value.trim().is_empty() && !value.contains("--") && !value.contains(['\n', '\r', '>']);
    if fits { Ok((status.span.clone(), value.to_owned())) } else { Err(EditError::Value(value.to_owned())) }
}

/// New entries go to the end of the section; the section, if it is new, to the end of the file.
fn entries_splice(text: &str, plan: &Plan, steps: &[StepIndex]) -> Splice {
    let names = entry_names(plan);
    let end = line_end(text);
    let lines = steps.iter().fold(String::new(), |lines, step| lines + "- [x] " + &names[*step] + end);
    let ends_line = |text: &str| text.is_empty() || text.ends_with(['\n', '\r']);
    if let Some(progress) = &plan.progress {
        let at = progress.span.end;
        let before = if ends_line(text.get(..at).unwrap_or_default()) { "" } else { end };
        return (at..at, format!("{before}{lines}"));
    }
    let before = if ends_line(text) { "" } else { end };
    let section =
        format!("{before}{end}{PROGRESS_OPENS}{end}## Progress{end}{end}{lines}{PROGRESS_CLOSES}{end}");
    (text.len()..text.len(), section)
}

/// The line end that most lines of the file have.
fn line_end(text: &str) -> &'static str {
    let pairs = text.matches("\r\n").count();
    let feeds = text.matches('\n').count() - pairs;
    let returns = text.matches('\r').count() - pairs;
    match () {
        () if pairs > feeds && pairs >= returns => "\r\n",
        () if returns > feeds => "\r",
        () => "\n",
    }
}

/// A text with these replacements.
pub(super) fn spliced(text: &str, mut splices: Vec<Splice>) -> String {
    splices.sort_by_key(|(range, _)| range.start);
    let mut changed = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (range, replacement) in &splices {
        changed.push_str(text.get(at..range.start).unwrap_or_default());
        changed.push_str(replacement);
        at = range.end;
    }
    changed.push_str(text.get(at..).unwrap_or_default());
    changed
}

/// Read again, the text has the same steps and the same boxes, but for the marks that were to change and
/// the entries that were to come.
fn verified(plan: &Plan, changed: &str, marks: &HashMap<BoxIndex, char>, entries: usize) -> bool {
    let after = read(changed).plan;
    let same_steps = plan.steps.len() == after.steps.len()
        && plan
            .steps
            .iter()
            .zip(&after.steps)
            .all(|(one, two)| one.key == two.key && one.tasks.len() == two.tasks.len());
    let new: Vec<&CheckBox> = after.boxes.iter().skip(plan.boxes.len()).collect();
    let same_box = |(index, (one, two)): (BoxIndex, (&CheckBox, &CheckBox))| {
        let mark = marks.get(&index).copied().unwrap_or(one.mark);
        mark == two.mark && one.text == two.text && one.role == two.role && one.step == two.step
    };
    // Entries that are appended to a section in the middle of the file move the boxes behind it.
    let in_place = plan
        .progress
        .as_ref()
        .is_none_or(|progress| plan.boxes.last().is_none_or(|last| last.mark_at <= progress.span.end));
    let count = plan.boxes.len() + entries == after.boxes.len();
    if !in_place && entries > 0 {
        return same_steps && count;
    }
    same_steps
        && count
        && plan.boxes.keys().zip(plan.boxes.iter().zip(&after.boxes)).all(same_box)
        && new.iter().all(|check_box| check_box.role == BoxRole::Mirror && check_box.ticked())
}
