//! Files, environment and defaults, one laid over the other, and what is said of a wrong file.

use std::path::Path;

use super::source::parse;
use super::*;

/// The example, with every key that is commented out switched on.
fn example() -> String {
    let text = include_str!("../../config.example.toml");
    let keys = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest)
            if rest
                .split_once(" = ")
                .is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_')) =>
        {
            rest
        }
        _ => line,
    });
    keys.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_example_lists_every_key_with_its_default() {
    let mut config = Config::default();
    config.take(parse(&example(), Path::new("config.example.toml")).unwrap());
    let expected = Config {
        rules: Some(vec!["PROJECT_RULES.md".into()]),
        request: Some(vec!["FEATURE_REQUEST.md".into()]),
        prompts: Some("prompts".into()),
        model: ModelConfig {
            name: "gpt-5".into(),
            temperature: Some(0.2),
            max_output_tokens: Some(32_000),
            context_window: Some(128_000),
            ..Config::default().model
        },
        limits: Limits { tokens: Some(2_000_000), ..Config::default().limits },
        ..Config::default()
    };
    assert_eq!(config, expected);
    let known =
        include_str!("raw.rs").matches("    pub ").count() - include_str!("raw.rs").matches(": Raw").count();
    assert_eq!(
        example().lines().filter(|line| line.contains(" = ") && !line.starts_with('#')).count(),
        known
    );
}

#[test]
fn what_is_wrong_is_named_with_file_line_and_suggestion() {
    let explain = |text: &str| {
        let failure = parse(text, Path::new("agentrun.toml")).unwrap_err();
        format!("{failure}\n{}", failure.hints.join("\n"))
    };
    assert!(
        explain("[agent]\nmax_turn = 3")
            .starts_with("agentrun.toml:2: unknown field `max_turn`, expected one of"),
        "{}",
        explain("[agent]\nmax_turn = 3")
    );
    assert!(explain("[agent]\nmax_turn = 3").ends_with("did you mean `max_turns`?"));
    assert!(
        explain("[agent]\n\nmax_turns = \"x\"").starts_with("agentrun.toml:3: invalid type: string \"x\"")
    );
    assert!(explain("[agent]\nmax_time = \"08\"").contains(":2: `08` is not a time; write `90s`, `10m`"));
    assert!(explain("[run]\nmax_attempts = 0").contains("`run.max_attempts` is 0"));
    assert!(explain("[run").starts_with("agentrun.toml:1: "));
}

#[test]
fn times_are_read_as_people_write_them() {
    assert_eq!(parse_duration("10m"), Ok(Duration::from_mins(10)));
    assert_eq!(parse_duration("1h 30m"), Ok(Duration::from_mins(90)));
    for bad in ["", "0s", "10", "-3m", "soon"] {
        assert!(parse_duration(bad).is_err(), "{bad}");
    }
    assert_eq!(say_duration(Duration::from_mins(90)), "1h 30m");
}
