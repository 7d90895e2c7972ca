//! Shows an audit to people, and as one JSON object to programs.

use std::fmt::Write;

use serde::Serialize;

use super::print::{BAD, FAINT, GOOD, NOTICE, styled};
use crate::facts::Ruling;
use crate::plan::BoxBacking;
use crate::state::audit::{Audit, AuditedStep, Backing, PassRecord};
use crate::words;

pub(crate) const SCHEMA: &str = "agentrun.verify/1";

#[derive(Debug, Serialize)]
pub(crate) struct JournalNote {
    /// `sealed`, `unsealed`, `foreign`, `broken`, `truncated`, `gone` or `absent`.
    pub state: &'static str,
    pub records: u64,
    pub complaint: Option<String>,
    /// Forgeries that earlier runs found and did not believe.
    pub past: Vec<String>,
}

/// An audit with what it is about, as `--json` writes it.
#[derive(Debug, Serialize)]
pub(crate) struct AuditReport<'a> {
    pub schema: &'static str,
    pub plan: &'a str,
    pub journal: &'a JournalNote,
    /// What the seals prove.
    pub worth: &'a str,
    #[serde(flatten)]
    pub audit: &'a Audit,
    pub exit_code: u8,
}

pub(crate) fn text(audited: &AuditReport<'_>) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    head(&mut text, audited).ok();
    for found in &audited.audit.steps {
        step(&mut text, found).ok();
    }
    for group in &audited.audit.groups {
        writeln!(text, "{} line {}: {}", word(group.strength), group.line, group.text).ok();
    }
    text
}

fn head(text: &mut String, audited: &AuditReport<'_>) -> std::fmt::Result {
    let journal = audited.journal;
    let records = words::counted(journal.records, "record");
    writeln!(text, "{}", audited.plan)?;
    match &journal.complaint {
        None => writeln!(text, "journal: {}, {records}", journal.state)?,
        Some(complaint) => writeln!(text, "{}; {records} proven", styled(BAD, complaint))?,
    }
    journal.past.iter().try_for_each(|past| writeln!(text, "{past}"))
}

fn step(text: &mut String, found: &AuditedStep) -> std::fmt::Result {
    let why = found.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    writeln!(text, "{} [{}] {}{why}", word(found.backing), found.id, found.name)?;
    if let Some(pass) = &found.pass {
        evidence(text, pass)?;
    }
    let (usual, odd): (Vec<_>, Vec<_>) = found.boxes.iter().partition(|one| one.strength == found.backing);
    for backing in BoxBacking::ALL {
        let rest = usual.iter().filter(|one| one.backing == Some(backing));
        let lines: Vec<String> = rest.map(|one| one.line.to_string()).collect();
        if !lines.is_empty() {
            writeln!(text, "              by {}: line {}", backing.say(), lines.join(", "))?;
        }
    }
    for odd in odd {
        writeln!(text, "              line {} is {}: {}", odd.line, odd.strength.say(), odd.text)?;
    }
    for rerun in found.rerun.iter().flatten() {
        let verdict = match (&rerun.vacuous, rerun.tolerated) {
            (Some(vacuous), _) => styled(BAD, &format!("passed, but {}", vacuous.why())),
            _ if rerun.holds() => styled(GOOD, "passed"),
            (None, true) => format!("still fails, {}", rerun.say()),
            (None, false) => styled(BAD, &format!("failed, {}", rerun.say())),
        };
        writeln!(text, "              again: {} · {verdict}", words::first_line(&rerun.command))?;
    }
    Ok(())
}

fn evidence(text: &mut String, pass: &PassRecord) -> std::fmt::Result {
    let mut facts = vec![format!("{:.0}", pass.ts), format!("run {}", pass.run)];
    facts.extend((pass.attempt > 0).then(|| format!("attempt {}", pass.attempt)));
    facts.extend(pass.confirmed_by.as_ref().map(|by| format!("confirmed by {by}")));
    writeln!(text, "              {}", styled(FAINT, &facts.join(" · ")))?;
    for seen in &pass.evidence {
        let mut facts = vec![words::first_line(&seen.command), seen.exit.say()];
        facts.extend(
            seen.green_before.map(|green| if green { "passed before" } else { "failed before" }.to_owned()),
        );
        facts.extend(seen.tests.map(|tests| words::counted(tests.ran, "test")));
        facts.extend(seen.tree.as_ref().map(|tree| format!("tree {}", &tree[..tree.len().min(12)])));
        writeln!(text, "              {}", facts.join(" · "))?;
    }
    for said in pass.judgements.iter().filter(|said| said.ruling == Ruling::Pass) {
        let place = said.citation.as_ref().map_or_else(String::new, |cited| format!(" · {}", cited.place()));
        writeln!(text, "              judged: {}{place}", words::first_line(&said.text))?;
    }
    for mark in &pass.marks {
        writeln!(text, "              {}", styled(NOTICE, mark))?;
    }
    Ok(())
}

/// A sentence that counts: `3 steps have ticks: 2 proven, 1 by hand`.
pub(crate) fn summary(audit: &Audit) -> String {
    const ALL: [Backing; 10] = [
        Backing::Proven,
        Backing::SelfTested,
        Backing::Weak,
        Backing::Judged,
        Backing::Confirmed,
        Backing::Unvalidated,
        Backing::Stale,
        Backing::ByHand,
        Backing::Unrecorded,
        Backing::Forged,
    ];
    let steps = &audit.steps;
    let count = |backing| steps.iter().filter(|step| step.backing == backing).count();
    let counts: Vec<String> = ALL
        .into_iter()
        .filter(|&backing| count(backing) > 0)
        .map(|backing| format!("{} {}", count(backing), backing.say()))
        .collect();
    match counts.as_slice() {
        [] => "nothing is ticked".to_owned(),
        counts => format!("{} ticked: {}", words::counted(steps.len(), "step"), counts.join(", ")),
    }
}

fn word(backing: Backing) -> String {
    let style = match backing {
        Backing::Forged => BAD,
        backing if backing.holds() => GOOD,
        _ => NOTICE,
    };
    styled(style, &format!("{:<11}", backing.say()))
}
