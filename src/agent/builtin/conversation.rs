//! The messages of a conversation: written down as they come, and shortened when the model's window is nearly
//! full.

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::compaction::{self, Cut};
use super::ledger::Ledger;
use super::tools::size_of_definitions;
use super::window::{Gauge, Window};
use crate::failure::Failure;
use crate::model::message::{Message, ToolCall};
use crate::redact::Redact;

/// A list of messages. Each request extends the one before, but where room had to be made.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    messages: Vec<Message>,
    bytes: u64,
    gauge: Gauge,
    /// The server counted far too low once.
    suspicious: bool,
    /// The model's context window, once it is known.
    window: Option<Window>,
    /// What was done in it.
    pub ledger: Ledger,
    /// What a call did in one line, by its id: what is left of a masked result.
    gists: HashMap<String, String>,
    masked: HashSet<String>,
    transcript: Option<File>,
    redact: Option<Redact>,
}

/// How a conversation was shortened. The transcript has all messages as they were, and these lines
/// where the ones that are sent differ from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub(crate) enum Shortening {
    /// Old results were left out; each stands with one line in its place.
    Masked {
        calls: Vec<String>,
        /// Tokens before, about.
        before: u64,
        /// Tokens after, about.
        after: u64,
    },
    /// The message that follows stands in the place of all that came after the brief, but for the
    /// newest messages.
    Compacted {
        /// How many of the newest messages were kept.
        kept: usize,
        /// Tokens before, about.
        before: u64,
        /// Tokens after, about.
        after: u64,
    },
}

impl Conversation {
    pub(crate) fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// From here on messages go into this attempt's `transcript.jsonl` too. A conversation that
    /// goes on in a second attempt keeps its messages; the second transcript has the new ones.
    pub(crate) fn write_to(&mut self, path: &Path, redact: &Redact) -> io::Result<()> {
        self.transcript = Some(OpenOptions::new().create(true).append(true).open(path)?);
        self.redact = Some(redact.clone());
        Ok(())
    }

    pub(crate) fn push(&mut self, message: Message) -> io::Result<()> {
        self.write(&message)?;
        self.bytes += compaction::size(&message);
        self.messages.push(message);
        Ok(())
    }

    /// Adds the result of a call, and what it did in one line.
    pub(crate) fn push_result(&mut self, call: &ToolCall, text: String, gist: String) -> io::Result<()> {
        self.gists.insert(call.id.clone(), gist);
        self.push(Message::Tool { call_id: call.id.clone(), name: call.name.clone(), text })
    }

    /// What the agent goes on with after a validation that did not pass, if it goes on.
    pub(crate) fn failure(&self) -> Option<&str> {
        let beyond_brief = self.messages.len() > compaction::brief(&self.messages);
        match self.messages.last() {
            Some(Message::User { text }) if beyond_brief => Some(text),
            _ => None,
        }
    }

    /// Tokens of the next request, as far as it can be told.
    pub(crate) fn tokens(&self) -> u64 {
        self.gauge.tokens(self.size())
    }

    /// The model's context window, if it is known.
    pub(crate) fn window(&self) -> Option<Window> {
        self.window
    }

    /// The window is at most this; a smaller one that is known already stays.
    pub(crate) fn fit_into(&mut self, window: Option<Window>) {
        self.window = [self.window, window].into_iter().flatten().min();
    }

    /// The server counted so many tokens of this conversation. What it should have counted, about, if
    /// that is far too low, the first time.
    pub(crate) fn count(&mut self, tokens: u64) -> Option<u64> {
        let guess = self.gauge.count(tokens, self.size())?;
        (!std::mem::replace(&mut self.suspicious, true)).then_some(guess)
    }

    /// The server refused the conversation as too long. If it does not say how much fits, less than
    /// this is known to be too much.
    pub(crate) fn overflowed(&mut self, window: Option<Window>) {
        let window = window.unwrap_or_else(|| Window::of(self.tokens().max(1)));
        self.fit_into(Some(window));
        self.gauge.raise(window.share(100), self.size());
    }

    /// Masks old results, if that makes enough room to last for a while. The newest are left, or fewer
    /// of them where the rest of the conversation has grown large.
    pub(crate) fn mask(&mut self, window: Window) -> io::Result<Option<Shortening>> {
        let protected = window.protected();
        let worth =
            [protected, protected / 2].into_iter().find_map(|protected| self.worth(window, protected));
        let Some(results) = worth else { return Ok(None) };
        let before = self.tokens();
        let mut calls = Vec::new();
        for (index, gist) in results {
            if let Message::Tool { call_id, text, .. } = &mut self.messages[index] {
                *text = gist;
                calls.push(call_id.clone());
            }
        }
        self.masked.extend(calls.iter().cloned());
        self.weigh();
        let masked = Shortening::Masked { calls, before, after: self.tokens() };
        self.write(&masked)?;
        Ok(Some(masked))
    }

    /// The results behind the newest ones of so many tokens, and what would stand in their place, if
    /// it is worth the break of the prefix that a server has cached.
    fn worth(&self, window: Window, protected: u64) -> Option<Vec<(usize, String)>> {
        let old = compaction::old_results(&self.messages, &self.masked, self.bytes_of(protected));
        let results: Vec<(usize, String)> = old.into_iter().map(|index| (index, self.gist(index))).collect();
        let freed = |(index, gist): &(usize, String)| {
            compaction::size(&self.messages[*index]).saturating_sub(gist.len() as u64)
        };
        let freed: u64 = results.iter().map(freed).sum();
        let left = self.gauge.tokens(self.size().saturating_sub(freed));
        let enough = freed >= self.bytes_of(window.gain()) && left + window.gain() <= window.mask_at();
        enough.then_some(results)
    }

    /// What a compaction for this window would leave out and keep; `None` if even that were too long.
    pub(crate) fn cut(&self, window: Window) -> Option<Cut> {
        let room = window.goal().saturating_sub(window.ledger() + window.summary());
        let [room, kept] = [room, window.kept()].map(|tokens| self.bytes_of(tokens));
        compaction::cut(&self.messages, room.saturating_sub(size_of_definitions()), kept)
    }

    /// What a cut leaves out, for whoever sums it up, in about so many tokens.
    pub(crate) fn left_out(&self, cut: Cut, tokens: u64) -> String {
        let bytes = usize::try_from(self.bytes_of(tokens)).unwrap_or(usize::MAX);
        compaction::retold(&self.messages[cut.left_out()], bytes)
    }

    /// Puts a message in the place of what a cut leaves out.
    pub(crate) fn compact(&mut self, cut: Cut, text: String) -> io::Result<Shortening> {
        let (before, range) = (self.tokens(), cut.left_out());
        let mut kept = self.messages.split_off(range.end);
        compaction::shorten(&mut kept, cut.room);
        self.messages.truncate(range.start);
        let stand_in = Message::User { text };
        self.messages.push(stand_in.clone());
        self.messages.extend(kept);
        self.weigh();
        self.forget();
        let kept = self.messages.len() - range.start - 1;
        let compacted = Shortening::Compacted { kept, before, after: self.tokens() };
        self.write(&compacted)?;
        self.write(&stand_in)?;
        Ok(compacted)
    }

    /// Bytes that so many tokens have here.
    pub(crate) fn bytes_of(&self, tokens: u64) -> u64 {
        self.gauge.bytes_of(tokens, self.size())
    }

    /// Bytes of the next request, the tools included.
    fn size(&self) -> u64 {
        self.bytes + size_of_definitions()
    }

    /// One line in the place of a result.
    fn gist(&self, index: usize) -> String {
        let Message::Tool { call_id, name, text } = &self.messages[index] else { return String::new() };
        let gist = self.gists.get(call_id).unwrap_or(name);
        format!("[left out to make room, {} bytes: {gist}]", text.len())
    }

    /// Forgets calls that are left out: their ids may come again.
    fn forget(&mut self) {
        let results = self.messages.iter().filter_map(|message| match message {
            Message::Tool { call_id, .. } => Some(call_id.as_str()),
            _ => None,
        });
        let known: HashSet<&str> = results.collect();
        self.masked.retain(|id| known.contains(id.as_str()));
        self.gists.retain(|id, _| known.contains(id.as_str()));
    }

    fn weigh(&mut self) {
        self.bytes = self.messages.iter().map(compaction::size).sum();
    }

    fn write(&mut self, line: &impl Serialize) -> io::Result<()> {
        let (Some(transcript), Some(redact)) = (&mut self.transcript, &self.redact) else { return Ok(()) };
        let mut json = serde_json::to_value(line)?;
        redact.json(&mut json);
        let mut line = serde_json::to_vec(&json)?;
        line.push(b'\n');
        transcript.write_all(&line)
    }
}

/// Messages that cannot be written down end the run.
pub(crate) fn no_transcript(error: io::Error) -> Failure {
    Failure::internal("cannot write the transcript", error)
}

#[cfg(test)]
mod tests;
