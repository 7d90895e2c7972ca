//! What every child process gets: a cleared environment with the variables that are let in, and its time
//! limits.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Launcher, MARKER, Sandbox};

/// What holds for every child process.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Where the shell and programs of agentrun's own are looked for.
    pub programs: Vec<PathBuf>,
    /// The whole environment of a child.
    pub environment: BTreeMap<OsString, OsString>,
    /// Variables that the parent has and a child does not get.
    pub withheld: Vec<String>,
    /// From TERM to KILL.
    pub grace: Duration,
    /// How long background children may stay, and print, after the exit.
    pub drain: Duration,
    /// How long a program of agentrun's own may take, such as git.
    pub patience: Duration,
    /// What starts commands; without, none can be started.
    pub launcher: Option<Launcher>,
}

/// Variables that builds and tests need.
const ALLOWED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PKG_CONFIG_PATH",
    "CC",
    "CXX",
    "CFLAGS",
    "CXXFLAGS",
    "LDFLAGS",
    "MAKEFLAGS",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "JAVA_HOME",
    "MAVEN_OPTS",
    "M2_HOME",
    "GRADLE_USER_HOME",
    "ANDROID_HOME",
    "DOTNET_ROOT",
    "NODE_PATH",
    "NODE_OPTIONS",
    "NVM_DIR",
    "PNPM_HOME",
    "npm_config_cache",
    "YARN_CACHE_FOLDER",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "PIP_CACHE_DIR",
    "UV_CACHE_DIR",
    "GEM_HOME",
    "GEM_PATH",
    "BUNDLE_PATH",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Families of such variables.
const ALLOWED_PREFIXES: &[&str] =
    &["LC_", "CARGO_", "RUSTUP_", "RUST", "GO", "CGO_", "PYENV", "XDG_", "NIX_"];

/// Names with one of these are secrets, whatever list they are on.
const SECRET: &[&str] = &["KEY", "SECRET", "TOKEN", "PASSW", "CREDENTIAL", "AUTH", "PRIVATE", "COOKIE"];

/// A variable that every child has: who has it was started by agentrun.
pub const WITHIN: &str = "AGENTRUN";

/// Nobody is there to answer a prompt, and nobody looks at colours or pages.
const FIXED: &[(&str, &str)] = &[
    (WITHIN, "1"),
    ("CI", "1"),
    ("NO_COLOR", "1"),
    ("CARGO_TERM_COLOR", "never"),
    ("TERM", "dumb"),
    ("PAGER", "cat"),
    ("GIT_PAGER", "cat"),
    ("GH_PAGER", "cat"),
    ("GIT_EDITOR", "true"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("GH_PROMPT_DISABLED", "1"),
    ("DEBIAN_FRONTEND", "noninteractive"),
    ("PIP_PROGRESS_BAR", "off"),
    ("PIP_NO_INPUT", "1"),
    ("PYTHONUNBUFFERED", "1"),
    ("TQDM_DISABLE", "1"),
    ("npm_config_yes", "true"),
];

/// Of these a name that the user lets through has the user's value, or none: they keep nothing from asking.
const GIVES_WAY: &[&str] =
    &["CI", "NO_COLOR", "CARGO_TERM_COLOR", "TERM", "PYTHONUNBUFFERED", "TQDM_DISABLE"];

impl Policy {
    /// The policy for a run whose own environment is `parent`; `pass` names variables that the
    /// user lets through although they are on no list, or look like secrets.
    pub fn new(parent: impl Iterator<Item = (OsString, OsString)>, pass: &[String]) -> Self {
        let (let_in, kept_out): (BTreeMap<_, _>, BTreeMap<_, _>) =
            parent.partition(|(name, value)| admits(name, value, pass));
        let mut environment = let_in;
        let gives_way = |name: &str| GIVES_WAY.contains(&name) && pass.iter().any(|passed| passed == name);
        let fixed = FIXED.iter().filter(|(name, _)| !gives_way(name));
        environment.extend(fixed.map(|(name, value)| (OsString::from(name), OsString::from(value))));
        if !pass.iter().any(|passed| passed == "RUST_BACKTRACE") {
            // A caller's own setting would fill every brief with frames.
            environment.remove(OsStr::new("RUST_BACKTRACE"));
        }
        Self {
            // Without those that depend on where it is looked from.
            programs: path(&environment).filter(|dir| dir.is_absolute()).collect(),
            environment,
            withheld: kept_out.into_keys().filter_map(|name| name.into_string().ok()).collect(),
            grace: Duration::from_secs(2),
            drain: Duration::from_millis(500),
            // Adding the files of a large project for the first time takes a while.
            patience: Duration::from_mins(5),
            launcher: None,
        }
    }

    /// The same with these variables set for every child.
    #[must_use]
    pub fn setting(mut self, variables: &BTreeMap<String, String>) -> Self {
        let own = |name: &str| name == WITHIN || name == MARKER;
        let set = variables.iter().filter(|(name, _)| !own(name));
        self.environment.extend(set.map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// What confines a command.
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.launcher.as_ref().map(|launcher| &*launcher.sandbox)
    }

    /// Where a command looks for programs, in this order.
    pub fn path(&self) -> Vec<PathBuf> {
        path(&self.environment).collect()
    }

    /// The same, with no shell and no program of agentrun's own from below these places: a command
    /// could have written it.
    #[must_use]
    pub fn without_programs_below(mut self, places: &[PathBuf]) -> Self {
        let below = |dir: &Path| places.iter().any(|place| dir.starts_with(place));
        self.programs.retain(|dir| !below(dir) && !dir.canonicalize().is_ok_and(|real| below(&real)));
        // The system's own stand in for what was taken out.
        self.programs.push("/usr/bin".into());
        self
    }

    /// The shell, or a program of agentrun's own. A path and no name, for the system then starts it
    /// without a copy of this process; one that leads nowhere if there is none.
    pub fn program(&self, name: &str) -> PathBuf {
        let mut places = self.programs.iter().map(|dir| dir.join(name));
        let nowhere = || self.programs.last().map_or_else(|| name.into(), |dir| dir.join(name));
        places.find(|place| place.is_file()).unwrap_or_else(nowhere)
    }

    /// The same with commands started by a launcher, and known by a mark.
    #[must_use]
    pub fn launched_by(mut self, launcher: Launcher, mark: &str) -> Self {
        self.launcher = Some(launcher);
        self.known_by(mark)
    }

    /// The same with children that are known by a mark, should this process be killed.
    #[must_use]
    pub fn known_by(mut self, mark: &str) -> Self {
        self.environment.insert(MARKER.into(), mark.into());
        self
    }

    /// The same, but launched commands may write these.
    #[must_use]
    pub fn giving(mut self, paths: &[PathBuf]) -> Self {
        if let Some(launcher) = &mut self.launcher {
            launcher.sandbox = Sandbox::clone(&launcher.sandbox).giving(paths).into();
        }
        self
    }

    /// The same with launched commands confined.
    #[must_use]
    pub fn confined_by(mut self, sandbox: Sandbox) -> Self {
        if let Some(launcher) = &mut self.launcher {
            launcher.sandbox = sandbox.into();
        }
        self
    }
}

/// The folders of the path of commands.
fn path(environment: &BTreeMap<OsString, OsString>) -> impl Iterator<Item = PathBuf> {
    let path = environment.get(OsStr::new("PATH")).map_or(&b""[..], |path| path.as_bytes());
    path.split(|&byte| byte == b':').map(|dir| PathBuf::from(OsStr::from_bytes(dir)))
}

fn admits(name: &OsStr, value: &OsStr, pass: &[String]) -> bool {
    let Some(name) = name.to_str() else { return false };
    if pass.iter().any(|passed| passed == name) {
        return true;
    }
    let allowed = ALLOWED.contains(&name) || ALLOWED_PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let upper = name.to_ascii_uppercase();
    allowed && !SECRET.iter().any(|word| upper.contains(word)) && !holds_secret(&value.to_string_lossy())
}

/// A value with a password in a URL, or with a setting or a field that is called like a secret.
fn holds_secret(value: &str) -> bool {
    let in_url = value.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ' ', '"', '?']).next().unwrap_or(rest);
        host.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    });
    let upper = value.to_ascii_uppercase();
    let named = upper.split(['=', ':']).rev().skip(1).any(|before| {
        let name = before.trim_end_matches(['"', '\'', ' ']).rsplit(|c: char| !is_part_of_name(c)).next();
        name.is_some_and(|name| SECRET.iter().chain(&["PASS", "PW"]).any(|word| name.ends_with(word)))
    });
    in_url || named || upper.contains("ACCESS-TOKENS")
}

fn is_part_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parent: &[&str], pass: &[&str]) -> Vec<String> {
        let parent = parent.iter().map(|name| (OsString::from(name), OsString::from("value")));
        let pass: Vec<String> = pass.iter().map(|&name| name.to_owned()).collect();
        let fixed = Policy::new(std::iter::empty(), &[]).environment;
        let policy = Policy::new(parent, &pass);
        let own = policy.environment.keys().filter(|name| !fixed.contains_key(*name));
        own.map(|name| name.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn only_listed_variables_come_in() {
        let parent =
            ["PATH", "LC_ALL", "CARGO_HOME", "GOPATH", "RUSTFLAGS", "LD_PRELOAD", "BASH_ENV", "EDITOR"];
        assert_eq!(names(&parent, &[]), ["CARGO_HOME", "GOPATH", "LC_ALL", "PATH", "RUSTFLAGS"]);
    }

    #[test]
    fn what_is_fixed_gives_way_to_what_a_person_passes_or_sets() {
        let value = |policy: &Policy, name: &str| {
            policy.environment.get(OsStr::new(name)).map(|value| value.to_string_lossy().into_owned())
        };
        let parent = || [("CI".into(), "".into()), ("TERM".into(), "xterm".into())].into_iter();
        let pass = |name: &str| vec![name.to_owned()];
        assert_eq!(value(&Policy::new(parent(), &[]), "CI").as_deref(), Some("1"));
        assert_eq!(value(&Policy::new(parent(), &pass("CI")), "CI").as_deref(), Some(""));
        assert_eq!(value(&Policy::new(parent(), &pass("NO_COLOR")), "NO_COLOR"), None);
        assert_eq!(value(&Policy::new(parent(), &pass(WITHIN)), WITHIN).as_deref(), Some("1"));
        let set = [("CI", ""), ("MY_VAR", "2"), (WITHIN, "0")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let policy = Policy::new(parent(), &[]).setting(&set.into());
        assert_eq!(
            ["CI", "MY_VAR", WITHIN].map(|name| value(&policy, name)),
            [Some(String::new()), Some("2".to_owned()), Some("1".to_owned())]
        );
    }

    #[test]
    fn secrets_stay_out_unless_they_are_named() {
        let parent =
            ["CARGO_REGISTRY_TOKEN", "OPENAI_API_KEY", "SSH_AUTH_SOCK", "XDG_SESSION_COOKIE", "HOME"];
        assert_eq!(names(&parent, &[]), ["HOME"]);
        assert_eq!(names(&parent, &["CARGO_REGISTRY_TOKEN"]), ["CARGO_REGISTRY_TOKEN", "HOME"]);
    }

    #[test]
    fn secrets_inside_of_values_stay_out_too() {
        for (name, value, expected) in [
            ("HTTPS_PROXY", "http://proxy:3128", true),
            ("HTTPS_PROXY", "http://me:pw@proxy:3128", false),
            ("GOPROXY", "https://me:pw@goproxy.example,direct", false),
            ("GOPROXY", "https://proxy.golang.org,direct", true),
            ("GOOGLE_SERVICE_ACCOUNT_JSON", r#"{"private_key": "x"}"#, false),
            ("NIX_CONFIG", "access-tokens = github.com=abc", false),
            ("NIX_CONFIG", "experimental-features = flakes", true),
            ("MAVEN_OPTS", "-Xmx1g -Dpw=x", false),
            ("MAVEN_OPTS", "-Xmx1g -Dfile.encoding=UTF-8", true),
            ("RUSTFLAGS", "--cfg key=\"a\"", false),
            ("PATH", "/usr/bin:/home/me@work/bin", true),
        ] {
            assert_eq!(admits(name.as_ref(), value.as_ref(), &[]), expected, "{name}={value}");
            assert!(admits(name.as_ref(), value.as_ref(), &[name.to_owned()]));
        }
    }

    #[test]
    fn prompts_are_off_whatever_the_parent_says() {
        let parent = [("CI".into(), "false".into()), ("GIT_TERMINAL_PROMPT".into(), "1".into())];
        let policy = Policy::new(parent.into_iter(), &["GIT_TERMINAL_PROMPT".to_owned()]);
        assert_eq!(policy.environment[OsStr::new("CI")], "1");
        assert_eq!(policy.environment[OsStr::new("GIT_TERMINAL_PROMPT")], "0");
    }

    fn with_path(path: &str) -> Policy {
        Policy::new([("PATH".into(), path.into())].into_iter(), &[])
    }

    #[test]
    fn agentruns_own_programs_are_never_those_that_a_command_could_write() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().canonicalize().unwrap().join(name);
        for folder in ["project/bin", "tools"] {
            std::fs::create_dir_all(at(folder)).unwrap();
            std::fs::write(at(folder).join("git"), "").unwrap();
        }
        std::os::unix::fs::symlink(at("project/bin"), at("link")).unwrap();
        let [project, link, tools] =
            ["project/bin", "link", "tools"].map(|name| at(name).display().to_string());
        let policy = with_path(&format!("bin:{project}:{link}:{tools}"));
        assert_eq!(policy.program("git"), at("project/bin/git"));
        let policy = policy.without_programs_below(&[at("project")]);
        assert_eq!(policy.program("git"), at("tools/git"));
        assert_eq!(policy.programs, [at("tools"), "/usr/bin".into()]);
        assert_eq!(policy.program("no-such-program"), Path::new("/usr/bin/no-such-program"));
        let commands = ["bin".into(), at("project/bin"), at("link"), at("tools")];
        assert_eq!(policy.path(), commands, "a command looks where it always did");
    }

    #[test]
    fn a_child_is_known_by_a_mark_and_nobodys_backtrace_comes_in() {
        let parent = || [("RUST_BACKTRACE".into(), "full".into())].into_iter();
        let policy = Policy::new(parent(), &[]).known_by("a1b2");
        assert_eq!(policy.environment[OsStr::new(MARKER)], "a1b2");
        assert_eq!(policy.environment[OsStr::new(WITHIN)], "1");
        assert!(!policy.environment.contains_key(OsStr::new("RUST_BACKTRACE")));
        let passed = Policy::new(parent(), &["RUST_BACKTRACE".to_owned()]);
        assert_eq!(passed.environment[OsStr::new("RUST_BACKTRACE")], "full");
        assert!(passed.sandbox().is_none());
    }
}
