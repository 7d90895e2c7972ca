//! Reads the body of a step: tasks, criteria, files, references and fields, each by the label above it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::boxes::Boxes;
use super::claim::{Claim, claim};
use super::command;
use super::files;
use super::references;
use crate::plan::StepIndex;
use crate::plan::criterion::{Criterion, CriterionKind};
use crate::plan::document::entry::EntryKind;
use crate::plan::document::{BlockKind, Document};
use crate::plan::names::label::{self, Label};
use crate::plan::names::{self, Role};
use crate::plan::piece::{Piece, one_line};
use crate::plan::sections::{LABEL, Sections};
use crate::plan::step::{Field, Reference, ReferenceTo, StepKind, Task};

/// What a sentence begins with that names other steps, without the letter that may be a capital.
const DEPENDS: &str = "epends on ";
/// Its word, quick to look for.
const DEPENDS_WORD: &str = "epends";

/// Reads the parts of one step.
pub(in crate::plan) struct Body<'plan, 'text> {
    pub(in crate::plan) sections: &'plan Sections<'text>,
    pub(in crate::plan) document: &'plan Document<'text>,
    pub(in crate::plan) boxes: &'plan mut Boxes,
    pub(in crate::plan) step: Option<StepIndex>,
    pub(in crate::plan) kind: StepKind,
    pub(in crate::plan) parts: Parts,
}

/// The parts of one step.
#[derive(Debug, Default)]
pub(in crate::plan) struct Parts {
    /// Items of work.
    pub tasks: Vec<Task>,
    /// What must hold.
    pub criteria: Vec<Criterion>,
    /// Files it names.
    pub files: Vec<String>,
    /// References to other steps.
    pub references: Vec<Reference>,
    /// Its dependency field says that there are none.
    pub independent: bool,
    /// Other fields.
    pub fields: Vec<Field>,
    /// Questions that stand in it.
    pub open_questions: Vec<Field>,
    /// Bullets that are tasks if nothing else is.
    pub(in crate::plan) bullets: Vec<Task>,
    /// Where its commands run.
    pub(in crate::plan) dir: Option<String>,
}

impl<'plan, 'text> Body<'plan, 'text> {
    /// A reader for the step of this index.
    pub(in crate::plan) fn new(
        sections: &'plan Sections<'text>,
        boxes: &'plan mut Boxes,
        (step, kind): (StepIndex, StepKind),
    ) -> Self {
        Self {
            sections,
            document: &sections.document,
            boxes,
            step: Some(step),
            kind,
            parts: Parts::default(),
        }
    }

    /// A reader for a part of the plan that is no step.
    pub(in crate::plan) fn for_plan(
        sections: &'plan Sections<'text>,
        boxes: &'plan mut Boxes,
        kind: StepKind,
    ) -> Self {
        let document = &sections.document;
        Self { sections, document, boxes, step: None, kind, parts: Parts::default() }
    }

    /// What was read.
    pub(in crate::plan) fn finish(mut self) -> Parts {
        if self.parts.tasks.is_empty() && self.kind == StepKind::Work {
            self.parts.tasks = std::mem::take(&mut self.parts.bullets);
        }
        drop_repeated(&mut self.parts.files, |_| true, |file| Some(file));
        // What somebody has to look at is said once more, whichever command it is about.
        let unboxed = |criterion: &Criterion| criterion.check_box.is_none() && !criterion.says_more;
        drop_repeated(&mut self.parts.criteria, unboxed, |criterion| Some(&criterion.command()?.script));
        let dir = self.parts.dir.take();
        for criterion in &mut self.parts.criteria {
            if let CriterionKind::Command(command) = &mut criterion.kind {
                command.dir = command.dir.take().or_else(|| dir.clone());
            }
        }
        self.parts
    }

    /// Reads a section and those that it holds, down to the ones that are left out.
    pub(in crate::plan) fn read_subtree(
        &mut self,
        section: usize,
        role: Option<Role>,
        left_out: &dyn Fn(usize) -> bool,
    ) {
        let range = self.sections.subtree(section);
        let mut roles: Vec<Option<Role>> = Vec::with_capacity(range.len());
        let mut next = section;
        for index in range {
            let found = &self.sections.all[index];
            let around = match found.parent.and_then(|parent| parent.checked_sub(section)) {
                Some(parent) if index > section => roles.get(parent).copied().flatten(),
                _ => role,
            };
            let named = if index == section { role } else { found.named };
            let own = match (around, named) {
                // `Level 2: Unit tests` of a validation section is validation.
                (Some(Role::Validation), Some(Role::Testing)) => around,
                _ if is_closed(around) => around,
                _ => named.or(around),
            };
            roles.push(own);
            if index > section && left_out(index) {
                next = next.max(found.end);
            }
            if index >= next {
                self.read_section(index, own);
            }
        }
        self.read_comments(section);
    }

    /// Reads an item that is a step: its nested items and fields.
    pub(in crate::plan) fn read_item_step(&mut self, block: usize, title: &str) {
        let text = self.item_text(block);
        self.add_files(files::in_text(&text.text));
        if !self.read_parts(block) {
            self.add_title_command(&text, title);
        }
        self.add_said_references(text.at, &text.text);
        let first = block + 1 + usize::from(self.document.own_text(block).is_some());
        let mut nested = self.document.siblings(first, self.document.blocks[block].end).peekable();
        // A step that is called `Verification` holds commands as well as work.
        let role = nested.peek().and_then(|_| names::verifies(title).then_some(Role::Testing));
        for child in nested {
            self.read_block(child, role);
        }
        let found = &self.document.blocks[block];
        self.read_comments_in(&(found.start..self.document.lines.end(found.end_line)));
    }

    /// The labels between the bars of its line: `Saw it | Verify: make test`. False if there are none.
    fn read_parts(&mut self, block: usize) -> bool {
        let (at, line) = self.document.first_line(block);
        if memchr::memchr(b'|', line.as_bytes()).is_none() {
            return false;
        }
        let mut found = false;
        for (from, label) in label::parts(line) {
            let at = at + from + label.value_at;
            let piece = self.piece(at, label.value, at + label.value.len());
            self.read_field(label.name, &piece, (label.role, false));
            found = true;
        }
        found
    }

    /// A step of one line may name the command that decides about it, if its title wants to see that succeed.
    fn add_title_command(&mut self, piece: &Piece<'_>, title: &str) {
        if !piece.text.contains('`') {
            return;
        }
        let verdict = command::classify(&piece.text, false);
        let is_command = matches!(verdict.kind, CriterionKind::Command(_));
        if is_command && (names::verifies(title) || command::checks(title)) {
            self.add_criterion(piece, verdict, None);
        }
    }

    /// Reads what an entry that is no item says of files, other entries and its validation.
    pub(in crate::plan) fn read_entry(&mut self, entry: usize) {
        let document = self.document;
        let found = &document.entries[entry];
        let said = |span: &Option<std::ops::Range<usize>>| {
            span.clone().map(|span| (span.start, &document.text[span]))
        };
        self.add_files(files::in_text(&found.title.title));
        let title = self.piece(found.span.start, found.title.title.as_ref(), found.span.end);
        self.add_title_command(&title, &found.title.title);
        if let Some((_, text)) = said(&found.files) {
            self.add_files(files::in_field(text));
        }
        if let Some((at, text)) = said(&found.needs) {
            let bare = text.replace(['[', ']', '"', '\'', '\n', '\r'], " ").replace("- ", "  ");
            let known = self.parts.references.len();
            let piece = self.piece(at, bare, at + text.len());
            self.add_references(&piece);
            let names = matches!(found.kind, EntryKind::Todo | EntryKind::Row { .. });
            let says = text.contains(char::is_alphanumeric);
            if names && says && self.parts.references.len() == known {
                self.add_names(&piece);
            }
        }
        if let Some((at, text)) = said(&found.validation) {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                let from = at + line.as_ptr().addr().saturating_sub(text.as_ptr().addr());
                let line = line.trim().trim_start_matches(['-', '*', ' ']);
                let piece = self.piece(from, line, from + line.len());
                self.add_criterion(&piece, command::classify(line, false), None);
            }
        }
    }

    /// Claims the boxes that no rule has, so that none in the step is left behind.
    pub(in crate::plan) fn claim_rest(&mut self, blocks: std::ops::Range<usize>) {
        for block in self.boxes.unclaimed(blocks) {
            let piece = self.item_text(block);
            self.add_task((block, &piece), false, "a box inside the step");
        }
    }

    fn read_section(&mut self, index: usize, role: Option<Role>) {
        self.read_value(index, role);
        let sections = self.sections;
        let only = sections.content(index).nth(1).is_none();
        for block in sections.content(index) {
            match &self.document.blocks[block].kind {
                BlockKind::Paragraph => self.read_paragraph(block, role, only),
                BlockKind::List { ordered: true }
                    if role == Some(Role::Context) && self.introduces_tasks(index) =>
                {
                    self.read_block(block, Some(Role::Tasks));
                }
                _ => self.read_block(block, role),
            }
        }
    }

    /// `**Goal:** …` with a numbered list behind it: the list is the work.
    fn introduces_tasks(&self, index: usize) -> bool {
        let section = &self.sections.all[index];
        section.level == LABEL && names::introduces(&section.title.name())
    }

    /// What stands behind a label on its own lines.
    fn read_value(&mut self, index: usize, role: Option<Role>) {
        let section = &self.sections.all[index];
        let Some(&(at, _)) = section.value.first() else { return };
        let mut expected = section.value.iter().skip(1).map(|(_, line)| *line);
        let expected_to_fail = expected.any(|line| is_expectation(line) && command::says_it_fails(line));
        if expected_to_fail {
            return;
        }
        let text = one_line(section.value.iter().map(|(_, line)| *line));
        let end = section.value.last().map_or(at, |(at, line)| at + line.len());
        let piece = Piece { text, at, line: self.document.lines.line_of(at), end };
        let name = section.title.name();
        let followed = self.sections.content(index).next().is_some();
        self.read_field(&name, &piece, (role, followed));
    }

    /// A name and a value: what the name makes of the value.
    pub(in crate::plan) fn read_field(
        &mut self,
        name: &str,
        piece: &Piece<'_>,
        (role, followed): (Option<Role>, bool),
    ) {
        match self.part(role) {
            Some(Role::Criteria | Role::Validation | Role::Acceptance | Role::Manual) => {
                let manual = role == Some(Role::Manual) || self.kind == StepKind::Manual;
                let bare = role == Some(Role::Validation) && command::is_bare_command(&piece.text);
                let runs = names::runs(name) || bare;
                let verdict = if runs {
                    command::classify(&format!("Run: {}", piece.text), manual)
                } else {
                    command::classify(&piece.text, manual)
                };
                // A sentence in front of a list only introduces it.
                if !(followed && verdict.kind == CriterionKind::Prose) {
                    self.add_criterion(piece, verdict, None);
                }
            }
            Some(Role::Deliverables) => {
                self.push_task(piece, None, true);
                self.add_criterion(piece, command::classify(&piece.text, false), None);
            }
            Some(Role::Files) => self.add_files(files::in_field(&piece.text)),
            Some(Role::Dependencies | Role::Prerequisites) => self.add_references(piece),
            Some(Role::Tasks | Role::Steps) => self.push_task(piece, None, false),
            _ => {
                let field = Field { name: name.to_owned(), value: piece.text.to_string(), line: piece.line };
                self.parts.fields.push(field);
            }
        }
    }

    /// Prerequisites are the criteria of the step that they are.
    pub(in crate::plan) fn part(&self, role: Option<Role>) -> Option<Role> {
        match (self.kind, role) {
            (StepKind::Prerequisite, Some(Role::Prerequisites | Role::Dependencies) | None) => {
                Some(Role::Criteria)
            }
            _ => role,
        }
    }

    pub(in crate::plan) fn read_block(&mut self, block: usize, role: Option<Role>) {
        match &self.document.blocks[block].kind {
            BlockKind::List { ordered } => {
                for item in self.document.children(block) {
                    self.read_item(item, role, *ordered);
                }
            }
            BlockKind::Code(_) => self.read_code(block, role),
            BlockKind::Paragraph => self.read_paragraph(block, role, false),
            BlockKind::Quote => {
                for child in self.document.children(block) {
                    self.read_block(child, role);
                }
            }
            _ => {}
        }
    }

    pub(in crate::plan) fn read_paragraph(&mut self, block: usize, role: Option<Role>, only: bool) {
        for (at, line) in self.document.lines_of(block) {
            if self.parts.dir.is_none() {
                self.parts.dir = command::directory(line);
            }
            if role.is_none() {
                self.add_said_references(at, line);
            }
            if let (None, Some(label)) = (role, Label::of(line)) {
                let at = at + label.value_at;
                let piece = self.piece(at, label.value, at + label.value.len());
                if !label.value.is_empty() {
                    self.read_field(label.name, &piece, (label.role, false));
                }
            }
        }
        let Some(Role::Criteria | Role::Validation | Role::Acceptance) = self.part(role) else { return };
        let (text, span) = self.document.text_of(block);
        let verdict = command::classify(&text, self.kind == StepKind::Manual);
        let says_something =
            matches!(verdict.kind, CriterionKind::Command(_)) || (only && self.kind == StepKind::Work);
        if says_something {
            let piece = self.piece(span.start, text, span.end);
            self.add_criterion(&piece, verdict, None);
        }
    }

    fn read_code(&mut self, block: usize, role: Option<Role>) {
        let found = &self.document.blocks[block];
        let expected = self.document.blocks.get(found.end).filter(|next| next.parent == found.parent);
        let expected = expected.map_or("", |_| self.document.first_line(found.end).1);
        let verdict = match self.part(role) {
            _ if is_expectation(expected) => !command::says_it_fails(expected),
            Some(Role::Criteria | Role::Validation | Role::Acceptance) => true,
            _ => false,
        };
        if !verdict {
            return;
        }
        let BlockKind::Code(code) = &found.kind else { return };
        let Some(verdict) = command::classify_block(code, self.parts.dir.clone()) else { return };
        let end = self.document.lines.span(found.end_line).end;
        let piece = self.piece(found.start, code.literal.trim_end(), end);
        self.add_criterion(&piece, verdict, None);
        if let Some(criterion) = self.parts.criteria.last_mut().filter(|_| is_expectation(expected)) {
            criterion.says_more = says_output(expected);
        }
    }

    /// `Depends on Phase 1.` at the start of a line, `(depends on T010)` inside it.
    fn add_said_references(&mut self, at: usize, line: &str) {
        if !line.contains(DEPENDS_WORD) {
            return;
        }
        let said = line.find(DEPENDS).and_then(|at| at.checked_sub(1));
        let is_whole = |from: &usize| line.get(*from..).is_some_and(|rest| rest.starts_with(['d', 'D']));
        let Some(from) = said.filter(is_whole) else { return };
        let opens =
            line[..from].trim_start_matches(['*', '_', '>', ' ']).is_empty() || line[..from].ends_with('(');
        if !opens {
            return;
        }
        let from = from + 1 + DEPENDS.len();
        let rest = &line[from..];
        let said = rest.split([')', ';']).next().unwrap_or(rest).trim_end_matches(['.', '*', '_', ' ']);
        let piece = self.piece(at + from, said, at + from + said.len());
        self.add_references(&piece);
    }

    pub(in crate::plan) fn add_references(&mut self, piece: &Piece<'_>) {
        let read = references::read(&piece.text, piece.at, piece.line);
        self.parts.references.extend(read.references);
        self.parts.independent |= read.independent;
    }

    /// Every word is the name of another step.
    fn add_names(&mut self, piece: &Piece<'_>) {
        let mut from = 0;
        for name in piece.text.split([' ', ',']).filter(|name| !name.is_empty()) {
            let at = from + piece.text[from..].find(name).unwrap_or(0);
            from = at + name.len();
            let span = piece.at + at..piece.at + from;
            let to = ReferenceTo::One { keyword: String::new(), id: name.to_owned() };
            self.parts.references.push(Reference { to, line: self.document.lines.line_of(span.start), span });
        }
    }

    pub(in crate::plan) fn add_files(&mut self, paths: impl IntoIterator<Item = String>) {
        self.parts.files.extend(paths);
    }

    fn read_comments(&mut self, section: usize) {
        self.read_comments_in(&(self.sections.all[section].start..self.sections.end_of(section)));
    }

    /// `<!-- validate: … -->` and `<!-- dir: … -->` on lines of their own.
    fn read_comments_in(&mut self, span: &std::ops::Range<usize>) {
        let document = self.document;
        for comment in document.comments_in(span) {
            let inner = &document.text[comment.inner.clone()];
            if let Some(dir) = inner.strip_prefix("dir:") {
                self.parts.dir = Some(dir.trim().to_owned()).filter(|dir| !dir.is_empty());
            }
            if let Some(command) = command::comment_command(inner) {
                let piece = self.piece(comment.inner.start, command, comment.inner.end);
                let verdict = command::command_or_prose(command.to_owned(), command::COMMENT, None);
                self.add_criterion(&piece, verdict, None);
            }
        }
    }

    pub(in crate::plan) fn piece<'a>(
        &self,
        at: usize,
        text: impl Into<Cow<'a, str>>,
        end: usize,
    ) -> Piece<'a> {
        Piece { text: text.into(), at, line: self.document.lines.line_of(at), end }
    }

    pub(in crate::plan) fn item_text(&self, item: usize) -> Piece<'text> {
        let (text, span) = self.document.text_of(item);
        let text = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        };
        Piece { text, at: span.start, line: self.document.blocks[item].line, end: span.end }
    }
}

/// Keeps of what says the same only the first, and what may not be dropped.
fn drop_repeated<T>(all: &mut Vec<T>, may_drop: impl Fn(&T) -> bool, said: impl Fn(&T) -> Option<&String>) {
    if all.len() < 2 || !all.iter().any(&may_drop) {
        return;
    }
    let mut seen = HashSet::new();
    let mut kept: Vec<bool> = Vec::with_capacity(all.len());
    for one in all.iter() {
        let is_new = said(one).is_none_or(|said| seen.insert(said));
        kept.push(is_new || !may_drop(one));
    }
    let mut kept = kept.into_iter();
    all.retain(|_| kept.next().unwrap_or(true));
}

/// Under these nothing is work, whatever it is called.
fn is_closed(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Rollback | Role::Rollout | Role::Timeline | Role::History))
}

/// ``Expected output: `bye` ``: more than that the command succeeds.
fn says_output(expectation: &str) -> bool {
    let (name, value) = expectation.split_once(':').unwrap_or((expectation, ""));
    name.to_ascii_lowercase().contains("output") || value.contains('`') || claim(value) == Claim::More
}

/// `Expected: …`: what is said of the command before it.
fn is_expectation(line: &str) -> bool {
    let word = line.trim_start_matches(['*', '_', '>', ' ']).get(.."expected".len());
    word.is_some_and(|word| word.eq_ignore_ascii_case("expected"))
}
