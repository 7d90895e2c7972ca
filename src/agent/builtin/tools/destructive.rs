//! Recognises the few commands that agentrun refuses, because they throw work away or send it out.
//!
//! This is a seat belt for models, not a wall: what holds is the sandbox and the snapshot before
//! each attempt.

use std::path::{Component, Path, PathBuf};

use super::shell::commands;

/// Scripts inside of scripts are followed so far.
const DEPTH: usize = 4;

/// Words before the name of a program.
const BEFORE: &[&str] = &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"];

/// Programs that start the program among their arguments.
const WRAPPERS: &[&str] = &[
    "sudo", "doas", "env", "command", "builtin", "exec", "nohup", "nice", "ionice", "timeout", "xargs",
    "setsid", "stdbuf", "su", "find",
];

const SHELLS: &[&str] = &["bash", "sh", "dash", "zsh", "ksh"];

const CHANGES: &str = "discards changes that are not committed";

/// Where a command runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// The project root.
    pub(super) root: &'a Path,
    /// The home of the user.
    pub(super) home: Option<&'a Path>,
    /// The working directory.
    pub(super) dir: &'a Path,
}

/// What a command does not come back from, and what to do instead.
pub(super) fn refusal(script: &str, place: Place<'_>) -> Option<String> {
    let (command, problem) = problem(script, place, 0)?;
    Some(format!(
        "`{command}` was not run: it {problem}. To undo a change of your own, edit the file back or restore that \
         one file; whatever is in the way, work around it or finish as blocked"
    ))
}

fn problem(script: &str, place: Place<'_>, depth: usize) -> Option<(String, &'static str)> {
    let mut dir = place.dir.to_owned();
    for words in commands(script) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some((name, arguments)) = program(&words) else { continue };
        let place = Place { dir: &dir, ..place };
        let inner = match name {
            "eval" => Some(arguments.join(" ")),
            name if SHELLS.contains(&name) => script_of(arguments).map(str::to_owned),
            _ => None,
        };
        if let Some(inner) = inner.filter(|_| depth < DEPTH)
            && let Some(found) = problem(&inner, place, depth + 1)
        {
            return Some(found);
        }
        let found = match name {
            "git" => git(arguments),
            "rm" => remove(arguments, place),
            _ => None,
        };
        if let Some(problem) = found {
            return Some((words.join(" "), problem));
        }
        if let ("cd", [to, ..]) = (name, arguments) {
            dir = resolved(to, place);
        }
    }
    None
}

/// The name and arguments of what is run, without what stands before it.
fn program<'a>(words: &'a [&'a str]) -> Option<(&'a str, &'a [&'a str])> {
    let before = |word: &&&str| BEFORE.contains(*word) || is_assignment(word);
    let at = words.iter().take_while(before).count();
    let (name, arguments) = words.get(at..)?.split_first()?;
    let name = base(name);
    if !WRAPPERS.contains(&name) {
        return Some((name, arguments));
    }
    let known = |word: &&str| ["git", "rm", "eval"].contains(&base(word)) || SHELLS.contains(&base(word));
    match arguments.iter().position(known) {
        Some(at) => Some((base(arguments[at]), &arguments[at + 1..])),
        // `su -c 'script'` starts a shell that it does not name.
        None if name == "su" => Some(("sh", arguments)),
        None => None,
    }
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// What `bash -c` is given.
fn script_of<'a>(arguments: &[&'a str]) -> Option<&'a str> {
    let is_c = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.contains('c');
    let at = arguments.iter().position(is_c)?;
    arguments[at + 1..].iter().find(|word| !word.starts_with('-')).copied()
}

fn git(arguments: &[&str]) -> Option<&'static str> {
    let mut rest = arguments;
    let (subcommand, options) = loop {
        match rest {
            ["-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace", _, more @ ..] => rest = more,
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
    match subcommand {
        "reset" if has(&["--hard", "--merge", "--keep"]) => Some(CHANGES),
        "clean" if force => Some("deletes files that git does not know"),
        "checkout" | "checkout-index" if everything || force => Some(CHANGES),
        "switch" if force || has(&["--discard-changes"]) => Some(CHANGES),
        "restore" if everything && !staged_only => Some(CHANGES),
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

fn remove(arguments: &[&str], place: Place<'_>) -> Option<&'static str> {
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
fn resolved(path: &str, place: Place<'_>) -> PathBuf {
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
        let place = Place {
            root: Path::new("/home/me/project"),
            home: Some(Path::new("/home/me")),
            dir: Path::new("/home/me/project"),
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
