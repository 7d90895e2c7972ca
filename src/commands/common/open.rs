//! Opens what every command needs first: the project root, its configuration, the plan, its state.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::unreadable::unreadable;
use crate::brief::Sources;
use crate::config::{Config, Environment, WithheldPowers};
use crate::failure::Failure;
use crate::journal::keep::KeepPlace;
use crate::journal::reader::{self, Journal};
use crate::journal::seal::{self, JournalVerdict, Proof};
use crate::journal::{PlanDir, StateDir};
use crate::model::openai::Settings;
use crate::plan::{self, Reading, StepIndex};
use crate::process::Policy;
use crate::run::{PlanAtHand, ReachRules};
use crate::state::RunState;
use crate::state::renames::renamed;
use crate::words;
use crate::workspace::Workspace;
use crate::workspace::guard::killed::JournalPosition;
use crate::workspace::plan_file::{PlanFile, PlanText};

#[derive(Debug)]
pub(crate) struct Project {
    pub root: PathBuf,
    pub state: StateDir,
    pub environment: Environment,
}

#[derive(Debug)]
pub(crate) struct OpenPlan {
    pub file: PlanFile,
    /// Its path, relative to the root where it is inside.
    pub path: String,
    pub text: PlanText,
    pub reading: Reading,
    pub reach: ReachRules,
    pub dir: PlanDir,
    /// Where its journal is looked after; `None` where the user has no state folder.
    pub place: Option<KeepPlace>,
}

/// What earlier runs left.
#[derive(Debug)]
pub(crate) struct Past {
    pub state: RunState,
    pub position: JournalPosition,
    /// The time of the latest record.
    pub latest: Timestamp,
    /// Lines that cannot be read or contradict the others.
    pub complaints: Vec<String>,
    /// What the seals of the journal prove; `None` where there is no key to tell.
    pub proof: Option<Proof>,
}

impl Project {
    /// The project at `root`, else the git top level around the working directory, else the
    /// working directory. Starts no process.
    pub(crate) fn find(root: Option<&Path>) -> Result<Self, Failure> {
        let start = root.unwrap_or(Path::new("."));
        let start = start.canonicalize().map_err(|error| {
            Failure::usage(format!("there is no directory `{}`", start.display())).caused_by(error)
        })?;
        if !start.is_dir() {
            return Err(Failure::usage(format!("`{}` is not a directory", start.display())));
        }
        let top = start.ancestors().find(|dir| dir.join(".git").exists()).filter(|_| root.is_none());
        let root = top.unwrap_or(&start).to_owned();
        Ok(Self { state: StateDir::of(&root), root, environment: Environment::read() })
    }

    /// The project's configuration, without flags and without what nobody approved.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        self.config_and_withheld().map(|(config, _)| config)
    }

    /// The same, and what was left out of it.
    pub(crate) fn config_and_withheld(&self) -> Result<(Config, Option<WithheldPowers>), Failure> {
        Config::load(&self.root, &self.environment)
    }

    /// The key, which no child process and no file gets to see.
    pub(crate) fn secret(&self, config: &Config) -> Option<String> {
        self.environment.get(&config.model.api_key_env).map(str::to_owned)
    }

    /// What nobody may read: the key, and what addresses hold of secrets.
    pub(crate) fn secrets(&self, config: &Config) -> Vec<String> {
        let proxies = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"];
        let addresses = proxies.into_iter().filter_map(|name| self.environment.get(name));
        let addresses = addresses.chain([config.model.base_url.as_str()]);
        self.secret(config).into_iter().chain(addresses.flat_map(secrets_in)).collect()
    }

    /// The endpoint as the model layer wants it.
    pub(crate) fn model_settings(&self, config: &Config) -> Settings {
        let model = &config.model;
        Settings {
            api_key: self.secret(config),
            key_variable: model.api_key_env.clone(),
            stream: model.stream,
            request_timeout: model.request_timeout,
            silence_timeout: model.silence_timeout,
            retry_budget: model.retry_budget,
            max_output_tokens: model.max_output_tokens,
            temperature: model.temperature,
            ..Settings::new(model.base_url.clone(), model.name.clone())
        }
    }

    /// The environment without the model's key, whatever its variable is called and whoever lets it through.
    pub(crate) fn for_commands(&self, config: &Config) -> impl Iterator<Item = (OsString, OsString)> {
        let key = config.model.api_key_env.clone();
        let secret = self.secret(config).filter(|secret| !secret.is_empty());
        self.environment.all().filter(move |(name, value)| {
            *name != *key && secret.as_ref().is_none_or(|secret| !value.to_string_lossy().contains(secret))
        })
    }

    /// How programs of agentrun's own are started outside of a run: none that a command could have
    /// written.
    pub(crate) fn own_policy(&self, config: &Config) -> Policy {
        let places = [self.root.clone(), self.environment.temporary(), "/tmp".into(), "/var/tmp".into()];
        Policy::new(self.for_commands(config), &config.process.env_pass)
            .setting(&config.process.env)
            .without_programs_below(&places)
    }

    /// Where the agent may work: the project, less what decides about it.
    pub(crate) fn workspace(&self, plan: &OpenPlan, sources: &Sources) -> Result<Workspace, Failure> {
        let sources = sources.sent().chain(sources.templates.iter().map(String::as_str));
        let mut protected: Vec<PathBuf> = sources.map(|path| self.root.join(path)).collect();
        protected.push(plan.file.path().to_owned());
        protected.push(self.root.join("agentrun.toml"));
        protected.push(self.root.join(".git"));
        Workspace::open(&self.root, &protected)
            .map_err(|error| Failure::internal("cannot open the project", error))
    }

    /// What snapshots leave out: the plan, and what agentrun keeps for itself, wherever that is.
    pub(crate) fn left_out(&self, plan: &OpenPlan) -> Vec<PathBuf> {
        let own = [plan.file.path().to_owned(), self.state.path().to_owned()];
        own.into_iter().chain(self.private()).collect()
    }

    /// Folders of keys and settings of agentrun's own; they may lie in the project where that is
    /// the home.
    pub(crate) fn private(&self) -> Vec<PathBuf> {
        let settings = self.environment.user_file().and_then(|file| Some(file.parent()?.to_owned()));
        let folders = [self.environment.state_folder(), settings].into_iter().flatten();
        folders.map(|path| path.canonicalize().unwrap_or(path)).collect()
    }

    pub(crate) fn plan(&self, path: &Path) -> Result<OpenPlan, Failure> {
        let file = PlanFile::at(path).map_err(|error| unreadable(&error, path))?;
        let text = file.read().map_err(|error| unreadable(&error, path))?;
        let relative = file.path().strip_prefix(&self.root).unwrap_or(file.path()).display().to_string();
        let reach = ReachRules { root: self.root.clone(), allowed: self.allowed_to_reach() };
        let reading = reach.read(&text.text);
        let dir = self.state.plan(&relative);
        let folder = self.environment.state_folder();
        let place = folder.map(|folder| KeepPlace::of(&folder, &self.root, &dir));
        Ok(OpenPlan { dir, place, path: relative, file, text, reading, reach })
    }

    /// The commands that the configuration lets reach outside; a configuration that cannot be read lets none.
    fn allowed_to_reach(&self) -> Vec<String> {
        self.config().map(|config| config.validation.reach).unwrap_or_default()
    }
}

/// The secrets in an address: the part before the host, if there is a password in it, the password by itself, and fields
/// behind the `?` that are called like one.
fn secrets_in(address: &str) -> Vec<String> {
    const CALLED: [&str; 6] = ["key", "token", "secret", "password", "sig", "auth"];
    let Some((_, rest)) = address.split_once("://") else { return Vec::new() };
    let before = rest.split(['/', '?', '#']).next().and_then(|host| host.rsplit_once('@'));
    let login = before.map(|(login, _)| login).filter(|login| login.contains(':'));
    let password = login.and_then(|login| login.split_once(':')).map(|(_, password)| password);
    let query = rest.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or(query));
    let fields = query.split('&').filter_map(|field| field.split_once('='));
    let called =
        fields.filter(|(name, _)| CALLED.iter().any(|word| name.to_ascii_lowercase().contains(word)));
    login.into_iter().chain(password).chain(called.map(|(_, value)| value)).map(str::to_owned).collect()
}

impl OpenPlan {
    /// The steps that a name stands for; a group's name stands for its steps.
    pub(crate) fn find_step(&self, name: &str) -> Result<Vec<StepIndex>, Failure> {
        let found = &self.reading.plan;
        match found.find(name) {
            plan::FoundSteps::One(step) => Ok(vec![step]),
            plan::FoundSteps::Group(steps) => Ok(steps),
            plan::FoundSteps::None { suggestion } => {
                let failure = Failure::usage(format!("`{}` has no step `{name}`", self.path));
                Err(match suggestion {
                    Some(suggestion) => failure.hint(format!("did you mean `{suggestion}`?")),
                    None => failure.hint(format!("agentrun execute {} --dry-run lists the steps", self.path)),
                })
            }
            plan::FoundSteps::Ambiguous(steps) => {
                let names: Vec<String> = steps
                    .iter()
                    .map(|&step| format!("#{} ({})", found.steps[step].position, found.steps[step].name()))
                    .collect();
                Err(Failure::usage(format!("`{name}` can mean several steps"))
                    .hint(format!("choose one: {}", names.join(", "))))
            }
        }
    }

    /// The one step that a name stands for. What is to be done to it is said where it stands for several.
    pub(crate) fn find_one(&self, name: &str, verb: &str) -> Result<StepIndex, Failure> {
        match self.find_step(name)?.as_slice() {
            [one] => Ok(*one),
            _ => Err(Failure::usage(format!("`{name}` is a group of steps"))
                .hint(format!("{verb} its steps one by one, the last one first"))),
        }
    }

    /// The plan itself, without what is kept of it.
    pub(crate) fn at_hand(self) -> PlanAtHand {
        let Self { file, path, text, reading, reach, .. } = self;
        PlanAtHand { file, path, text, reading, reach }
    }

    /// Everything that earlier runs recorded, as far as the journal's seals prove it. Changes
    /// nothing on disk.
    pub(crate) fn past(&self) -> Result<Past, Failure> {
        let unreadable = |error| Failure::internal("cannot read the journal", error);
        let bytes = reader::bytes(&self.dir.journal()).map_err(unreadable)?;
        let whole = reader::parse(&bytes);
        if whole.newer {
            let path = self.dir.journal();
            let message = format!("`{}` was written by a newer agentrun", path.display());
            return Err(Failure::usage(message).hint("update agentrun; nothing was run or changed"));
        }
        let proof = self.prove(&bytes).map_err(no_keep)?;
        Ok(match &proof {
            Some(Proof { verdict, bytes: proven, .. }) if *verdict != JournalVerdict::Whole => {
                Past { proof: proof.clone(), ..fold(&reader::parse(&bytes[..*proven])) }
            }
            _ => Past { proof, ..fold(&whole) },
        })
    }

    /// The same as the plan's steps are called now. The next run records it.
    pub(crate) fn standing(&self) -> Result<Past, Failure> {
        let mut past = self.past()?;
        past.state = renamed(&self.reading.plan, &past.state).0.into_owned();
        Ok(past)
    }

    /// What the seals of a journal with these bytes prove; `None` where there is no key.
    pub(crate) fn prove(&self, bytes: &[u8]) -> std::io::Result<Option<Proof>> {
        let keep = self.place.as_ref().map_or(Ok(None), KeepPlace::find)?;
        let Some(keep) = keep else { return Ok(None) };
        let mut proof = seal::examine(bytes, keep.chain(), keep.head()?);
        if let JournalVerdict::Truncated { known } = proof.verdict
            && !self.dir.journal().exists()
        {
            proof.verdict = JournalVerdict::Gone { known };
        }
        Ok(Some(proof))
    }
}

impl Past {
    /// What is wrong with the journal as a whole, for commands that only look.
    pub(crate) fn distrust(&self) -> Option<String> {
        let Some(proof) = &self.proof else {
            let any = self.position.last > 0;
            return any.then(|| "there is no key here to check who wrote the journal".to_owned());
        };
        let complaint = proof.verdict.complaint()?;
        Some(format!("{complaint}; agentrun trusts {}", words::counted(proof.chain.records, "record")))
    }
}

/// A state folder that cannot be read.
pub(crate) fn no_keep(error: std::io::Error) -> Failure {
    Failure::usage("cannot check the seals of the journal")
        .caused_by(error)
        .hint("their key is in your state folder: $XDG_STATE_HOME/agentrun or ~/.local/state/agentrun")
}

/// The state that a journal adds up to; what contradicts it is reported and left out.
pub(crate) fn fold(journal: &Journal) -> Past {
    let mut state = RunState::default();
    let mut complaints = journal.complaints();
    for record in &journal.records {
        if let Err(error) = state.apply(&record.event) {
            complaints.push(format!("journal record {} is skipped: {error}", record.seq));
        }
    }
    let latest = journal.records.iter().map(|record| record.ts).max().unwrap_or(Timestamp::MIN);
    Past { state, position: JournalPosition::of(&journal.records), latest, complaints, proof: None }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::journal::seal::{Chain, Key};

    #[test]
    fn passwords_and_keys_in_an_address_are_secrets() {
        let table: [(&str, &[&str]); 7] = [
            ("http://ada:x@proxy:3128", &["ada:x", "x"]),
            ("https://ada:p@ss@host/v1", &["ada:p@ss", "p@ss"]),
            ("http://ada@proxy", &[]),
            ("http://proxy/a:b@c", &[]),
            ("proxy:3128", &[]),
            ("https://host/v1?api-key=abc&v=2#key=x", &["abc"]),
            ("https://host/v1?Token=", &[""]),
        ];
        for (address, secrets) in table {
            assert_eq!(secrets_in(address), secrets, "{address}");
        }
    }

    #[test]
    fn a_name_stands_for_one_step_or_says_which_are_meant() {
        let dir = tempfile::tempdir().unwrap();
        let text =
            "# P\n\n## Phase 1: Begin\n\n### Step A: Build\n\n- [ ] a\n\n### Step B: Build\n\n- [ ] b\n";
        std::fs::write(dir.path().join("plan.md"), text).unwrap();
        let project = Project::find(Some(dir.path())).unwrap();
        let plan = project.plan(&dir.path().join("plan.md")).unwrap();
        assert_eq!(plan.find_one("B", "confirm").unwrap(), StepIndex::from(1));
        let failure = plan.find_one("Phase 1", "confirm").unwrap_err();
        let said =
            ("`Phase 1` is a group of steps".to_owned(), "confirm its steps one by one, the last one first");
        assert_eq!((failure.to_string(), failure.hints), (said.0, vec![said.1.to_owned()]));
    }

    #[test]
    fn a_journal_that_proves_little_is_distrusted() {
        let key = Key::of(&[7; 32]).unwrap();
        let chain = |records| {
            let mut chain = Chain::begin(&key, b"here");
            chain.records = records;
            chain
        };
        let past = |last, proof| Past {
            position: JournalPosition { last, ..JournalPosition::default() },
            proof,
            ..fold(&Journal::default())
        };
        let proof = |verdict, records| Some(Proof { verdict, bytes: 0, chain: chain(records) });
        let no_key = "there is no key here to check who wrote the journal";
        for (past, said) in [
            (past(0, None), None),
            (past(1, None), Some(no_key.to_owned())),
            (past(1, proof(JournalVerdict::Whole, 1)), None),
            (
                past(1, proof(JournalVerdict::Unsealed, 1)),
                JournalVerdict::Unsealed.complaint().map(|said| format!("{said}; agentrun trusts 1 record")),
            ),
        ] {
            assert_eq!(past.distrust(), said);
        }
    }
}
