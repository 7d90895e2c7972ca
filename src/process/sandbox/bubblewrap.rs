//! Writes a confinement as the arguments of `bwrap`.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Confinement, Network};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PlaceKind {
    Folder,
    File,
}

/// Parts of `/run` that commands need: resolving names, and the programs of some systems. The rest
/// of it are sockets of services that would do outside what may not be done inside.
const RUN: &[&str] = &[
    "/run/systemd/resolve",
    "/run/resolvconf",
    "/run/NetworkManager/resolv.conf",
    "/run/nscd",
    "/run/current-system",
    "/run/wrappers",
];

/// Files of the kernel that decide about the whole machine, and that root may write without any
/// capability.
const KERNEL: &[&str] = &["/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus", "/proc/fs"];

/// What root keeps: its files belong to anybody. None of these reaches through a mount.
const ROOTS_CAPABILITIES: &[&str] =
    &["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_KILL", "CAP_SETGID", "CAP_SETUID"];

/// The arguments that come before the program and its own.
pub(super) fn arguments(
    confinement: &Confinement,
    dir: &Path,
    root: bool,
    kind: &dyn Fn(&Path) -> Option<PlaceKind>,
) -> Vec<OsString> {
    let mut arguments = BwrapArguments { words: Vec::new(), kind };
    arguments.add(&["--die-with-parent", "--new-session", "--as-pid-1"]);
    arguments.add(&["--unshare-pid", "--unshare-ipc", "--unshare-cgroup-try"]);
    if confinement.network == Network::Off {
        arguments.add(&["--unshare-net"]);
    }
    arguments.add(&["--cap-drop", "ALL"]);
    if root {
        for capability in ROOTS_CAPABILITIES {
            arguments.add(&["--cap-add", capability]);
        }
    }
    arguments.add(&["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]);
    arguments.bind_all("--ro-bind", KERNEL.iter().map(Path::new));
    if kind(Path::new("/run")) == Some(PlaceKind::Folder) {
        arguments.add(&["--tmpfs", "/run"]);
        arguments.bind_all("--ro-bind", RUN.iter().map(Path::new));
    }
    arguments.bind_all("--bind", confinement.writable());
    arguments.protect(confinement);
    let hidden = confinement.hidden.iter().filter(|hidden| !confinement.root.starts_with(hidden));
    for path in hidden {
        arguments.hide(path);
    }
    arguments.add(&["--chdir"]);
    arguments.words.push(dir.into());
    arguments.words
}

struct BwrapArguments<'a> {
    words: Vec<OsString>,
    kind: &'a dyn Fn(&Path) -> Option<PlaceKind>,
}

impl BwrapArguments<'_> {
    fn add(&mut self, words: &[&str]) {
        self.words.extend(words.iter().map(OsString::from));
    }

    /// What is not there cannot be bound.
    fn bind_all<'p>(&mut self, how: &str, paths: impl IntoIterator<Item = &'p Path>) {
        for path in paths.into_iter().filter(|path| (self.kind)(path).is_some()) {
            self.words.extend([how.into(), path.into(), path.into()]);
        }
    }

    /// The folders above a protected file are bound to themselves: what is a mount cannot be moved
    /// out of the way.
    fn protect(&mut self, confinement: &Confinement) {
        let writable: Vec<&Path> = confinement.writable().collect();
        let read_only: BTreeSet<&PathBuf> = confinement.read_only.iter().collect();
        let read_only: Vec<&PathBuf> =
            read_only.into_iter().filter(|path| (self.kind)(path).is_some()).collect();
        let mut above = BTreeSet::new();
        for path in &read_only {
            let inside = |folder: &&Path| writable.iter().any(|top| folder.starts_with(top) && folder != top);
            above.extend(path.ancestors().skip(1).filter(inside));
        }
        self.bind_all("--bind", above);
        self.bind_all("--ro-bind", read_only.into_iter().map(PathBuf::as_path));
    }

    fn hide(&mut self, path: &Path) {
        match (self.kind)(path) {
            Some(PlaceKind::Folder) => {
                for how in ["--tmpfs", "--remount-ro"] {
                    self.words.extend([how.into(), path.into()]);
                }
            }
            Some(PlaceKind::File) => {
                self.words.extend(["--ro-bind".into(), "/dev/null".into(), path.into()]);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(confinement: &Confinement, root: bool) -> String {
        let kind = |path: &Path| match path.to_str().unwrap() {
            "/p/plan.md" | "/p/.git/config" | "/home/me/.netrc" => Some(PlaceKind::File),
            "/p/agentrun.toml" | "/run/nscd" | "/home/me/.aws" => None,
            path if path.starts_with("/run/") || path.starts_with("/proc/") => None,
            _ => Some(PlaceKind::Folder),
        };
        let words = arguments(confinement, Path::new("/p/src"), root, &kind);
        let words: Vec<String> = words.into_iter().map(|word| word.into_string().unwrap()).collect();
        words.join(" ").replace(" --", "\n--")
    }

    fn confinement() -> Confinement {
        Confinement {
            root: "/p".into(),
            temporary: vec!["/tmp".into()],
            caches: vec!["/home/me/.cache".into()],
            repository: Vec::new(),
            read_only: ["/p/plan.md", "/p/agentrun.toml", "/p/.git/config", "/p/docs/rules.md"]
                .map(PathBuf::from)
                .to_vec(),
            hidden: ["/home/me/.ssh", "/home/me/.aws", "/home/me/.netrc"].map(PathBuf::from).to_vec(),
            network: Network::Off,
        }
    }

    #[test]
    fn what_is_there_is_bound_in_an_order_in_which_nothing_is_covered() {
        insta::assert_snapshot!(lines(&confinement(), false), @"
        --die-with-parent
        --new-session
        --as-pid-1
        --unshare-pid
        --unshare-ipc
        --unshare-cgroup-try
        --unshare-net
        --cap-drop ALL
        --ro-bind / /
        --dev /dev
        --proc /proc
        --tmpfs /run
        --bind /p /p
        --bind /tmp /tmp
        --bind /home/me/.cache /home/me/.cache
        --bind /p/.git /p/.git
        --bind /p/docs /p/docs
        --ro-bind /p/.git/config /p/.git/config
        --ro-bind /p/docs/rules.md /p/docs/rules.md
        --ro-bind /p/plan.md /p/plan.md
        --tmpfs /home/me/.ssh
        --remount-ro /home/me/.ssh
        --ro-bind /dev/null /home/me/.netrc
        --chdir /p/src
        ");
    }

    #[test]
    fn root_keeps_what_its_files_need_and_nothing_that_could_undo_a_mount() {
        let confinement = Confinement { network: Network::On, ..confinement() };
        let lines = lines(&confinement, true);
        assert!(lines.contains("--cap-drop ALL\n--cap-add CAP_CHOWN\n"));
        assert!(!lines.contains("CAP_SYS") && !lines.contains("--unshare-net"));
    }
}
