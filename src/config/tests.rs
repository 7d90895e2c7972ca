//! Files, environment and defaults, one laid over the other, and what is said of a wrong file.

use pretty_assertions::assert_eq;

use super::complaint::switched_on;
use super::layers::parse;
use super::*;

/// A user's home and a project, with these files.
fn loaded(user: &str, project: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join(".config/agentrun")).unwrap();
    std::fs::write(dir.path().join(".config/agentrun/config.toml"), user).unwrap();
    std::fs::write(dir.path().join(PROJECT_FILE), project).unwrap();
    let home = ("HOME".to_owned(), dir.path().display().to_string());
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let environment: Environment = variables.chain([home]).collect();
    let loaded = Config::load(dir.path(), &environment).map(|(config, _)| config);
    loaded.map_err(|failure| failure.to_string().replace(&dir.path().display().to_string(), "~"))
}

#[test]
fn each_layer_is_laid_over_the_one_before_key_by_key() {
    let user = "[model]\nname = \"mine\"\nstream = false\n[agent]\nmax_turns = 5\n[run]\nmax_attempts = 7\n";
    let project = "[model]\nname = \"ours\"\n[agent]\nmax_turns = 6\nmax_time = \"1h\"\n";
    let mut expected = Config::default();
    expected.model.stream = false;
    expected.run.max_attempts = 7;
    for (project, variables, name, turns, minutes) in [
        ("", &[][..], "mine", 5, 30),
        (project, &[], "ours", 6, 60),
        (project, &[("AGENTRUN_MODEL", "7"), ("AGENTRUN_MAX_TURNS", "8")], "7", 8, 60),
        (project, &[("AGENTRUN_MODEL", ""), ("AGENTRUN_MAX_TIME", "2m")], "ours", 6, 2),
    ] {
        expected.model.name = name.to_owned();
        expected.limits.turns = turns;
        expected.limits.time = Duration::from_mins(minutes);
        assert_eq!(loaded(user, project, variables).as_ref(), Ok(&expected), "{project} {variables:?}");
    }
}

#[test]
fn a_project_decides_where_the_key_goes_only_with_approval() {
    let project = "[model]\nname = \"ours\"\nbase_url = \"http://elsewhere\"\n";
    let mut expected = Config::default();
    expected.model.name = "ours".to_owned();
    assert_eq!(loaded("", project, &[]), Ok(expected.clone()));
    expected.model.base_url = "http://mine".to_owned();
    assert_eq!(loaded("[model]\nbase_url = \"http://mine\"\n", project, &[]), Ok(expected.clone()));
    expected.model.base_url = "http://now".to_owned();
    assert_eq!(loaded("", project, &[("AGENTRUN_BASE_URL", "http://now")]), Ok(expected));
}

/// What is said of each of these files.
fn told(files: &[&str]) -> String {
    let told = files.iter().map(|text| {
        let failure = parse(text, Path::new("agentrun.toml")).unwrap_err();
        format!("{failure}\n  {}", failure.hints.join("\n"))
    });
    told.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_key_that_nobody_knows_is_told_with_those_that_there_are() {
    let wrong = [
        "[agent]\nmax_turn = 3",
        "[agents]\nmax_turns = 3",
        "max_turns = 3",
        "[run",
        "[run]\ncommit = true\ncommit = false",
    ];
    insta::assert_snapshot!(told(&wrong), @"
    agentrun.toml:2: there is no key `agent.max_turn`, only max_turns, max_time, max_tokens, command_timeout
      did you mean `max_turns`?
    agentrun.toml:1: there is no key `agents`, only model, agent, run, validation, plan, brief, process, sandbox
      did you mean `agent`?
    agentrun.toml:1: there is no key `max_turns`, only model, agent, run, validation, plan, brief, process, sandbox
      config.example.toml lists every key with its default
    agentrun.toml:1: unclosed table, expected `]`
      config.example.toml lists every key with its default
    agentrun.toml:3: duplicate key
      config.example.toml lists every key with its default
    ");
}

#[test]
fn what_is_no_table_or_no_number_is_named_with_line_key_and_example() {
    let wrong = [
        "model = 7",
        "[[model]]\nname = \"x\"",
        "plan = [\"boxes\"]",
        "\nrun = \"fast\"",
        "[model]\nname = 7",
        "[model]\nstream = \"yes\"",
        "[model]\ntemperature = \"warm\"",
        "[model]\ncontext_window = 0",
        "model = { request_timeout = 30 }",
        "[agent]\n\nmax_turns = \"x\"",
        "[agent]\nmax_turns = -1",
        "[agent]\nmax_turns = 1.5",
        "[agent]\nmax_tokens = 0",
        "[agent]\nmax_time = \"08\"",
        "agent.max_time = \"0s\"",
        "[run]\nmax_attempts = 0",
        "[run]\nmax_attempts = []",
        "[run]\nmax_attempts = 99999999999",
    ];
    insta::assert_snapshot!(told(&wrong), @r#"
    agentrun.toml:1: `model` must be a table, not `7`
      write `[model]` on a line of its own, and its keys below it
    agentrun.toml:1: `model` must be a table, not `[[model]]`
      write `[model]` on a line of its own, and its keys below it
    agentrun.toml:1: `plan` must be a table, not `["boxes"]`
      write `[plan]` on a line of its own, and its keys below it
    agentrun.toml:2: `run` must be a table, not `"fast"`
      write `[run]` on a line of its own, and its keys below it
    agentrun.toml:2: `model.name` must be a text, not `7`
      for example: name = "gpt-5"
    agentrun.toml:2: `model.stream` must be `true` or `false`, not `"yes"`
      for example: stream = true
    agentrun.toml:2: `model.temperature` must be a number, not `"warm"`
      for example: temperature = 0.2
    agentrun.toml:2: `model.context_window` must be a whole number above 0, not `0`
      for example: context_window = 128000
    agentrun.toml:1: `model.request_timeout` must be a time such as "90s" or "1h 30m", not `30`
      for example: request_timeout = "20m"
    agentrun.toml:3: `agent.max_turns` must be a whole number above 0, not `"x"`
      for example: max_turns = 60
    agentrun.toml:2: `agent.max_turns` must be a whole number above 0, not `-1`
      for example: max_turns = 60
    agentrun.toml:2: `agent.max_turns` must be a whole number above 0, not `1.5`
      for example: max_turns = 60
    agentrun.toml:2: `agent.max_tokens` must be a whole number above 0, not `0`
      for example: max_tokens = 2000000
    agentrun.toml:2: `agent.max_time` must be a time such as "90s" or "1h 30m", not `"08"`
      for example: max_time = "30m"
    agentrun.toml:1: `agent.max_time` must be a time such as "90s" or "1h 30m", not `"0s"`
      for example: max_time = "30m"
    agentrun.toml:2: `run.max_attempts` must be a whole number above 0, not `0`
      for example: max_attempts = 3
    agentrun.toml:2: `run.max_attempts` must be a whole number above 0, not `[]`
      for example: max_attempts = 3
    agentrun.toml:2: `run.max_attempts` must be a whole number above 0, not `99999999999`
      for example: max_attempts = 3
    "#);
}

#[test]
fn what_is_no_list_or_no_word_of_a_choice_is_named_with_line_key_and_example() {
    let wrong = [
        "[validation]\ncommands = \"make test\"",
        "[validation]\ncommands = [\n  \"make\",\n  7,\n]",
        "[validation]\nstrength = \"strong\"",
        "[validation]\nguard = true",
        "[plan]\nprogress = 1",
        "[brief]\nrules = \"RULES.md\"",
        "[brief]\nprompts = []",
        "[sandbox]\nmode = \"on\"",
        "[sandbox]\ncaches = [1]",
    ];
    insta::assert_snapshot!(told(&wrong), @r#"
    agentrun.toml:2: `validation.commands` must be a list of texts, not `"make test"`
      for example: commands = ["..."]
    agentrun.toml:4: `validation.commands` must be a list of texts, not `[ ...`
      for example: commands = ["..."]
    agentrun.toml:2: `validation.strength` must be one of "judged", "weak", "self-tested", "proven", not `"strong"`
      for example: strength = "judged"
    agentrun.toml:2: `validation.guard` must be one of "report", "fail", not `true`
      for example: guard = "report"
    agentrun.toml:2: `plan.progress` must be one of "boxes", "off", not `1`
      for example: progress = "boxes"
    agentrun.toml:2: `brief.rules` must be a list of texts, not `"RULES.md"`
      for example: rules = ["PROJECT_RULES.md"]
    agentrun.toml:2: `brief.prompts` must be a text, not `[]`
      for example: prompts = "prompts"
    agentrun.toml:2: `sandbox.mode` must be one of "auto", "bubblewrap", "landlock", "off", not `"on"`
      for example: mode = "auto"
    agentrun.toml:2: `sandbox.caches` must be a list of texts, not `[1]`
      for example: caches = ["..."]
    "#);
}

#[test]
fn a_wrong_variable_is_named_with_what_it_must_be() {
    for (variable, value, expected) in [
        ("AGENTRUN_MAX_TIME", "soon", "a time such as \"90s\" or \"1h 30m\""),
        ("AGENTRUN_MAX_TURNS", "many", "a whole number above 0"),
        ("AGENTRUN_MAX_ATTEMPTS", "0", "a whole number above 0"),
    ] {
        let told = format!("the variable {variable} must be {expected}, not `{value}`");
        assert_eq!(loaded("", "", &[(variable, value)]), Err(told));
    }
    assert_eq!(
        loaded("[run]\nkeep_going = 1", "", &[]),
        Err("~/.config/agentrun/config.toml:2: `run.keep_going` must be `true` or `false`, not `1`"
            .to_owned())
    );
}

#[test]
fn the_example_lists_every_key_with_its_default() {
    let example: toml::Table = toml::from_str(&switched_on()).unwrap();
    let mut expected = Config::default();
    expected.model.name = "gpt-5".into();
    expected.model.temperature = Some(0.2);
    expected.model.max_output_tokens = Some(32_000);
    expected.model.context_window = Some(128_000);
    expected.limits.tokens = Some(2_000_000);
    expected.brief = BriefConfig {
        rules: Some(vec!["PROJECT_RULES.md".into()]),
        request: Some(vec!["FEATURE_REQUEST.md".into()]),
        prompts: Some("prompts".into()),
    };
    assert_eq!(example.clone().try_into::<Config>().unwrap(), expected);
    // The parser knows every key: it lists them where it meets another.
    let known = |text: &str| -> Vec<String> {
        let message = toml::from_str::<Config>(text).unwrap_err().message().to_owned();
        message.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    };
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    assert_eq!(sorted(known("no = 1")), sorted(example.keys().cloned().collect()));
    for (table, keys) in example {
        let keys = keys.as_table().unwrap().keys().cloned().collect();
        assert_eq!(sorted(known(&format!("[{table}]\nno = 1"))), sorted(keys), "{table}");
    }
}

#[test]
fn times_are_read_as_people_write_them_and_written_so() {
    for (text, seconds, said) in
        [("10m", 600, "10m"), ("1h 30m", 5400, "1h 30m"), ("90s", 90, "1m 30s"), ("2 hours", 7200, "2h")]
    {
        let time = parse_duration(text).unwrap();
        assert_eq!((time, written(time)), (Duration::from_secs(seconds), said.to_owned()), "{text}");
    }
    assert_eq!(written(Duration::from_millis(250)), "250ms");
    for bad in ["", "0s", "10", "-3m", "soon"] {
        let told = format!("`{bad}` is not a time; write `90s`, `10m` or `1h 30m`");
        assert_eq!(parse_duration(bad), Err(told));
    }
}
