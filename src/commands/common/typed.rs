//! Writes the command line that continues a run, as a person would type it.

use std::path::Path;

use crate::cli::ExecuteArgs;
use crate::config::written;
use crate::report::print::quoted;

/// What chooses the project, the model, the steps and the limits is kept, what happens once is not.
pub(crate) fn command(root: Option<&Path>, args: &ExecuteArgs) -> String {
    let mut words = vec!["agentrun".to_owned()];
    words.extend(root.map(|root| format!("-C {}", quoted(&root.display().to_string()))));
    words.extend(["execute".to_owned(), quoted(&args.plan.display().to_string())]);
    let steps = args.step.join(",");
    let steps = (!steps.is_empty()).then_some(&steps);
    for (flag, value) in
        [("--model", args.model.as_ref()), ("--base-url", args.base_url.as_ref()), ("--step", steps)]
    {
        words.extend(value.map(|value| format!("{flag} {}", quoted(value))));
    }
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let limits = [
        ("--max-attempts", number(args.max_attempts)),
        ("--max-turns", number(args.max_turns)),
        ("--max-time", args.max_time.map(written).map(|time| quoted(&time))),
        ("--sandbox", args.sandbox.map(|wish| wish.name().to_owned())),
        ("--network", args.network.map(|network| network.say().to_owned())),
    ];
    for (flag, value) in limits {
        words.extend(value.map(|value| format!("{flag} {value}")));
    }
    let flags = [
        (args.keep_going, "--keep-going"),
        (args.commit, "--commit"),
        (args.allow_unvalidated, "--allow-unvalidated"),
        (args.allow_placeholders, "--allow-placeholders"),
        (args.allow_unread, "--allow-unread"),
    ];
    words.extend(flags.iter().filter(|(given, _)| *given).map(|(_, flag)| (*flag).to_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, CliCommand};

    #[test]
    fn what_was_typed_goes_on_with_the_run() {
        let again = |typed: &[&str]| {
            let cli = Cli::parse_from(typed);
            let CliCommand::Execute(args) = cli.command else { unreachable!("all of these execute") };
            command(cli.root.as_deref(), &args)
        };
        let all = "agentrun -C 'a b' execute 'it'\\''s.md' --model tiny --step 1,2.1 --max-time 30m --sandbox off \
                   --keep-going --commit --allow-placeholders";
        let words = "agentrun|-C|a b|execute|it's.md|--model|tiny|--step|1,2.1|--max-time|30m|--sandbox|off|\
                     --keep-going|--commit|--allow-placeholders|--restart";
        assert_eq!(again(&words.split('|').collect::<Vec<_>>()), all);
        assert_eq!(again(&["agentrun", "execute", "plan.md"]), "agentrun execute plan.md");
    }
}
