//! Gives each tool call an id that is unique in its conversation, whatever the server sends.

use std::collections::HashSet;

use super::message::Message;

/// The longest id that every known server takes back.
const LONGEST: usize = 40;

/// The ids of a conversation, each used once.
pub(super) struct CallIds {
    used: HashSet<String>,
    made: usize,
}

impl CallIds {
    /// Those that are used already.
    pub(super) fn of(conversation: &[Message]) -> Self {
        let replies = conversation.iter().filter_map(|message| match message {
            Message::Assistant(reply) => Some(&reply.calls),
            _ => None,
        });
        let used: HashSet<String> = replies.flatten().map(|call| call.id.clone()).collect();
        Self { made: used.len(), used }
    }

    /// The server's id, or one made up where it is missing, taken, or not fit to be sent back. Made
    /// up ids have nine letters and digits, the one shape that no known server refuses.
    pub(super) fn accept(&mut self, id: String) -> String {
        let fits = (1..=LONGEST).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if fits && self.used.insert(id.clone()) {
            return id;
        }
        loop {
            self.made += 1;
            let id = format!("call{:05}", self.made);
            if self.used.insert(id.clone()) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_taken_and_unfit_ids_are_made_up() {
        let mut ids = CallIds::of(&[]);
        let long = "x".repeat(LONGEST + 1);
        let given = ["", "call_1", "call_1", "a b", &long, "call00001", "call_2"];
        let accepted = given.map(|id| ids.accept(id.to_owned()));
        let expected = ["call00001", "call_1", "call00002", "call00003", "call00004", "call00005", "call_2"];
        assert_eq!(accepted, expected);
    }
}
