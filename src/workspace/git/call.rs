//! A call of git: what it is given, and what it printed.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::author::Author;
use super::{Git, pipes, places, programs};
use crate::process::{Invocation, ProgramOutput, capture};
use crate::workspace::snapshot::SnapshotError;

/// Settings of the user that would run programs, ask, hide what changed, or change what a snapshot
/// means.
pub(crate) const SETTINGS: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.checkStat=default",
    "core.commitGraph=false",
    "core.ignoreStat=false",
    "core.trustctime=true",
    "core.safecrlf=false",
    "core.splitIndex=false",
    "submodule.recurse=false",
    "core.quotePath=false",
    "commit.gpgSign=false",
    "core.filesRefLockTimeout=10000",
    "core.packedRefsTimeout=10000",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.addEmbeddedRepo=false",
];

/// No lock on the user's index, messages that can be relied on, and objects that are what their
/// names say: nothing is fetched or put in their place.
pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    (programs::NOTHING, ""),
    ("LC_ALL", "C"),
];

/// Whose name snapshots bear.
const OWN_IDENTITY: &[(&str, &str)] = &[
    ("GIT_AUTHOR_NAME", "agentrun"),
    ("GIT_AUTHOR_EMAIL", "agentrun@localhost"),
    ("GIT_COMMITTER_NAME", "agentrun"),
    ("GIT_COMMITTER_EMAIL", "agentrun@localhost"),
];

/// The user's name has to be set: git must not make one up.
const USERS_SETTINGS: &[&str] = &["user.useConfigOnly=true", "i18n.commitEncoding=UTF-8"];

/// Of the indexes that are agentrun's: all of the files are looked at.
const OWN_SETTINGS: &[&str] = &["core.sparseCheckout=false"];

#[must_use]
pub(crate) struct GitCall<'a> {
    git: &'a Git,
    args: Vec<OsString>,
    /// The index that it works on: the one that the user has if `None`.
    index: Option<&'a Path>,
    stdin: Vec<u8>,
    /// In whose name; agentrun's if `None`.
    author: Option<&'a Author>,
}

impl Git {
    /// A call with the index that the user has.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> GitCall<'_> {
        GitCall { git: self, args: Vec::new(), index: None, stdin: Vec::new(), author: None }.args(args)
    }

    pub(crate) fn private<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> GitCall<'_> {
        self.call(args).index(&self.private_index)
    }
}

impl<'a> GitCall<'a> {
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, more: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(more.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn index(self, index: &'a Path) -> Self {
        Self { index: Some(index), ..self }
    }

    pub(crate) fn stdin(self, stdin: impl Into<Vec<u8>>) -> Self {
        Self { stdin: stdin.into(), ..self }
    }

    pub(super) fn author(self, author: &'a Author) -> Self {
        Self { author: Some(author), ..self }
    }

    /// What it printed, on one line.
    pub(super) async fn line(self) -> Result<String, SnapshotError> {
        Ok(String::from_utf8_lossy(trim_line(&self.bytes().await?)).into_owned())
    }

    /// What it printed.
    pub(crate) async fn bytes(self) -> Result<Vec<u8>, SnapshotError> {
        let output = self.output().await?;
        if output.code == Some(0) { Ok(output.stdout) } else { Err(self.failed(&output)) }
    }

    /// What it did. It starts no program which the configuration of now names.
    pub(super) async fn output(&self) -> Result<ProgramOutput, SnapshotError> {
        self.output_with(&self.git.programs().await?.off()).await
    }

    /// The same with these options besides.
    pub(super) async fn output_with(&self, options: &[OsString]) -> Result<ProgramOutput, SnapshotError> {
        let Self { git, args, index, stdin, author } = self;
        let users = if author.is_some() { USERS_SETTINGS } else { &[] };
        let own = if index.is_some() { OWN_SETTINGS } else { &[] };
        let settings = SETTINGS.iter().chain(users).chain(own).flat_map(|setting| ["-c", setting]);
        let given = options.iter().chain(args).map(OsString::as_os_str);
        let all: Vec<&OsStr> = settings.map(OsStr::new).chain(given).collect();
        let identity = if author.is_some() { &[] } else { OWN_IDENTITY };
        let fixed = ENVIRONMENT.iter().chain(identity).map(|&(name, value)| (name, OsString::from(value)));
        let index = index.map(|index| ("GIT_INDEX_FILE", index.as_os_str().to_owned()));
        let theirs = author.iter().flat_map(|author| author.variables());
        let environment: Vec<_> = fixed.chain(places(&git.top)).chain(index).chain(theirs).collect();
        let invocation = Invocation {
            program: "git",
            args: &all,
            dir: &git.root,
            environment: &environment,
            stdin,
            timeout: git.policy.patience,
        };
        let output = pipes::while_emptied(&git.root, capture(&invocation, &git.policy)).await;
        output.map_err(|error| self.error(error.to_string()))
    }

    pub(super) fn failed(&self, output: &ProgramOutput) -> SnapshotError {
        self.error(match (output.stderr.is_empty(), output.code) {
            (false, _) => output.stderr.clone(),
            (true, Some(code)) => format!("exit code {code}"),
            (true, None) => "ended by a signal".to_owned(),
        })
    }

    fn error(&self, message: String) -> SnapshotError {
        let args = self.args.iter().map(|arg| arg.to_string_lossy());
        let command = args.into_iter().find(|arg| !arg.starts_with('-') && !arg.contains('='));
        SnapshotError::Git { command: command.unwrap_or_default().into_owned(), message }
    }
}

pub(super) fn trim_line(bytes: &[u8]) -> &[u8] {
    bytes.strip_suffix(b"\n").unwrap_or(bytes)
}
