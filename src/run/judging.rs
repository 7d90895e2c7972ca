//! Asks the judge about a step's prose criteria, once every command holds.

use super::Run;
use super::talk::{no_run_dir, toolbox};
use crate::brief::{FailedCommand, JudgeBrief};
use crate::config::Limits;
use crate::facts::{AttemptRef, CriterionIndex, Judgement, Ruling, StepRef, Usage};
use crate::failure::Failure;
use crate::judge::{Judge, Question};
use crate::plan::StepIndex;
use crate::sources::wrong_template;
use crate::validate::Validated;

/// More of a diff is not shown: the judge can read the files.
const DIFF_BYTES: usize = 24 << 10;

/// What the judge looks at.
#[derive(Debug, Clone, Copy)]
pub(super) struct JudgedWork<'a> {
    /// The attempt; 0 if no agent was needed.
    pub attempt: u32,
    /// The commands that were run.
    pub results: &'a [Validated],
    /// What the step changed.
    pub diff: &'a str,
    /// What the attempt cost so far.
    pub usage: Usage,
}

/// What the judge says of all prose criteria together.
#[derive(Debug, Default)]
pub(super) struct JudgedCriteria {
    /// Indices of the criteria that hold.
    pub hold: Vec<CriterionIndex>,
    /// The first that does not.
    pub refuted: Option<Judgement>,
    /// The run was interrupted meanwhile.
    pub interrupted: bool,
    /// What it cost.
    pub usage: Usage,
}

/// Asks the judge, if there is something to ask and the configuration wants one.
pub(super) async fn judge(
    run: &mut Run<'_>,
    index: StepIndex,
    work: JudgedWork<'_>,
) -> Result<JudgedCriteria, Failure> {
    let step = run.plan.step(index);
    let prose = step.criteria.iter_enumerated().filter(|(_, found)| found.is_sentence());
    let criteria: Vec<(CriterionIndex, String)> = prose.map(|(at, found)| (at, found.text.clone())).collect();
    if criteria.is_empty() || !run.orders.judges() {
        return Ok(JudgedCriteria::default());
    }
    let dir = run.attempt_dir(index, work.attempt);
    std::fs::create_dir_all(&dir).map_err(no_run_dir)?;
    let text = run.plan.text_of(index);
    let hearing = hearing(&criteria, &work);
    let question = Question {
        system: run.words.templates.judge().map_err(wrong_template)?,
        text: run.words.templates.judge_step(step, text, &hearing).map_err(wrong_template)?,
        criteria: &criteria,
        commands: work.results,
    };
    let limits = run.orders.config.limits;
    let judge = Judge {
        at: AttemptRef { step: StepRef::from(step), attempt: work.attempt },
        toolbox: toolbox(run, dir.clone()),
        model: &mut run.model,
        recorder: &mut run.recorder,
        workspace: &run.site.workspace,
        plan_path: &run.plan.path,
        limits: Limits {
            tokens: limits.tokens.map(|tokens| tokens.saturating_sub(work.usage.total())),
            ..limits
        },
        interrupt: run.site.interrupt.clone(),
        dir: &dir,
    };
    let heard = judge.hear(&question).await?;
    let interrupted = heard.judgements.is_none();
    let judgements = heard.judgements.unwrap_or_default();
    let hold = judgements.iter().filter(|found| found.ruling == Ruling::Pass);
    Ok(JudgedCriteria {
        hold: hold.map(|found| found.criterion).collect(),
        refuted: judgements.iter().find(|found| found.ruling == Ruling::Fail).cloned(),
        interrupted,
        usage: heard.usage,
    })
}

fn hearing(criteria: &[(CriterionIndex, String)], work: &JudgedWork<'_>) -> JudgeBrief {
    let commands = work.results.iter().map(|result| FailedCommand {
        command: result.evidence.command.clone(),
        exit: result.evidence.exit.say(),
        output: result.output.clone(),
    });
    let shown = work.diff.floor_char_boundary(DIFF_BYTES.min(work.diff.len()));
    JudgeBrief {
        criteria: criteria.iter().map(|(_, text)| text.clone()).collect(),
        commands: commands.collect(),
        diff: work.diff[..shown].to_owned(),
        left_out: work.diff.len() - shown,
    }
}
