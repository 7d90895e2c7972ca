//! Passes the body of a response to the parser of events: watched, bounded and evened out.
//!
//! Three things are lost behind that parser, so they are seen to here: that bytes still arrive (a
//! comment is a sign of life), how the body ended, and that a reply may be one piece of plain JSON.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt, stream};

use crate::clock::Stopwatch;

/// The largest body that is read: pieces of a reply come in wrappings many times their size.
const LARGEST: usize = 64 * 1024 * 1024;

/// The largest reply, and the largest event.
pub(super) const LARGEST_REPLY: usize = 8 * 1024 * 1024;

/// How much is kept of the start of a body that is no reply.
const START: usize = 1024;

/// What events begin with.
const FIELDS: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];

/// What is seen of the body that is being read.
#[derive(Debug)]
pub(super) struct BodyWatch(Mutex<BodyState>);

#[derive(Debug, Clone)]
struct BodyState {
    last_byte: Stopwatch,
    end: Option<BodyEnd>,
    /// Its first bytes, if they cannot be those of a reply.
    stranger: Option<Vec<u8>>,
}

/// How a body ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BodyEnd {
    /// As the server wanted.
    Closed,
    /// By a failure of the connection.
    Broken(String),
}

impl BodyWatch {
    pub(super) fn new() -> Self {
        Self(Mutex::new(BodyState::nothing()))
    }

    /// A new body.
    pub(super) fn reset(&self) {
        *self.seen() = BodyState::nothing();
    }

    /// When the last byte came.
    pub(super) fn last_byte(&self) -> Stopwatch {
        self.seen().last_byte
    }

    /// How the body ended; `None` while it has not, or if the parser left it at `[DONE]`.
    pub(super) fn end(&self) -> Option<BodyEnd> {
        self.seen().end.clone()
    }

    /// The start of a body that is nothing that a model says.
    pub(super) fn stranger(&self) -> Option<Vec<u8>> {
        self.seen().stranger.clone()
    }

    fn beat(&self) {
        self.seen().last_byte = Stopwatch::start();
    }

    fn ended(&self, end: BodyEnd) {
        self.seen().end.get_or_insert(end);
    }

    /// Nothing panics while it holds the lock.
    fn seen(&self) -> MutexGuard<'_, BodyState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BodyState {
    fn nothing() -> Self {
        Self { last_byte: Stopwatch::start(), end: None, stranger: None }
    }
}

/// How a body is to be read.
enum BodyShape {
    /// No byte of it is known but white space.
    Unknown,
    /// As events.
    Events,
    /// As one JSON text, gathered here.
    Json(Vec<u8>),
    /// It has ended.
    Over,
}

struct BodyReader<S, W> {
    body: S,
    watch: W,
    shape: BodyShape,
    /// Received and not passed on yet.
    pending: Bytes,
    received: usize,
    /// Bytes of the event that is being passed on.
    event: usize,
    /// The first bytes, until it is known whether they are those of events.
    start: Vec<u8>,
}

/// The body as a stream of events, one at a time where they can be told apart: the parser copies
/// what is left of a piece after each line, which would be quadratic for large pieces.
pub(super) fn events<S, W>(body: S, watch: W) -> impl Stream<Item = Result<Bytes, std::io::Error>>
where
    S: Stream<Item = Result<Bytes, String>> + Unpin,
    W: AsRef<BodyWatch>,
{
    let reader = BodyReader {
        body,
        watch,
        shape: BodyShape::Unknown,
        pending: Bytes::new(),
        received: 0,
        event: 0,
        start: Vec::new(),
    };
    stream::unfold(reader, async |mut reader| Some((reader.next().await?, reader)))
}

impl<S, W> BodyReader<S, W>
where
    S: Stream<Item = Result<Bytes, String>> + Unpin,
    W: AsRef<BodyWatch>,
{
    async fn next(&mut self) -> Option<Result<Bytes, std::io::Error>> {
        loop {
            if !self.pending.is_empty() {
                return Some(self.pass_on());
            }
            if matches!(self.shape, BodyShape::Over) {
                // Only now: the parser may yet find a `[DONE]` in what was pending.
                self.watch.as_ref().ended(BodyEnd::Closed);
                return None;
            }
            match self.body.next().await {
                Some(Ok(bytes)) => {
                    self.watch.as_ref().beat();
                    self.received += bytes.len();
                    self.take(bytes);
                    if self.received > LARGEST || self.json_bytes() > LARGEST_REPLY {
                        return Some(Err(self.fail(too_large())));
                    }
                }
                Some(Err(reason)) => return Some(Err(self.fail(reason))),
                None => self.finish(),
            }
        }
    }

    fn take(&mut self, mut bytes: Bytes) {
        if matches!(self.shape, BodyShape::Unknown) {
            let blank = bytes.iter().take_while(|byte| is_blank(**byte)).count();
            bytes.advance(blank);
            self.shape = match bytes.first() {
                None => return,
                Some(b'{' | b'[') => BodyShape::Json(Vec::new()),
                Some(_) => BodyShape::Events,
            };
        }
        if let BodyShape::Json(text) = &mut self.shape {
            text.extend_from_slice(&bytes);
            return;
        }
        let room = START.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.pending = bytes;
    }

    fn pass_on(&mut self) -> Result<Bytes, std::io::Error> {
        let (length, whole) = first_event(&self.pending);
        self.event = if whole { 0 } else { self.event + length };
        if self.event > LARGEST_REPLY {
            return Err(self.fail(too_large()));
        }
        Ok(self.pending.split_to(length))
    }

    fn json_bytes(&self) -> usize {
        if let BodyShape::Json(text) = &self.shape { text.len() } else { 0 }
    }

    /// The last event may lack the empty line that ends it. A JSON text becomes one event, and is
    /// complete if it parses.
    fn finish(&mut self) {
        let stranger = match &self.shape {
            BodyShape::Json(text) => is_no_completion(text).then_some(text),
            _ => (!begins_like_events(&self.start)).then_some(&self.start),
        };
        let stranger = stranger.map(|text| text[..text.len().min(START)].to_owned());
        self.watch.as_ref().seen().stranger = stranger;
        self.pending = match std::mem::replace(&mut self.shape, BodyShape::Over) {
            BodyShape::Json(text) => as_event(&text),
            _ => Bytes::from_static(b"\n\n"),
        };
    }

    fn fail(&mut self, reason: String) -> std::io::Error {
        self.shape = BodyShape::Over;
        self.watch.as_ref().ended(BodyEnd::Broken(reason.clone()));
        std::io::Error::other(reason)
    }
}

/// White space, or of a byte order mark, on which the parser panics.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || "\u{feff}".as_bytes().contains(&byte)
}

/// Whether a body may be one of events, as far as its first bytes tell.
fn begins_like_events(start: &[u8]) -> bool {
    FIELDS.iter().any(|field| start.iter().zip(*field).all(|(one, other)| one == other))
}

/// Whether a body is JSON that has nothing of a reply in it.
fn is_no_completion(json: &[u8]) -> bool {
    let has = |key: &[u8]| json.windows(key.len()).any(|window| window == key);
    !has(b"\"choices\"") && !has(b"\"chat.completion")
}

/// What is said of a reply that does not end.
pub(super) fn too_large() -> String {
    format!("the reply is larger than {} MiB", LARGEST_REPLY >> 20)
}

/// The length of the first event, its empty line included, and whether it ends here; else that of
/// everything.
fn first_event(bytes: &[u8]) -> (usize, bool) {
    let mut line = 0;
    for (place, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' {
            let blank = matches!(&bytes[line..place], b"" | b"\r");
            line = place + 1;
            if blank {
                return (line, true);
            }
        }
    }
    (bytes.len(), false)
}

/// A JSON text as an event. Raw line breaks mean nothing in JSON, and end a line in events.
fn as_event(json: &[u8]) -> Bytes {
    let line_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let lines = json.iter().map(|byte| if line_break(byte) { b' ' } else { *byte });
    b"data: ".iter().copied().chain(lines).chain(*b"\n\ndata: [DONE]\n\n").collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::TryStreamExt;
    use pretty_assertions::assert_eq;

    use super::*;

    async fn read(pieces: &[Result<&'static str, &'static str>]) -> (Vec<String>, Option<BodyEnd>) {
        let watch = Arc::new(BodyWatch::new());
        let pieces = pieces.iter().map(|piece| match piece {
            Ok(text) => Ok(Bytes::from_static(text.as_bytes())),
            Err(reason) => Err((*reason).to_owned()),
        });
        let body = stream::iter(pieces.collect::<Vec<_>>());
        let events = std::pin::pin!(events(body, Arc::clone(&watch)));
        let events = events.map_ok(|bytes| String::from_utf8(bytes.to_vec()).unwrap());
        let events = events.map(|event| event.unwrap_or_else(|error| format!("error: {error}")));
        (events.collect().await, watch.end())
    }

    #[tokio::test]
    async fn events_are_told_apart_and_ended() {
        let (events, end) = read(&[Ok("data: 1\n\ndata: 2\r\n\r\n: life\n\nda"), Ok("ta: 3")]).await;
        assert_eq!(events, ["data: 1\n\n", "data: 2\r\n\r\n", ": life\n\n", "da", "ta: 3", "\n", "\n"]);
        assert_eq!(end, Some(BodyEnd::Closed));
    }

    #[tokio::test]
    async fn plain_json_becomes_one_event() {
        let (events, end) = read(&[Ok(" \n"), Ok("{\n  \"choices\""), Ok(": []\r\n}")]).await;
        assert_eq!(events, ["data: {   \"choices\": []  }\n\n", "data: [DONE]\n\n"]);
        assert_eq!(end, Some(BodyEnd::Closed));
    }

    #[tokio::test]
    async fn a_broken_body_says_why() {
        let (events, end) = read(&[Ok("data: 1\n\n"), Err("connection reset")]).await;
        assert_eq!(events, ["data: 1\n\n", "error: connection reset"]);
        assert_eq!(end, Some(BodyEnd::Broken("connection reset".to_owned())));
    }
}
