//! Recognises failures that no agent can fix here, such as a missing tool or permission.
//!
//! At the baseline only what no step could bring about ends a step; everything else is the normal
//! start of test-first work, and counts only if the agent's work left it as it was.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::Validated;
use super::withheld::Withheld;
use crate::facts::{Denial, Exit, Origin, StartObstacle, Unfixable};

/// Tools that come with a machine and not with a project.
const TOOLCHAINS: &[&str] = &[
    "cargo", "rustc", "go", "node", "npm", "npx", "java", "mvn", "gradle", "dotnet", "python", "python3",
    "ruby", "php", "make", "cmake", "ctest", "docker", "git", "swift", "elixir", "mix", "deno", "bun",
];

/// The last word of `bash`, `dash` or `npm` on a program that is not there.
static NOT_FOUND: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)(?:^|[: ])([^\s:'`]+): (?:command )?not found\r?$").ok());

/// A refusal of the system, with the path that it is about.
static NOT_PERMITTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let refusal = r"(?:[Pp]ermission denied|[Oo]peration not permitted|Read-only file system|EACCES|EPERM)";
    let path = r"(?:^|[\s'`\x22(:])(/[^\s'`\x22:,)]+)";
    Regex::new(&format!(r"(?m)^.*?(?:{path}.*{refusal}|{refusal}.*{path}).*$")).ok()
});

/// Why a command that is red before the step will be red after it, whatever an agent does. `step`
/// is the text of the step, which may be about installing the tool.
pub(crate) fn at_once(before: &Validated, step: &str, withheld: &Withheld) -> Option<Unfixable> {
    if let Exit::NotStarted { reason, obstacle: StartObstacle::Shell } = &before.evidence.exit {
        let hint = "install bash, or put it on PATH, and run again".to_owned();
        return Some(unfixable(before, reason.clone(), hint));
    }
    if let Some(missed) = missed(before, withheld) {
        return Some(missed);
    }
    let program = missing_program(before).filter(|program| TOOLCHAINS.contains(program))?;
    if step.to_lowercase().contains("install") {
        return None;
    }
    Some(not_installed(before, program))
}

/// What a command that failed missed of what agentrun keeps from commands.
pub(crate) fn missed(result: &Validated, withheld: &Withheld) -> Option<Unfixable> {
    let is_red = !result.evidence.is_met() && !result.evidence.is_held_back();
    let missed = withheld.missed(&result.output).filter(|_| is_red)?;
    Some(unfixable(result, missed.cause, missed.hint))
}

/// Why a command that is red after the agent's work will be red after the next, too.
pub(crate) fn after_work(
    before: &Validated,
    after: &Validated,
    root: &Path,
    changed: bool,
) -> Option<Unfixable> {
    if before.evidence.exit != after.evidence.exit || after.evidence.is_met() {
        return None;
    }
    let program = missing_program(after).filter(|program| missing_program(before) == Some(program));
    if let Some(program) = program {
        return Some(not_installed(after, program));
    }
    if let Some(denied) = after.denied.as_ref().filter(|denied| before.denied.as_ref() == Some(denied)) {
        let (cause, hint) = (denied.what(), allow(denied));
        return Some(unfixable(after, cause, hint.to_owned()));
    }
    let path = refused_path(after, root).filter(|path| refused_path(before, root) == Some(path));
    if let Some(path) = path {
        let hint = "give this user the permission, or change the command; then run again".to_owned();
        return Some(unfixable(after, format!("permission denied for `{path}`"), hint));
    }
    let of_the_plan = !matches!(after.evidence.origin, Origin::Step { .. });
    (of_the_plan && changed && same_output(before, after)).then(|| {
        let cause =
            "the command failed before the step for the same reason, and the step did not change that";
        let hint = "make the command pass first, or give the step its own command; then run again";
        unfixable(after, cause.to_owned(), hint.to_owned())
    })
}

/// What a person can do about what the sandbox denied.
fn allow(denied: &Denial) -> &'static str {
    match denied {
        Denial::Write { .. } => {
            "let commands write there with `sandbox.caches` in your own file, or change the command"
        }
        Denial::Access { .. } => {
            "change the command; if it writes there, `sandbox.caches` in your own file can let it"
        }
        Denial::Protected { .. } => "change the command so that it only reads the file",
        Denial::Read { .. } => "change the command so that it does not need the file",
        Denial::Network => "run again with the network on, or change the command",
    }
}

fn unfixable(result: &Validated, cause: String, hint: String) -> Unfixable {
    Unfixable { red: result.red(), cause, hint }
}

fn not_installed(result: &Validated, program: &str) -> Unfixable {
    let hint = format!("install `{program}`, or put it on PATH, and run again");
    unfixable(result, format!("`{program}` is not installed"), hint)
}

/// The program that was not found, if it is none of the project's own files.
fn missing_program(result: &Validated) -> Option<&str> {
    if result.evidence.exit != (Exit::Code { code: 127 }) {
        return None;
    }
    let found = NOT_FOUND.as_ref()?.captures_iter(&result.output).last()?;
    let program = found.get(1)?.as_str();
    (!program.contains('/')).then_some(program)
}

/// The path outside of the project that the system refused.
fn refused_path<'a>(result: &'a Validated, root: &Path) -> Option<&'a str> {
    let captures = NOT_PERMITTED.as_ref()?.captures_iter(&result.output);
    let paths = captures.filter_map(|found| found.get(1).or(found.get(2)));
    paths.map(|path| path.as_str()).find(|path| !Path::new(path).starts_with(root))
}

/// The outputs say the same, times and other numbers aside.
fn same_output(before: &Validated, after: &Validated) -> bool {
    let words =
        |result: &Validated| -> String { result.output.chars().filter(|c| !c.is_ascii_digit()).collect() };
    !before.output.trim().is_empty() && words(before) == words(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Evidence, Fingerprint, Usage};

    fn result(origin: Origin, code: i32, output: &str) -> Validated {
        let evidence = Evidence {
            origin,
            command: "the command".into(),
            dir: String::new(),
            exit: Exit::Code { code },
            expectation: crate::facts::Expectation::default(),
            unmet: None,
            duration_ms: 0,
            tests: None,
            vacuous: None,
            flaky: false,
            reused: false,
            output_digest: String::new(),
            log: String::new(),
            fingerprint: Fingerprint::new(String::new(), None),
            tree: None,
            diff_digest: None,
            usage: Usage::default(),
            green_before: None,
        };
        Validated { output: output.to_owned(), ..Validated::without_output(evidence) }
    }

    fn own(code: i32, output: &str) -> Validated {
        result(Origin::Step { criterion: 0.into() }, code, output)
    }

    fn after(before: &Validated, after: &Validated) -> Option<String> {
        after_work(before, after, Path::new("/project"), true).map(|found| found.cause)
    }

    #[test]
    fn a_toolchain_that_is_missing_ends_a_step_before_it_costs_anything() {
        let cause = |output| {
            at_once(&own(127, output), "Write the code", &Withheld::default()).map(|found| found.cause)
        };
        assert_eq!(cause("bash: line 1: cargo: command not found\n").unwrap(), "`cargo` is not installed");
        assert_eq!(cause("sh: 1: node: not found\n").unwrap(), "`node` is not installed");
        assert_eq!(cause("bash: line 1: ./run.sh: No such file or directory\n"), None);
        assert_eq!(cause("bash: line 1: ruff: command not found\n"), None, "a step may bring it");
        let cargo = own(127, "bash: line 1: cargo: command not found\n");
        assert_eq!(at_once(&cargo, "Install Rust", &Withheld::default()), None);
        assert_eq!(
            at_once(&own(1, "bash: line 1: cargo: command not found\n"), "", &Withheld::default()),
            None
        );
    }

    #[test]
    fn a_shell_that_is_missing_ends_a_step_and_a_folder_may_still_come() {
        let cause = |obstacle| {
            let mut found = own(0, "");
            // The words decide nothing.
            let reason = "it cannot be started".to_owned();
            found.evidence.exit = Exit::NotStarted { reason, obstacle };
            at_once(&found, "Write the code", &Withheld::default()).map(|found| found.cause)
        };
        assert_eq!(cause(StartObstacle::Shell).as_deref(), Some("it cannot be started"));
        for obstacle in [StartObstacle::Folder, StartObstacle::Sandbox, StartObstacle::Other] {
            assert_eq!(cause(obstacle), None, "{obstacle:?}");
        }
    }

    #[test]
    fn the_same_tool_missing_after_the_work_ends_the_step() {
        let missing =
            |line: u32, name: &str| own(127, &format!("bash: line {line}: {name}: command not found\n"));
        assert_eq!(after(&missing(1, "ruff"), &missing(2, "ruff")).unwrap(), "`ruff` is not installed");
        assert_eq!(after(&missing(1, "ruff"), &missing(1, "mypy")), None);
        assert_eq!(after(&own(1, ""), &missing(1, "ruff")), None);
        let script = own(127, "bash: line 1: ./run.sh: No such file or directory\n");
        assert_eq!(after(&script, &script), None, "the agent may still write it");
    }

    #[test]
    fn a_permission_outside_of_the_project_is_not_the_agents_to_get() {
        let socket =
            "permission denied while trying to connect to the Docker daemon at unix:///var/run/docker.sock\n";
        let outside = own(1, "touch: cannot touch '/etc/x': Permission denied\n");
        assert_eq!(after(&outside, &outside).unwrap(), "permission denied for `/etc/x`");
        assert_eq!(after(&own(1, socket), &outside), None);
        let inside = own(126, "bash: line 1: /project/run.sh: Permission denied\n");
        assert_eq!(after(&inside, &inside), None);
        let relative = own(126, "bash: line 1: ./run.sh: Permission denied\n");
        assert_eq!(after(&relative, &relative), None);
    }

    #[test]
    fn what_the_sandbox_denies_before_and_after_is_for_a_person_to_allow() {
        let denied = |denied| Validated { denied, ..own(1, "no\n") };
        let network = denied(Some(Denial::Network));
        assert_eq!(after(&network, &network).unwrap(), "the network is off, and the command asks for it");
        assert_eq!(after(&denied(None), &network), None, "the agent can do without it again");
        let protects = denied(Some(Denial::Protected { path: "/project/plan.md".into() }));
        assert_eq!(after(&network, &protects), None);
        assert_eq!(after(&protects, &protects).unwrap(), "the sandbox protects `/project/plan.md`");
    }

    #[test]
    fn a_plan_level_failure_that_the_work_did_not_touch_is_somebody_elses() {
        let plan = |output: &str| result(Origin::Plan, 1, output);
        let before = plan("test legacy failed in 0.31 s\n");
        assert!(after(&before, &plan("test legacy failed in 0.29 s\n")).unwrap().contains("same reason"));
        assert_eq!(after(&before, &plan("test new failed in 0.29 s\n")), None);
        assert_eq!(after(&plan(""), &plan("")), None);
        assert_eq!(after_work(&before, &before, Path::new("/project"), false), None);
        let own = own(1, "test legacy failed in 0.31 s\n");
        assert_eq!(after(&own, &own), None);
    }
}
