//! Reads the paragraphs and the blocks of code of a step.

use super::body::StepBody;
use super::classify::{self, CriterionClass, asks_to_run, classify, classify_block, tells_of_a_run};
use super::command::Place;
use super::expected::{Said, expected};
use super::sentence::Sentence;
use crate::plan::BlockIndex;
use crate::plan::criterion::CriterionKind;
use crate::plan::document::BlockKind;
use crate::plan::names::Role;
use crate::plan::names::label::Label;
use crate::plan::piece::sentences;
use crate::plan::step::StepKind;
use crate::shell::effect::CommandEffect;

/// So many blocks in front of a block may belong to the same head.
const NEAR: usize = 64;

impl StepBody<'_, '_> {
    pub(in crate::plan) fn read_paragraph(&mut self, block: BlockIndex, role: Option<Role>, only: bool) {
        for (at, line) in self.document.lines_of(block) {
            if self.parts.dir.is_none() {
                self.parts.dir = classify::directory(line);
            }
            if role.is_none() {
                self.add_said_references(at, line);
            }
            if let (None, Some(label)) = (role, Label::of(line)) {
                self.read_label(at, &label);
            }
        }
        let part = self.part(role);
        if part.is_none() && self.kind == StepKind::Work {
            return self.read_sentences(block);
        }
        let Some(Role::Criteria | Role::Validation | Role::Acceptance) = part else { return };
        let (text, span) = self.document.text_of(block);
        let piece = self.piece(span.start, text, span.end);
        if tells_of_a_run(&piece.text) {
            return self.add_aside(&piece, "it tells of a run that has been");
        }
        let found = classify(&piece.text, Place::under(self.part(role)), self.kind == StepKind::Manual);
        if found.iter().any(CriterionClass::is_command) || (only && !piece.text.ends_with([':', '：'])) {
            self.add_criteria(&piece, found, None);
        } else {
            self.add_aside(&piece, "a sentence between criteria");
        }
    }

    /// A sentence of a paragraph may say what its step ends with: ``It ends with the gate: `make check` ``.
    fn read_sentences(&mut self, block: BlockIndex) {
        let (text, span) = self.document.text_of(block);
        for (at, sentence) in sentences(&text) {
            let mut found = classify(sentence, Place::Told, false);
            found.retain(|class| class.effect == Some(CommandEffect::Checks) && class.is_command());
            // Lines are joined without their indents: a place is near, and never inside of a character.
            let place = |at: usize| self.document.text.floor_char_boundary((span.start + at).min(span.end));
            let piece = self.piece(place(at), sentence.to_owned(), place(at + sentence.len()));
            self.add_criteria(&piece, found, None);
        }
    }

    pub(in crate::plan) fn read_code(&mut self, block: BlockIndex, role: Option<Role>) {
        let found = &self.document.blocks[block];
        let behind = self.document.blocks.get(found.end).filter(|next| next.parent == found.parent);
        let behind = behind.map_or("", |_| self.document.first_line(found.end).1);
        let decides = is_expectation(behind)
            || matches!(self.part(role), Some(Role::Criteria | Role::Validation | Role::Acceptance));
        let asked = !decides && self.is_asked_for(block);
        let BlockKind::Code(code) = &found.kind else { return };
        let mut all =
            if decides || asked { classify_block(code, self.parts.dir.as_deref()) } else { Vec::new() };
        // What a task asks for besides is its work.
        all.retain(|class| !asked || class.effect == Some(CommandEffect::Checks));
        if let Some(last) = all.last_mut().filter(|_| is_expectation(behind))
            && let CriterionKind::Command(command) = &mut last.kind
        {
            let behind = Sentence::of(behind);
            let said = expected(&command.script, &Said::behind(&behind.tokens));
            command.expectation = said.expectation;
            last.says_more = said.besides;
            self.parts.expected_below.push(found.start);
        }
        let end = self.document.lines.end(found.end_line);
        let piece = self.piece(found.start, code.literal.trim_end(), end);
        self.add_criteria(&piece, all, None);
    }

    /// The line before a block of a step of work asks to run it: `- [ ] Run the tests`. A block behind another one
    /// goes on with what was asked for there.
    pub(in crate::plan) fn is_asked_for(&self, block: BlockIndex) -> bool {
        if self.kind != StepKind::Work {
            return false;
        }
        let found = &self.document.blocks[block];
        let near = std::iter::successors(Some(found.line.before()), |line| Some(line.before())).take(3);
        let before = near.map(|line| self.document.line(line).trim()).find(|line| !line.is_empty());
        let before = before.unwrap_or_default();
        asks_to_run(before) || (!before.ends_with([':', '：']) && self.goes_on_with_a_run(block))
    }

    /// What heads the blocks in front of a block asks to run something.
    fn goes_on_with_a_run(&self, block: BlockIndex) -> bool {
        let parent = self.document.blocks[block].parent;
        let near = block.all_before().take(NEAR);
        for before in near.filter(|before| self.document.blocks[*before].parent == parent) {
            let line = self.document.first_line(before).1;
            match self.document.blocks[before].kind {
                BlockKind::Code(_) => {}
                BlockKind::Paragraph if !line.starts_with("**") => {}
                BlockKind::List { .. } => {
                    let last = self.document.children(before).last();
                    return last.is_some_and(|item| asks_to_run(self.document.first_line(item).1));
                }
                _ => return asks_to_run(line),
            }
        }
        false
    }
}

/// `Expected: …`: what is said of the command before it.
fn is_expectation(line: &str) -> bool {
    let word = line.trim_start_matches(['*', '_', '>', ' ']).get(.."expected".len());
    word.is_some_and(|word| word.eq_ignore_ascii_case("expected"))
}
