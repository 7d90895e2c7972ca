//! What which command does.

mod changes;
mod checks;
mod hidden;
mod plans;
mod reaches;
mod strangers;

use super::CommandEffect::{Changes, Checks, Installs, Reaches, Serves};
use super::*;
use pretty_assertions::assert_eq;

/// `reaches: deploy`
fn told(effect: CommandEffect, would: &str) -> String {
    format!("{}: {would}", format!("{effect:?}").to_lowercase())
}

/// The scripts of a list that do something else, with what they do. Each begins with a line of its own, up to `E`
/// if it has a here-document.
fn wrong(expected: &str, scripts: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut lines = scripts.lines();
    while let Some(line) = lines.next() {
        let mut script = line.to_owned();
        if line.contains("<<") {
            for line in lines.by_ref().take_while(|line| *line != "E") {
                script.extend(["\n", line]);
            }
            script += "\nE\n";
        }
        let most = strongest(&script);
        let found = told(most.effect, most.would);
        if found != expected {
            wrong.push(format!("{script} => {found}, not {expected}"));
        }
    }
    wrong
}

#[test]
fn each_command_of_a_script_is_told_with_its_words() {
    let of = |effect, would, command: &str, searches| ScriptEffect {
        effect,
        command: command.to_owned(),
        would,
        searches,
    };
    assert_eq!(
        effects("cd web && npm ci; grep -q 'a b' x || sudo -u me ls\nnpx vercel --prod # deploy"),
        [
            of(Installs, "install what the project declares", "npm ci", false),
            of(Checks, "check", "grep -q a b x", true),
            of(Reaches, "act as another user", "sudo ls", false),
            of(Reaches, "deploy", "npx vercel --prod", false),
        ]
    );
    assert_eq!(strongest("make test && git push; npm start").command, "git push");
    assert_eq!(strongest("make test; make lint").command, "make test");
    assert_eq!(strongest("cd x"), of(Checks, "check", "", false));
    assert!(Checks < Installs && Installs < Changes && Changes < Serves && Serves < Reaches);
}

#[test]
fn who_walks_asks_for_one_command_at_its_place() {
    struct Asker(Vec<ScriptEffect>);
    impl Visitor for Asker {
        fn command(&mut self, command: &SimpleCommand<'_>, place: &CommandPlace) -> Descend {
            self.0.push(effect(command, place));
            Descend::Past
        }
    }
    let script = "npm start & cd .. && rm -rf x; docker exec c sh -c 'git push'";
    let mut asker = Asker(Vec::new());
    walk(script, Path::new("sub"), &mut asker);
    assert_eq!(asker.0, effects_within(script, Path::new("sub"), 0));
    let told: Vec<String> = asker.0.iter().map(|one| told(one.effect, one.would)).collect();
    assert_eq!(told, ["checks: check", "changes: delete files", "reaches: push"]);
}

#[test]
fn what_searches() {
    for (script, expected) in [
        ("rg old src", &[true][..]),
        ("cargo tree | grep openssl", &[false, true]),
        ("! egrep -r TODO", &[true]),
        ("git -C x grep y", &[true]),
        ("git log --grep y", &[false]),
        ("find . -exec grep x {} +", &[false, true]),
    ] {
        let found: Vec<bool> = effects(script).into_iter().map(|one| one.searches).collect();
        assert_eq!(found, expected, "{script}");
    }
}

/// The phrases of the table as commands: the first of what may stand at each place.
fn commands() -> impl Iterator<Item = (CommandEffect, String)> {
    let first = |word: &str| match word.trim_start_matches('+').split('|').next().unwrap_or_default() {
        "$" => String::new(),
        word => word.replace('*', "x"),
    };
    let commands =
        table::phrases().flat_map(|(effect, phrases)| phrases.split(", ").map(move |one| (effect, one)));
    let own = commands.filter(|(_, phrase)| !phrase.contains(['$', '+']));
    own.map(move |(effect, phrase)| (effect, phrase.split(' ').map(first).collect::<Vec<_>>().join(" ")))
}

#[test]
fn a_command_does_the_same_wherever_it_stands() {
    let places = [
        "A=1 COMMAND",
        "env -i A=1 COMMAND",
        "nice -n 5 COMMAND",
        "xargs -n 1 COMMAND",
        "(COMMAND)",
        "! COMMAND",
        "false || COMMAND",
        "if true; then COMMAND; fi",
        "for f in *; do COMMAND; done",
        "f() { COMMAND; }; f",
        "echo \"$(COMMAND)\"",
        "bash <<'END'\nCOMMAND\nEND",
        "bash -euo pipefail -c 'COMMAND'",
        "sh -c \"sh -c 'COMMAND'\"",
        "eval 'COMMAND'",
        "cd sub && COMMAND",
        "npx COMMAND",
        "uv run bash -c 'COMMAND'",
    ];
    let commands =
        ["git push", "npm install x", "npm ci", "kubectl -n x delete pod y", "tail -f x", "rm -rf x"];
    for command in commands {
        let alone = strongest(command);
        for place in places {
            let script = place.replace("COMMAND", command);
            assert_eq!((&script, strongest(&script).effect), (&script, alone.effect));
        }
    }
}

#[test]
fn no_phrase_holds_for_what_is_only_an_argument() {
    let places = [
        "cargo test -- WORDS",
        "pytest -k 'WORDS'",
        "npx jest 'WORDS'",
        "echo WORDS",
        "test -n 'WORDS'",
        "grep -q 'WORDS' x",
        "make test # WORDS",
        "cat <<'END'\nWORDS\nEND",
    ];
    for (_, words) in
        commands().filter(|(_, words)| !words.contains("--watch") && !words.contains(['\'', '>', '!']))
    {
        for place in places {
            let script = place.replace("WORDS", &words);
            let most = strongest(&script);
            assert_eq!((&script, most.effect), (&script, Checks));
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_gives_an_answer(script in "(git |npx |docker run |psql |rm |curl |-|--|=|:|\\$\\{|\\PC|[$`'\"()<>&|;{}\\\\\n\t /.#]){0,60}") {
        let all = effects(&script);
        let most = strongest(&script);
        proptest::prop_assert!(all.iter().all(|one| one.effect <= most.effect));
        proptest::prop_assert!(!most.would.is_empty());
    }
}

#[test]
fn what_is_lost_for_good_is_known() {
    for (script, expected) in [
        ("rm -rf build", true),
        ("git reset --hard", true),
        ("git commit -m x", true),
        ("cargo fmt", false),
        ("npm install x", false),
    ] {
        assert_eq!(strongest(script).loses(), expected, "{script}");
    }
}

#[test]
fn an_option_that_nobody_listed_may_have_a_value() {
    // They run what their first word names, or have no subcommand.
    const OTHERS: [&str; 8] = ["chamber", "dotenvx", "perf", "pipx", "sail", "swift", "tsx", "vmstat"];
    let with_option = |command: &str| {
        let (program, rest) = command.split_once(' ')?;
        let fits = !rest.starts_with('-') && !OTHERS.contains(&program);
        fits.then(|| format!("{program} --unlisted value {rest}"))
    };
    let mut other = Vec::new();
    for (_, command) in commands() {
        let Some(changed) = with_option(&command) else { continue };
        let (before, after) = (strongest(&command), strongest(&changed));
        if (before.effect, before.would) != (after.effect, after.would) {
            other.push(format!(
                "{changed} => {}, not {}",
                told(after.effect, after.would),
                told(before.effect, before.would)
            ));
        }
    }
    assert_eq!(other, Vec::<String>::new());
    for (script, expected) in [
        ("go -C app mod tidy", Changes),
        ("cargo -C app -q publish", Reaches),
        ("composer -d app install", Installs),
        ("go -C app test ./...", Checks),
        ("python -u script.py", Checks),
        ("git --no-pager log push", Checks),
        ("pytest -x deploy", Checks),
        ("cargo -q test publish", Checks),
        ("cargo --locked nextest run publish", Checks),
        ("npm --silent test publish", Checks),
        ("npm -s run lint", Checks),
        ("go -v vet get", Checks),
    ] {
        assert_eq!((script, strongest(script).effect), (script, expected));
    }
}
