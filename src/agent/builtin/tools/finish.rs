//! `note` and `finish_step`: record what the agent says, which proves nothing.

use super::arguments::CallArguments;
use super::outcome::{ToolEffect, ToolOutcome, Trouble};
use crate::facts::AgentEnd;

/// A longer note is none: later attempts read all of them.
const NOTE: usize = 4 * 1024;

pub(super) fn note(given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
    let text = given.text("text")?.trim();
    if text.is_empty() {
        return Err(given.wrong("`text` is empty"));
    }
    if text.len() > NOTE {
        return Err(given.wrong(&format!("`text` has {} bytes; a note has at most {NOTE}", text.len())));
    }
    Ok(ToolOutcome::done("noted".to_owned(), format!("note {text}"), ToolEffect::Noted(text.to_owned())))
}

pub(super) fn finish(given: &CallArguments<'_>) -> Result<ToolOutcome, Trouble> {
    let summary = given.text("summary")?.trim().to_owned();
    let reason = given.optional_text("blocked_reason")?.map(str::trim).filter(|reason| !reason.is_empty());
    let (text, line, end) = match (given.text("status")?.trim(), reason) {
        ("done", _) => ("validation begins", format!("finish: done: {summary}"), AgentEnd::Done { summary }),
        ("blocked", Some(reason)) => {
            let end = AgentEnd::Blocked { reason: reason.to_owned() };
            ("the step ends here", format!("finish: blocked: {reason}"), end)
        }
        ("blocked", None) => return Err(given.wrong("`blocked_reason` is missing")),
        _ => return Err(given.wrong("`status` is neither `done` nor `blocked`")),
    };
    Ok(ToolOutcome::done(text.to_owned(), line, ToolEffect::Finished(end)))
}
