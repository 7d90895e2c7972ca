//! Recognises the few commands that agentrun refuses, because they throw work away or send it out.
//!
//! This is a seat belt for models, not a wall: what holds is the sandbox and the snapshot before
//! each attempt.

use std::path::{Component, Path, PathBuf};

use crate::shell::simple::SimpleCommand;
use crate::shell::tree::ShellWord;
use crate::shell::walk::{CommandPlace, Descend, Visitor, walk};

const CHANGES: &str = "discards changes that are not committed";

const UNSAVED: &str = "discards changes that somebody had made before this run and not committed";

/// Where a script of the agent runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScriptPlace<'a> {
    pub(super) root: &'a Path,
    pub(super) home: Option<&'a Path>,
    pub(super) dir: &'a Path,
    /// Files of a person that no commit has.
    pub(super) unsaved: &'a [PathBuf],
}

/// What a command does not come back from, and what to do instead.
pub(super) fn refusal(script: &str, place: ScriptPlace<'_>) -> Option<String> {
    let mut search = RefusalSearch { place, refusal: None };
    walk(script, place.dir, &mut search);
    search.refusal
}

/// Looks for the first command that is refused.
struct RefusalSearch<'a> {
    place: ScriptPlace<'a>,
    refusal: Option<String>,
}

impl Visitor for RefusalSearch<'_> {
    fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
        let words: Vec<&str> = command.words.iter().map(|word| word.text.as_str()).collect();
        let Some((name, arguments)) = words.split_first() else { return Descend::Past };
        let dir = place.dir.as_deref().unwrap_or(self.place.dir);
        let problem = match name.rsplit('/').next() {
            Some("git") => git(arguments, ScriptPlace { dir, ..self.place }),
            Some("rm") => remove(arguments, ScriptPlace { dir, ..self.place }),
            _ => None,
        };
        let Some(problem) = problem else { return Descend::Past };
        self.refusal = Some(format!(
            "`{}` was not run: it {problem}. To undo a change of your own, edit the file back or restore that one \
             file; whatever is in the way, work around it or finish as blocked",
            words.join(" ")
        ));
        Descend::Stop
    }

    fn folder(&self, from: &Path, to: Option<&ShellWord>) -> Option<PathBuf> {
        Some(resolved(to.map_or("~", |to| &to.text), ScriptPlace { dir: from, ..self.place }))
    }
}

fn git(arguments: &[&str], place: ScriptPlace<'_>) -> Option<&'static str> {
    let mut rest = arguments;
    let mut dir = place.dir.to_owned();
    let (subcommand, options) = loop {
        match rest {
            ["-C", to, more @ ..] => {
                dir = resolved(to, ScriptPlace { dir: &dir, ..place });
                rest = more;
            }
            ["-c" | "--git-dir" | "--work-tree" | "--namespace", _, more @ ..] => rest = more,
            [option, more @ ..] if option.starts_with('-') => rest = more,
            [subcommand, more @ ..] => break (*subcommand, more),
            [] => return None,
        }
    };
    let has = |wanted: &[&str]| options.iter().any(|option| wanted.contains(option));
    let flag =
        |letter: char| options.iter().any(|option| short(option).is_some_and(|all| all.contains(letter)));
    let force = flag('f') || has(&["--force"]);
    let everything = has(&[".", "./", ":/", ":", "*", "-a", "--all"]);
    let staged_only = has(&["--staged", "-S"]) && !has(&["--worktree", "-W"]);
    let takes_unsaved = || overwrites(options, ScriptPlace { dir: &dir, ..place });
    match subcommand {
        "reset" if has(&["--hard", "--merge", "--keep"]) => Some(CHANGES),
        "clean" if force => Some("deletes files that git does not know"),
        "checkout" | "checkout-index" if everything || force => Some(CHANGES),
        "switch" if force || has(&["--discard-changes"]) => Some(CHANGES),
        "restore" if everything && !staged_only => Some(CHANGES),
        "checkout" if takes_unsaved() => Some(UNSAVED),
        "restore" if !staged_only && takes_unsaved() => Some(UNSAVED),
        "stash" if !matches!(options.first(), Some(&("list" | "show"))) => {
            Some("takes away changes of others too")
        }
        "branch" if flag('D') || (force && (flag('d') || has(&["--delete"]))) => {
            Some("deletes commits that are nowhere else")
        }
        "push" => Some("sends the work out, which is up to a person"),
        "update-ref"
            if has(&["--stdin"]) || options.iter().any(|option| option.contains("refs/agentrun")) =>
        {
            Some("changes the snapshots that agentrun keeps")
        }
        "filter-branch" | "filter-repo" => Some("rewrites the history"),
        _ => None,
    }
}

/// A path of `git checkout` or `git restore` is or holds a file that a person has not committed.
fn overwrites(options: &[&str], place: ScriptPlace<'_>) -> bool {
    let makes_branch = options.iter().any(|option| matches!(*option, "-b" | "-B" | "--orphan" | "--detach"));
    let is_path = |word: &&&str| !word.starts_with('-');
    let of_word = |word: &str| {
        // A pattern means at most what is below the folder before its first sign.
        let plain = word
            .find(['*', '?', '['])
            .map_or(word, |at| word[..at].rsplit_once('/').map_or(".", |(dir, _)| dir));
        let path = resolved(plain, place);
        place.unsaved.iter().any(|file| file.starts_with(&path))
    };
    !makes_branch && options.iter().filter(is_path).any(|word| of_word(word))
}

fn remove(arguments: &[&str], place: ScriptPlace<'_>) -> Option<&'static str> {
    let recursive =
        |word: &&str| *word == "--recursive" || short(word).is_some_and(|all| all.contains(['r', 'R']));
    if !arguments.iter().any(recursive) {
        return None;
    }
    let kept = [place.root.join(".git"), place.root.join(".agentrun")];
    let whole = |path: &&str| {
        let path = resolved(path, place);
        let holds = |other: &Path| other.starts_with(&path);
        holds(place.root) || place.home.is_some_and(holds) || kept.contains(&path)
    };
    let paths = arguments.iter().filter(|word| !word.starts_with('-'));
    paths.copied().any(|path| whole(&path)).then_some("deletes all of a project, a home or a history")
}

/// The letters of `-rf`.
fn short(option: &str) -> Option<&str> {
    option.strip_prefix('-').filter(|letters| !letters.starts_with('-'))
}

/// What a path means, as far as it can be told without looking: `dir/*` is all of `dir`.
fn resolved(path: &str, place: ScriptPlace<'_>) -> PathBuf {
    let home = place.home.map(|home| home.display().to_string()).unwrap_or_default();
    let dir = place.dir.display().to_string();
    let mut path = path.to_owned();
    for (name, value) in [("${HOME}", &home), ("$HOME", &home), ("${PWD}", &dir), ("$PWD", &dir)] {
        path = path.replace(name, value);
    }
    if let Some(rest) = path.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/')) {
        path = format!("{home}{rest}");
    }
    let mut found = PathBuf::new();
    for component in place.dir.join(path).components() {
        match component {
            Component::ParentDir => drop(found.pop()),
            Component::CurDir => {}
            Component::Normal(name) if name == "*" || name == ".*" || name == "{*,.*}" => break,
            other => found.push(other),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(script: &str) -> Option<String> {
        let place = ScriptPlace {
            root: Path::new("/home/me/project"),
            home: Some(Path::new("/home/me")),
            dir: Path::new("/home/me/project"),
            unsaved: &[PathBuf::from("/home/me/project/src/a.txt")],
        };
        refusal(script, place)
    }

    #[test]
    fn what_throws_work_away_is_refused() {
        for script in [
            "git reset --hard HEAD~1",
            "cd sub && git -C .. reset --hard",
            "git -c core.pager=cat --no-pager reset --hard",
            "cargo test || (git checkout -- . ; true)",
            "git checkout -f main",
            "git checkout HEAD -- :/",
            "git switch --discard-changes main",
            "git clean -fdx",
            "git clean -d --force",
            "git restore .",
            "git restore --staged --worktree .",
            "git checkout -- src",
            "git checkout HEAD~1 src/a.txt",
            "git restore src/*.txt",
            "git -C src restore a.txt",
            "cd src && git checkout a.txt",
            "git branch -D feature",
            "git branch --delete --force feature",
            "git update-ref -d refs/agentrun/plan/1",
            "FOO=1 sudo -u me /usr/bin/git stash",
            "git stash drop",
            "git stash clear",
            "x=$(git stash pop)",
            "echo \"$(git reset --hard)\"",
            "git push",
            "git push origin feature",
            "if true; then git push -f; fi",
            "bash -lc 'cd x && git reset --hard'",
            "sh -e -c \"bash -c 'git clean -f'\"",
            "eval 'git push'",
            "env -i PATH=/bin git push",
            "timeout 10 git push >/dev/null 2>&1",
            "su -c 'git push'",
            "find . -name x -exec rm -rf / ;",
            "find . -exec rm -rf / {} +",
            "bash <<'END'\ngit push\nEND",
            "cat <<END\n$(git push)\nEND",
            "env -S 'git push'",
            "f() { git push; }; f",
            "trap 'git push' EXIT",
            "diff <(git stash) x",
            "git push; '",
            "if true; then git push",
            "git reset >/dev/null --hard",
            "git reset \\\n  --hard",
            "g=1 'git' \"reset\" --ha'rd'",
            "rm -rf ./ --no-preserve-root",
            "rm -r -f \"$HOME\"",
            "rm -rf .git/",
            "rm -rf *",
            "rm -rf /home/me/project",
            "rm --recursive ../project",
            "rm -rf ~/*",
            "rm -rf /",
            "cd .. && rm -rf project",
            "cd src/.. && rm -rf .",
        ] {
            assert!(refused(script).is_some(), "{script}");
        }
        let text = refused("ls; git reset --hard").unwrap();
        let expected = "`git reset --hard` was not run: it discards changes that are not committed. ";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn ordinary_work_is_not() {
        for script in [
            "git status && git diff | head",
            "git checkout -b feature",
            "git checkout main",
            "git checkout -b src",
            "git restore --staged src/a.txt",
            "git restore src/b.txt",
            "git checkout -- src/lib.rs",
            "git restore --staged .",
            "git reset HEAD src/lib.rs",
            "git stash list",
            "git clean -n",
            "git branch -d merged",
            "git commit -m 'never git reset --hard; rm -rf /'",
            "cat > notes.md <<'END'\ngit push\nrm -rf /\nEND\necho ok",
            "# git push",
            "grep -r 'git push' .",
            "rm -rf target build/*",
            "rm -rf /tmp/x ../other",
            "cd sub && rm -rf *",
            "rm notes.txt",
            "rm --force .",
            "grep -rf . .git",
            "",
        ] {
            assert_eq!(refused(script), None, "{script}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gets_an_answer(script in "(git |rm -rf |bash -c |\\PC|[$`'\"()<>&|;\\\\\n\t #*~/.]){0,60}") {
            refused(&script);
        }
    }
}
