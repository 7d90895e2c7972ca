//! Describes the tools to the model, byte for byte the same in every request of a run.

use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};

use crate::model::message::ToolDefinition;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    ReadFile,
    ListFiles,
    Search,
    EditFile,
    WriteFile,
    RunCommand,
    Note,
    FinishStep,
}

/// In the order in which a model is told of them.
const ALL: [Tool; 8] = [
    Tool::ReadFile,
    Tool::ListFiles,
    Tool::Search,
    Tool::EditFile,
    Tool::WriteFile,
    Tool::RunCommand,
    Tool::Note,
    Tool::FinishStep,
];

/// How long a command of the agent may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeouts {
    /// If it asks for no timeout.
    pub usual: Duration,
    /// The longest that it may ask for.
    pub longest: Duration,
}

impl Timeouts {
    /// What everybody gets who asks for it.
    const ALWAYS: Duration = Duration::from_mins(10);

    /// Those of a configuration that says how long commands usually may run.
    pub(crate) fn of(usual: Duration) -> Self {
        Self { usual, longest: usual.max(Self::ALWAYS) }
    }

    fn say(self) -> String {
        format!("default {}, at most {}", self.usual.as_secs(), self.longest.as_secs())
    }
}

/// All tools, in stable order.
pub(super) fn definitions(timeouts: Timeouts) -> Vec<ToolDefinition> {
    let definition = |tool: Tool| ToolDefinition {
        name: tool.name(),
        description: tool.description(),
        parameters: tool.parameters(timeouts),
    };
    ALL.into_iter().map(definition).collect()
}

/// The tools that change nothing.
pub(crate) fn reading() -> impl Iterator<Item = ToolDefinition> {
    any().into_iter().filter(|definition| reads(definition.name))
}

/// The tools where timeouts do not matter.
fn any() -> Vec<ToolDefinition> {
    definitions(Timeouts::of(Timeouts::ALWAYS))
}

/// Whether a name is that of a tool that changes nothing.
pub(crate) fn reads(name: &str) -> bool {
    Tool::named(name).is_some_and(Tool::only_reads)
}

/// Bytes of all of them as a model is told, within a few.
pub(crate) fn size_of_definitions() -> u64 {
    static SIZE: LazyLock<u64> =
        LazyLock::new(|| serde_json::to_string(&any()).map_or(0, |text| text.len() as u64));
    *SIZE
}

impl Tool {
    /// The tool that a model means; case and surrounding space do not matter.
    pub(crate) fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|tool| tool.name().eq_ignore_ascii_case(name.trim()))
    }

    pub(super) fn names() -> String {
        ALL.map(Self::name).join(", ")
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ReadFile => "read_file",
            Self::ListFiles => "list_files",
            Self::Search => "search",
            Self::EditFile => "edit_file",
            Self::WriteFile => "write_file",
            Self::RunCommand => "run_command",
            Self::Note => "note",
            Self::FinishStep => "finish_step",
        }
    }

    /// What the screen calls it: `read` for `read_file`.
    pub(super) fn verb(self) -> &'static str {
        self.name().split('_').next().unwrap_or_default()
    }

    /// The argument that says best what a call is about.
    pub(super) fn subject(self) -> &'static str {
        match self {
            Self::ReadFile | Self::ListFiles | Self::EditFile | Self::WriteFile => "path",
            Self::Search => "pattern",
            Self::RunCommand => "command",
            Self::Note => "text",
            Self::FinishStep => "status",
        }
    }

    /// It changes nothing, so arguments of almost the right type do no harm.
    pub(super) fn only_reads(self) -> bool {
        matches!(self, Self::ReadFile | Self::ListFiles | Self::Search)
    }

    /// It changes files, runs something, or ends the work: what rests on an edit that was not made.
    pub(crate) fn acts(self) -> bool {
        matches!(self, Self::EditFile | Self::WriteFile | Self::RunCommand | Self::FinishStep)
    }

    fn description(self) -> &'static str {
        match self {
            Self::ReadFile => {
                "Read a text file. Lines are numbered; up to 2000 lines or 50 KiB at once, go on with start_line."
            }
            Self::ListFiles => {
                "List a directory (default: the project root), or with glob, like **/*.rs, the files below it. \
                 Git-ignored files are left out."
            }
            Self::Search => {
                "Search the contents of files by regular expression, case-sensitive. Git-ignored files are left out."
            }
            Self::EditFile => {
                "Replace text in a file you have read. Copy old_string exactly, without line numbers, with enough \
                 lines to be unique in the file, or set replace_all. All edits refer to the file as it was before \
                 the call; all are made or none."
            }
            Self::WriteFile => {
                "Create a file, or replace all of a file you have read. To change parts, use edit_file."
            }
            Self::RunCommand => {
                "Run a bash command. There is no input and no terminal; cd and export do not persist; background \
                 processes end with the command. Long output is shortened and kept in a log file."
            }
            Self::Note => "Keep a finding or decision for later attempts at this step.",
            Self::FinishStep => {
                "End your work on the step: done, or blocked by what only a person can resolve. Validation decides \
                 whether the step passes."
            }
        }
    }

    pub(super) fn parameters(self, timeouts: Timeouts) -> Value {
        let (properties, required) = match self {
            Self::ReadFile => (
                json!({"path": {"type": "string"}, "start_line": {"type": "integer"}, "limit": {"type": "integer"}}),
                json!(["path"]),
            ),
            Self::ListFiles => (json!({"path": {"type": "string"}, "glob": {"type": "string"}}), json!([])),
            Self::Search => (
                json!({
                    "pattern": {"type": "string"}, "path": {"type": "string"}, "glob": {"type": "string"},
                    "context": {"type": "integer", "description": "lines around a match"}
                }),
                json!(["pattern"]),
            ),
            Self::EditFile => {
                (json!({"path": {"type": "string"}, "edits": edits()}), json!(["path", "edits"]))
            }
            Self::WriteFile => (
                json!({"path": {"type": "string"}, "content": {"type": "string"}}),
                json!(["path", "content"]),
            ),
            Self::RunCommand => (
                json!({
                    "command": {"type": "string"},
                    "workdir": {"type": "string", "description": "default: the project root"},
                    "timeout_s": {"type": "integer", "description": timeouts.say()}
                }),
                json!(["command"]),
            ),
            Self::Note => (json!({"text": {"type": "string"}}), json!(["text"])),
            Self::FinishStep => (
                json!({
                    "status": {"type": "string", "enum": ["done", "blocked"]},
                    "summary": {"type": "string"}, "blocked_reason": {"type": "string"}
                }),
                json!(["status", "summary"]),
            ),
        };
        json!({"type": "object", "properties": properties, "required": required})
    }
}

fn edits() -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "old_string": {"type": "string"}, "new_string": {"type": "string"}, "replace_all": {"type": "boolean"}
            },
            "required": ["old_string", "new_string"]
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tools_together_are_small_and_always_the_same() {
        let text = serde_json::to_string(&any()).unwrap();
        assert!(text.len() <= 4_000, "{} bytes", text.len());
        assert_eq!(text, serde_json::to_string(&any()).unwrap());
        let names: Vec<&str> = any().iter().map(|definition| definition.name).collect();
        assert_eq!(names.join(", "), Tool::names());
    }

    #[test]
    fn names_are_found_in_any_case() {
        assert_eq!(Tool::named(" Read_File\n"), Some(Tool::ReadFile));
        assert_eq!(Tool::named("read"), None);
    }
}
