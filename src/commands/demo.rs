//! `agentrun demo [DIR]`: carries out a bundled plan in a new folder.

mod project;

use std::path::{Path, PathBuf};

use super::execute;
use crate::cli::{DemoArgs, ExecuteArgs};
use crate::config::{Environment, own_program};
use crate::failure::{ExitCode, Failure};
use crate::journal::StateDir;
use crate::report::patch;
use crate::report::print::{self, FAINT, STRONG, quoted, styled};
use crate::workspace::diff;

/// Carries out a bundled plan with a scripted model in a new folder, the way `execute` does.
pub(super) fn run(root: Option<&Path>, args: &DemoArgs) -> Result<ExitCode, Failure> {
    if root.is_some() {
        return Err(Failure::usage("the demo makes its own project, so -C does not apply")
            .hint("name the folder: agentrun demo DIR"));
    }
    let environment = Environment::read();
    let root = project::make(args.dir.as_deref(), &environment)?;
    introduce(&root);
    let model = format!("scripted:{}", project::REPLIES);
    let plan = root.join("plan.md");
    let execute = ExecuteArgs { plan: plan.clone(), model: Some(model), ..ExecuteArgs::default() };
    let code = execute::run(Some(&root), execute)?;
    show_ticks(&plan)?;
    show_places(&root);
    show_commands(&root, code, &environment);
    Ok(code)
}

fn introduce(root: &Path) {
    let say = print::talk;
    say(&styled(STRONG, "agentrun demo: a small Rust project and a plan of three steps"));
    say("");
    say("  the model is a script with bundled replies: no LLM, no key, no network");
    say("  everything else is real: the edits, the cargo test runs, and the ticks that rest on them");
    say(&format!("  the project: {}", root.display()));
    say("");
    say(&format!("$ agentrun execute plan.md --model scripted:{}", project::REPLIES));
}

/// The plan before and after, as a diff.
fn show_ticks(plan: &Path) -> Result<(), Failure> {
    let now = std::fs::read_to_string(plan)
        .map_err(|error| Failure::internal("cannot read the plan again", error))?;
    print::talk("");
    if now == project::PLAN {
        print::talk("Nothing is ticked in plan.md.");
        return Ok(());
    }
    print::talk(&styled(STRONG, "What agentrun ticked in plan.md; every other byte is as it was:"));
    let diff = diff::unified(project::PLAN, &now, "plan.md before", "plan.md now");
    print::data(&patch::coloured(&diff));
    Ok(())
}

fn show_places(root: &Path) {
    print::talk("");
    print::talk(&format!("The project: {}", root.display()));
    let last = StateDir::of(root).runs().ok().and_then(|mut runs| runs.pop());
    if let Some(run) = last {
        print::talk(&format!("The report:  {}", run.path().join("report.md").display()));
    }
}

fn show_commands(root: &Path, code: ExitCode, environment: &Environment) {
    section("Look around:");
    command(&format!("cd {}", quoted(&root.display().to_string())), "");
    if let Some(exe) = own_program().filter(|exe| !on_path(exe, environment)) {
        command(&format!("alias agentrun={}", quoted(&exe.display().to_string())), "");
    }
    command("agentrun status", "where the plan stands");
    if code != ExitCode::Passed {
        section("Go on where it stopped:");
        command(&format!("agentrun execute plan.md --model scripted:{}", project::REPLIES), "");
        return;
    }
    command("agentrun logs --step 2 --attempt 1", "what the claim \"all tests pass\" led to");
    command("agentrun diff --step 2", "what each attempt changed");
    command("cargo run -q -- 90x", "look at this answer: no command can judge it");
    command("agentrun confirm plan.md 3 --by YOU", "and confirm it, as a person");
    let name = root.file_name().unwrap_or_default().to_string_lossy();
    let copy = quoted(&format!("../{name}-mine"));
    section("With a model of your own, on a copy in which nothing is done yet:");
    command(&format!("git clone -q . {copy} && cd {copy}"), "");
    command("export OPENAI_API_KEY=...", "not for servers without keys");
    command("agentrun execute plan.md --model NAME", "add --base-url URL for another server");
    section("With a plan of your own, in your project:");
    command("agentrun execute PLAN.md --dry-run", "what a run would do");
}

fn section(title: &str) {
    print::talk("");
    print::talk(&styled(STRONG, title));
}

fn command(command: &str, purpose: &str) {
    let line = if purpose.is_empty() {
        format!("  {command}")
    } else {
        format!("  {command:<40}{}", styled(FAINT, purpose))
    };
    print::talk(&line);
}

/// Whether `agentrun` alone starts this very program.
fn on_path(exe: &Path, environment: &Environment) -> bool {
    let first = environment.on_path("agentrun");
    let real = |path: &Path| -> Option<PathBuf> { path.canonicalize().ok() };
    first.is_some_and(|first| real(&first) == real(exe))
}
