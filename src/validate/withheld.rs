//! Recognises in the output of a command that it missed what agentrun itself keeps from commands: a variable of the
//! person's shell, or a file of credentials.

use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

/// What commands do not get.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Withheld {
    /// Names of variables that the person has set.
    pub variables: Vec<String>,
    /// Files and folders of credentials that are there.
    pub hidden: Vec<PathBuf>,
    /// The person's home.
    pub home: Option<PathBuf>,
}

/// Something that was missed, in words, and the setting that helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missed {
    pub cause: String,
    pub hint: String,
}

/// What a tool says that wants a file of credentials, below the home.
const WANTED: &[(&str, &str)] = &[
    (
        ".npmrc",
        r"npm (?:error|ERR!) code E40[134]|ENEEDAUTH|ERR_PNPM_FETCH_40[134]|YN0041|Invalid authentication",
    ),
    (".netrc", r"could not read Username|Authentication failed for|HTTP Basic: Access denied"),
    (".git-credentials", r"could not read Username|Authentication failed for|HTTP Basic: Access denied"),
    (
        ".config/git/credentials",
        r"could not read Username|Authentication failed for|HTTP Basic: Access denied",
    ),
    (".ssh", r"Permission denied \(publickey|Host key verification failed"),
    (
        ".docker/config.json",
        r"pull access denied|requested access to the resource is denied|unauthorized: authentication",
    ),
    (".cargo/credentials.toml", r"no token found|please run `cargo login`|failed to get .* 40[13]"),
    (".pypirc", r"HTTPError: 40[13]"),
    (".aws", r"Unable to locate credentials|NoCredentialProviders|no EC2 IMDS role found"),
    (".azure", r"Please run 'az login'"),
    (".config/gcloud", r"[Dd]efault credentials|gcloud auth login"),
    (".kube", r"The connection to the server localhost:8080|no configuration has been provided"),
    (".config/gh", r"gh auth login|GH_TOKEN environment variable"),
    (".gem/credentials", r"Your rubygems\.org credentials|Access Denied\. Please sign up"),
    (".terraform.d/credentials.tfrc.json", r"terraform login"),
    (".vault-token", r"missing client token"),
    (".pgpass", r"no password supplied|fe_sendauth"),
    (".my.cnf", r"Access denied for user"),
];

/// A line that says so of something that should have been set.
static LACKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)not set|not found|missing|required|undefined|unset|must be set|must set|keyerror|unbound|is empty|not defined|no value|cannot be empty|\bset the\b|\bset \$",
    )
    .ok()
});

impl Withheld {
    /// The first thing that the output of a failed command misses.
    pub(crate) fn missed(&self, output: &str) -> Option<Missed> {
        self.variable(output).or_else(|| self.credentials(output))
    }

    fn variable(&self, output: &str) -> Option<Missed> {
        let lacks = LACKS.as_ref()?;
        let lines = || output.lines().filter(|line| lacks.is_match(line));
        let name = self.variables.iter().find(|name| lines().any(|line| names(line, name)))?;
        Some(Missed {
            cause: format!("`{name}` is set in your shell and not passed to commands"),
            hint: format!(
                "pass it: `process.env_pass = [\"{name}\"]` in your own configuration; then run again"
            ),
        })
    }

    fn credentials(&self, output: &str) -> Option<Missed> {
        let home = self.home.as_deref()?;
        let is_wanted = |(file, said): &&(&str, &str)| {
            let path = home.join(file);
            let is_hidden =
                self.hidden.iter().any(|hidden| path.starts_with(hidden) || hidden.starts_with(&path));
            is_hidden && Regex::new(said).is_ok_and(|said| said.is_match(output))
        };
        let (file, _) = WANTED.iter().find(is_wanted)?;
        Some(Missed {
            cause: format!("`~/{file}` is hidden from commands"),
            hint: format!(
                "show it: `sandbox.show = [\"~/{file}\"]` in your own configuration; then run again"
            ),
        })
    }
}

/// A line has this name as a whole word.
fn names(line: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + name.len()..].starts_with(is_part))
}

/// A variable that a program may ask for: what a shell or a desktop sets by itself is none.
pub(crate) fn may_be_asked_for(name: &str) -> bool {
    const OF_SHELLS: &[&str] = &[
        "OLDPWD",
        "SHLVL",
        "HOSTNAME",
        "EDITOR",
        "VISUAL",
        "DISPLAY",
        "LINES",
        "COLUMNS",
        "LS_COLORS",
        "MAIL",
        "LESS",
    ];
    let upper = name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    upper && name.len() > 3 && !OF_SHELLS.contains(&name)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn cause(withheld: &Withheld, output: &str) -> Option<String> {
        withheld.missed(output).map(|missed| missed.cause)
    }

    #[test]
    fn a_variable_of_the_persons_shell_is_missed_where_a_line_says_so() {
        let withheld = Withheld {
            variables: vec!["DATABASE_URL".to_owned(), "PORT_X".to_owned()],
            ..Withheld::default()
        };
        let missed = Some("`DATABASE_URL` is set in your shell and not passed to commands".to_owned());
        for (output, expected) in [
            ("Error: Environment variable not found: DATABASE_URL.", missed.clone()),
            ("KeyError: 'DATABASE_URL'", missed.clone()),
            ("sh: 1: DATABASE_URL: parameter not set", missed.clone()),
            ("line 3: DATABASE_URL: unbound variable", missed),
            ("connected to DATABASE_URL", None),
            ("TEST_DATABASE_URL is not set", None),
            ("API_BASE is not set", None),
        ] {
            assert_eq!(cause(&withheld, output), expected, "{output}");
        }
    }

    #[test]
    fn a_hidden_file_of_credentials_is_missed_where_its_tool_says_so() {
        let home = PathBuf::from("/home/me");
        let withheld =
            Withheld { hidden: vec![home.join(".npmrc")], home: Some(home), ..Withheld::default() };
        let missed = Some("`~/.npmrc` is hidden from commands".to_owned());
        for (output, expected) in [
            ("npm error code E404\nnpm error 404 Not Found - GET /@corp/kit", missed.clone()),
            ("npm ERR! code E401", missed),
            ("npm error code ERESOLVE", None),
            // That file is not there.
            ("Unable to locate credentials", None),
        ] {
            assert_eq!(cause(&withheld, output), expected, "{output}");
        }
    }
}
