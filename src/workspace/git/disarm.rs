//! Takes from a repository that an agent made what would start programs in the next git command of a person.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::workspace::file::replace;

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

/// Leaves harmless settings and no hook; tells what went. Nothing is changed through a link: a link goes itself.
pub(super) fn disarm(root: &Path, repository: &Path) -> io::Result<Vec<String>> {
    let git = match place(root, repository)? {
        RepositoryPlace::Own(git) => git,
        RepositoryPlace::OfProject => return Ok(Vec::new()),
        RepositoryPlace::Outside => {
            fs::remove_file(repository.join(".git"))?;
            return Ok(vec!["its `.git`, which led out of the project".to_owned()]);
        }
    };
    let mut told = Vec::new();
    for name in ["config", "config.worktree", "commondir"] {
        told.extend(disarm_settings(&git.join(name))?);
    }
    let hooks = git.join("hooks");
    if is_link(&hooks) {
        fs::remove_file(&hooks)?;
        told.push("the folder of its hooks, a link".to_owned());
    }
    for hook in fs::read_dir(hooks).into_iter().flatten().filter_map(Result::ok) {
        let (path, name) = (hook.path(), hook.file_name());
        let runs = hook.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
        let is_sample = path.extension().is_some_and(|extension| extension == "sample");
        if is_link(&path) {
            fs::remove_file(&path)?;
        } else if runs && !is_sample {
            fs::set_permissions(&path, Permissions::from_mode(0o644))?;
        } else {
            continue;
        }
        told.push(format!("the hook {}", name.to_string_lossy()));
    }
    Ok(told)
}

/// Where a repository keeps its settings.
enum RepositoryPlace {
    /// In the project: the folder.
    Own(PathBuf),
    /// They are those of the project's own repository, as in a work tree of it.
    OfProject,
    Outside,
}

fn place(root: &Path, repository: &Path) -> io::Result<RepositoryPlace> {
    let root = root.canonicalize()?;
    let git = repository.join(".git");
    let found = if git.metadata().is_ok_and(|found| found.is_file()) {
        let text = fs::read_to_string(&git).unwrap_or_default();
        repository.join(text.strip_prefix("gitdir:").unwrap_or_default().trim())
    } else {
        git
    };
    Ok(match found.canonicalize() {
        Ok(found) if found == root.join(".git") => RepositoryPlace::OfProject,
        Ok(found) if found.starts_with(root.join(".git/worktrees")) => RepositoryPlace::OfProject,
        Ok(found) if found.starts_with(&root) && found != root => RepositoryPlace::Own(found),
        _ => RepositoryPlace::Outside,
    })
}

fn disarm_settings(file: &Path) -> io::Result<Vec<String>> {
    let Ok(found) = file.symlink_metadata() else { return Ok(Vec::new()) };
    let is_config = file.file_name().is_some_and(|name| name == "config");
    if !found.is_file() || !is_config {
        if !found.is_dir() {
            fs::remove_file(file)?;
        }
        return Ok(vec![format!("`{}`", file.file_name().unwrap_or_default().to_string_lossy())]);
    }
    let text = String::from_utf8_lossy(&fs::read(file)?).into_owned();
    let (kept, gone) = harmless(&text);
    if !gone.is_empty() {
        // A new file: the old one may have another name elsewhere.
        replace(file, kept.as_bytes())?;
    }
    Ok(gone)
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|found| found.is_symlink())
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
    use std::os::unix::fs::symlink;

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
        let hooks = dir.path().join("lib/.git/hooks");
        fs::create_dir_all(&hooks).unwrap();
        for name in ["pre-commit", "pre-push.sample"] {
            fs::write(hooks.join(name), "#!/bin/sh\n").unwrap();
            fs::set_permissions(hooks.join(name), Permissions::from_mode(0o755)).unwrap();
        }
        assert_eq!(disarm(dir.path(), &dir.path().join("lib")).unwrap(), ["the hook pre-commit"]);
        assert_eq!(disarm(dir.path(), &dir.path().join("lib")).unwrap(), [""; 0]);
    }

    #[test]
    fn what_a_link_leads_to_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        let settings = "[core]\n\tsshCommand = mine\n";
        fs::create_dir_all(at("mine/.git/hooks")).unwrap();
        fs::write(at("mine/.git/config"), settings).unwrap();
        fs::write(at("mine/.git/hooks/pre-commit"), "").unwrap();
        fs::set_permissions(at("mine/.git/hooks/pre-commit"), Permissions::from_mode(0o755)).unwrap();
        for repository in ["p/linked", "p/pointing", "p/parts"] {
            fs::create_dir_all(at(repository)).unwrap();
        }
        symlink(at("mine/.git"), at("p/linked/.git")).unwrap();
        fs::write(at("p/pointing/.git"), "gitdir: ../../mine/.git\n").unwrap();
        fs::create_dir(at("p/parts/.git")).unwrap();
        symlink(at("mine/.git/config"), at("p/parts/.git/config")).unwrap();
        symlink(at("mine/.git/hooks"), at("p/parts/.git/hooks")).unwrap();
        // A submodule and a work tree that the agent added, and a link to the project's own.
        for repository in ["p/submodule", "p/tree", "p/same", "p/.git/modules/m", "p/.git/worktrees/t"] {
            fs::create_dir_all(at(repository)).unwrap();
        }
        fs::write(at("p/.git/config"), settings).unwrap();
        fs::write(at("p/.git/modules/m/config"), settings).unwrap();
        fs::write(at("p/.git/worktrees/t/commondir"), "../..\n").unwrap();
        fs::write(at("p/submodule/.git"), "gitdir: ../.git/modules/m\n").unwrap();
        fs::write(at("p/tree/.git"), format!("gitdir: {}\n", at("p/.git/worktrees/t").display())).unwrap();
        symlink("../.git", at("p/same/.git")).unwrap();
        let outside = "its `.git`, which led out of the project";
        for (repository, told) in [
            ("p/linked", vec![outside]),
            ("p/pointing", vec![outside]),
            ("p/submodule", vec!["sshcommand"]),
            ("p/tree", vec![]),
            ("p/same", vec![]),
            ("p/parts", vec!["`config`", "the folder of its hooks, a link"]),
        ] {
            assert_eq!(disarm(&at("p"), &at(repository)).unwrap(), told, "{repository}");
        }
        let hook = at("mine/.git/hooks/pre-commit").metadata().unwrap();
        assert_eq!(hook.permissions().mode() & 0o777, 0o755);
        for kept in ["mine/.git/config", "p/.git/config"] {
            assert_eq!(fs::read_to_string(at(kept)).unwrap(), settings, "{kept}");
        }
        assert!(at("p/.git/worktrees/t/commondir").exists());
    }
}
