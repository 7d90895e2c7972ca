//! Writes ticks into the text of a plan, one byte each, and the one section that agentrun adds.

use std::collections::HashMap;

use super::check_box::{BoxRole, CheckBox};
use super::sections::{PROGRESS_CLOSES, PROGRESS_OPENS};
use super::step::{Plan, Step};
use super::{BoxIndex, StepIndex, read};
use crate::plan::steps::mirror::entry_names;
use crate::plan::{Line, Span};

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
pub enum MarkChange {
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
        line: Line,
    },
    /// The mark is one that agentrun does not overwrite.
    #[error("the mark `{mark}` in line {line} is not agentrun's to change")]
    Mark {
        /// Line of the box.
        line: Line,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TextSplice {
    /// What is replaced.
    pub span: Span,
    /// What stands there then.
    pub text: String,
}

/// Changes the targets and nothing else; what comes out was read again to make sure.
pub fn apply(
    text: &str,
    plan: &Plan,
    targets: &[TickTarget],
    change: MarkChange,
) -> Result<String, EditError> {
    let (splices, marks, entries) = (Vec::new(), HashMap::new(), Vec::new());
    let mut edit = Edit { text, plan, change, splices, marks, entries };
    for target in targets {
        edit.add(target)?;
    }
    edit.entries.dedup();
    if !edit.entries.is_empty() {
        edit.splices.push(entries_splice(text, plan, &edit.entries));
    }
    let changed = spliced(text, edit.splices);
    if verified(plan, &changed, &edit.marks, edit.entries.len()) {
        Ok(changed)
    } else {
        Err(EditError::ChangesMore)
    }
}

/// What is to be changed in a text.
struct Edit<'a> {
    text: &'a str,
    plan: &'a Plan,
    change: MarkChange,
    splices: Vec<TextSplice>,
    /// The marks that the boxes have then.
    marks: HashMap<BoxIndex, char>,
    /// The steps that get an entry of their own.
    entries: Vec<StepIndex>,
}

impl Edit<'_> {
    fn add(&mut self, target: &TickTarget) -> Result<(), EditError> {
        match target {
            TickTarget::Box(index) => self.set_mark(*index)?,
            TickTarget::Progress(step) => match entry_of(self.plan, *step) {
                Some(index) => self.set_mark(index)?,
                None if self.change == MarkChange::Tick && self.plan.steps.get(*step).is_some() => {
                    self.entries.push(*step);
                }
                None => return Err(EditError::NoSuchTarget),
            },
            TickTarget::Status { comment, value } => {
                self.splices.push(status_splice(self.plan, *comment, value)?);
            }
        }
        Ok(())
    }

    fn set_mark(&mut self, index: BoxIndex) -> Result<(), EditError> {
        let check_box = self.plan.boxes.get(index).ok_or(EditError::NoSuchTarget)?;
        let (line, mark) = (check_box.line, check_box.mark);
        if !stands(self.text, check_box) {
            return Err(EditError::Moved { line });
        }
        let (wanted, stands_already, allowed) = match self.change {
            MarkChange::Tick => ('x', check_box.ticked(), check_box.tickable()),
            MarkChange::Untick => (' ', mark == ' ', check_box.ticked()),
        };
        if stands_already {
            return Ok(());
        }
        if !allowed {
            return Err(EditError::Mark { line, mark });
        }
        if self.marks.insert(index, wanted).is_none() {
            let (span, text) = match &check_box.word {
                Some(word) if wanted == 'x' => (word.span.clone(), word.done.clone()),
                Some(word) => (word.span.clone(), word.open.clone()),
                None => (check_box.mark_at..check_box.mark_at + mark.len_utf8(), wanted.to_string()),
            };
            self.splices.push(TextSplice { span, text });
        }
        Ok(())
    }
}

fn entry_of(plan: &Plan, step: StepIndex) -> Option<BoxIndex> {
    let progress = plan.progress.as_ref()?;
    progress.entries.iter().find(|entry| entry.step == step).map(|entry| entry.check_box)
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

fn status_splice(plan: &Plan, comment: usize, value: &str) -> Result<TextSplice, EditError> {
    let status = plan.status_comments.get(comment).ok_or(EditError::NoSuchTarget)?;
    let fits = !value.trim().is_empty() && !value.contains("--") && !value.contains(['\n', '\r', '>']);
    let text = value.to_owned();
    if fits { Ok(TextSplice { span: status.span.clone(), text }) } else { Err(EditError::Value(text)) }
}

/// New entries go to the end of the section; the section, if it is new, to the end of the file.
fn entries_splice(text: &str, plan: &Plan, steps: &[StepIndex]) -> TextSplice {
    let names = entry_names(plan);
    let end = line_end(text);
    let lines = steps.iter().fold(String::new(), |lines, step| lines + "- [x] " + &names[*step] + end);
    let ends_line = |text: &str| text.is_empty() || text.ends_with(['\n', '\r']);
    if let Some(progress) = &plan.progress {
        let at = progress.span.end;
        let before = if ends_line(text.get(..at).unwrap_or_default()) { "" } else { end };
        return TextSplice { span: at..at, text: format!("{before}{lines}") };
    }
    let before = if ends_line(text) { "" } else { end };
    let end_of_file = text.len();
    let text =
        format!("{before}{end}{PROGRESS_OPENS}{end}## Progress{end}{end}{lines}{PROGRESS_CLOSES}{end}");
    TextSplice { span: end_of_file..end_of_file, text }
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
pub(super) fn spliced(text: &str, mut splices: Vec<TextSplice>) -> String {
    splices.sort_by_key(|splice| splice.span.start);
    let mut changed = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for splice in &splices {
        changed.push_str(text.get(at..splice.span.start).unwrap_or_default());
        changed.push_str(&splice.text);
        at = splice.span.end;
    }
    changed.push_str(text.get(at..).unwrap_or_default());
    changed
}

/// Read again, the text has the same steps and the same boxes, but for the marks that were to change and
/// the entries that were to come.
fn verified(plan: &Plan, changed: &str, marks: &HashMap<BoxIndex, char>, entries: usize) -> bool {
    let after = read(changed).plan;
    let same_steps = plan.steps.len() == after.steps.len()
        && plan.steps.iter().zip(&after.steps).all(|(one, two)| same_step(one, two));
    if !same_steps || plan.boxes.len() + entries != after.boxes.len() {
        return false;
    }
    // Entries that are appended to a section in the middle of the file move the boxes behind it.
    let last_box = plan.boxes.last().map_or(0, |last| last.mark_at);
    if entries > 0 && plan.progress.as_ref().is_some_and(|progress| last_box > progress.span.end) {
        return true;
    }
    let mut pairs = plan.boxes.iter_enumerated().zip(&after.boxes);
    let mut new = after.boxes.iter().skip(plan.boxes.len());
    pairs.all(|((index, one), two)| same_box(one, two, marks.get(&index).copied()))
        && new.all(|check_box| check_box.role == BoxRole::Mirror && check_box.ticked())
}

fn same_step(one: &Step, two: &Step) -> bool {
    one.key == two.key && one.tasks.len() == two.tasks.len()
}

/// A box as it was, but for the mark that it was to get.
fn same_box(one: &CheckBox, two: &CheckBox, mark: Option<char>) -> bool {
    let same_mark = mark.unwrap_or(one.mark) == two.mark;
    same_mark && one.text == two.text && one.role == two.role && one.step == two.step
}
