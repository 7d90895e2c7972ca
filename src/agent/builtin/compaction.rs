//! Decides what is left out of a conversation that has become too long: never the brief, the newest messages,
//! or one half of a call and its result.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::Range;

use super::excerpt::{excerpt, line};
use crate::model::message::{Arguments, Message, ToolCall};

/// A shorter result is not worth a mask.
const SMALL: usize = 512;

/// What is retold of a reply or a message, of a call, and of a result, in bytes or characters.
const SAID: usize = 2_000;
const CALLED: usize = 300;
const GAVE: usize = 600;

/// What a result that had to be cut says of it.
const CUT: &str = "\n[this did not fit the model's context window: ask for less at once]";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    brief: usize,
    /// The first message that is kept, and all that follow.
    kept: usize,
    /// Bytes that these may have.
    pub(super) room: u64,
}

impl Cut {
    pub(super) fn left_out(self) -> Range<usize> {
        self.brief..self.kept
    }
}

/// How many messages the brief has: what is constant, and the step.
pub(super) fn brief(messages: &[Message]) -> usize {
    messages.iter().position(|message| matches!(message, Message::User { .. })).map_or(0, |place| place + 1)
}

/// Bytes of a message that a model reads.
pub(super) fn size(message: &Message) -> u64 {
    let bytes = match message {
        Message::System { text } | Message::User { text } | Message::Tool { text, .. } => text.len(),
        Message::Assistant(reply) => reply.text.len() + reply.calls.iter().map(size_of_call).sum::<usize>(),
    };
    bytes as u64
}

fn size_of_call(call: &ToolCall) -> usize {
    let arguments = match &call.arguments {
        Arguments::Object(fields) => serde_json::to_string(fields).map_or(2, |json| json.len()),
        Arguments::Unreadable { .. } => 2,
    };
    call.id.len() + call.name.len() + arguments
}

/// The results, oldest first, that lie behind the newest ones of so many bytes and are not masked yet.
pub(super) fn old_results(messages: &[Message], masked: &HashSet<String>, protected: u64) -> Vec<usize> {
    let mut newer = 0;
    let mut old = Vec::new();
    for (index, message) in messages.iter().enumerate().rev() {
        let Message::Tool { call_id, text, .. } = message else { continue };
        newer += text.len() as u64;
        if newer > protected && text.len() > SMALL && !masked.contains(call_id) {
            old.push(index);
        }
    }
    old.reverse();
    old
}

/// Keeps the newest messages of `kept` bytes within the `room` beside the brief, or at least the last
/// reply with its results. `None` if there is no room beside the brief, or nothing behind it.
pub(super) fn cut(messages: &[Message], room: u64, kept: u64) -> Option<Cut> {
    let brief = brief(messages);
    let room = room.checked_sub(messages[..brief].iter().map(size).sum()).filter(|&room| room > 0)?;
    let mut cut = Cut { brief, kept: messages.len(), room };
    let mut bytes = 0;
    for (index, message) in messages.iter().enumerate().skip(brief).rev() {
        bytes += size(message);
        if matches!(message, Message::Tool { .. }) {
            continue;
        }
        let is_last = cut.kept == messages.len();
        let fits = bytes <= room.min(kept) || (is_last && cannot_be_cut(&messages[index..]) <= room);
        if !fits {
            break;
        }
        cut.kept = index;
    }
    (messages.len() > brief).then_some(cut)
}

/// Bytes of a reply whose results can be shortened, but not itself.
fn cannot_be_cut(messages: &[Message]) -> u64 {
    messages.iter().filter(|message| matches!(message, Message::Assistant(_))).map(size).sum()
}

/// Cuts texts and results so that all messages together have room.
pub(super) fn shorten(messages: &mut [Message], room: u64) {
    if messages.iter().map(size).sum::<u64>() <= room {
        return;
    }
    let texts = messages.iter().filter(|message| !matches!(message, Message::Assistant(_))).count().max(1);
    let share = room.saturating_sub(cannot_be_cut(messages)) / texts as u64;
    let share = usize::try_from(share).unwrap_or(usize::MAX);
    for message in messages {
        if let Message::User { text } | Message::Tool { text, .. } = message
            && text.len() > share
        {
            *text = excerpt(text, share.saturating_sub(CUT.len() + 40)) + CUT;
        }
    }
}

/// Messages as a text, each shortened; of all of them the newest that have room.
pub(super) fn retold(messages: &[Message], bytes: usize) -> String {
    let mut told = Vec::new();
    let mut room = bytes;
    for message in messages.iter().rev() {
        let text = retold_message(message);
        if text.len() > room {
            break;
        }
        room -= text.len();
        told.push(text);
    }
    told.reverse();
    told.concat()
}

fn retold_message(message: &Message) -> String {
    let mut told = String::new();
    // Writing to a string cannot fail.
    match message {
        Message::System { text } | Message::User { text } => {
            let _ = writeln!(told, "HARNESS: {}", excerpt(text.trim(), SAID));
        }
        Message::Assistant(reply) => {
            if !reply.text.trim().is_empty() {
                let _ = writeln!(told, "AGENT: {}", excerpt(reply.text.trim(), SAID));
            }
            for call in &reply.calls {
                let arguments = match &call.arguments {
                    Arguments::Object(fields) => serde_json::to_string(fields).unwrap_or_default(),
                    Arguments::Unreadable { .. } => "unreadable".to_owned(),
                };
                let _ = writeln!(told, "CALL {} {}", line(&call.name, CALLED), line(&arguments, CALLED));
            }
        }
        Message::Tool { name, text, .. } => {
            let _ = writeln!(told, "RESULT of {}: {}", line(name, CALLED), excerpt(text.trim(), GAVE));
        }
    }
    told
}
