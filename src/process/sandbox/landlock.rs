//! Writes a confinement as Landlock rules, which only allow: to hide a file, they list its siblings.

use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError,
    Scope, path_beneath_rules,
};
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};
use serde::{Deserialize, Serialize};

use super::Confinement;

/// Without the rights of this version a file outside could be cut off.
const NEEDED: ABI = ABI::V3;

/// What newer kernels know is asked for too.
const WANTED: ABI = ABI::V9;

/// Devices that programs expect.
const DEVICES: &[&str] = &[
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
    "/dev/tty",
    "/dev/ptmx",
    "/dev/pts",
];

/// What is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::process) struct Rules {
    /// What may be read and started, and everything below.
    read: Vec<PathBuf>,
    /// What may be written too.
    write: Vec<PathBuf>,
}

impl Rules {
    /// The rules of a confinement, with what is there now.
    pub(in crate::process) fn of(confinement: &Confinement) -> Self {
        let hidden: Vec<&Path> = confinement
            .hidden
            .iter()
            .filter(|hidden| !confinement.root.starts_with(hidden) && hidden.symlink_metadata().is_ok())
            .map(PathBuf::as_path)
            .collect();
        let mut read = Vec::new();
        all_but(Path::new("/"), &hidden, &mut read);
        let mut write: Vec<PathBuf> = DEVICES.iter().chain(&["/dev/shm"]).map(PathBuf::from).collect();
        for path in confinement.writable() {
            // A hidden file may lie in a cache: right beside it everything is allowed one by one.
            all_but(path, &hidden, &mut write);
        }
        write.retain(|path| path.exists());
        Self { read, write }
    }

    /// The same for git, which keeps the tree of a project that is a part of its repository.
    pub(in crate::process) fn with_repository(confinement: &Confinement) -> Self {
        let mut rules = Self::of(confinement);
        let above = confinement.root.ancestors().map(|dir| dir.join(".git"));
        rules.write.extend(above.filter(|git| git.is_dir()).take(1));
        rules
    }
}

/// Everything at and below `path` but what is hidden, in as few paths as it takes.
fn all_but(path: &Path, hidden: &[&Path], found: &mut Vec<PathBuf>) {
    if hidden.iter().any(|hidden| path.starts_with(hidden)) {
        return;
    }
    if !hidden.iter().any(|hidden| hidden.starts_with(path)) {
        found.push(path.to_owned());
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.filter_map(Result::ok) {
        // A link is no place: where it leads to is asked for when it is followed.
        if entry.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            all_but(&entry.path(), hidden, found);
        }
    }
}

/// What root keeps: its files belong to anybody. The rest would reach the kernel.
const ROOTS_CAPABILITIES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETUID);

/// Confines this process, and everything that it will start, for ever.
pub(in crate::process) fn restrict(rules: &Rules) -> Result<(), RulesetError> {
    let ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(NEEDED))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(WANTED))?
        .scope(Scope::from_all(WANTED))?;
    for capability in CapabilitySet::all().difference(ROOTS_CAPABILITIES).iter() {
        // Whoever may not give a capability up, or does not know it, has not got it.
        let _ = remove_capability_from_bounding_set(capability);
    }
    // The rights that a folder has and a file has not are left out for files.
    ruleset
        .create()?
        // Names may be listed everywhere.
        .add_rules(path_beneath_rules(["/"], AccessFs::ReadDir))?
        .add_rules(path_beneath_rules(&rules.read, AccessFs::from_read(WANTED)))?
        .add_rules(path_beneath_rules(&rules.write, AccessFs::from_all(WANTED)))?
        .restrict_self()
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_left_out_and_its_siblings_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for folder in ["home/.ssh", "home/.cache/pip", "home/.config/gh", "srv"] {
            std::fs::create_dir_all(at(folder)).unwrap();
        }
        std::fs::write(at("home/.config/plain"), "").unwrap();
        std::os::unix::fs::symlink(at("home/.ssh"), at("home/link")).unwrap();
        let hidden = [at("home/.ssh"), at("home/.config/gh")];
        let hidden: Vec<&Path> = hidden.iter().map(PathBuf::as_path).collect();
        for (path, expected) in [
            ("", vec!["home/.cache", "home/.config/plain", "srv"]),
            ("srv", vec!["srv"]),
            ("home/.cache/pip", vec!["home/.cache/pip"]),
            ("home/.ssh", vec![]),
            ("home/.ssh/deeper", vec![]),
        ] {
            let mut found = Vec::new();
            all_but(&at(path), &hidden, &mut found);
            found.sort();
            assert_eq!(found, expected.into_iter().map(at).collect::<Vec<_>>(), "{path}");
        }
    }
}
