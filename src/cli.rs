//! The command line: commands and flags; the doc comments here are the help that people read.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::process::LAUNCH;
use crate::process::sandbox::{Network, Wish};

/// Carries out a Markdown plan with an LLM agent, and ticks only what it has validated itself.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Cli {
    /// The project root [default: git top level, else working directory]
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: CliCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Carry out a plan, starting where the last run stopped
    Execute(ExecuteArgs),
    /// Show what is wrong or unclear in a plan
    Check(CheckArgs),
    /// Write a new plan for you to fill in
    New(NewArgs),
    /// Show the progress of your plans
    Status(StatusArgs),
    /// Show what happened in a run
    Logs(LogsArgs),
    /// Show what a step changed
    Diff(DiffArgs),
    /// Confirm as a person what no command can decide
    Confirm(ConfirmArgs),
    /// Undo the file changes of a step, and open the step again
    Restore(RestoreArgs),
    /// Show the evidence behind every ticked box
    Verify(VerifyArgs),
    /// Approve settings in this project's agentrun.toml that need your consent
    Trust,
    /// Try agentrun on a small bundled project with a scripted model
    Demo(DemoArgs),
    /// Print a completion script
    Completions {
        /// The shell that the script is for
        shell: Shell,
    },
    /// Start a command for a run, and end what it leaves
    #[command(name = LAUNCH, hide = true)]
    Launch(LaunchArgs),
}

/// Carry out a plan.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ExecuteArgs {
    /// The plan: a Markdown file
    pub plan: PathBuf,
    /// List the steps and stop; start no process, open no connection, write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Carry out only these steps: ids as in the plan, or #7 for the seventh step
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub step: Vec<String>,
    /// Start the selected steps again: forget their evidence and untick what agentrun ticked
    #[arg(long)]
    pub restart: bool,
    /// Run the validation commands without an agent, and tick what passes
    #[arg(long, conflicts_with = "restart")]
    pub validate_only: bool,
    /// When a step does not pass, go on with the steps that do not depend on it
    #[arg(long)]
    pub keep_going: bool,
    /// Commit each step that passes to the current branch: its changes and its ticks
    #[arg(long)]
    pub commit: bool,
    /// The model: its name on the server, or scripted:FILE
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The address of the OpenAI-compatible API
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// The most attempts for a step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_attempts: Option<u32>,
    /// The most turns for an attempt
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_turns: Option<u32>,
    /// The most time for an attempt: 90s, 10m, "1h 30m"
    #[arg(long, value_name = "TIME", value_parser = crate::config::parse_duration)]
    pub max_time: Option<Duration>,
    /// Let steps pass that no command can decide, and record them as unvalidated
    #[arg(long)]
    pub allow_unvalidated: bool,
    /// Run even if a step, task or criterion is still a placeholder
    #[arg(long)]
    pub allow_placeholders: bool,
    /// Run even if open boxes or steps of the plan belong to no step that is read
    #[arg(long)]
    pub allow_unread: bool,
    /// The sandbox for commands
    #[arg(long, value_name = "MODE")]
    pub sandbox: Option<Wish>,
    /// Whether commands may use the network; off needs bubblewrap
    #[arg(long, value_name = "STATE")]
    pub network: Option<Network>,
    /// Print events as JSON lines; with --dry-run, print the plan as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Show what is wrong or unclear in a plan.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The plan
    pub plan: PathBuf,
    /// Print the plan, as agentrun reads it, as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Show which list became the steps and why, and how each criterion and box was read
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// Exit with code 3 for warnings too
    #[arg(long)]
    pub strict: bool,
}

/// Write a new plan.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The name of the plan, with its folder if it has one: user-login, plans/user-login.md
    pub name: PathBuf,
    /// The layout of the plan
    #[arg(long, value_name = "NAME", default_value = "steps")]
    pub template: PlanTemplate,
}

/// The layout of a new plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanTemplate {
    /// Numbered steps with tasks and validation criteria
    Steps,
    /// Phases of steps; each step has fields for files, dependencies and validation
    Fields,
    /// Phases with numbered tasks and deliverables, without boxes
    Phases,
    /// Numbered sections; one of them holds the phases
    Numbered,
    /// Phases with priorities and boxes
    Priority,
}

/// Show the progress of plans.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The plan [default: every plan that was run in this project]
    pub plan: Option<PathBuf>,
    /// Print a JSON object for each plan: its `path`, and what `check --json` prints
    #[arg(long)]
    pub json: bool,
}

/// Show what happened in a run.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The id of a run, or a plan: its last run [default: the last run]
    pub run: Option<String>,
    /// Show only this step, with the output of its validation commands
    #[arg(long, value_name = "ID")]
    pub step: Option<String>,
    /// Show only this attempt of the step
    #[arg(long, value_name = "N", requires = "step")]
    pub attempt: Option<u32>,
    /// Keep printing until the run ends
    #[arg(long)]
    pub follow: bool,
    /// Print the records as JSON lines
    #[arg(long)]
    pub json: bool,
}

/// Show what a step changed.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The id of a run, or a plan: its last run [default: the last run]
    pub run: Option<String>,
    /// The step: the id that it had in the run
    #[arg(long, value_name = "ID")]
    pub step: String,
}

/// Confirm a step.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The plan
    pub plan: PathBuf,
    /// The steps, each by its id, or #7 for the seventh step; without one, what waits is listed
    pub steps: Vec<String>,
    /// Your name [default: the git author, else the login name]
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Undo the file changes of a step.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The plan
    pub plan: PathBuf,
    /// The step: its id, or #7 for the seventh step
    #[arg(long, value_name = "ID")]
    pub step: String,
}

/// Show the evidence behind every ticked box.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The plan
    pub plan: PathBuf,
    /// Run the commands of ticked steps again in a clean copy of the project
    #[arg(long)]
    pub rerun: bool,
    /// Print the evidence as one JSON object
    #[arg(long)]
    pub json: bool,
}

/// Start a command.
#[derive(Debug, Args)]
pub struct LaunchArgs {
    /// What Landlock lets the program do
    pub rules: Option<String>,
    /// A program of agentrun's own; without it, the order comes from standard input
    #[arg(last = true, requires = "rules")]
    pub program: Vec<OsString>,
}

/// Try agentrun.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The folder for the demo project [default: a new folder in the temporary folder]
    pub dir: Option<PathBuf>,
}
