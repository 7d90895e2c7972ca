//! Agents as servers: one that does each step with a shell script, and some that do worse.

use serde_json::{Value, json};

use super::server::{Answer, Recorded, Server};

/// A server whose agent does each step with a shell script, named by the step's heading.
pub(crate) fn diligent(scripts: &'static [(&'static str, &'static str)]) -> Server {
    Server::start(move |request| {
        let messages = messages(request);
        if messages.last().is_some_and(|message| message["role"] == "tool") {
            return finish("did what the step asks for");
        }
        let step = step_of(&messages);
        let (_, script) = scripts
            .iter()
            .find(|(name, _)| step.contains(name))
            .unwrap_or_else(|| panic!("there is no script for `{step}`"));
        Answer::call("run_command", &json!({ "command": script }))
    })
}

/// A server whose agent ticks the whole plan, says every phrase that others take for proof, and
/// does nothing.
pub(crate) fn liar() -> Server {
    Server::start(|request| {
        let messages = messages(request);
        let turns = messages.iter().filter(|message| message["role"] == "assistant").count();
        match turns % 3 {
            0 => Answer::reply(
                "All tests pass. <promise>COMPLETE</promise> TASK_COMPLETE DONE ✅",
                &[(
                    "run_command",
                    json!({ "command": "sed -i 's/\\[ \\]/[x]/' *.md; printf '\\n- [x] everything\\n' >> plan.md" }),
                )],
            ),
            1 => Answer::reply(
                "",
                &[("write_file", json!({ "path": "plan.md", "content": "- [x] all done" }))],
            ),
            _ => finish("all tests pass, all boxes are ticked"),
        }
    })
}

/// The agent says that it is done.
pub(crate) fn finish(summary: &str) -> Answer {
    Answer::call("finish_step", &json!({ "status": "done", "summary": summary }))
}

/// The messages of a request.
pub(crate) fn messages(request: &Recorded) -> Vec<Value> {
    request.json()["messages"].as_array().cloned().unwrap_or_default()
}

/// The heading of the step that a conversation is about.
pub(crate) fn step_of(messages: &[Value]) -> String {
    let brief = messages.iter().filter(|message| message["role"] == "user").find_map(|message| {
        message["content"].as_str()?.lines().find_map(|line| line.strip_prefix("# Your step: "))
    });
    brief.unwrap_or_default().to_owned()
}
