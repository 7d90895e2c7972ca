//! Runs the commands of a validation and makes evidence of what they did.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

use crate::digest::digest;
use crate::facts::{AttemptRef, Event, Evidence, Exit, Fingerprint, StartObstacle, Usage, Vacuous};
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::process::{self, Command, CommandOutcome, CommandOutput, Policy};
use crate::record::Recorder;
use crate::validate::Validated;
use crate::validate::applied::Applied;
use crate::validate::named::NamedFiles;
use crate::validate::runners::{Counter, RunnerReport};
use crate::validate::vacuous::{why_vacuous, why_written_so};
use crate::workspace::disk_files::DiskFiles;
use crate::workspace::guard::folder;
use crate::workspace::stand_in::StandIn;
use crate::workspace::validators::{ValidatorStore, Validators};

/// What a validation rests on, besides the commands.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    pub at: AttemptRef,
    /// What the step says.
    pub fingerprint: Fingerprint,
    /// The tree it runs on.
    pub tree: Option<String>,
    pub diff_digest: Option<String>,
    pub usage: Usage,
    /// What the same commands did before the step, in the same order; empty in the baseline.
    pub baseline: &'a [Evidence],
    /// The agent has not begun: what changes the project waits.
    pub before_work: bool,
    /// Something changed that the tree does not show: what a command did on it before says nothing.
    pub unseen_changed: bool,
    /// What is looked at between the commands.
    pub watch: Option<ValidatorWatch<'a>>,
    pub root: PathBuf,
    /// The run's folder, which log names are relative to.
    pub run_dir: PathBuf,
    pub log_dir: PathBuf,
    pub timeout: Duration,
    pub policy: &'a Policy,
    pub interrupt: &'a Interrupt,
}

/// The files that decide about a verdict, while commands run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ValidatorWatch<'a> {
    pub store: &'a ValidatorStore,
    pub named: &'a NamedFiles,
    /// As they were before the step.
    pub before: &'a Validators,
    /// As they have to be.
    pub after: &'a Validators,
}

impl ValidatorWatch<'_> {
    /// What is not as it has to be.
    fn disturbed(&self) -> io::Result<Vec<String>> {
        let now = self.store.take(self.named, self.before)?;
        let changes = self.store.changes(self.after, &now);
        Ok([changes.changed, changes.shadows].concat())
    }
}

/// A log of more bytes is not read back; its end, which holds the sums, was kept in memory.
const LOG_BYTES: u64 = 64 << 20;

/// A pipe in the place of a log would be waited for without end.
const NONBLOCKING: i32 = OFlags::NONBLOCK.bits().cast_signed();

/// A longer line is no line of a test runner.
const LINE_BYTES: u64 = 64 << 10;

/// Runs every command that applies. An interrupted one is the last, and is not recorded as
/// evidence.
///
/// What was green on this very tree, with no agent at work since, is taken over. A result that
/// contradicts an earlier one on this tree is looked at once more, and the worse of the two counts.
pub(crate) async fn run(
    applied: &[Applied],
    ground: &Ground<'_>,
    recorder: &mut Recorder,
) -> Result<Vec<Validated>, Failure> {
    let mut all = Vec::with_capacity(applied.len());
    std::fs::create_dir_all(&ground.log_dir).map_err(no_log)?;
    for (index, command) in applied.iter().enumerate() {
        if let Some(evidence) = reused(command, index, ground, recorder) {
            recorder
                .record(Event::ValidationCompleted { at: ground.at.clone(), evidence: evidence.clone() })?;
            all.push(Validated::without_output(evidence));
            continue;
        }
        if command.changes && ground.before_work {
            let held_back = Validated::without_output(held_back(command, ground));
            record(&held_back, ground, recorder)?;
            all.push(held_back);
            continue;
        }
        let log = |suffix: &str| ground.log_dir.join(format!("validation-{}{suffix}.log", index + 1));
        let before = green_before(command, ground, recorder);
        let Some(mut first) = look(command, index, ground, log(""), recorder).await? else { break };
        first.evidence.flaky = before.is_some_and(|green| green != first.evidence.is_met());
        record(&first, ground, recorder)?;
        if !first.evidence.flaky {
            all.push(first);
            continue;
        }
        let Some(mut second) = look(command, index, ground, log("-again"), recorder).await? else { break };
        second.evidence.flaky = true;
        record(&second, ground, recorder)?;
        all.push(if first.evidence.is_met() { second } else { first });
    }
    Ok(all)
}

/// Runs every command that applies once more, with other files in the place of some. That is no evidence.
pub(super) async fn run_again(
    applied: &[Applied],
    ground: &Ground<'_>,
    stand_in: &StandIn<'_>,
    recorder: &mut Recorder,
) -> Result<Vec<Validated>, Failure> {
    let mut all = Vec::with_capacity(applied.len());
    for (index, command) in applied.iter().enumerate() {
        let log = ground.log_dir.join(format!("originals-{}.log", index + 1));
        let Some(found) = observe(command, index, ground, log, recorder).await? else { break };
        stand_in.renew().map_err(no_log)?;
        all.push(found);
    }
    Ok(all)
}

fn record(found: &Validated, ground: &Ground<'_>, recorder: &mut Recorder) -> Result<(), Failure> {
    let (at, evidence) = (ground.at.clone(), found.evidence.clone());
    recorder.record(Event::ValidationCompleted { at, evidence })
}

/// What the command did on this tree shortly before, if that stands for what it would do now.
fn reused(command: &Applied, index: usize, ground: &Ground<'_>, recorder: &Recorder) -> Option<Evidence> {
    let known = recorder.state.green_on(ground.tree.as_deref()?, |seen| command.is_of(seen))?;
    Some(Evidence {
        origin: command.origin,
        fingerprint: ground.fingerprint.clone(),
        diff_digest: ground.diff_digest.clone(),
        usage: ground.usage,
        green_before: ground.baseline.get(index).map(Evidence::holds),
        reused: true,
        ..known.clone()
    })
}

/// Whether the command was green when the step had it run on this tree before.
fn green_before(command: &Applied, ground: &Ground<'_>, recorder: &Recorder) -> Option<bool> {
    if ground.unseen_changed {
        return None;
    }
    let step = recorder.state.step(&ground.at.step.key);
    let seen = step.seen_on(ground.tree.as_deref()?, |seen| command.is_of(seen))?;
    Some(seen.is_met())
}

/// Runs a command and looks at what it did; `None` if it was interrupted.
async fn look(
    command: &Applied,
    index: usize,
    ground: &Ground<'_>,
    log: PathBuf,
    recorder: &mut Recorder,
) -> Result<Option<Validated>, Failure> {
    recorder.record(Event::ValidationStarted { at: ground.at.clone(), command: command.script.clone() })?;
    let mut found = observe(command, index, ground, log, recorder).await?;
    if let (Some(found), Some(watch)) = (&mut found, ground.watch) {
        found.disturbed = watch.disturbed().map_err(no_log)?;
    }
    Ok(found)
}

/// Runs a command and looks at what it did; `None` if it was interrupted. The command is not told of.
async fn observe(
    command: &Applied,
    index: usize,
    ground: &Ground<'_>,
    log: PathBuf,
    recorder: &mut Recorder,
) -> Result<Option<Validated>, Failure> {
    let completed = run_one(command, ground, log.clone(), recorder).await?;
    if let Some(restored) = folder::set_back(&ground.log_dir).map_err(no_log)? {
        recorder.record(restored.event(&ground.at, "during a validation"))?;
    }
    if completed.exit == Exit::Interrupted {
        return Ok(None);
    }
    if !completed.output.left.is_empty() {
        recorder.record(left_behind(&command.script, &completed.output.left))?;
    }
    let told = count(&log, &completed.output).map_err(no_log)?.of(command, &ground.root, &DiskFiles);
    let before = ground.baseline.get(index);
    let unmet = unmet(command, &completed, &log, &ground.root);
    let vacuous = vacuous(command, &completed.exit, &ground.root, told, before);
    let evidence = Evidence {
        origin: command.origin,
        command: command.script.clone(),
        dir: command.dir.clone(),
        exit: completed.exit,
        expectation: command.expectation.clone(),
        unmet,
        duration_ms: u64::try_from(completed.duration.as_millis()).unwrap_or(u64::MAX),
        tests: told.tests,
        vacuous,
        flaky: false,
        reused: false,
        output_digest: completed.output.digest,
        log: log.strip_prefix(&ground.run_dir).unwrap_or(&log).display().to_string(),
        fingerprint: ground.fingerprint.clone(),
        tree: ground.tree.clone(),
        diff_digest: ground.diff_digest.clone(),
        usage: ground.usage,
        green_before: ground.baseline.get(index).map(Evidence::holds),
    };
    let (output, denied) = (completed.output.text, completed.denied);
    Ok(Some(Validated { output, denied, ..Validated::without_output(evidence) }))
}

/// A command that waits until the agent has worked.
fn held_back(command: &Applied, ground: &Ground<'_>) -> Evidence {
    let reason = "it changes the project, so it does not run before the step".to_owned();
    Evidence {
        origin: command.origin,
        command: command.script.clone(),
        dir: command.dir.clone(),
        exit: Exit::NotStarted { reason, obstacle: StartObstacle::HeldBack },
        expectation: command.expectation.clone(),
        unmet: None,
        duration_ms: 0,
        tests: None,
        vacuous: None,
        flaky: false,
        reused: false,
        output_digest: digest(b""),
        log: String::new(),
        fingerprint: ground.fingerprint.clone(),
        tree: ground.tree.clone(),
        diff_digest: ground.diff_digest.clone(),
        usage: ground.usage,
        green_before: None,
    }
}

/// What a command did not do that is expected of it, beside succeeding.
pub(super) fn unmet(command: &Applied, outcome: &CommandOutcome, log: &Path, root: &Path) -> Option<String> {
    if command.expectation.is_success() {
        return None;
    }
    let printed = printed(log, &outcome.output);
    let dir = root.join(&command.dir);
    command.expectation.unmet(&outcome.exit, &printed, |file| dir.join(file).exists())
}

/// Everything that a command printed; of very much only its ends.
fn printed(log: &Path, output: &CommandOutput) -> String {
    let file = File::options().read(true).custom_flags(NONBLOCKING).open(log);
    let whole = file.ok().filter(|file| file.metadata().is_ok_and(|found| found.is_file()));
    let mut bytes = Vec::new();
    match whole {
        Some(mut file) if output.bytes <= LOG_BYTES => match file.read_to_end(&mut bytes) {
            Ok(_) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => output.text.clone(),
        },
        _ => output.text.clone(),
    }
}

/// Why the success of a command says nothing: for what it is, or for what its runners told, now and
/// before the step. Where more than success is expected, that decides.
pub(super) fn vacuous(
    command: &Applied,
    exit: &Exit,
    root: &Path,
    told: RunnerReport,
    before: Option<&Evidence>,
) -> Option<Vacuous> {
    if !exit.success() || !command.expectation.is_success() {
        return None;
    }
    if let Some(why) = why_written_so(&command.script) {
        return Some(Vacuous::Command { why });
    }
    let dir = root.join(&command.dir);
    if let Some(why) = why_vacuous(&DiskFiles, &dir, &command.script) {
        return Some(Vacuous::Project { why });
    }
    told.why_vacuous(before).map(|why| Vacuous::Tests { why })
}

/// Counts the tests in all that a command printed, line by line from its log.
pub(super) fn count(log: &Path, output: &CommandOutput) -> io::Result<RunnerReport> {
    let mut counter = Counter::default();
    if output.bytes == 0 || output.bytes > LOG_BYTES {
        output.text.lines().for_each(|line| counter.line(line));
        // What is between the beginning and the end of the text may be missing.
        return Ok(RunnerReport { unended: false, ..counter.finish() });
    }
    let file = File::options().read(true).custom_flags(NONBLOCKING).open(log)?;
    if !file.metadata()?.is_file() {
        // A command has put something else in its place.
        output.text.lines().for_each(|line| counter.line(line));
        return Ok(counter.finish());
    }
    let mut reader = BufReader::new(file);
    let mut line = Vec::new();
    loop {
        line.clear();
        if reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(counter.finish());
        }
        counter.line(&String::from_utf8_lossy(&line));
    }
}

async fn run_one(
    command: &Applied,
    ground: &Ground<'_>,
    log: PathBuf,
    recorder: &Recorder,
) -> Result<CommandOutcome, Failure> {
    let dir = ground.root.join(&command.dir);
    let inside = dir.canonicalize().is_ok_and(|dir| dir.starts_with(&ground.root));
    if !inside {
        let reason = format!("the directory `{}` does not exist in the project", command.dir);
        return Ok(CommandOutcome::without_output(Exit::NotStarted {
            reason,
            obstacle: StartObstacle::Folder,
        }));
    }
    let command = Command {
        script: command.script.clone(),
        strict: true,
        dir,
        timeout: ground.timeout,
        log: Some(log),
    };
    process::run(&command, ground.policy, ground.interrupt, &recorder.redact).await.map_err(no_log)
}

/// What a validation command did not end itself.
fn left_behind(command: &str, left: &[String]) -> Event {
    let message = format!("`{command}` left processes running; agentrun ended them: {}", left.join("; "));
    Event::Warning { code: "left-behind".to_owned(), message }
}

fn no_log(error: io::Error) -> Failure {
    Failure::internal("cannot keep the output of a validation command", error)
        .hint("nothing was ticked; make room and run agentrun again")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::fixtures::evidence;
    use crate::facts::{Origin, Tests};

    const PASSED: &str =
        "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 3 filtered out\n";

    fn applied(script: &str) -> Applied {
        Applied::script(Origin::Plan, script, "")
    }

    /// The tests that were counted in a log, or where there is none in what was kept of the output.
    fn tests(log: &Path, bytes: u64, text: &str) -> Option<Tests> {
        let output = CommandOutput { bytes, text: text.to_owned(), ..CommandOutput::default() };
        count(log, &output).unwrap().of(&applied("cargo test"), Path::new("/"), &DiskFiles).tests
    }

    #[test]
    fn tests_are_counted_in_the_log_unless_it_is_none_or_too_large() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let long_line = "x".repeat(3 * 65_536);
        std::fs::write(&log, format!("{long_line}\n{PASSED}{PASSED}")).unwrap();
        let ran = |ran, filtered| Some(Tests { ran, skipped: 0, filtered });
        assert_eq!(tests(&log, 10, PASSED), ran(4, 6));
        // What is kept in memory counts where the log cannot be read as one.
        assert_eq!(tests(&log, LOG_BYTES + 1, PASSED), ran(2, 3));
        assert_eq!(tests(dir.path(), 10, PASSED), ran(2, 3));
        assert_eq!(tests(&log, 0, ""), None);
    }

    #[test]
    fn a_pass_proves_nothing_for_the_first_reason_that_is_found() {
        let none_ran = || Tests { ran: 0, skipped: 0, filtered: 0 };
        let told = |tests| RunnerReport { tests, ..RunnerReport::default() };
        let root = tempfile::tempdir().unwrap();
        let before = evidence(0, "cargo test", 0);
        let passed = Exit::Code { code: 0 };
        let look =
            |script: &str, tests| vacuous(&applied(script), &passed, root.path(), told(tests), Some(&before));
        let kind = |found: Option<Vacuous>| match found {
            None => "holds",
            Some(Vacuous::Command { .. }) => "command",
            Some(Vacuous::Project { .. }) => "project",
            Some(Vacuous::Tests { .. }) => "tests",
        };
        std::fs::write(root.path().join("check.sh"), "exit 0\n").unwrap();
        let table = [
            ("cargo test", None, "holds"),
            ("cargo test", Some(Tests { ran: 1, skipped: 0, filtered: 0 }), "holds"),
            ("cargo test", Some(none_ran()), "tests"),
            ("true", Some(none_ran()), "command"),
            ("sh check.sh", Some(none_ran()), "project"),
        ];
        for (script, tests, expected) in table {
            assert_eq!(kind(look(script, tests)), expected, "{script} {tests:?}");
        }
    }
}
