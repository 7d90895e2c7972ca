//! Finds the programs that a repository's configuration names, so that agentrun starts none of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::Git;
use crate::workspace::entry::Name;
use crate::workspace::snapshot::SnapshotError;

/// A variable that is empty, for settings that are to be empty.
pub(super) const NOTHING: &str = "AGENTRUN_NOTHING";

/// What the configuration names under names that anybody chooses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ConfiguredPrograms {
    /// Drivers that change files on their way into and out of git, with what they are set to.
    filters: BTreeMap<Vec<u8>, HashMap<Vec<u8>, Vec<u8>>>,
    /// Hooks that are no files.
    hooks: BTreeSet<Vec<u8>>,
}

impl ConfiguredPrograms {
    /// Reads what `config -z --get-regexp` prints: `section.name.key LF value NUL`. A name may have
    /// dots.
    fn parse(printed: &[u8]) -> Self {
        let mut programs = Self::default();
        for setting in printed.split(|&byte| byte == 0) {
            let end = setting.iter().position(|&byte| byte == b'\n').unwrap_or(setting.len());
            let (variable, value) = (&setting[..end], setting.get(end + 1..).unwrap_or_default());
            let dot = |byte: &u8| *byte == b'.';
            let (Some(first), Some(last)) = (variable.iter().position(dot), variable.iter().rposition(dot))
            else {
                continue;
            };
            let Some(name) = variable.get(first + 1..last).map(<[u8]>::to_vec) else { continue };
            if variable.starts_with(b"hook.") {
                programs.hooks.insert(name);
            } else {
                let set = programs.filters.entry(name).or_default();
                set.insert(variable[last + 1..].to_vec(), value.to_vec());
            }
        }
        programs
    }

    /// The options that switch all of it off. A name may have `=`, which `-c` would take for its own.
    pub(super) fn off(&self) -> Vec<OsString> {
        let option = |section: &str, name: &[u8], key: &str| {
            let option = [b"--config-env=", section.as_bytes(), b".", name, b".", key.as_bytes()].concat();
            OsString::from_vec([&option[..], b"=", NOTHING.as_bytes()].concat())
        };
        let keys = ["clean", "smudge", "process", "required"];
        let filters = self.filters.keys().flat_map(|name| keys.iter().map(|key| option("filter", name, key)));
        filters.chain(self.hooks.iter().map(|name| option("hook", name, "enabled"))).collect()
    }

    /// Git would have this driver change what a file has before it keeps it.
    fn changes_content(&self, driver: &[u8]) -> bool {
        let filter = self.filters.get(driver);
        let is_set = |key: &[u8]| filter.and_then(|set| set.get(key)).is_some_and(|value| !value.is_empty());
        is_set(b"clean") || is_set(b"process")
    }
}

impl Git {
    /// What the configuration names now. Nothing is started by the question.
    pub(super) async fn programs(&self) -> Result<ConfiguredPrograms, SnapshotError> {
        let call = self.call(["config", "-z", "--get-regexp", r"^(filter|hook)\."]);
        let captured = call.output_with(&[]).await?;
        match captured.code {
            Some(0) => Ok(ConfiguredPrograms::parse(&captured.stdout)),
            Some(1) => Ok(ConfiguredPrograms::default()),
            _ => Err(call.failed(&captured)),
        }
    }

    /// Which of these paths, from the root, git would not keep as they are, and whose driver says so.
    pub(super) async fn filtered(
        &self,
        paths: impl Iterator<Item = &[u8]>,
    ) -> Result<BTreeMap<Name, String>, SnapshotError> {
        let programs = self.programs().await?;
        let stdin: Vec<u8> = paths.flat_map(|path| [path, b"\0"].concat()).collect();
        if stdin.is_empty() || !programs.filters.keys().any(|driver| programs.changes_content(driver)) {
            return Ok(BTreeMap::new());
        }
        let printed = self.call(["check-attr", "-z", "--stdin", "filter"]).stdin(stdin).bytes().await?;
        let fields: Vec<&[u8]> = printed.split(|&byte| byte == 0).collect();
        let answers = fields.chunks_exact(3).filter(|answer| programs.changes_content(answer[2]));
        Ok(answers
            .map(|answer| (answer[0].to_vec(), String::from_utf8_lossy(answer[2]).into_owned()))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_driver_and_hook_is_switched_off_whatever_its_name() {
        let printed = b"filter.lfs.clean\ngit lfs\0filter.a=b.c d.process\nx\ny\0filter.lfs.required\0\
            filter.clean\nno name\0hook.tidy.command\nrm\0filter.out.smudge\ncat\0";
        let programs = ConfiguredPrograms::parse(printed);
        let off: Vec<String> =
            programs.off().into_iter().map(|option| option.into_string().unwrap()).collect();
        insta::assert_snapshot!(off.join("\n"), @"
        --config-env=filter.a=b.c d.clean=AGENTRUN_NOTHING
        --config-env=filter.a=b.c d.smudge=AGENTRUN_NOTHING
        --config-env=filter.a=b.c d.process=AGENTRUN_NOTHING
        --config-env=filter.a=b.c d.required=AGENTRUN_NOTHING
        --config-env=filter.lfs.clean=AGENTRUN_NOTHING
        --config-env=filter.lfs.smudge=AGENTRUN_NOTHING
        --config-env=filter.lfs.process=AGENTRUN_NOTHING
        --config-env=filter.lfs.required=AGENTRUN_NOTHING
        --config-env=filter.out.clean=AGENTRUN_NOTHING
        --config-env=filter.out.smudge=AGENTRUN_NOTHING
        --config-env=filter.out.process=AGENTRUN_NOTHING
        --config-env=filter.out.required=AGENTRUN_NOTHING
        --config-env=hook.tidy.enabled=AGENTRUN_NOTHING
        ");
        let changing =
            ["lfs", "a=b.c d", "out", "unset"].map(|name| programs.changes_content(name.as_bytes()));
        assert_eq!(changing, [true, true, false, false]);
    }
}
