//! Recognises in a command's output that the sandbox denied something, and what.

use std::path::{Component, Path, PathBuf};

use super::{Confinement, Network};
use crate::facts::Denial;
use crate::process::Command;

/// The errors behind a denied change.
const WRITE: &[&str] = &["read-only file system", "erofs", "readonlyfilesystem"];

/// The same, and of a hundred other causes.
const PERMISSION: &[&str] = &["permission denied", "operation not permitted", "eacces", "eperm"];

/// What a program says that it wanted to do where it was refused: to write.
const WRITING: &[&str] = &[
    "cannot touch",
    "cannot create",
    "cannot make",
    "cannot remove",
    "cannot move",
    "cannot overwrite",
    "cannot write",
    "cannot change",
    "could not create",
    "could not write",
    "couldn't create",
    "couldn't write",
    "unable to create",
    "unable to write",
    "failed to create",
    "failed to write",
    "failed to remove",
    "changing permissions",
    "for writing",
    "mkdir",
    "rmdir",
    "unlink",
    "rename",
];

/// What is kept in its place cannot be replaced.
const KEPT: &[&str] = &["device or resource busy", "ebusy"];

/// What a hidden file looks like.
const MISSING: &[&str] = &["no such file or directory", "enoent"];

/// Without a network.
const NETWORK: &[&str] = &[
    "network is unreachable",
    "network unreachable",
    "could not resolve host",
    "couldn't resolve host",
    "could not resolve hostname",
    "temporary failure in name resolution",
    "temporary failure resolving",
    "name or service not known",
    "failed to lookup address",
    "enetunreach",
    "eai_again",
    "getaddrinfo",
];

/// What the output of a command that failed says. The last sign counts.
pub(in crate::process) fn denied(
    confinement: &Confinement,
    command: &Command,
    output: &str,
) -> Option<Denial> {
    output.lines().rev().find_map(|line| in_line(confinement, command, line))
}

fn in_line(confinement: &Confinement, command: &Command, line: &str) -> Option<Denial> {
    let lower = line.to_lowercase();
    let says = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    if confinement.network == Network::Off && says(NETWORK) {
        return Some(Denial::Network);
    }
    let (write, permission, kept) = (says(WRITE), says(PERMISSION), says(KEPT));
    if !write && !permission && !kept && !says(MISSING) {
        return None;
    }
    let paths: Vec<(&str, PathBuf)> = paths(line, &command.dir);
    if let Some((_, path)) = paths.iter().find(|(_, path)| below_any(path, &confinement.hidden)) {
        return Some(Denial::Read { path: path.clone() });
    }
    if !write && !permission && !kept {
        return None;
    }
    let read_only = paths.iter().find(|(_, path)| below_any(path, &confinement.read_only));
    let outside = |path: &Path| !confinement.writable().any(|place| path.starts_with(place));
    // As it is written: the script may have changed its directory. The program that complains comes
    // first.
    let path = paths.iter().rev().find(|(_, path)| outside(path)).map(|(word, _)| PathBuf::from(word));
    let writes =
        write || kept || says(WRITING) || path.as_deref().is_some_and(|path| redirects(command, path));
    match (read_only, path) {
        (Some((_, path)), _) => Some(Denial::Protected { path: path.clone() }),
        (None, path) if write => Some(Denial::Write { path, instead: places(confinement) }),
        // Rights are refused for many reasons: only a place outside speaks for this one.
        (None, Some(path)) if permission => {
            let instead = places(confinement);
            Some(if writes {
                Denial::Write { path: Some(path), instead }
            } else {
                Denial::Access { path, instead }
            })
        }
        (None, _) => None,
    }
}

/// Whether the script sends output into a file of this name.
fn redirects(command: &Command, path: &Path) -> bool {
    let name = |word: &str| Path::new(word.trim_matches(['"', '\''])).file_name() == path.file_name();
    let targets = command.script.split('>').skip(1);
    targets
        .filter_map(|target| target.split([';', '&', '|', ')', '\n']).next()?.split_whitespace().next())
        .any(name)
}

fn below_any(path: &Path, places: &[PathBuf]) -> bool {
    places.iter().any(|place| path.starts_with(place))
}

fn places(confinement: &Confinement) -> String {
    let mut words = vec!["the project".to_owned()];
    words.extend(confinement.temporary.iter().map(|path| path.display().to_string()));
    if !confinement.caches.is_empty() {
        words.push("the caches of the toolchains".to_owned());
    }
    words.join(", ")
}

/// Everything in a line that may be a path, from `dir`.
fn paths<'a>(line: &'a str, dir: &Path) -> Vec<(&'a str, PathBuf)> {
    let quotes = ['\'', '"', '`', '\u{2018}', '\u{2019}', '(', ')', '[', ']', ' ', ',', '\t'];
    let words = line.split(quotes).map(|word| word.trim_end_matches([':', '.', ';']));
    let words = words.filter(|word| !word.is_empty() && !word.contains("://"));
    words.map(|word| (word, plain(&dir.join(word)))).collect()
}

/// Without `.` and `..`; links are not looked at.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut found, component| {
        match component {
            Component::ParentDir => {
                found.pop();
            }
            Component::CurDir => {}
            other => found.push(other),
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(network: Network, script: &str, output: &str) -> String {
        let confinement = Confinement {
            root: "/p".into(),
            temporary: vec!["/tmp".into()],
            caches: vec!["/home/me/.cache".into()],
            repository: Vec::new(),
            read_only: vec!["/p/plan.md".into(), "/p/.git/hooks".into()],
            hidden: vec!["/home/me/.ssh".into()],
            network,
        };
        let command = Command {
            script: script.to_owned(),
            strict: false,
            dir: "/p/src".into(),
            timeout: std::time::Duration::MAX,
            log: None,
        };
        denied(&confinement, &command, output).map_or_else(String::new, |denial| denial.say())
    }

    fn found(network: Network, output: &str) -> String {
        told(network, "make", output)
    }

    #[test]
    fn a_denied_write_is_told_with_its_path_and_what_can_be_done() {
        let instead = "Write to one of these instead: the project, /tmp, the caches of the toolchains.";
        for (line, path) in [
            ("/usr/bin/bash: line 1: /etc/x: Read-only file system", "writing `/etc/x`"),
            ("touch: cannot touch '/usr/lib/x': Read-only file system", "writing `/usr/lib/x`"),
            ("mkdir: cannot create directory \u{2018}/opt/x\u{2019}: Permission denied", "writing `/opt/x`"),
            ("cp: cannot create regular file '/srv/x': Permission denied", "writing `/srv/x`"),
            ("Error: EACCES: permission denied, mkdir '/srv/x'", "writing `/srv/x`"),
            ("Error: EROFS: read-only file system, open '/x/y.js'", "writing `/x/y.js`"),
            ("sh: 1: cannot create ../../x: Read-only file system", "writing `../../x`"),
            ("failed to write: Os { code: 30, kind: ReadOnlyFilesystem }", "a write outside of the project"),
        ] {
            let text = format!("building\n{line}\nexit\n");
            assert_eq!(
                found(Network::On, &text),
                format!("The sandbox does not allow {path}. {instead}"),
                "{line}"
            );
        }
        let line = "bash: line 1: /home/me/x: Permission denied";
        for script in ["echo one > ~/x", "(make) >>\"$HOME/x\"; true", "cat <y >~/x&"] {
            let expected = format!("The sandbox does not allow writing `/home/me/x`. {instead}");
            assert_eq!(told(Network::On, script, line), expected, "{script}");
        }
    }

    #[test]
    fn a_refused_read_and_what_may_be_one_are_no_writes() {
        for (line, path) in [
            ("cat: /srv/secret: Permission denied", "/srv/secret"),
            ("ls: cannot open directory '/srv': Permission denied", "/srv"),
            ("cp: cannot open '/srv/x' for reading: Permission denied", "/srv/x"),
            ("grep: ../../x: Permission denied", "../../x"),
            ("PermissionError: [Errno 13] Permission denied: '/srv/x'", "/srv/x"),
            ("Error: EACCES: permission denied, open '/srv/x'", "/srv/x"),
            ("bash: line 1: /srv/x: Permission denied", "/srv/x"),
            ("Error opening /srv/x: Operation not permitted", "/srv/x"),
        ] {
            let expected = format!(
                "The sandbox denies access to `{path}`. Commands can write to: the project, /tmp, the caches of the \
                 toolchains."
            );
            assert_eq!(told(Network::On, "cat /srv/x 2>/dev/null > out", line), expected, "{line}");
        }
    }

    #[test]
    fn what_is_protected_or_hidden_is_said_to_be_so() {
        let plan = "sed: couldn't open file ../plan.md: Read-only file system";
        assert_eq!(
            found(Network::On, plan),
            "`/p/plan.md` is protected: commands can read it and not change it."
        );
        let key = "cat: /home/me/.ssh/id_rsa: No such file or directory";
        assert_eq!(found(Network::On, key), "`/home/me/.ssh/id_rsa` is hidden from commands; do without it.");
    }

    #[test]
    fn without_a_network_its_absence_is_told_and_only_then() {
        let curl = "curl: (6) Could not resolve host: example.org";
        assert!(found(Network::Off, curl).starts_with("The network is off"));
        assert_eq!(found(Network::On, curl), "");
    }

    #[test]
    fn other_failures_are_left_alone() {
        for line in [
            "bash: line 1: ./run.sh: Permission denied",
            "cat: missing.txt: No such file or directory",
            "assertion failed: left == right",
            "",
        ] {
            assert_eq!(found(Network::On, line), "", "{line}");
        }
    }
}
