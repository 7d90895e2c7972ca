//! Reads the body of a response as it comes: events, or a reply that is one piece of plain JSON.

use std::collections::VecDeque;

use super::wire::{Chunk, Loose};

/// The largest body that is read: pieces of a reply come in wrappings many times their size.
const LARGEST: usize = 64 * 1024 * 1024;

/// The largest reply, and the largest event.
pub(super) const LARGEST_REPLY: usize = 8 * 1024 * 1024;

/// How much is kept of the start of a body that is no reply.
const START: usize = 1024;

/// What events begin with.
const FIELDS: [&[u8]; 5] = [b"data", b"event", b"id", b"retry", b":"];

/// What comes next of a response.
#[derive(Debug)]
pub(super) enum StreamEvent {
    /// A piece of the reply.
    Chunk(Chunk),
    /// The server closed with `[DONE]`.
    Done,
    /// The connection was closed without it.
    Closed,
    /// The connection failed, or what came is not JSON.
    Broken(String),
}

/// A body, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct BodyReader {
    received: usize,
    /// The first bytes that are not blank.
    start: Vec<u8>,
    /// The line that has not ended, or a JSON text.
    pending: Vec<u8>,
    /// What the event that has not ended says.
    data: String,
    /// What was read and not taken yet.
    events: VecDeque<StreamEvent>,
    /// The start of a body that is nothing that a model says.
    stranger: Option<Vec<u8>>,
}

impl BodyReader {
    /// Takes in what came; refuses what no model says.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.received += bytes.len();
        let blank =
            if self.start.is_empty() { bytes.iter().take_while(|byte| is_blank(**byte)).count() } else { 0 };
        let bytes = &bytes[blank..];
        let room = START.saturating_sub(self.start.len());
        self.start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.pending.extend_from_slice(piece);
            if !self.is_json() && piece.ends_with(b"\n") {
                let line = std::mem::take(&mut self.pending);
                self.read_line(&line);
            }
        }
        let is_too_large = self.pending.len() + self.data.len() > LARGEST_REPLY;
        if self.received > LARGEST || is_too_large { Err(too_large()) } else { Ok(()) }
    }

    /// The next event of what came.
    pub(super) fn next(&mut self) -> Option<StreamEvent> {
        self.events.pop_front()
    }

    /// The body has ended. The last event may lack the empty line that ends it. A JSON text is one
    /// event, and a complete reply.
    pub(super) fn end(&mut self) {
        let rest = std::mem::take(&mut self.pending);
        let is_stranger = if self.is_json() {
            self.read_event(&String::from_utf8_lossy(&rest));
            self.events.push_back(StreamEvent::Done);
            is_no_completion(&rest)
        } else {
            self.read_line(&rest);
            self.read_line(b"");
            self.events.push_back(StreamEvent::Closed);
            !begins_like_events(&self.start)
        };
        self.stranger = is_stranger.then(|| std::mem::take(&mut self.start));
    }

    /// The start of a body that has ended and is nothing that a model says.
    pub(super) fn stranger(&self) -> Option<&[u8]> {
        self.stranger.as_deref()
    }

    fn is_json(&self) -> bool {
        matches!(self.start.first(), Some(b'{' | b'['))
    }

    fn read_line(&mut self, line: &[u8]) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            self.read_event(&data);
        } else if let Some(data) = line.strip_prefix("data") {
            let data = data.strip_prefix(':').unwrap_or(data);
            self.data.extend([data.strip_prefix(' ').unwrap_or(data), "\n"]);
        }
    }

    /// Reads what an event says. The texts of events without empty lines between them come as one, a
    /// line each.
    fn read_event(&mut self, data: &str) {
        let (text, done) = match data.trim_end().strip_suffix("[DONE]") {
            Some(text) => (text, true),
            None => (data, false),
        };
        for chunk in serde_json::Deserializer::from_str(text).into_iter::<Loose<Chunk>>() {
            match chunk {
                Ok(Loose(chunk)) => self.events.push_back(StreamEvent::Chunk(chunk)),
                Err(error) => {
                    let start: String = text.chars().take(80).collect();
                    let reason = format!("the server sent an event that is not JSON ({error}): {start}");
                    return self.events.push_back(StreamEvent::Broken(reason));
                }
            }
        }
        self.events.extend(done.then_some(StreamEvent::Done));
    }
}

/// White space, or of a byte order mark.
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

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    /// The events of a body that comes in these pieces, in a word each.
    fn read(pieces: &[&str]) -> Vec<String> {
        let mut reader = BodyReader::default();
        for piece in pieces {
            reader.push(piece.as_bytes()).unwrap();
        }
        reader.end();
        let word = |event| match event {
            StreamEvent::Chunk(chunk) => chunk.code.to_string(),
            StreamEvent::Broken(reason) => reason,
            other => format!("{other:?}"),
        };
        std::iter::from_fn(|| reader.next()).map(word).collect()
    }

    #[test]
    fn events_are_told_apart_and_ended() {
        let pieces =
            ["\u{feff}\n", "data: {\"code\":1}\n\ndata:{\"code\":2}\r\n\r\n: life\n\nda", "ta: {\"code\":3}"];
        assert_eq!(read(&pieces), ["1", "2", "3", "Closed"]);
        assert_eq!(
            read(&["event: x\ndata: {\"code\":\ndata: 1}\n\ndata: [DONE]\n\n"]),
            ["1", "Done", "Closed"]
        );
    }

    #[test]
    fn plain_json_is_one_event() {
        assert_eq!(read(&[" \n", "{\n  \"code\"", ": 1\r\n}"]), ["1", "Done"]);
    }

    #[test]
    fn events_without_empty_lines_between_them_are_told_apart() {
        for (text, expected) in [
            ("data: {}\ndata: {}\n\n", vec!["null", "null", "Closed"]),
            ("data: {}\ndata: {}\ndata: [DONE]\n\n", vec!["null", "null", "Done", "Closed"]),
            ("data:  \n\n", vec!["Closed"]),
            (
                "data: oops\n\n",
                vec![
                    "the server sent an event that is not JSON (expected value at line 1 column 1): oops\n",
                    "Closed",
                ],
            ),
        ] {
            assert_eq!(read(&[text]), expected, "{text}");
        }
    }

    #[test]
    fn a_reply_that_does_not_end_is_refused_and_a_stranger_is_known() {
        let mut reader = BodyReader::default();
        let piece = "data: x".repeat(LARGEST_REPLY / 16);
        assert_eq!(reader.push(piece.as_bytes()), Ok(()));
        assert_eq!(reader.push(piece.repeat(2).as_bytes()), Err(too_large()));
        for (body, stranger) in
            [("hello", Some("hello")), ("{\"a\":1}", Some("{\"a\":1}")), ("data: 1\n", None)]
        {
            let mut reader = BodyReader::default();
            reader.push(body.as_bytes()).unwrap();
            reader.end();
            assert_eq!(reader.stranger(), stranger.map(str::as_bytes), "{body}");
        }
    }
}
