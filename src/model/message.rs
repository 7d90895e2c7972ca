//! The messages to and from a model, in our own types.
//!
//! These types are the transcript format too: `transcript.jsonl` holds one [`Message`] a line.

use crate::facts::Usage;
use serde::{Deserialize, Serialize};

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Message {
    /// The constant part: instructions, rules, request, outline.
    System {
        /// What it says.
        text: String,
    },
    /// What agentrun tells the agent: the step, a failed validation.
    User {
        /// What it says.
        text: String,
    },
    /// What the model replied.
    Assistant(Reply),
    /// What a tool call gave.
    Tool {
        /// The call it answers.
        call_id: String,
        /// The tool's name.
        name: String,
        /// What the model is shown.
        text: String,
    },
}

/// One complete reply of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// What it thought, where the server tells; sent back to servers that want it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reasoning: String,
    /// The tools it calls, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<ToolCall>,
    /// What it cost; `None` if the server does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Why it ended, as the server says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub finish: String,
}

/// A tool call of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToolCall {
    /// Its id; agentrun makes one where the server gives none.
    #[serde(default)]
    pub id: String,
    /// The tool, as the model wrote it.
    pub name: String,
    /// What came as arguments.
    #[serde(default)]
    pub arguments: Arguments,
}

/// Arguments of a tool call: an object, or what could not be read as one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Arguments {
    /// Not an object, not JSON, or cut off: never executed. Read first, for the other fits any object.
    Unreadable {
        /// What came, as text.
        unreadable: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A JSON object.
    Object(serde_json::Map<String, serde_json::Value>),
}

impl Default for Arguments {
    fn default() -> Self {
        Self::Object(serde_json::Map::new())
    }
}

/// A tool as the model is told of it. Byte-stable: the same for every request of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToolDefinition {
    /// `read_file`
    pub name: &'static str,
    /// What it does and when to use it.
    pub description: &'static str,
    /// JSON schema of its arguments, a flat object.
    pub parameters: serde_json::Value,
}
