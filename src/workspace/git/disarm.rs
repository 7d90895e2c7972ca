//! Takes from a repository that an agent made what would start programs in the next git command of a person.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Settings that start nothing, by their section. Everything else may.
const HARMLESS: &[(&str, &[&str])] = &[
    (
        "core",
        &[
            "repositoryformatversion",
            "filemode",
            "bare",
            "logallrefupdates",
            "symlinks",
            "ignorecase",
            "precomposeunicode",
        ],
    ),
    ("user", &["name", "email"]),
    ("remote", &["url", "fetch"]),
    ("branch", &["remote", "merge"]),
    ("init", &["defaultbranch"]),
];

/// Leaves harmless settings and no hook; tells what went.
pub(super) fn disarm(repository: &Path) -> io::Result<Vec<String>> {
    let git = repository.join(".git");
    let mut told = Vec::new();
    let config = git.join("config");
    if config.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        fs::remove_file(&config)?;
        told.push("its settings are no file".to_owned());
    }
    if let Ok(text) = fs::read_to_string(&config) {
        let (kept, gone) = harmless(&text);
        if !gone.is_empty() {
            fs::write(&config, kept)?;
            told.extend(gone);
        }
    }
    for hook in fs::read_dir(git.join("hooks")).into_iter().flatten().filter_map(Result::ok) {
        let runs = hook.metadata().is_ok_and(|file| file.permissions().mode() & 0o111 != 0);
        let is_sample = hook.path().extension().is_some_and(|extension| extension == "sample");
        if runs && !is_sample {
            fs::set_permissions(hook.path(), Permissions::from_mode(0o644))?;
            told.push(format!("the hook {}", hook.file_name().to_string_lossy()));
        }
    }
    Ok(told)
}

/// The lines of a configuration that are harmless, and the names of the others.
fn harmless(text: &str) -> (String, Vec<String>) {
    let (mut kept, mut gone) = (String::new(), Vec::new());
    let mut section = String::new();
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(head) = trimmed.strip_prefix('[') {
            let name = head.split([']', ' ', '"', '.']).next().unwrap_or_default();
            section = name.to_ascii_lowercase();
            // What stands behind the head on the same line is a setting, too.
            let is_plain = trimmed.ends_with(']') && HARMLESS.iter().any(|(known, _)| *known == section);
            if is_plain {
                kept.push_str(line);
                kept.push('\n');
            } else {
                section.clear();
            }
            continue;
        }
        let key = trimmed.split(['=', ' ']).next().unwrap_or_default().to_ascii_lowercase();
        let known = HARMLESS.iter().find(|(known, _)| *known == section);
        let is_known = known.is_some_and(|(_, keys)| keys.contains(&key.as_str()));
        // A line that goes on could hide another, and `ext::` names a program.
        if trimmed.is_empty() || is_known && !trimmed.ends_with('\\') && !trimmed.contains("::") {
            kept.push_str(line);
            kept.push('\n');
        } else if !trimmed.starts_with(['#', ';']) {
            gone.push(key);
        }
    }
    (kept, gone)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn only_harmless_settings_are_left() {
        let text = "[core]\n\tbare = false\n\tfsmonitor = \"touch x\"\n[alias]\n\tst = !rm -rf .\n[remote \"o\"]\n\turl = ext::sh -c x\n\tfetch = +refs/heads/*:refs/remotes/o/*\n[include]\n\tpath = ../evil\n[core] sshCommand = x\n\teditor = y\n";
        let kept = "[core]\n\tbare = false\n[remote \"o\"]\n\tfetch = +refs/heads/*:refs/remotes/o/*\n";
        let gone = ["fsmonitor", "st", "url", "path", "editor"].map(str::to_owned).to_vec();
        assert_eq!(harmless(text), (kept.to_owned(), gone));
        assert_eq!(harmless(kept), (kept.to_owned(), Vec::new()));
    }

    #[test]
    fn hooks_do_not_run_any_more() {
        let dir = tempfile::tempdir().unwrap();
        let hooks = dir.path().join(".git/hooks");
        fs::create_dir_all(&hooks).unwrap();
        for name in ["pre-commit", "pre-push.sample"] {
            fs::write(hooks.join(name), "#!/bin/sh\n").unwrap();
            fs::set_permissions(hooks.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(disarm(dir.path()).unwrap(), ["the hook pre-commit"]);
        assert_eq!(disarm(dir.path()).unwrap(), [""; 0]);
    }
}
