//! Finds the commands that reach outside of the project, through its makefiles and scripts, and gives them to a
//! person; a setting may name those that agentrun runs all the same.

use std::path::{Path, PathBuf};

use super::ProjectFiles;
use super::callee::{callee, started_by};
use crate::plan::criterion::{CriterionKind, RefusedCommand};
use crate::plan::{Criterion, Diagnostic, Reading, Severity};
use crate::shell::effect::{CommandEffect, ScriptEffect, effect};
use crate::shell::simple::{SimpleCommand, path};
use crate::shell::tree::ShellWord;
use crate::shell::walk::{CommandPlace, Descend, Visitor, walk};

const THROUGH: &str = "what it runs in the project reaches outside: a person runs it";
const ALLOWED: &str = "the setting `validation.reach` names it";

/// Decides for every command of a plan whether agentrun may run it, and notes what it leaves to a person.
pub(crate) fn decide(reading: &mut Reading, files: &dyn ProjectFiles, root: &Path, allowed: &[String]) {
    let steps = reading.plan.steps.iter_mut().flat_map(|step| &mut step.criteria);
    let mut notes = Vec::new();
    for criterion in steps.chain(&mut reading.plan.criteria) {
        give_back(criterion, allowed);
        hold_back(criterion, files, root, allowed);
        notes.extend(note(criterion));
    }
    reading.diagnostics.extend(notes);
    reading.diagnostics.sort_by_key(|diagnostic| diagnostic.span.start);
}

/// Makes a command of what the setting names.
fn give_back(criterion: &mut Criterion, allowed: &[String]) {
    let named = |refused: &RefusedCommand| {
        criterion.effect == Some(CommandEffect::Reaches) && allowed.contains(&refused.command.script)
    };
    if let Some(refused) = criterion.refused.take_if(|refused| named(refused)) {
        criterion.kind =
            CriterionKind::Command(crate::plan::criterion::CommandLine { changes: true, ..refused.command });
        criterion.why = ALLOWED;
    }
}

/// Leaves to a person what reaches outside through a file of the project.
fn hold_back(criterion: &mut Criterion, files: &dyn ProjectFiles, root: &Path, allowed: &[String]) {
    let CriterionKind::Command(command) = &criterion.kind else { return };
    if allowed.contains(&command.script) {
        return;
    }
    let dir = root.join(command.dir.as_deref().unwrap_or_default());
    if let Some(found) = reaching(files, root, &dir, &command.script) {
        criterion.refused = Some(RefusedCommand { command: command.clone(), would: found.would });
        criterion.effect = Some(CommandEffect::Reaches);
        criterion.kind = CriterionKind::Manual;
        criterion.unrun = true;
        criterion.why = THROUGH;
    }
}

/// A warning about a command that a person has to run.
fn note(criterion: &Criterion) -> Option<Diagnostic> {
    let refused = criterion.refused.as_ref().filter(|_| criterion.effect == Some(CommandEffect::Reaches))?;
    Some(Diagnostic {
        severity: Severity::Warning,
        code: "reaches-outside",
        span: criterion.span.clone(),
        message: format!("for a person: it would {}", refused.would).into(),
        help: Some("agentrun runs it only if `validation.reach` names it".into()),
    })
}

/// The first command that reaches outside, of those that a script runs in the project.
fn reaching(files: &dyn ProjectFiles, root: &Path, dir: &Path, script: &str) -> Option<ScriptEffect> {
    let mut finder = ReachFinder { files, root, found: None };
    walk(script, dir, &mut finder);
    finder.found
}

struct ReachFinder<'a> {
    files: &'a dyn ProjectFiles,
    root: &'a Path,
    found: Option<ScriptEffect>,
}

impl Visitor for ReachFinder<'_> {
    fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
        let mut within = place.clone();
        within.dir = place.dir.as_ref().and_then(|dir| dir.strip_prefix(self.root).ok()).map(Path::to_owned);
        let found = effect(command, &within);
        if found.effect == CommandEffect::Reaches {
            self.found = Some(found);
            return Descend::Stop;
        }
        let words: Vec<ShellWord> =
            command.words.iter().map(|word| ShellWord { text: path(word), ..word.clone() }).collect();
        let stands_for =
            |dir: &PathBuf| callee(self.files, dir, &words).or_else(|| started_by(self.files, dir, &words));
        let callee = place.dir.as_ref().and_then(stands_for);
        callee.map_or(Descend::Past, Descend::Into)
    }

    fn folder(&self, from: &Path, to: Option<&ShellWord>) -> Option<PathBuf> {
        let there = to.map(|to| from.join(path(to))).filter(|there| self.files.has_folder(there));
        Some(there.unwrap_or_else(|| from.to_owned()))
    }
}

#[cfg(test)]
mod through;

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::workspace::disk_files::DiskFiles;

    /// Each command of the plan with what becomes of it, in a project with these files.
    fn decided(plan: &str, files: &[(&str, &str)], allowed: &[&str]) -> Vec<String> {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(root.path().join(name), text).unwrap();
        }
        let allowed: Vec<String> = allowed.iter().map(|command| (*command).to_owned()).collect();
        let mut reading = crate::plan::read(plan);
        decide(&mut reading, &DiskFiles, root.path(), &allowed);
        let criteria = reading.plan.steps.iter().flat_map(|step| &step.criteria);
        let say = |criterion: &Criterion| match (&criterion.kind, &criterion.refused) {
            (CriterionKind::Command(command), _) => format!("runs {}", command.script),
            (_, Some(refused)) => format!("leaves {}: it would {}", refused.command.script, refused.would),
            _ => "says".to_owned(),
        };
        let told = reading.diagnostics.iter().filter(|found| found.code == "reaches-outside");
        criteria.map(say).chain(told.map(|found| found.message.to_string())).collect()
    }

    const PLAN: &str =
        "# P\n\n### Step 1: A\n\n**Validation:**\n\n- `make check`\n- `npm run verify`\n- `make deploy`\n";

    #[test]
    fn commands_are_followed_through_the_project() {
        let harmless =
            [("Makefile", "check:\n\tcargo test\n"), ("package.json", r#"{"scripts":{"verify":"jest"}}"#)];
        assert_eq!(
            decided(PLAN, &harmless, &[]),
            [
                "runs make check",
                "runs npm run verify",
                "leaves make deploy: it would deploy",
                "for a person: it would deploy"
            ]
        );
        let sly = [
            ("Makefile", "check:\n\tcargo test\n\tkubectl apply -f x.yml\n"),
            ("package.json", r#"{"scripts":{"verify":"jest && git push"}}"#),
        ];
        let left = decided(PLAN, &sly, &[]);
        assert!(left[..3].iter().all(|said| said.starts_with("leaves ")), "{left:?}");
        assert_eq!(left.len(), 6);
    }

    #[test]
    fn nothing_in_a_makefile_hides_what_reaches_outside() {
        for makefile in [
            "check:\n\t-git push\n",
            "check:\n\t@-git push\n",
            ".IGNORE:\ncheck:\n\tgit push\n",
            "check: src/a.c\n\tgit push\n",
            "check: src/a.c build\n\ttrue\nbuild: %.o\n\tgit push\n",
            "check:\n\ttrue && \\\n\t  git push\n",
        ] {
            let plan = "# P\n\n### Step 1: A\n\n**Validation:** `make check`\n";
            let told = decided(plan, &[("Makefile", makefile)], &[]);
            assert_eq!(told[0], "leaves make check: it would push", "{makefile}");
            let plan = plan.replace("make check", "make -i check");
            let told = decided(&plan, &[("Makefile", makefile)], &[]);
            assert_eq!(told[0], "leaves make -i check: it would push", "{makefile}");
        }
    }

    #[test]
    fn what_the_setting_names_is_run() {
        let files = [("Makefile", "check:\n\tkubectl apply -f x.yml\ndeploy:\n\ttrue\n")];
        assert_eq!(
            decided(PLAN, &files, &["make deploy", "make check"]),
            ["runs make check", "runs npm run verify", "runs make deploy"]
        );
    }
}
