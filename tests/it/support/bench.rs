//! A project in a temporary folder, and the real program run in it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::server::Server;

/// A plan of one step, which wants a file.
pub(crate) const ONE_STEP: &str = "\
# One file

## Implementation Steps

### Step 1: The file

**Tasks:**
- [ ] Write `one.txt`

**Validation Criteria:**
- [ ] `grep -q one one.txt` passes
";

/// A plan of two steps, each of which wants a file.
pub(crate) const TWO_STEPS: &str = "\
# Two files

## Implementation Steps

### Step 1: The first file

**Tasks:**
- [ ] Write `one.txt`

**Validation Criteria:**
- [ ] `grep -q one one.txt` passes

### Step 2: The second file

**Tasks:**
- [ ] Write `two.txt`

**Validation Criteria:**
- [ ] `cat two.txt && grep -q two two.txt` passes
";

/// A project of its own, with a home of its own.
#[derive(Debug)]
pub(crate) struct Bench {
    dir: tempfile::TempDir,
    environment: BTreeMap<String, String>,
}

/// What a run of the program gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Bench {
    /// An empty project.
    pub(crate) fn new() -> Self {
        Self::below(tempfile::tempdir().unwrap())
    }

    fn below(dir: tempfile::TempDir) -> Self {
        for name in ["project", "home"] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        let bench = Self { dir, environment: BTreeMap::new() };
        // Where the sandbox is not the point, time is.
        bench.settings("[sandbox]\nmode = \"off\"\n");
        bench
    }

    /// Writes the user's own configuration.
    pub(crate) fn settings(&self, text: &str) -> &Self {
        let dir = self.home().join(".config/agentrun");
        std::fs::create_dir_all(&dir).unwrap();
        std::fs::write(dir.join("config.toml"), text).unwrap();
        self
    }

    /// The user's home.
    pub(crate) fn home(&self) -> PathBuf {
        self.dir.path().join("home").canonicalize().unwrap()
    }

    /// An empty project outside of the temporary folder, which commands may write.
    pub(crate) fn outside_tmp() -> Self {
        let home = std::env::home_dir().unwrap_or_default().join(".cache");
        std::fs::create_dir_all(&home).unwrap();
        let places = [PathBuf::from(env!("CARGO_TARGET_TMPDIR")), home];
        let temporary = |place: &Path| ["/tmp", "/var/tmp"].iter().any(|top| place.starts_with(top));
        let place = places.iter().find(|place| !temporary(place)).unwrap();
        Self::below(tempfile::tempdir_in(place).unwrap())
    }

    /// A project with a plan, rules, a request and a command that applies to every step, in git.
    pub(crate) fn with_plan(plan: &[u8]) -> Self {
        let bench = Self::new();
        bench.file("plan.md", plan);
        bench.file("PROJECT_RULES.md", "Rule of the house: plain text only.\n");
        bench.file("FEATURE_REQUEST.md", "Request of the guest: small files, please.\n");
        bench.git();
        bench
    }

    /// The project's root.
    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("project").canonicalize().unwrap()
    }

    /// The user's state folder, which no test shares with another or with the developer.
    pub(crate) fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// Writes a file of the project.
    pub(crate) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    /// Reads a file of the project.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        String::from_utf8(self.bytes(path)).unwrap()
    }

    /// Reads a file of the project.
    #[track_caller]
    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        std::fs::read(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Puts everything under git.
    pub(crate) fn git(&self) -> &Self {
        self.shell("git init -q . && git add -A && git -c user.name=t -c user.email=t@t commit -qm start --allow-empty");
        self
    }

    /// Runs a shell command in the project.
    #[track_caller]
    pub(crate) fn shell(&self, script: &str) -> String {
        let output = self.clean(Command::new("bash").args(["-c", script])).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Sets a variable for the program.
    pub(crate) fn env(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    /// The program with these arguments, ready to be started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_agentrun"));
        command.args(args);
        self.clean(&mut command);
        command.envs(&self.environment);
        command
    }

    /// Runs the program to its end.
    #[track_caller]
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Carries the plan out with a model behind this server.
    #[track_caller]
    pub(crate) fn execute(&self, server: &Server, more: &[&str]) -> Ran {
        let url = server.base_url();
        let mut args = vec!["execute", "plan.md", "--model", "tiny", "--base-url", &url];
        args.extend(more);
        self.run(&args)
    }

    /// Every record of the journal of the project's only plan, without its seal.
    pub(crate) fn journal(&self) -> Vec<Value> {
        let plans = self.root().join(".agentrun/plans");
        let Ok(mut entries) = std::fs::read_dir(plans) else { return Vec::new() };
        let dir = entries.next().unwrap().unwrap().path();
        assert!(entries.next().is_none(), "one plan only");
        let Ok(text) = std::fs::read_to_string(dir.join("journal.jsonl")) else { return Vec::new() };
        let record = |line: &str| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            record.as_object_mut().unwrap().remove("seal").unwrap();
            record
        };
        text.lines().map(record).collect()
    }

    /// The types of the journal's records, in order.
    pub(crate) fn events(&self) -> Vec<String> {
        self.journal().iter().map(|record| record["type"].as_str().unwrap().to_owned()).collect()
    }

    /// The report of the last run.
    pub(crate) fn report(&self) -> String {
        self.read(&format!(".agentrun/runs/{}/report.md", self.last_run()))
    }

    /// The id of the last run.
    pub(crate) fn last_run(&self) -> String {
        let runs = std::fs::read_dir(self.root().join(".agentrun/runs")).unwrap();
        runs.map(|run| run.unwrap().file_name().into_string().unwrap()).max().unwrap()
    }

    /// Everything in the project but git's and agentrun's own folders.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.root(), &self.root(), &mut files);
        files
    }

    fn clean<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .current_dir(self.root())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.dir.path().join("home"))
            .env("XDG_STATE_HOME", self.state())
            .env("USER", "tester")
            .stdin(Stdio::null())
    }
}

fn collect(root: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if name == ".git" || name == ".agentrun" {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.insert(name, std::fs::read(&path).unwrap());
        }
    }
}

impl Ran {
    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that standard error says this.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "`{text}` is not said in\n{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {:?}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
