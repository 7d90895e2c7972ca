//! Commands that throw work away: the few that are refused, no matter whose work it is.
//!
//! This is a seat belt for models, not a wall: what holds is the snapshot before each attempt.

/// What a command does not come back from, and what to do instead.
pub(super) fn refusal(script: &str) -> Option<String> {
    simple_commands(script).iter().find_map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let problem = match program(&words)? {
            ("git", arguments) => git(arguments),
            ("rm", arguments) => remove(arguments),
            _ => None,
        }?;
        Some(format!(
            "`{}` was not run: it {problem}. To undo a change of your own, edit the file back or restore that \
             one file; whatever is in the way, work around it or finish as blocked",
            words.join(" ")
        ))
    })
}

/// The name and arguments of what is run, without what stands before it.
fn program<'a>(words: &'a [&'a str]) -> Option<(&'a str, &'a [&'a str])> {
    let before = |word: &&&str| {
        word.contains('=') || ["sudo", "env", "command", "exec", "time", "nohup"].contains(*word)
    };
    let at = words.iter().take_while(before).count();
    let (name, arguments) = words.get(at..)?.split_first()?;
    Some((name.rsplit('/').next().unwrap_or(name), arguments))
}

fn git(arguments: &[&str]) -> Option<&'static str> {
    let mut rest = arguments;
    let (subcommand, options) = loop {
        match rest {
            ["-C" | "-c" | "--git-dir" | "--work-tree", _, more @ ..] => rest = more,
            [option, more @ ..] if option.starts_with('-') => rest = more,
            [subcommand, more @ ..] => break (*subcommand, more),
            [] => return None,
        }
    };
    let has = |wanted: &[&str]| options.iter().any(|option| wanted.contains(option));
    let flag = |letter: char| {
        options
            .iter()
            .any(|option| option.starts_with('-') && !option.starts_with("--") && option.contains(letter))
    };
    let everything = has(&[".", "./", ":/", "*", "-f", "--force"]);
    match subcommand {
        "reset" if has(&["--hard", "--merge", "--keep"]) => Some("discards changes that are not committed"),
        "clean" if flag('f') || has(&["--force"]) => Some("deletes files that git does not know"),
        "checkout" if everything => Some("discards changes that are not committed"),
        "restore" if everything && !has(&["--staged", "-S"]) => {
            Some("discards changes that are not committed")
        }
        "stash" if !matches!(options.first(), Some(&("list" | "show"))) => {
            Some("takes away changes of others too")
        }
        "push" if flag('f') || has(&["--force", "--force-with-lease", "--mirror", "--delete"]) => {
            Some("overwrites what others have")
        }
        "filter-branch" | "filter-repo" => Some("rewrites the history"),
        _ => None,
    }
}

fn remove(arguments: &[&str]) -> Option<&'static str> {
    let is_option = |argument: &&&str| argument.starts_with('-');
    let recursive = arguments.iter().filter(is_option).any(|option| option.contains(['r', 'R']));
    let whole = |path: &&str| {
        let path = path.trim_end_matches('/');
        matches!(path, "" | "." | ".." | "~" | "*" | "./*" | "/*" | "$HOME" | "$PWD" | ".git" | ".agentrun")
    };
    let everything = arguments.iter().filter(|argument| !argument.starts_with('-')).any(whole);
    (recursive && everything).then_some("deletes all of a project, a home or a history")
}

/// The words of each simple command of a script, as far as quotes and operators tell.
fn simple_commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = vec![Vec::new()];
    let mut word = String::new();
    let mut quote = None;
    let mut characters = script.chars();
    let end_word = |word: &mut String, commands: &mut Vec<Vec<String>>| {
        if let (false, Some(command)) = (word.is_empty(), commands.last_mut()) {
            command.push(std::mem::take(word));
        }
    };
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None | Some('"'), '\\') => word.extend(characters.next().filter(|next| *next != '\n')),
            (None, ';' | '&' | '|' | '\n' | '(' | ')' | '`' | '{' | '}') => {
                end_word(&mut word, &mut commands);
                commands.push(Vec::new());
            }
            (None, ' ' | '\t') => end_word(&mut word, &mut commands),
            _ => word.push(character),
        }
    }
    end_word(&mut word, &mut commands);
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_throws_work_away_is_refused() {
        let scripts = [
            "git reset --hard HEAD~1",
            "cd sub && git -C .. reset --hard",
            "cargo test || (git checkout -- . ; true)",
            "git checkout -f main",
            "git clean -fdx",
            "git restore .",
            "FOO=1 sudo /usr/bin/git stash",
            "x=$(git stash pop)",
            "git push -f origin main",
            "rm -rf ./ --no-preserve-root",
            "rm -r -f \"$HOME\"",
            "rm -rf .git/",
        ];
        for script in scripts {
            assert!(refusal(script).is_some(), "{script}");
        }
        let text = refusal("ls; git reset --hard").unwrap();
        assert!(
            text.starts_with("`git reset --hard` was not run: it discards changes that are not committed. ")
        );
    }

    #[test]
    fn ordinary_work_is_not() {
        let scripts = [
            "git status && git diff | head",
            "git checkout -b feature",
            "git checkout -- src/lib.rs",
            "git restore --staged .",
            "git reset HEAD src/lib.rs",
            "git stash list",
            "git clean -n",
            "git push origin feature",
            "git commit -m 'never git reset --hard; rm -rf /'",
            "rm -rf target build/*",
            "rm notes.txt",
            "grep -rf . .git",
            "",
        ];
        for script in scripts {
            assert_eq!(refusal(script), None, "{script}");
        }
    }
}
