//! `agentrun execute PLAN`: carries out a plan.

use std::collections::BTreeSet;
use std::path::Path;

use super::common::hold::{GuardedPlan, PlanHold};
use super::common::open::{OpenPlan, Past, Project};
use super::common::{confine, renamed, signals, typed};
use super::trust;
use crate::brief::Sources;
use crate::cli::ExecuteArgs;
use crate::config::Config;
use crate::facts::Event;
use crate::failure::{ExitCode, Failure};
use crate::interrupt::Interrupt;
use crate::model::Model;
use crate::model::scripted::Script;
use crate::plan::{Diagnostic, Reading, Severity, StepIndex, StepKind};
use crate::process::Sandbox;
use crate::process::sandbox::Wish;
use crate::redact::Redact;
use crate::report::{Report, diagnostics, listing, print};
use crate::run::{Orders, Run, Site};
use crate::sources::{self, wrong_template};
use crate::state::RunState;
use crate::state::reconcile::reconcile;
use crate::state::schedule::Selection;
use crate::workspace::git::author::Author;
use crate::workspace::modules::ModulePlaces;
use crate::workspace::snapshots::Snapshots;
use crate::workspace::stand_in::{self, Recovery};
use crate::workspace::validators::ValidatorStore;

struct Preparation {
    project: Project,
    plan: OpenPlan,
    orders: Orders,
    sources: Sources,
    warnings: Vec<Event>,
    past: Past,
}

/// Carries out a plan, or lists what it would do.
pub(super) fn run(root: Option<&Path>, args: ExecuteArgs) -> Result<ExitCode, Failure> {
    let prepared = prepare(root, &args)?;
    if args.dry_run {
        return dry_run(&prepared, &args);
    }
    let (runtime, interrupt) = signals::listen()?;
    let outcome = runtime.block_on(execute(prepared, args, interrupt));
    // A look-up of a host name cannot be interrupted; nobody waits for it.
    runtime.shutdown_background();
    outcome
}

/// Reads everything. Starts no process, opens no connection, writes nothing.
fn prepare(root: Option<&Path>, args: &ExecuteArgs) -> Result<Preparation, Failure> {
    let project = Project::find(root)?;
    let (mut config, withheld) = project.config_and_withheld()?;
    let untrusted = withheld.map(|withheld| trust::refusal(&withheld));
    let untrusted = match untrusted {
        Some(refusal) if !args.dry_run => return Err(refusal),
        untrusted => untrusted.map(|refusal| warning("untrusted", refusal.message)),
    };
    lay_flags_over(&mut config, args);
    refuse_address(&config.model.base_url)?;
    let plan = project.plan(&args.plan)?;
    let mut warnings = examine(&plan, args, &config)?;
    warnings.extend(untrusted);
    warnings.extend(renamed::notice(&project, &plan).map(|message| warning("renamed", message)));
    let selection = select(&plan, &args.step, config.run.keep_going)?;
    let found = sources::find(&plan.reading.plan, plan.file.path(), &project.root, &config)?;
    warnings.extend(found.warnings.into_iter().map(|message| warning("brief", message)));
    let templates = sources::templates(&config, &project.root)?;
    let reading = &plan.reading;
    let system = templates.system(&reading.plan, &reading.graph, &found.sources).map_err(wrong_template)?;
    let past = plan.standing()?;
    warnings.extend(past.complaints.iter().map(|complaint| warning("journal", complaint.clone())));
    let orders = Orders {
        config,
        selection,
        validate_only: args.validate_only,
        allow_unvalidated: args.allow_unvalidated,
        templates,
        system,
        command: typed::command(root, args),
    };
    Ok(Preparation { project, plan, orders, sources: found.sources, warnings, past })
}

/// An address without `http://` would be taken for the name of a scheme.
fn refuse_address(url: &str) -> Result<(), Failure> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    let path = if url.contains('/') { "" } else { "/v1" };
    Err(Failure::usage(format!("the base URL `{url}` does not begin with http:// or https://"))
        .hint(format!("for a server on this machine: --base-url http://{url}{path}")))
}

fn lay_flags_over(config: &mut Config, args: &ExecuteArgs) {
    let ExecuteArgs {
        model, base_url, max_attempts, max_turns, max_time, keep_going, sandbox, network, ..
    } = args;
    config.model.name = model.clone().unwrap_or_else(|| std::mem::take(&mut config.model.name));
    config.model.base_url = base_url.clone().unwrap_or_else(|| std::mem::take(&mut config.model.base_url));
    config.run.max_attempts = max_attempts.unwrap_or(config.run.max_attempts);
    config.limits.turns = max_turns.unwrap_or(config.limits.turns);
    config.limits.time = max_time.unwrap_or(config.limits.time);
    config.run.keep_going |= keep_going;
    config.run.commit |= args.commit;
    config.sandbox.mode = sandbox.unwrap_or(config.sandbox.mode);
    config.sandbox.network = network.unwrap_or(config.sandbox.network);
}

/// Shows all errors of a plan at once and refuses it; otherwise its warnings as events.
fn examine(plan: &OpenPlan, args: &ExecuteArgs, config: &Config) -> Result<Vec<Event>, Failure> {
    let text = &plan.text.text;
    let is_error = |diagnostic: &&Diagnostic| {
        let allowed = match diagnostic.code {
            "placeholder" => args.allow_placeholders,
            "unread-box" | "missing-step" => args.allow_unread,
            _ => false,
        };
        diagnostic.severity == Severity::Error && !allowed
    };
    let errors: Vec<Diagnostic> = plan.reading.diagnostics.iter().filter(is_error).cloned().collect();
    if !errors.is_empty() {
        print::talk(diagnostics::render(&plan.path, text, &errors).trim_end());
        let many = if errors.len() == 1 { "an error" } else { "errors" };
        let mut failure =
            Failure::new(ExitCode::PlanInvalid, format!("`{}` has {many}: nothing was run", plan.path));
        if errors.iter().all(|error| error.code == "placeholder") {
            failure = failure.hint("fill in the placeholders, or run with --allow-placeholders");
        }
        return Err(failure);
    }
    let line = |at: usize| 1 + text[..at.min(text.len())].bytes().filter(|&byte| byte == b'\n').count();
    // What the plan lacks, the configuration may have.
    let answered = |found: &&Diagnostic| found.code == "no-command" && !config.validation.commands.is_empty();
    let warnings = plan.reading.diagnostics.iter().filter(|found| found.severity == Severity::Warning);
    let warnings = warnings.filter(|found| !answered(found));
    Ok(warnings
        .map(|found| {
            warning(found.code, format!("{}:{}: {}", plan.path, line(found.span.start), found.message))
        })
        .collect())
}

fn warning(code: &str, message: String) -> Event {
    Event::Warning { code: code.to_owned(), message }
}

/// The steps that the person asked for.
fn select(plan: &OpenPlan, names: &[String], keep_going: bool) -> Result<Selection, Failure> {
    if names.is_empty() {
        return Ok(Selection { steps: None, keep_going });
    }
    let mut steps = BTreeSet::new();
    for name in names {
        steps.extend(plan.find_step(name)?);
    }
    Ok(Selection { steps: Some(steps), keep_going })
}

fn dry_run(prepared: &Preparation, args: &ExecuteArgs) -> Result<ExitCode, Failure> {
    let Preparation { plan, past, orders, .. } = prepared;
    let Orders { config, selection, .. } = orders;
    if args.json {
        let json = listing::json(&plan.text.text, &plan.reading, &past.state)
            .map_err(|error| Failure::internal("cannot write the plan as JSON", error))?;
        print::data_line(&json);
        return Ok(ExitCode::Passed);
    }
    let outlook = listing::Outlook {
        plan: &plan.path,
        configured: &config.validation.commands,
        prose: config.validation.criteria,
        sources: &prepared.sources,
        prefix: orders.system.len(),
        limits: config.say_limits(),
        model: &config.model.name,
        sandbox: config.sandbox.mode.describe(config.sandbox.network),
    };
    let selected = |index: StepIndex| selection.contains(index);
    print::data(&listing::dry_run(&plan.reading, &past.state, &selected, &outlook));
    let warnings = prepared.warnings.iter().filter_map(|event| match event {
        Event::Warning { message, .. } => Some(message.clone()),
        _ => None,
    });
    for message in past.distrust().into_iter().chain(warnings) {
        print::warning(&message);
    }
    Ok(ExitCode::Passed)
}

async fn execute(
    mut prepared: Preparation,
    args: ExecuteArgs,
    interrupt: Interrupt,
) -> Result<ExitCode, Failure> {
    let model = open_model(&prepared, &args)?;
    crate::process::keep_memory_private();
    let hold = PlanHold::new(&prepared.project, &prepared.plan)?;
    let mut warnings = std::mem::take(&mut prepared.warnings);
    let orders = &prepared.orders;
    let restart = if args.restart { selected_steps(&prepared.plan, &orders.selection) } else { Vec::new() };
    let workspace = prepared.project.workspace(&prepared.plan, &prepared.sources)?;
    let policy =
        confine::policy(&prepared.project, &orders.config, &prepared.plan, &workspace, &interrupt).await?;
    refuse_less(&prepared.past.state, orders.config.sandbox.mode, policy.sandbox())?;
    let redact = Redact::new(prepared.project.secrets(&orders.config));
    hold.make_run_dir(&redact)?;
    let report = Report::new(args.json, Some(hold.run_dir.clone()));
    let (recorder, unsealed) =
        hold.recorder(&prepared.plan, redact, &prepared.project.environment, report)?;
    warnings.extend(unsealed);
    let GuardedPlan { plan, guard, warnings: found } =
        hold.take_over(&prepared.project, prepared.plan, &prepared.sources, recorder.position)?;
    warnings.extend(found);
    let kept = plan.dir.snapshots();
    let left_out = prepared.project.left_out(&plan);
    let root = workspace.root.clone();
    let validators =
        ValidatorStore::new(&root, plan.dir.validators(), &left_out, ModulePlaces::of(&policy.path()));
    let known = recorder.state.stand_in();
    let recovered = stand_in::recover(&validators, &root, &plan.dir.stand_in(), known);
    warnings.extend(say_recovered(&recovered.map_err(not_put_back)?));
    let site = Site {
        workspace,
        validators,
        stand_in: plan.dir.stand_in(),
        left_out,
        snapshot_prefix: plan.dir.key(),
        run_dir: hold.run_dir.clone(),
        policy,
        author: Author::of(prepared.project.environment.all()),
        interrupt,
    };
    // No agent has worked yet: a run that is refused leaves nothing to be set back.
    let opened = open_snapshots(&site, &kept, orders.config.run.commit).await;
    let (snapshots, dirty) = opened.inspect_err(|_| guard.end())?;
    warnings.extend((!dirty.is_empty()).then(|| warning("dirty-tree", say_dirty(&dirty))));
    let unsaved = dirty.iter().map(|path| root.join(path)).collect();
    let plan = plan.at_hand();
    let mut run = Run { plan: &plan, orders, site: &site, recorder, model, snapshots, unsaved, guard };
    run.begin(warnings)?;
    if restart.is_empty() {
        return carry_out(run).await;
    }
    run.restart(&restart)?;
    let plan = plan.read_again().map_err(|error| Failure::internal("cannot read the plan", error))?;
    carry_out(run.with_plan(&plan)).await
}

/// What `auto` finds is no less than what an earlier run had here: what an agent left may be the reason.
fn refuse_less(past: &RunState, wish: Wish, found: Option<&Sandbox>) -> Result<(), Failure> {
    let had = past.last_sandbox().is_some_and(|sandbox| sandbox.starts_with("bubblewrap"));
    match found {
        Some(Sandbox::Landlock(_)) if wish == Wish::Auto && had => Err(Failure::new(
            ExitCode::CannotBegin,
            "the last run of this plan was confined by bubblewrap, which does not work here any more",
        )
        .hint("look whether something in `.git` or the project was put there to stop it: --sandbox bubblewrap says why")
        .hint("or accept less: --sandbox landlock")),
        _ => Ok(()),
    }
}

/// What is said of files for which others stood in when a run was killed.
fn say_recovered(recovery: &Recovery) -> Option<Event> {
    let message = match recovery {
        Recovery::Nothing => return None,
        Recovery::PutBack(count) => format!(
            "a run was killed while earlier checks stood in for files of the project; {} put back",
            crate::words::plural(*count, "file is", "files are")
        ),
        Recovery::Unknown => {
            "there was a list of files to be put back, and the journal knows nothing of it: \
                              nothing was put back; agentrun diff shows what the last attempt left"
                .to_owned()
        }
    };
    Some(warning("put-back", message))
}

fn not_put_back(error: std::io::Error) -> Failure {
    Failure::internal("cannot put back files that a killed run had replaced", error)
}

async fn carry_out(mut run: Run<'_>) -> Result<ExitCode, Failure> {
    let outcome = run.execute().await?;
    run.guard.end();
    Ok(outcome.exit_code())
}

/// The snapshots of the project, and what is not committed in it. Steps that are to be
/// committed are refused here, before anything is spent, if that cannot be.
async fn open_snapshots(
    site: &Site,
    kept: &Path,
    commits: bool,
) -> Result<(Snapshots, Vec<String>), Failure> {
    let mut snapshots = Snapshots::open(site.root(), kept, &site.left_out, &site.policy).await;
    if commits {
        let checked = match snapshots.repository() {
            Ok(git) => git.can_commit(&site.author, "").await,
            Err(obstacle) => Err(obstacle),
        };
        checked.map_err(|obstacle| {
            Failure::usage(format!("cannot commit steps: {obstacle}"))
                .hint(obstacle.hint())
                .hint("or run without --commit and without `commit = true` in [run]")
        })?;
    }
    let dirty = snapshots.dirty().await;
    let dirty = dirty.map_err(|error| Failure::internal("cannot list the changes of the project", error))?;
    Ok((snapshots, dirty))
}

/// The model, if any step may need one.
fn open_model(prepared: &Preparation, args: &ExecuteArgs) -> Result<Model, Failure> {
    let Preparation { project, plan, orders, past, .. } = prepared;
    let Orders { config, selection, .. } = orders;
    let needed = !orders.validate_only && needs_agent(&plan.reading, selection, &past.state, args.restart);
    match config.model.name.strip_prefix("scripted:") {
        Some(script) => Script::load(&project.root.join(script))
            .map(Model::Scripted)
            .map_err(|error| Failure::usage("cannot use the scripted model").caused_by(error)),
        None if needed && config.model.name.is_empty() => Err(Failure::usage("no model is configured")
            .hint("name it with --model NAME, or in agentrun.toml: [model] name = \"...\"")
            .hint("add --base-url URL if the server is not OpenAI's")),
        None => {
            let settings = project.model_settings(config);
            let ours = config.model.base_url == Config::default().model.base_url;
            if needed && ours && settings.api_key.is_none() {
                let variable = &config.model.api_key_env;
                return Err(Failure::new(
                    ExitCode::ModelRefused,
                    format!("{} needs a key, and the variable {variable} is not set", config.model.base_url),
                )
                .hint(format!("export {variable}=..., or name another server with --base-url")));
            }
            Ok(Model::openai(settings))
        }
    }
}

/// Whether an agent may have to work on a selected step. Asks the state as the run will find it: what was edited
/// since is to be done again. An event that cannot follow leaves its step to be done, too.
fn needs_agent(reading: &Reading, selection: &Selection, past: &RunState, restart: bool) -> bool {
    let Reading { plan, graph, .. } = reading;
    let mut state = past.clone();
    for event in reconcile(plan, graph, past) {
        drop(state.apply(&event));
    }
    let selected = graph.order().iter().filter(|&&index| selection.contains(index));
    selected.map(|&index| &plan.steps[index]).any(|step| {
        matches!(step.kind, StepKind::Work | StepKind::Closing)
            && (restart || !state.step(&step.key).status.is_done())
    })
}

fn selected_steps(plan: &OpenPlan, selection: &Selection) -> Vec<StepIndex> {
    plan.reading.graph.order().iter().copied().filter(|&index| selection.contains(index)).collect()
}

fn say_dirty(dirty: &[String]) -> String {
    let shown: Vec<&str> = dirty.iter().take(5).map(String::as_str).collect();
    let more = dirty.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("the project has changes that are not committed: {}{more}; they are kept", shown.join(", "))
}

#[cfg(test)]
mod tests;
