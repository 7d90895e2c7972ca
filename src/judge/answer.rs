//! Checks one answer of a judge: what it rules, and whether the words that it cites are there.

use serde_json::{Map, Value, json};

use crate::facts::{Citation, Ruling};
use crate::model::message::ToolDefinition;

pub(super) const NAME: &str = "judge_criterion";

/// Shorter quotes stand everywhere.
const LEAST_QUOTE: usize = 4;

/// How far from the cited line the quote may begin.
const NEAR: usize = 2;

/// What a judge answers about one criterion or task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JudgeAnswer {
    /// Its place in the question, from 0.
    pub item: usize,
    pub ruling: Ruling,
    pub reason: String,
    pub cited: Option<CitedPlace>,
}

/// What an answer points at, before anybody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CitedPlace {
    File {
        path: String,
        line: usize,
        quote: String,
    },
    Output {
        /// The command's place in the question, from 0.
        command: usize,
        quote: String,
    },
}

pub(super) fn definition() -> ToolDefinition {
    let parameters = json!({
        "type": "object",
        "properties": {
            "criterion": {"type": "integer", "description": "the number of the criterion or task"},
            "verdict": {"type": "string", "enum": ["pass", "fail", "cannot_tell"]},
            "reason": {"type": "string"},
            "quote": {"type": "string", "description": "the words that show it, copied exactly"},
            "path": {"type": "string", "description": "the file that the quote is in"},
            "line": {"type": "integer", "description": "the line that the quote begins in"},
            "command": {"type": "integer", "description": "instead of path and line: the number of the command that printed the quote"}
        },
        "required": ["criterion", "verdict", "reason"]
    });
    let description = "Answer one criterion or task. pass and fail need a quote and its place; without them the answer does not count.";
    ToolDefinition { name: NAME, description, parameters }
}

/// Reads a call. `Err` tells the judge what is wrong with it.
pub(super) fn read(given: &Map<String, Value>, items: usize) -> Result<JudgeAnswer, String> {
    let number = number(given, "criterion").filter(|number| (1..=items).contains(number));
    let number = number.ok_or_else(|| format!("`criterion` is no number from 1 to {items}"))?;
    let ruling = match text(given, "verdict").unwrap_or_default() {
        "pass" => Ruling::Pass,
        "fail" => Ruling::Fail,
        "cannot_tell" => Ruling::CannotTell,
        _ => return Err("`verdict` is none of `pass`, `fail`, `cannot_tell`".to_owned()),
    };
    let reason = text(given, "reason").ok_or("`reason` is missing")?.to_owned();
    let cited = match ruling {
        Ruling::CannotTell => None,
        Ruling::Pass | Ruling::Fail => Some(cited(given)?),
    };
    Ok(JudgeAnswer { item: number - 1, ruling, reason, cited })
}

fn cited(given: &Map<String, Value>) -> Result<CitedPlace, String> {
    let quote = text(given, "quote").ok_or("`quote` is missing: cite what shows it")?.to_owned();
    if flat(&quote).len() < LEAST_QUOTE {
        return Err(format!("the quote is too short: it needs at least {LEAST_QUOTE} characters"));
    }
    match (text(given, "path"), number(given, "line"), number(given, "command")) {
        (Some(path), Some(line), _) if line > 0 => {
            Ok(CitedPlace::File { path: path.to_owned(), line, quote })
        }
        (None, _, Some(command)) if command > 0 => Ok(CitedPlace::Output { command: command - 1, quote }),
        _ => Err("say where the quote stands: `path` and `line`, or `command`".to_owned()),
    }
}

fn text<'a>(given: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    given.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// Some models write numbers as text.
fn number(given: &Map<String, Value>, name: &str) -> Option<usize> {
    match given.get(name)? {
        Value::Number(number) => number.as_u64().and_then(|number| usize::try_from(number).ok()),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Whether a quote stands in a text at, or close to, a line counted from 1.
pub(super) fn stands_at(text: &str, line: usize, quote: &str) -> bool {
    let length = quote.lines().count().max(1);
    let first = line.saturating_sub(1 + NEAR);
    let last = line.saturating_sub(1) + length + NEAR;
    let near: Vec<&str> = text.lines().take(last).skip(first).collect();
    stands_in(&near.join("\n"), quote)
}

/// Whether a quote stands somewhere in a text. How it is spaced does not matter.
pub(super) fn stands_in(text: &str, quote: &str) -> bool {
    flat(text).contains(&flat(quote))
}

/// Whether a quote is the criterion itself, copied somewhere.
pub(super) fn repeats(quote: &str, criterion: &str) -> bool {
    flat(quote).contains(&flat(criterion))
}

/// What is made of a citation that was found.
pub(super) fn found(cited: &CitedPlace, commands: &[&str]) -> Citation {
    match cited {
        CitedPlace::File { path, line, quote } => {
            Citation::File { path: path.clone(), line: *line, quote: quote.clone() }
        }
        CitedPlace::Output { command, quote } => {
            let command = commands.get(*command).copied().unwrap_or_default().to_owned();
            Citation::Output { command, quote: quote.clone() }
        }
    }
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(call: &Value) -> Result<JudgeAnswer, String> {
        read(call.as_object().unwrap(), 2)
    }

    #[test]
    fn an_answer_names_its_criterion_and_what_shows_it() {
        let call = json!({"criterion": "2", "verdict": "pass", "reason": "it is there", "path": "a.rs", "line": 3, "quote": "fn main()"});
        let cited = CitedPlace::File { path: "a.rs".into(), line: 3, quote: "fn main()".into() };
        let expected =
            JudgeAnswer { item: 1, ruling: Ruling::Pass, reason: "it is there".into(), cited: Some(cited) };
        assert_eq!(answered(&call), Ok(expected));
    }

    #[test]
    fn what_is_not_shown_is_no_answer() {
        let wrong = [
            json!({"criterion": 3, "verdict": "pass", "reason": "r"}),
            json!({"criterion": 1, "verdict": "yes", "reason": "r"}),
            json!({"criterion": 1, "verdict": "pass", "reason": " "}),
            json!({"criterion": 1, "verdict": "pass", "reason": "r"}),
            json!({"criterion": 1, "verdict": "fail", "reason": "r", "quote": "a b", "path": "x", "line": 1}),
            json!({"criterion": 1, "verdict": "fail", "reason": "r", "quote": "abcd", "path": "x"}),
            json!({"criterion": 1, "verdict": "fail", "reason": "r", "quote": "abcd", "command": 0}),
        ];
        let problems: Vec<String> = wrong.into_iter().map(|call| answered(&call).unwrap_err()).collect();
        assert_eq!(
            problems,
            [
                "`criterion` is no number from 1 to 2",
                "`verdict` is none of `pass`, `fail`, `cannot_tell`",
                "`reason` is missing",
                "`quote` is missing: cite what shows it",
                "the quote is too short: it needs at least 4 characters",
                "say where the quote stands: `path` and `line`, or `command`",
                "say where the quote stands: `path` and `line`, or `command`",
            ]
        );
        let doubt = answered(&json!({"criterion": 1, "verdict": "cannot_tell", "reason": "r"})).unwrap();
        assert_eq!((doubt.ruling, doubt.cited), (Ruling::CannotTell, None));
    }

    #[test]
    fn a_quote_stands_where_it_is_said_to_or_close_by() {
        let text = "one\ntwo\nthree\nfour  and\n  more\nsix\nseven\n";
        assert!(stands_at(text, 4, "four and more"));
        assert!(stands_at(text, 6, "four  and\nmore"));
        assert!(!stands_at(text, 1, "four and more"));
        assert!(!stands_at(text, 4, "four more"));
        assert!(!stands_at(text, 400, "seven"));
    }

    #[test]
    fn a_quote_of_the_criterion_is_no_proof_of_it() {
        for (quote, expected) in [
            ("- [ ] The greeting  is friendly", true),
            ("The greeting\nis friendly", true),
            ("greeting is friendly", false),
            ("Dear reader", false),
        ] {
            assert_eq!(repeats(quote, "The greeting is friendly"), expected, "{quote}");
        }
    }

    #[test]
    fn a_place_that_was_found_becomes_a_citation() {
        let quote = || "3 passed".to_owned();
        let output = |command| CitedPlace::Output { command, quote: quote() };
        let citation = |command: &str| Citation::Output { command: command.to_owned(), quote: quote() };
        assert_eq!(found(&output(1), &["make", "make test"]), citation("make test"));
        assert_eq!(found(&output(7), &["make"]), citation(""));
        let file = CitedPlace::File { path: "a.rs".into(), line: 3, quote: quote() };
        assert_eq!(found(&file, &[]), Citation::File { path: "a.rs".into(), line: 3, quote: quote() });
    }
}
