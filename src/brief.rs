//! Makes the brief for an attempt: first rules, request and outline, the same for the whole run; then the
//! step and what earlier attempts left.

mod setback;
mod source;

use std::io;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::plan::{Plan, Step, StepGraph, StepIndex};

pub(crate) use setback::{FailedCommand, Refuted, Setback};
pub(crate) use source::{SourceFile, Sources};

/// How much of the plan's context goes into a brief; the rest is named and can be read.
pub(crate) const CONTEXT_BYTES: usize = 24 << 10;

/// Above this, rules and request are still sent whole, and a warning says how large they are.
pub(crate) const LARGE_SOURCE_BYTES: usize = 32 << 10;

/// What filling in a template may cost: instructions, and bytes. The own ones need a
/// few thousand; a template of a project must not keep a run busy for hours.
const FUEL: u64 = 1_000_000;
const LONGEST: usize = 16 << 20;

/// The templates, by name, as they are compiled in.
const TEMPLATES: [(&str, &str); 8] = [
    ("system.md", include_str!("../prompts/system.md")),
    ("step.md", include_str!("../prompts/step.md")),
    ("repair.md", include_str!("../prompts/repair.md")),
    ("nudge.md", include_str!("../prompts/nudge.md")),
    ("judge.md", include_str!("../prompts/judge.md")),
    ("judge-step.md", include_str!("../prompts/judge-step.md")),
    ("summary.md", include_str!("../prompts/summary.md")),
    ("compacted.md", include_str!("../prompts/compacted.md")),
];

/// The templates, strict: an unknown variable is an error.
#[derive(Debug, Clone)]
pub(crate) struct Templates(Environment<'static>);

/// A template that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the template `{name}` is wrong")]
pub(crate) struct TemplateError {
    name: String,
    source: minijinja::Error,
}

/// The step that a brief is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub plan: &'a Plan,
    pub plan_path: &'a str,
    pub step: &'a Step,
    pub text: &'a str,
}

/// What an attempt starts from, besides the step itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Situation {
    pub commands: Vec<CommandState>,
    pub notes: Vec<String>,
    /// What earlier attempts changed, as a short diffstat.
    pub changes: String,
    /// Why the last attempt did not pass.
    #[serde(flatten)]
    pub setback: Setback,
}

/// What a judge is asked about a step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct JudgeBrief {
    pub criteria: Vec<String>,
    /// They are numbered on from the criteria.
    pub tasks: Vec<String>,
    pub commands: Vec<FailedCommand>,
    pub diff: String,
    pub left_out: usize,
}

/// A command that applies, as the agent is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CommandState {
    pub script: String,
    /// Where it runs, if not in the root.
    pub dir: Option<String>,
    /// What it is expected to do, if that is more than to succeed.
    pub expected: String,
    pub before: String,
}

/// A validation that did not pass, for the same conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Repair {
    #[serde(flatten)]
    pub setback: Setback,
    pub others: Vec<FailedCommand>,
    pub difference: Option<String>,
    pub limit: Option<String>,
    /// What the step changed so far, as a short diffstat.
    pub changes: String,
}

/// What was done in a conversation that had to be shortened, a line for each entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct LedgerLines {
    pub changed: Vec<String>,
    pub read: Vec<String>,
    pub commands: Vec<String>,
    pub notes: Vec<String>,
    /// What the last validation that did not pass said; empty if there was none.
    pub failure: String,
}

impl Templates {
    /// The compiled-in templates, with the given ones in their place.
    pub(crate) fn new(overrides: impl IntoIterator<Item = (String, String)>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        let built_in = TEMPLATES.iter().map(|&(name, text)| (name.to_owned(), text.to_owned()));
        for (name, text) in built_in.chain(overrides) {
            let error = |source| TemplateError { name: name.clone(), source };
            environment.add_template_owned(name.clone(), text).map_err(error)?;
        }
        Ok(Self(environment))
    }

    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        TEMPLATES.iter().map(|(name, _)| *name)
    }

    /// Fills every template in once, so that an unknown variable is found before the run.
    pub(crate) fn check(&self) -> Result<(), TemplateError> {
        let reading =
            crate::plan::read("# Plan\n\n## Implementation Steps\n\n### Step 1: A step\n\n- [ ] A task\n");
        let failed = FailedCommand {
            command: "false".to_owned(),
            exit: "exit code 1".to_owned(),
            output: String::new(),
        };
        let refuted = Refuted {
            what: String::new(),
            criterion: String::new(),
            reason: String::new(),
            place: "a.rs:1".to_owned(),
        };
        let setback = Setback {
            failure: Some(failed.clone()),
            refuted: Some(refuted.clone()),
            tampered: vec![String::new()],
            weakened: vec![String::new()],
        };
        let situation = Situation { setback: setback.clone(), ..Situation::default() };
        let repair = |setback| self.repair(&Repair { setback, ..Repair::default() });
        self.system(&reading.plan, &reading.graph, &Sources::default())?;
        let step = &reading.plan.steps[StepIndex::from(0)];
        self.step(&Subject { plan: &reading.plan, plan_path: "plan.md", step, text: "" }, &situation)?;
        repair(Setback { failure: Some(failed), ..Setback::default() })?;
        repair(Setback { weakened: setback.weakened, ..Setback::default() })?;
        repair(Setback { refuted: Some(refuted), ..Setback::default() })?;
        self.judge()?;
        self.judge_step(step, "", &JudgeBrief::default())?;
        self.nudge()?;
        self.summary("", "", 0)?;
        self.compacted(&LedgerLines::default(), "").map(drop)
    }

    /// The constant prefix of every conversation of a run.
    pub(crate) fn system(
        &self,
        plan: &Plan,
        graph: &StepGraph,
        sources: &Sources,
    ) -> Result<String, TemplateError> {
        let Sources { rules, request, agents, .. } = sources;
        let title = plan.title.as_deref().unwrap_or("untitled");
        let [rules, request, agents] = [rules, request, agents].map(as_value);
        self.render("system.md", context! { rules, request, agents, title, outline => plan.outline(graph) })
    }

    /// The first message of a fresh conversation.
    pub(crate) fn step(&self, subject: &Subject<'_>, situation: &Situation) -> Result<String, TemplateError> {
        let Subject { plan, plan_path, step, text } = *subject;
        let (context, left_out) = context_of(plan, step);
        let group = step.group.map(|group| &plan.groups[group]).filter(|group| !group.text.trim().is_empty());
        let group = group.map(|group| context! { name => group.name(), text => group.text.trim() });
        let done: Vec<&str> = step
            .tasks
            .iter()
            .filter(|task| task.check_box.is_some_and(|check_box| plan.boxes[check_box].ticked()))
            .map(|task| task.text.as_str())
            .collect();
        let [context, left_out] = [context, left_out].map(as_value);
        let (name, text, done) = (step.name(), text.trim(), as_value(done));
        self.render(
            "step.md",
            context! { name, text, group, context, left_out, plan_path, done, ..as_value(situation) },
        )
    }

    /// What a conversation goes on with after a validation that did not pass.
    pub(crate) fn repair(&self, repair: &Repair) -> Result<String, TemplateError> {
        self.render("repair.md", as_value(repair))
    }

    /// What a judge is, and how it answers.
    pub(crate) fn judge(&self) -> Result<String, TemplateError> {
        self.render("judge.md", context! {})
    }

    /// What a judge is asked about a step, whose source text is `text`.
    pub(crate) fn judge_step(
        &self,
        step: &Step,
        text: &str,
        brief: &JudgeBrief,
    ) -> Result<String, TemplateError> {
        self.render("judge-step.md", context! { name => step.name(), text => text.trim(), ..as_value(brief) })
    }

    /// What a reply without a tool call is answered with.
    pub(crate) fn nudge(&self) -> Result<String, TemplateError> {
        self.render("nudge.md", context! {})
    }

    /// What a model is asked for when a conversation is about to be shortened: at most this many words.
    pub(crate) fn summary(
        &self,
        step: &str,
        conversation: &str,
        words: u64,
    ) -> Result<String, TemplateError> {
        self.render("summary.md", context! { step, conversation, words })
    }

    /// What stands in the place of all that was left out.
    pub(crate) fn compacted(&self, ledger: &LedgerLines, summary: &str) -> Result<String, TemplateError> {
        self.render("compacted.md", context! { summary, ..as_value(ledger) })
    }

    fn render(&self, name: &str, context: Value) -> Result<String, TemplateError> {
        let error = |source| TemplateError { name: name.to_owned(), source };
        let template = self.0.get_template(name).map_err(error)?;
        let mut page = Page(Vec::new());
        match template.render_captured_to(context, &mut page) {
            Ok(_) => Ok(String::from_utf8_lossy(&page.0).into_owned()),
            Err(source) => Err(error(source)),
        }
    }
}

/// What a template was filled in to, which has an end.
struct Page(Vec<u8>);

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::other(format!("it becomes longer than {LONGEST} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Anything that can be serialised, for a template.
fn as_value(value: impl Serialize) -> Value {
    Value::from(Serde(value))
}

/// A passage for the template.
#[derive(Debug, Serialize)]
struct Quoted<'a> {
    title: &'a str,
    text: &'a str,
    line: usize,
    end_line: usize,
}

/// The passages of the plan that go into a step's brief, and those that are only named. Passages
/// that name one of the step's files come first; the order of the file is kept.
fn context_of<'a>(plan: &'a Plan, step: &Step) -> (Vec<Quoted<'a>>, Vec<Quoted<'a>>) {
    let names_a_file = |text: &str| step.files.iter().any(|file| text.contains(file.as_str()));
    let mut by_use: Vec<usize> = (0..plan.context.len()).collect();
    by_use.sort_by_key(|&index| !names_a_file(&plan.context[index].text));
    let mut room = CONTEXT_BYTES;
    let mut quoted = vec![false; plan.context.len()];
    for index in by_use {
        let size = plan.context[index].text.len();
        quoted[index] = size <= room;
        room -= if quoted[index] { size } else { 0 };
    }
    let passages = plan.context.iter().zip(quoted).filter(|(passage, _)| !passage.text.trim().is_empty());
    let (inside, outside): (Vec<_>, Vec<_>) = passages.partition(|(_, quoted)| *quoted);
    let quote = |list: Vec<(&'a crate::plan::step::Passage, bool)>| {
        list.into_iter()
            .map(|(passage, _)| Quoted {
                title: &passage.title,
                text: passage.text.trim(),
                line: passage.line.into(),
                end_line: passage.end_line.into(),
            })
            .collect()
    };
    (quote(inside), quote(outside))
}

#[cfg(test)]
mod tests;
