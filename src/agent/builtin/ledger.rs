//! A list of what the agent did, as agentrun saw it; it replaces the part of a conversation that is left out.

use std::collections::BTreeMap;

use super::excerpt::{excerpt, line};
use super::tools::{ToolEffect, ToolOutcome};
use crate::brief::LedgerLines;
use crate::model::message::{Arguments, ToolCall};

/// A line of the ledger is no longer.
const LINE: usize = 200;

/// A note, which the agent wrote to be read again, may be longer.
const NOTE: usize = 1_000;

/// What was done, in the order in which it was done last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    read: Vec<LedgerEntry<LedgerPages>>,
    changed: Vec<LedgerEntry<LedgerFile>>,
    ran: Vec<LedgerEntry<LedgerCommand>>,
    notes: Vec<String>,
    /// What the agent was told of the last validation that did not pass.
    failure: Option<String>,
}

/// Something that is told in one line: a path or a command, and what is known of it.
#[derive(Debug, Clone)]
struct LedgerEntry<T> {
    name: String,
    what: T,
}

/// The lines of a file that were read, from the first to the last, and how many it had.
#[derive(Debug, Clone, Default)]
struct LedgerPages {
    ranges: BTreeMap<usize, usize>,
    of: usize,
}

#[derive(Debug, Clone, Default)]
struct LedgerFile {
    times: usize,
    added: u64,
    removed: u64,
}

#[derive(Debug, Clone, Default)]
struct LedgerCommand {
    times: usize,
    exit: String,
}

impl Ledger {
    /// Takes in what came of a call.
    pub(crate) fn take(&mut self, call: &ToolCall, outcome: &ToolOutcome) {
        match &outcome.effect {
            ToolEffect::Read { path, first, last, of } => {
                let read = latest(&mut self.read, path);
                read.of = *of;
                read.add(*first, *last);
            }
            ToolEffect::Changed { path, added, removed } => {
                let changed = latest(&mut self.changed, path);
                changed.times += 1;
                changed.added += added;
                changed.removed += removed;
            }
            ToolEffect::Ran { exit } => {
                let ran = latest(&mut self.ran, &command_of(call));
                ran.times += 1;
                ran.exit = exit.say();
            }
            ToolEffect::Noted(text) => self.notes.push(text.clone()),
            ToolEffect::None | ToolEffect::Finished(_) => {}
        }
    }

    /// A validation did not pass; this is what the agent is told of it.
    pub(crate) fn failed(&mut self, told: &str) {
        self.failure = Some(told.to_owned());
    }

    /// The newest of everything, in about so many bytes.
    pub(crate) fn tell(&self, bytes: usize) -> LedgerLines {
        let share = |percent: usize| bytes.saturating_mul(percent) / 100;
        LedgerLines {
            changed: newest(&self.changed, share(20), LedgerFile::say),
            read: newest(&self.read, share(20), LedgerPages::say),
            commands: newest(&self.ran, share(30), LedgerCommand::say),
            notes: within(self.notes.iter().map(|note| line(note, NOTE)), share(15)),
            failure: self.failure.as_deref().map(|told| excerpt(told, share(15))).unwrap_or_default(),
        }
    }
}

impl LedgerPages {
    /// Adds lines; ranges that touch become one.
    fn add(&mut self, first: usize, last: usize) {
        let (mut first, mut last) = (first, last);
        self.ranges.retain(|&start, &mut end| {
            let apart = end + 1 < first || last + 1 < start;
            if !apart {
                (first, last) = (first.min(start), last.max(end));
            }
            apart
        });
        self.ranges.insert(first, last);
    }

    fn say(&self) -> String {
        if self.of == 0 {
            return "empty".to_owned();
        }
        let ranges: Vec<String> = self.ranges.iter().map(|(first, last)| format!("{first}-{last}")).collect();
        format!("lines {} of {}", ranges.join(", "), self.of)
    }
}

impl LedgerFile {
    fn say(&self) -> String {
        let times = if self.times == 1 { String::new() } else { format!(" in {} changes", self.times) };
        format!("+{} -{}{times}", self.added, self.removed)
    }
}

impl LedgerCommand {
    fn say(&self) -> String {
        if self.times == 1 {
            self.exit.clone()
        } else {
            format!("{} (the last of {} runs)", self.exit, self.times)
        }
    }
}

/// The entry of this name, moved to the end.
fn latest<'a, T: Default>(entries: &'a mut Vec<LedgerEntry<T>>, name: &str) -> &'a mut T {
    let known = entries.iter().position(|entry| entry.name == name);
    let entry = match known {
        Some(place) => entries.remove(place),
        None => LedgerEntry { name: name.to_owned(), what: T::default() },
    };
    entries.push(entry);
    let place = entries.len() - 1;
    &mut entries[place].what
}

fn newest<T>(entries: &[LedgerEntry<T>], bytes: usize, say: impl Fn(&T) -> String) -> Vec<String> {
    let told = |entry: &LedgerEntry<T>| {
        format!("`{}`: {}", line(&entry.name, LINE / 2), line(&say(&entry.what), LINE / 2))
    };
    within(entries.iter().map(told), bytes)
}

/// The last lines, as many as there is room for, and how many are left out.
fn within(lines: impl DoubleEndedIterator<Item = String> + ExactSizeIterator, bytes: usize) -> Vec<String> {
    let all = lines.len();
    let mut room = bytes;
    let fits = |told: &String| {
        let fits = told.len() <= room;
        room = room.saturating_sub(told.len() + 3);
        fits
    };
    let mut told: Vec<String> = lines.rev().take_while(fits).collect();
    if told.len() < all {
        told.push(format!("({} older ones are left out)", all - told.len()));
    }
    told.reverse();
    told
}

/// The command as the agent wrote it.
fn command_of(call: &ToolCall) -> String {
    match &call.arguments {
        Arguments::Object(fields) => {
            fields.get("command").and_then(|command| command.as_str()).unwrap_or_default().to_owned()
        }
        Arguments::Unreadable { .. } => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::facts::Exit;

    fn take(ledger: &mut Ledger, command: &str, effect: ToolEffect) {
        let arguments = serde_json::json!({ "command": command }).as_object().cloned().unwrap();
        let call = ToolCall { id: "1".into(), name: "any".into(), arguments: Arguments::Object(arguments) };
        let outcome = ToolOutcome {
            text: String::new(),
            failed: false,
            summary: String::new(),
            effect,
            incidents: Vec::new(),
            signature: String::new(),
        };
        ledger.take(&call, &outcome);
    }

    fn read(path: &str, first: usize, last: usize, of: usize) -> ToolEffect {
        ToolEffect::Read { path: path.into(), first, last, of }
    }

    #[test]
    fn everything_that_was_done_is_told_once_with_what_came_of_it() {
        let mut ledger = Ledger::default();
        for effect in [
            read("a.rs", 1, 200, 900),
            read("b.rs", 1, 20, 20),
            read("a.rs", 401, 500, 900),
            read("a.rs", 201, 300, 910),
            ToolEffect::Changed { path: "a.rs".into(), added: 3, removed: 1 },
            ToolEffect::Changed { path: "new.rs".into(), added: 9, removed: 0 },
            ToolEffect::Changed { path: "a.rs".into(), added: 1, removed: 1 },
            ToolEffect::Noted("the API is v2".into()),
            ToolEffect::None,
        ] {
            take(&mut ledger, "", effect);
        }
        for (command, code) in [("cargo test", 101), ("ls\npwd", 0), ("cargo test", 0)] {
            take(&mut ledger, command, ToolEffect::Ran { exit: Exit::Code { code } });
        }
        ledger.failed("`make` ended with exit code 2");
        let expected = LedgerLines {
            changed: vec!["`new.rs`: +9 -0".into(), "`a.rs`: +4 -2 in 2 changes".into()],
            read: vec!["`b.rs`: lines 1-20 of 20".into(), "`a.rs`: lines 1-300, 401-500 of 910".into()],
            commands: vec![
                "`ls …`: exit code 0".into(),
                "`cargo test`: exit code 0 (the last of 2 runs)".into(),
            ],
            notes: vec!["the API is v2".into()],
            failure: "`make` ended with exit code 2".into(),
        };
        assert_eq!(ledger.tell(10_000), expected);
    }

    #[test]
    fn the_newest_has_room_and_the_rest_is_counted() {
        let mut ledger = Ledger::default();
        for number in 0..100 {
            take(&mut ledger, &format!("make {number}"), ToolEffect::Ran { exit: Exit::Code { code: 0 } });
        }
        let told = ledger.tell(300).commands;
        let expected = [
            "(97 older ones are left out)",
            "`make 97`: exit code 0",
            "`make 98`: exit code 0",
            "`make 99`: exit code 0",
        ];
        assert_eq!(told, expected);
        ledger.failed(&"red\n".repeat(1_000));
        assert!(ledger.tell(1_000).failure.len() < 250);
    }
}
