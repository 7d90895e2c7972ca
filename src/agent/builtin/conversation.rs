//! The messages of a conversation, written down as they come.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::model::message::Message;
use crate::redact::Redact;

/// An append-only list of messages: each request extends the one before.
#[derive(Debug, Default)]
pub struct Conversation {
    messages: Vec<Message>,
    transcript: Option<File>,
    redact: Option<Redact>,
}

impl Conversation {
    /// All messages so far.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// From here on messages go into this attempt's `transcript.jsonl` too. A conversation that
    /// goes on in a second attempt keeps its messages; the second transcript has the new ones.
    pub fn write_to(&mut self, path: &Path, redact: &Redact) -> io::Result<()> {
        self.transcript = Some(OpenOptions::new().create(true).append(true).open(path)?);
        self.redact = Some(redact.clone());
        Ok(())
    }

    /// Adds a message.
    pub fn push(&mut self, message: Message) -> io::Result<()> {
        if let (Some(transcript), Some(redact)) = (&mut self.transcript, &self.redact) {
            let mut json = serde_json::to_value(&message)?;
            redact.json(&mut json);
            let mut line = serde_json::to_vec(&json)?;
            line.push(b'\n');
            transcript.write_all(&line)?;
        }
        self.messages.push(message);
        Ok(())
    }
}
