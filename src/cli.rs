//! The command line. The comments here are the help that people read.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::process::LAUNCH;
use crate::process::sandbox::{Network, Wish};

/// Carries out a Markdown plan with an LLM agent, and ticks only what it has validated itself.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true, max_term_width = 100)]
pub struct Cli {
    /// The project root. By default the git top level, else the working directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// What to do
    #[command(subcommand)]
    pub command: CliCommand,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum CliCommand {
    /// Carry out a plan, from where it stands
    Execute(ExecuteArgs),
    /// Say what is wrong or unclear in a plan
    Check(CheckArgs),
    /// Write a plan to be filled in
    New(NewArgs),
    /// Say where plans stand
    Status(StatusArgs),
    /// Show what happened in a run
    Logs(LogsArgs),
    /// Show what a step changed
    Diff(DiffArgs),
    /// Vouch for a step that no command can decide
    Confirm(ConfirmArgs),
    /// Bring the files that a step changed back to what they were before it
    Restore(RestoreArgs),
    /// Say what every tick of a plan rests on
    Verify(VerifyArgs),
    /// Approve what the project's agentrun.toml sets beyond its rights
    Trust,
    /// Try it: a small project, a bundled plan, a scripted model
    Demo(DemoArgs),
    /// Print a completion script
    Completions {
        /// The shell
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
    /// The plan, a Markdown file
    pub plan: PathBuf,
    /// List the steps and stop: starts no process, opens no connection, writes nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Only these steps: ids as in the plan, or #7 for the seventh
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub step: Vec<String>,
    /// Forget the evidence of the selected steps, untick them, and begin anew
    #[arg(long)]
    pub restart: bool,
    /// Run the validation without an agent, and tick what passes
    #[arg(long, conflicts_with = "restart")]
    pub validate_only: bool,
    /// After a step that does not pass, go on with what does not depend on it
    #[arg(long)]
    pub keep_going: bool,
    /// Commit each step that passes on the current branch: what it changed, and its tick
    #[arg(long)]
    pub commit: bool,
    /// The model's name as the server knows it, or scripted:FILE
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Where the OpenAI-compatible API is
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Attempts for each step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_attempts: Option<u32>,
    /// Turns for each attempt
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_turns: Option<u32>,
    /// Time for each attempt: 90s, 10m, 1h 30m
    #[arg(long, value_name = "TIME", value_parser = crate::config::parse_duration)]
    pub max_time: Option<Duration>,
    /// Let steps pass that no command can decide; recorded as such
    #[arg(long)]
    pub allow_unvalidated: bool,
    /// Go on although steps, tasks or criteria are placeholders
    #[arg(long)]
    pub allow_placeholders: bool,
    /// What confines commands
    #[arg(long, value_name = "MODE")]
    pub sandbox: Option<Wish>,
    /// Whether commands reach the network; off needs bubblewrap
    #[arg(long, value_name = "STATE")]
    pub network: Option<Network>,
    /// Print events as JSON lines; with --dry-run, the plan as one object
    #[arg(long)]
    pub json: bool,
}

/// Say what is wrong or unclear in a plan.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The plan
    pub plan: PathBuf,
    /// Print what was understood as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Show which list became the steps, why the others did not, and what made each criterion and box
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// Exit 3 on warnings too
    #[arg(long)]
    pub strict: bool,
}

/// Write a plan to be filled in.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// What it is called, with its folder if it is to be in one: user-login, plans/user-login.md
    pub name: PathBuf,
    /// How the plan is laid out
    #[arg(long, value_name = "NAME", default_value = "steps")]
    pub template: PlanTemplate,
}

/// How a new plan is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanTemplate {
    /// Numbered steps with tasks and validation criteria
    Steps,
    /// Phases of steps with fields for files, dependencies and validation
    Fields,
    /// Phases with numbered tasks and deliverables, without boxes
    Phases,
    /// Numbered sections, one of them with the phases
    Numbered,
    /// Phases with a priority and boxes
    Priority,
}

/// Say where plans stand.
#[derive(Debug, Args)]
pub struct StatusArgs {
    /// The plan; without it, every plan that was ever run here
    pub plan: Option<PathBuf>,
}

/// Show what happened in a run.
#[derive(Debug, Args)]
pub struct LogsArgs {
    /// The run's id; the last one by default
    pub run: Option<String>,
    /// Only this step, with the output of its validation
    #[arg(long, value_name = "ID")]
    pub step: Option<String>,
    /// Only this attempt of it
    #[arg(long, value_name = "N", requires = "step")]
    pub attempt: Option<u32>,
    /// Go on printing until the run ends
    #[arg(long)]
    pub follow: bool,
    /// Print the records as JSON lines
    #[arg(long)]
    pub json: bool,
}

/// Show what a step changed.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The run's id; the last one by default
    pub run: Option<String>,
    /// The step
    #[arg(long, value_name = "ID")]
    pub step: String,
}

/// Vouch for a step.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The plan
    pub plan: PathBuf,
    /// The step: its id, or #7 for the seventh
    pub step: String,
    /// Who vouches; by default the author that git's environment names, else the login name
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

/// Bring the files that a step changed back.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The plan
    pub plan: PathBuf,
    /// The step: its id, or #7 for the seventh
    #[arg(long, value_name = "ID")]
    pub step: String,
}

/// Say what every tick of a plan rests on.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The plan
    pub plan: PathBuf,
    /// Run the commands of ticked steps again, in a clean copy of the project
    #[arg(long)]
    pub rerun: bool,
    /// Print the audit as one JSON object
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

/// Try it.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Where the small project is made; by default a new folder below the temporary one
    pub dir: Option<PathBuf>,
}
