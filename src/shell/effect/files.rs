//! What a command does to the files that it names: of the project, of a scratch folder, or of others.

use std::path::{Component, Path};

use super::super::tree::Redirection;
use super::call::Call;
use super::names::one_of;
use super::{DELETES, Deed};

/// Where a file is, as far as its path says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FilePlace {
    /// In a folder for files that nobody keeps, or no file at all.
    Scratch,
    Project,
    /// What a tool fetched or built, and would fetch or build again.
    Cache,
    Outside,
    /// A variable has its name.
    Unknown,
}

const ELSEWHERE: Deed = Deed::reaches("delete files outside of the project");
const WRITES_ELSEWHERE: Deed = Deed::reaches("write outside of the project");
const WRITES: Deed = Deed::changes("write files");

/// Folders for files that nobody keeps.
const SCRATCH: &[&str] = &["/tmp/", "/var/tmp/", "/private/tmp/", "/dev/shm/", "/dev/fd/"];
const DEVICES: &str = "/dev/null /dev/stdout /dev/stderr /dev/tty /dev/zero";

/// Folders of caches below the home.
const HOME_CACHES: &str =
    ".cache .npm .cargo .m2 .gradle .yarn .nuget .ccache .bundle .pub-cache .pnpm-store";

/// Endings and folders of what commands tell, which is no part of a project.
const OUTPUTS: &[&str] = &[".log", ".out", ".err", ".tmp", ".prof", ".pid"];
const OUTPUT_FOLDERS: &str = "target build dist out coverage logs log tmp temp .tmp artifacts reports test-results node_modules .cache";

fn place_of(path: &str, dir: Option<&Path>) -> FilePlace {
    let home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| path.strip_prefix(home));
    if let Some(below) = home.filter(|below| !below.contains("..")) {
        let is_cache = below.split('/').next().is_some_and(|folder| one_of(HOME_CACHES, folder));
        return if is_cache { FilePlace::Cache } else { FilePlace::Outside };
    }
    if path.starts_with('~') || path.starts_with("$HOME") || path.starts_with("${HOME") {
        return FilePlace::Outside;
    }
    if let Some(name) = path.strip_prefix('$') {
        return place_of_variable(name, dir);
    }
    if one_of(DEVICES, path) {
        return FilePlace::Scratch;
    }
    let dir = dir.unwrap_or(Path::new(""));
    let joined = if path.starts_with('/') { Path::new(path).to_owned() } else { dir.join(path) };
    let mut inside = Vec::new();
    for component in joined.components() {
        match component {
            Component::ParentDir if inside.pop().is_none() => return FilePlace::Outside,
            Component::Normal(name) => inside.push(name.to_string_lossy()),
            _ => {}
        }
    }
    if !joined.is_absolute() {
        return FilePlace::Project;
    }
    let whole = format!("/{}", inside.join("/"));
    let within = |folder: &&str| whole.strip_prefix(*folder).is_some_and(|rest| !rest.starts_with('*'));
    if SCRATCH.iter().any(within) { FilePlace::Scratch } else { FilePlace::Outside }
}

/// `$TMPDIR/x`, `$PWD/x`, `$(mktemp -d)`; the name without its sign.
fn place_of_variable(name: &str, dir: Option<&Path>) -> FilePlace {
    let (name, rest) = match name.strip_prefix('{') {
        Some(name) => name.split_once('}').unwrap_or((name, "")),
        None if name.starts_with('(') => name.rsplit_once(')').unwrap_or((name, "")),
        None => name.split_at(name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len())),
    };
    let upper = name.to_ascii_uppercase();
    let inside =
        ["PWD", "(PWD", "(GIT REV-PARSE --SHOW-TOPLEVEL", "GITHUB_WORKSPACE", "PROJECT_ROOT", "ROOT"];
    match upper.as_str() {
        upper if upper.contains("TMP") || upper.contains("TEMP") || upper.contains("SCRATCH") => {
            FilePlace::Scratch
        }
        upper if inside.contains(&upper) => place_of(rest.trim_start_matches('/'), dir),
        _ => FilePlace::Unknown,
    }
}

/// What is done to all of these paths.
fn all<'a>(paths: impl Iterator<Item = &'a str>, one: impl Fn(&'a str) -> Deed) -> Deed {
    paths.fold(Deed::CHECKS, |most, path| most.or(one(path)))
}

/// The words that are no options, those behind `--` too.
fn paths<'a>(call: &Call<'a>) -> impl Iterator<Item = &'a str> {
    let behind = call.words[call.own_words().len()..].iter().skip(1).copied();
    call.positionals.clone().into_iter().chain(behind)
}

/// A file is deleted.
fn deleted(path: &str, dir: Option<&Path>) -> Deed {
    match place_of(path, dir) {
        FilePlace::Scratch => Deed::CHECKS,
        FilePlace::Project => Deed::changes(DELETES),
        FilePlace::Cache | FilePlace::Outside | FilePlace::Unknown => ELSEWHERE,
    }
}

/// A file is written; output of a command that nobody keeps changes nothing.
pub(super) fn written(path: &str, dir: Option<&Path>) -> Deed {
    let is_output = OUTPUTS.iter().any(|end| path.ends_with(end))
        || path.split('/').rev().skip(1).any(|folder| one_of(OUTPUT_FOLDERS, folder));
    match place_of(path, dir) {
        FilePlace::Scratch | FilePlace::Cache => Deed::CHECKS,
        FilePlace::Project if is_output => Deed::CHECKS,
        FilePlace::Project | FilePlace::Unknown => WRITES,
        FilePlace::Outside => WRITES_ELSEWHERE,
    }
}

/// Where the output of a command goes.
pub(super) fn redirected(redirections: &[Redirection], dir: Option<&Path>) -> Deed {
    let writes = |one: &&Redirection| one.operator.contains('>');
    let is_file = |path: &&str| *path != "-" && !path.bytes().all(|byte| byte.is_ascii_digit());
    let paths = redirections.iter().filter(writes).map(|one| one.target.text.as_str()).filter(is_file);
    // What runs behind `>( )` is told by itself.
    all(paths.filter(|path| !path.starts_with(">(")), |path| written(path, dir))
}

/// `rm`
pub(super) fn removed(call: &Call<'_>) -> Deed {
    // `xargs rm` is given its files by somebody else.
    let some = paths(call).next().map_or(Deed::changes(DELETES), |_| Deed::CHECKS);
    some.or(all(paths(call), |path| deleted(path, call.dir)))
}

/// `mv`: it deletes there and writes here.
pub(super) fn moved(call: &Call<'_>) -> Deed {
    let from = call.positionals.len().saturating_sub(1);
    let sources = all(call.positionals.iter().copied().take(from), |path| deleted(path, call.dir));
    // What is moved is not lost.
    let sources = if sources.would == DELETES { Deed::changes("move files") } else { sources };
    sources.or(copied(call))
}

/// `cp`: the last one is written.
pub(super) fn copied(call: &Call<'_>) -> Deed {
    let target = call.value("-t --target-directory").or(call.positionals.last().copied());
    target.map_or(Deed::CHECKS, |path| written(path, call.dir))
}

/// `mkdir`: an empty folder of the project changes nothing.
pub(super) fn made(call: &Call<'_>) -> Deed {
    let all = all(paths(call), |path| written(path, call.dir));
    if all == WRITES { Deed::CHECKS } else { all }
}

/// `touch`, `tee`, `chmod`
pub(super) fn touched(call: &Call<'_>) -> Deed {
    let takes_mode = one_of("chmod chown chgrp setfacl chattr", call.program);
    let done = all(paths(call).skip(usize::from(takes_mode)), |path| written(path, call.dir));
    // `xargs touch` is given its files by somebody else.
    let files = call.positionals.len() > usize::from(takes_mode);
    if files || call.program == "tee" { done } else { done.or(WRITES) }
}

/// `sed -i`: what stands first is what is done.
pub(super) fn edited(call: &Call<'_>) -> Deed {
    let given = call.value("-e --expression -f --file").is_some();
    let files = paths(call).skip(usize::from(!given));
    let some = call.positionals.len() > usize::from(!given);
    let done = if some { all(files, |path| written(path, call.dir)) } else { WRITES };
    if done == WRITES { Deed::changes("rewrite files") } else { done }
}

/// `dd of=x`
pub(super) fn device(call: &Call<'_>) -> Deed {
    let target = call.words.iter().find_map(|word| word.strip_prefix("of="));
    match target.map(|path| (path, place_of(path, call.dir))) {
        Some((path, FilePlace::Outside)) if path.starts_with("/dev/") => Deed::reaches("overwrite a device"),
        Some((path, _)) => written(path, call.dir),
        None => Deed::CHECKS,
    }
}

/// `tar -x`: into a folder.
pub(super) fn unpacked(call: &Call<'_>) -> Deed {
    let target = call.value("-C --directory -d -o").unwrap_or(".");
    let done = written(target, call.dir);
    if done == WRITES { Deed::changes("unpack files") } else { done }
}

/// `find -delete`: below the folders that stand before the tests.
pub(super) fn found(call: &Call<'_>) -> Deed {
    let folders = call.words.iter().skip(1).take_while(|word| !word.starts_with(['-', '(', '!']));
    let folders: Vec<&str> = folders.copied().collect();
    let below: &[&str] = if folders.is_empty() { &["."] } else { &folders };
    all(below.iter().copied(), |path| deleted(path, call.dir))
}

#[cfg(test)]
mod tests {
    use super::super::CommandEffect::{Changes, Checks, Reaches};
    use super::*;

    #[test]
    fn a_path_says_whose_file_it_is() {
        for (path, dir, expected) in [
            ("x/y", "", FilePlace::Project),
            ("./x/../y", "", FilePlace::Project),
            ("../x", "", FilePlace::Outside),
            ("../x", "sub", FilePlace::Project),
            ("/etc/x", "", FilePlace::Outside),
            ("/tmp/x", "", FilePlace::Scratch),
            ("/tmp/../etc", "", FilePlace::Outside),
            ("/tmp/*", "", FilePlace::Outside),
            ("/tmp", "", FilePlace::Outside),
            ("x", "/tmp/y", FilePlace::Scratch),
            ("~/x", "", FilePlace::Outside),
            ("$HOME/x", "", FilePlace::Outside),
            ("${TMPDIR:-/tmp}/x", "", FilePlace::Scratch),
            ("$PWD/x", "", FilePlace::Project),
            ("$(pwd)/x", "", FilePlace::Project),
            ("$X", "", FilePlace::Unknown),
            ("/dev/null", "", FilePlace::Scratch),
            ("/dev/sda", "", FilePlace::Outside),
        ] {
            assert_eq!(place_of(path, Some(Path::new(dir))), expected, "{path}");
        }
    }

    #[test]
    fn targets_decide_what_is_done_to_files() {
        for (read, script, expected) in [
            (removed as fn(&Call<'_>) -> Deed, "rm -rf build", Changes),
            (removed, "rm -rf -- ../x", Reaches),
            (removed, "rm -f /tmp/x", Checks),
            (removed, "rm -rf $X", Reaches),
            (moved, "mv a b", Changes),
            (moved, "mv /etc/a b", Reaches),
            (copied, "cp a /tmp/b", Checks),
            (copied, "cp a ~/b", Reaches),
            (made, "mkdir -p a/b", Checks),
            (touched, "tee -a test.log", Checks),
            (touched, "chmod +x /usr/bin/x", Reaches),
            (edited, "sed -i s/a/b/ x", Changes),
            (edited, "sed -i s/a/b/", Changes),
            (removed, "rm -r x", Changes),
            (removed, "rm -rf", Changes),
            (device, "dd if=x of=/dev/sda", Reaches),
            (found, "find / -name x -delete", Reaches),
            (found, "find . -name x -delete", Changes),
        ] {
            let call = Call::of_words(script.split(' ').collect()).unwrap();
            assert_eq!(read(&call).effect, expected, "{script}");
        }
    }
}
