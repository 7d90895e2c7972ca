//! Makes room in a conversation that is nearly too long: masks old results first, then puts a ledger in place
//! of old messages.

use super::conversation::{Conversation, Shortening, no_transcript};
use super::excerpt::{excerpt, line};
use super::progress::{AttemptProgress, too_long};
use super::session::Session;
use super::window::Window;
use crate::facts::{AgentEnd, Event};
use crate::failure::Failure;
use crate::model::message::Message;
use crate::model::{ModelError, Purpose};
use crate::sources::wrong_template;

/// A conversation that is compacted more often than this goes round in circles.
const MOST: u32 = 2;

/// The step as whoever sums up is told of it, in bytes.
const STEP: usize = 4_000;

/// The most of what is left out that is summed up, in percent of the window.
const RETOLD: u64 = 40;

impl Session<'_> {
    /// Makes room before a request, if little is left.
    pub(super) async fn make_room(
        &mut self,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        let Some(window) = conversation.window().filter(|window| conversation.tokens() >= window.mask_at())
        else {
            return Ok(None);
        };
        if let Some(Shortening::Masked { calls, before, after }) =
            conversation.mask(window).map_err(no_transcript)?
        {
            let results = calls.len();
            self.recorder.record(Event::ConversationMasked {
                at: self.at.clone(),
                results,
                before,
                after,
            })?;
        }
        if conversation.tokens() < window.compact_at() {
            return Ok(None);
        }
        let end = self.compact(window, "80 % of the context window", conversation, progress).await?;
        // The summary counts, too.
        Ok(end.or_else(|| progress.limit(&self.limits)))
    }

    /// Makes room after a server has refused the conversation as too long.
    pub(super) async fn make_room_after(
        &mut self,
        message: &str,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        match conversation.window() {
            Some(window) => self.compact(window, &line(message, 200), conversation, progress).await,
            None => Ok(Some(too_long(message))),
        }
    }

    /// Puts the ledger and a summary in the place of everything between the brief and the newest
    /// messages. Nothing is done again: the ledger says what is done.
    async fn compact(
        &mut self,
        window: Window,
        why: &str,
        conversation: &mut Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Option<AgentEnd>, Failure> {
        if progress.compactions == MOST {
            return Ok(Some(too_long(&format!("it was compacted {MOST} times: {why}"))));
        }
        progress.compactions += 1;
        let Some(cut) = conversation.cut(window) else {
            return Ok(Some(too_long(&format!("the brief alone is too much: {why}"))));
        };
        let used = progress.usage;
        let left_out = conversation.left_out(cut, window.share(RETOLD));
        let summary = match self.summarise(&left_out, window, conversation, progress).await? {
            Ok(summary) => summary,
            Err(end) => return Ok(Some(end)),
        };
        let told = conversation.ledger.tell(bytes(conversation.bytes_of(window.ledger())));
        let text = self.templates.compacted(&told, &summary).map_err(wrong_template)?;
        let text = self.recorder.redact.text(&text).into_owned();
        let shortened = conversation.compact(cut, text).map_err(no_transcript)?;
        let Shortening::Compacted { kept, before, after } = shortened else { return Ok(None) };
        self.recorder.record(Event::ConversationCompacted {
            at: self.at.clone(),
            why: why.to_owned(),
            before,
            after,
            kept,
            summary: !summary.is_empty(),
            usage: progress.usage - used,
        })?;
        Ok((after > window.goal())
            .then(|| too_long(&format!("{after} tokens are left after compaction: {why}"))))
    }

    /// What the model says that its work came to so far; nothing if it cannot say.
    async fn summarise(
        &mut self,
        left_out: &str,
        window: Window,
        conversation: &Conversation,
        progress: &mut AttemptProgress,
    ) -> Result<Result<String, AgentEnd>, Failure> {
        if left_out.is_empty() {
            return Ok(Ok(String::new()));
        }
        let step = conversation.messages().iter().find_map(|message| match message {
            Message::User { text } => Some(excerpt(text, STEP)),
            _ => None,
        });
        let words = window.summary() * 2 / 5;
        let text =
            self.templates.summary(&step.unwrap_or_default(), left_out, words).map_err(wrong_template)?;
        let size = text.len() as u64;
        let messages = [Message::User { text: self.recorder.redact.text(&text).into_owned() }];
        let reply = match self.ask(Purpose::Summary, &messages, progress).await? {
            Ok(reply) => reply,
            Err(ModelError::Interrupted) => return Ok(Err(self.end_of(ModelError::Interrupted))),
            Err(error) => {
                tracing::warn!(%error, "no summary");
                return Ok(Ok(String::new()));
            }
        };
        progress.count(&reply, size / 4);
        let most = bytes(conversation.bytes_of(window.summary()));
        let summary = reply.text.trim();
        Ok(Ok(summary[..summary.floor_char_boundary(most)].trim_end().to_owned()))
    }
}

fn bytes(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
