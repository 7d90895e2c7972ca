//! `agentrun verify PLAN`: shows the evidence behind every ticked box.

use std::collections::BTreeSet;
use std::path::Path;

use super::common::open::{OpenPlan, Project, fold, no_keep};
use super::common::{confine, signals};
use crate::cli::VerifyArgs;
use crate::config::Config;
use crate::facts::{Event, Exit, Record, RunOutcome, StepKey};
use crate::failure::{ExitCode, Failure};
use crate::journal::reader;
use crate::journal::seal::{JournalVerdict, Proof};
use crate::report::audit::{AuditReport, JournalNote};
use crate::report::{self, print};
use crate::run::again::{CommandReruns, RerunResult};
use crate::state::audit::{Audit, AuditedStep, Known, Rerun, audit};
use crate::state::{RunState, StepStatus};
use crate::validate::applied::applied;
use crate::workspace::{Workspace, clean};

/// A journal, split into what is proven and what is not.
struct JournalEvidence {
    records: Vec<Record>,
    state: RunState,
    claims: BTreeSet<StepKey>,
    note: JournalNote,
    forged: bool,
}

/// Says what every tick rests on. Starts no process without `--rerun`.
pub(super) fn run(root: Option<&Path>, args: &VerifyArgs) -> Result<ExitCode, Failure> {
    let project = Project::find(root)?;
    let config = project.config()?;
    let plan = project.plan(&args.plan)?;
    let evidence = evidence(&plan)?;
    let whole = evidence.note.state == "sealed";
    let JournalEvidence { records, state, claims, note, forged } = &evidence;
    let mut audit = audit(&plan.reading, &Known { records, state, claims, whole });
    if args.rerun
        && let Some(code) = rerun(&project, &plan, &config, state, &mut audit)?
    {
        return Ok(code);
    }
    let code = exit_code(&audit, *forged, note.state);
    let worth = worth(&audit, note);
    let audited = AuditReport {
        schema: report::audit::SCHEMA,
        plan: &plan.path,
        journal: note,
        worth: &worth,
        audit: &audit,
        exit_code: code.code(),
    };
    if args.json {
        let json = serde_json::to_string(&audited);
        print::data_line(&json.map_err(|error| Failure::internal("cannot write the audit as JSON", error))?);
    } else {
        print::data(&report::audit::text(&audited));
        print::talk(&report::audit::summary(&audit));
        print::talk(&worth);
    }
    Ok(code)
}

/// How a program learns what the ticks are worth.
fn exit_code(audit: &Audit, forged: bool, journal: &str) -> ExitCode {
    let refuted = audit.steps.iter().any(AuditedStep::is_refuted);
    if forged || audit.has_forgery() || refuted {
        ExitCode::StepFailed
    } else if audit.has_unbacked() || journal == "gone" {
        ExitCode::NeedsPerson
    } else {
        ExitCode::Passed
    }
}

/// Reads the journal and asks its seals what of it counts. Without a key nothing does.
fn evidence(plan: &OpenPlan) -> Result<JournalEvidence, Failure> {
    let unreadable = |error| Failure::internal("cannot read the journal", error);
    let bytes = reader::bytes(&plan.dir.journal()).map_err(unreadable)?;
    let proof = plan.prove(&bytes).map_err(no_keep)?;
    let proven = proof.as_ref().map_or(0, |proof| proof.bytes);
    let journal = reader::parse(&bytes[..proven]);
    let forged = proof.as_ref().is_some_and(|proof| proof.verdict.is_forgery());
    let rest = if forged { reader::parse(&bytes[proven..]).records } else { Vec::new() };
    let note = note(proof.as_ref(), &journal.records, bytes.is_empty());
    let state = fold(&journal).state;
    Ok(JournalEvidence {
        claims: rest.iter().filter_map(claimed).collect(),
        records: journal.records,
        state,
        note,
        forged,
    })
}

/// The step that a record makes pass.
fn claimed(record: &Record) -> Option<StepKey> {
    match &record.event {
        Event::StepPassed { at, .. } => Some(at.step.key.clone()),
        Event::StepConfirmed { step, .. } => Some(step.key.clone()),
        _ => None,
    }
}

fn note(proof: Option<&Proof>, records: &[Record], empty: bool) -> JournalNote {
    let verdict = proof.map(|proof| &proof.verdict);
    let state = match verdict {
        Some(JournalVerdict::Whole) | None if empty => "absent",
        Some(JournalVerdict::Whole) => "sealed",
        Some(JournalVerdict::Unsealed) | None => "unsealed",
        Some(JournalVerdict::Foreign) => "foreign",
        Some(JournalVerdict::Broken { .. }) => "broken",
        Some(JournalVerdict::Gone { .. }) => "gone",
        Some(JournalVerdict::Truncated { .. }) => "truncated",
    };
    let complaint = match (state, verdict) {
        ("absent", _) => Some("there is no journal of this plan here".to_owned()),
        (_, None) => Some("this machine has no key for the seals of the journal".to_owned()),
        (_, Some(verdict)) => verdict.complaint(),
    };
    let past = records.iter().filter_map(|record| match &record.event {
        Event::JournalBroken { what, .. } => {
            Some(format!("at {:.0} {what}; agentrun did not trust it", record.ts))
        }
        Event::JournalRestored { what, .. } => {
            Some(format!("at {:.0} the journal was restored during a run: {what}", record.ts))
        }
        _ => None,
    });
    JournalNote {
        state,
        records: proof.map_or(0, |proof| proof.chain.records),
        complaint,
        past: past.collect(),
    }
}

/// What the seals show, in words.
fn worth(audit: &Audit, note: &JournalNote) -> String {
    if note.state != "sealed" {
        return "the journal is missing or incomplete, so there is no evidence here for these ticks"
            .to_owned();
    }
    let passes = audit.steps.iter().filter_map(|step| step.pass.as_ref());
    let open: BTreeSet<&str> = passes
        .filter(|pass| matches!(pass.sandbox.as_str(), "none" | "off"))
        .map(|pass| pass.run.as_str())
        .collect();
    if open.is_empty() {
        "the seals show that nobody changed the journal without the key".to_owned()
    } else {
        format!(
            "the sandbox was off in {}: an agent could read the key there and forge records. The seals show only \
             that nothing was changed by accident",
            open.into_iter().collect::<Vec<_>>().join(", ")
        )
    }
}

/// Runs the commands of every ticked step again, in a clean copy. Gives an exit code if a signal
/// ended it.
fn rerun(
    project: &Project,
    plan: &OpenPlan,
    config: &Config,
    state: &RunState,
    audit: &mut Audit,
) -> Result<Option<ExitCode>, Failure> {
    let no_copy = |error| Failure::internal("cannot make a clean copy of the project", error);
    let (runtime, interrupt) = signals::listen()?;
    let unconfined = project.own_policy(config);
    let copy = runtime.block_on(clean::copy(&project.root, &project.private(), &unconfined));
    let copy = copy.map_err(no_copy)?;
    let workspace = Workspace::open(copy.path(), &[]).map_err(no_copy)?;
    let policy = runtime.block_on(confine::policy(project, config, plan, &workspace, &interrupt))?;
    let mut again = CommandReruns::new(copy.path(), config.validation.timeout, &policy, &interrupt);
    for found in &mut audit.steps {
        let step = &plan.reading.plan.steps[found.index];
        let tolerated: &[String] = match &state.step(&step.key).status {
            StepStatus::Passed(pass) => &pass.tolerated,
            _ => &[],
        };
        let mut reruns = Vec::new();
        for command in applied(&plan.reading.plan, step, &config.validation.commands) {
            print::talk(&format!("again: {}", command.script.trim()));
            let RerunResult { exit, unmet, vacuous } =
                runtime.block_on(again.run(&command)).map_err(no_copy)?;
            if exit == Exit::Interrupted {
                return Ok(interrupt.raised().map(|signal| RunOutcome::of_signal(signal).exit_code()));
            }
            let tolerated = tolerated.contains(&command.script);
            reruns.push(Rerun {
                command: command.script,
                dir: command.dir,
                exit,
                expectation: command.expectation,
                unmet,
                vacuous,
                tolerated,
            });
        }
        found.rerun = Some(reruns);
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Expectation;
    use crate::journal::seal::{Chain, Key};
    use crate::plan::StepIndex;
    use crate::report::tests::records;
    use crate::state::audit::{Backing, PassRecord};

    fn audited(backing: Backing, exit: Option<i32>) -> Audit {
        let rerun = exit.map(|code| {
            let exit = Exit::Code { code };
            vec![Rerun {
                command: "make".into(),
                dir: String::new(),
                exit,
                expectation: Expectation::default(),
                unmet: None,
                vacuous: None,
                tolerated: false,
            }]
        });
        let step = AuditedStep {
            id: "1".into(),
            name: "One".into(),
            line: 1,
            index: StepIndex::from(0),
            backing,
            why: None,
            boxes: Vec::new(),
            pass: None,
            rerun,
        };
        Audit { steps: vec![step], groups: Vec::new() }
    }

    #[test]
    fn the_exit_code_says_what_the_ticks_are_worth() {
        for (backing, rerun, forged, journal, code) in [
            (Backing::Proven, None, false, "sealed", ExitCode::Passed),
            (Backing::Proven, Some(0), false, "sealed", ExitCode::Passed),
            (Backing::Proven, Some(1), false, "sealed", ExitCode::StepFailed),
            (Backing::Proven, None, true, "broken", ExitCode::StepFailed),
            (Backing::Forged, None, false, "sealed", ExitCode::StepFailed),
            (Backing::Unrecorded, None, false, "absent", ExitCode::NeedsPerson),
            (Backing::Proven, None, false, "gone", ExitCode::NeedsPerson),
        ] {
            let audit = audited(backing, rerun);
            assert_eq!(exit_code(&audit, forged, journal), code, "{backing:?} {rerun:?} {forged} {journal}");
        }
    }

    #[test]
    fn the_seals_show_less_where_an_agent_could_have_read_the_key() {
        let note = |state| JournalNote { state, records: 1, complaint: None, past: Vec::new() };
        let with = |sandbox: &str| {
            let mut audit = audited(Backing::Proven, None);
            audit.steps[0].pass = Some(PassRecord {
                run: "R".to_owned(),
                ts: jiff::Timestamp::UNIX_EPOCH,
                attempt: 1,
                sandbox: sandbox.to_owned(),
                confirmed_by: None,
                evidence: Vec::new(),
                judgements: Vec::new(),
                marks: Vec::new(),
            });
            audit
        };
        let confined = "the seals show that nobody changed the journal without the key";
        let open = "the sandbox was off in R: an agent could read the key there and forge records. The seals show only \
                    that nothing was changed by accident";
        let unproven = "the journal is missing or incomplete, so there is no evidence here for these ticks";
        for (audit, state, said) in [
            (audited(Backing::Proven, None), "sealed", confined),
            (with("landlock"), "sealed", confined),
            (with("none"), "sealed", open),
            (with("off"), "sealed", open),
            (with("landlock"), "truncated", unproven),
        ] {
            assert_eq!(worth(&audit, &note(state)), said);
        }
    }

    #[test]
    fn what_earlier_runs_found_wrong_is_told_with_its_time() {
        let what = || "line 3 is forged".to_owned();
        let restored = Event::JournalRestored { what: "it was cut".to_owned(), copy: None };
        let broken = Event::JournalBroken { what: what(), believed: 2, copy: "c".to_owned() };
        let gone = Event::Warning { code: "plan-gone".to_owned(), message: what() };
        let past = note(None, &records(&[restored, gone, broken]), false).past;
        let expected = [
            "at 1970-01-01T00:00:00Z the journal was restored during a run: it was cut",
            "at 1970-01-01T00:00:00Z line 3 is forged; agentrun did not trust it",
        ];
        assert_eq!(past, expected);
    }

    #[test]
    fn a_journal_is_named_by_what_its_seals_prove() {
        let chain = || Chain::begin(&Key::of(&[7; 32]).unwrap(), b"here");
        let proof = |verdict| Some(Proof { verdict, bytes: 0, chain: chain() });
        for (proof, empty, state) in [
            (proof(JournalVerdict::Whole), false, "sealed"),
            (proof(JournalVerdict::Whole), true, "absent"),
            (None, true, "absent"),
            (None, false, "unsealed"),
            (proof(JournalVerdict::Unsealed), false, "unsealed"),
        ] {
            assert_eq!(note(proof.as_ref(), &[], empty).state, state, "{proof:?} {empty}");
        }
    }
}
